"""Decides what a blinded evaluation is: RFC 9497 as pure functions, in the modes OPRF, VOPRF and POPRF.

The house uses VOPRF over ristretto255, without `finalize`: a token is the unblinded element itself, so that it can be
converted (protocol, section 4). The other modes and `finalize` exist because the official vectors cover them, and a
part that is tested whole is a part that can be trusted. All randomness comes from the group of the suite.
"""

import hashlib
import hmac
from collections.abc import Sequence

from keys import dleq, group
from keys.dleq import ProofRejected
from keys.group import Element, InvalidElement, Scalar
from keys.labels import lp
from keys.suite import Mode, Suite

__all__ = [
    "VOPRF",
    "ProofRejected",
    "auditable_blinds",
    "blind",
    "derive_key_pair",
    "evaluate",
    "evaluate_and_prove",
    "evaluate_and_prove_with_info",
    "evaluate_with_info",
    "finalize",
    "tweak_public",
    "unblind",
    "verify_proof",
    "verify_proof_with_info",
]

VOPRF = Suite(group, Mode.VOPRF)
PROOF_BYTES = 2 * group.SCALAR_BYTES
_SEED_BYTES = 32


def derive_key_pair(seed: bytes, info: bytes, *, suite: Suite = VOPRF) -> tuple[Scalar, Element]:
    """Return the secret and public key of a 32-byte seed and a public string (RFC 9497, section 3.2.1)."""
    secret = derive_secret(seed, info, suite=suite)
    return secret, suite.group.multiply_base(secret)


def derive_secret(seed: bytes, info: bytes, *, suite: Suite = VOPRF) -> Scalar:
    """Return the secret key alone, for shares whose public key nobody asks for (RFC 9497, section 3.2.1)."""
    if len(seed) != _SEED_BYTES:
        raise ValueError(f"a seed is {_SEED_BYTES} bytes, not {len(seed)}")
    dst = b"DeriveKeyPair" + suite.context
    for counter in range(256):
        secret = suite.group.hash_to_scalar(seed + lp(info) + bytes((counter,)), dst)
        if any(secret):
            return secret
    raise ValueError("no key follows from this seed")  # once in 2**64512


def blind(
    inputs: Sequence[bytes], *, blinds: Sequence[Scalar] | None = None, suite: Suite = VOPRF
) -> tuple[list[Scalar], list[Element]]:
    """Return one blind and one blinded element for each input; fresh blinds unless auditable ones are given.

    Raises InvalidElement for an input that maps onto the identity: none is known (RFC 9497, section 3.3.1, Blind).
    """
    chosen = [suite.group.random_scalar() for _ in inputs] if blinds is None else list(blinds)
    hashed = (suite.hash_to_group(each) for each in inputs)
    return chosen, [suite.group.multiply(scalar, element) for scalar, element in zip(chosen, hashed, strict=True)]


def auditable_blinds(audit_key: bytes, nonce: bytes, count: int) -> list[Scalar]:
    """Return blinds that the agency can show to an inspector again (protocol, section 4); one nonce per call."""
    prefix = lp(b"hitindex-v1/blind") + nonce
    return [
        group.reduce_wide(hmac.digest(audit_key, prefix + at.to_bytes(4, "big"), hashlib.sha512)) for at in range(count)
    ]


def evaluate(secret: Scalar, elements: Sequence[Element], *, suite: Suite = VOPRF) -> list[Element]:
    """Return secret * element for each; raises InvalidElement for the identity and for undecodable bytes."""
    multiply = suite.group.multiply
    return [multiply(secret, element) for element in elements]


def evaluate_and_prove(
    secret: Scalar, public: Element, elements: Sequence[Element], *, suite: Suite = VOPRF
) -> tuple[list[Element], bytes]:
    """Return the evaluated elements and one proof over all of them (RFC 9497, section 3.3.2, BlindEvaluate).

    `public` is the public key of `secret`; 1 to 65,535 elements. Raises InvalidElement as `evaluate` does.
    """
    evaluated = evaluate(secret, elements, suite=suite)
    return evaluated, dleq.prove(suite, secret, public, elements, evaluated)


def verify_proof(
    public: Element, elements: Sequence[Element], evaluated: Sequence[Element], proof: bytes, *, suite: Suite = VOPRF
) -> None:
    """Raise ProofRejected unless every element was evaluated with the key whose *pinned* public part is `public`.

    `evaluated` and `proof` may be any received bytes. This is a confidentiality control, not only one of integrity:
    an evaluation with a key that the holder chose for the occasion makes a token that can be searched.
    """
    dleq.verify(suite, public, elements, evaluated, proof)


def unblind(blinds: Sequence[Scalar], evaluated: Sequence[Element], *, suite: Suite = VOPRF) -> list[Element]:
    """Return secret * HashToGroup(input) for each: the evaluation without its blind."""
    invert, multiply = suite.group.scalar_invert, suite.group.multiply
    return [multiply(invert(scalar), element) for scalar, element in zip(blinds, evaluated, strict=True)]


def finalize(value: bytes, unblinded: Element, *, info: bytes | None = None, suite: Suite = VOPRF) -> bytes:
    """Return the hashed output of the RFC (section 3.3.1, Finalize); `info` in mode POPRF."""
    public_input = b"" if info is None else lp(info)
    return suite.group.digest(lp(value) + public_input + lp(unblinded) + b"Finalize")


def evaluate_with_info(secret: Scalar, elements: Sequence[Element], info: bytes, *, suite: Suite) -> list[Element]:
    """Return the evaluations under the key and a public input (RFC 9497, section 3.3.3, BlindEvaluate)."""
    return evaluate(suite.group.scalar_invert(_tweaked(secret, info, suite)), elements, suite=suite)


def evaluate_and_prove_with_info(
    secret: Scalar, elements: Sequence[Element], info: bytes, *, suite: Suite
) -> tuple[list[Element], bytes]:
    """Return evaluations and proof under the key and a public input (RFC 9497, section 3.3.3, BlindEvaluate)."""
    evaluated = evaluate_with_info(secret, elements, info, suite=suite)
    tweaked = _tweaked(secret, info, suite)
    return evaluated, dleq.prove(suite, tweaked, suite.group.multiply_base(tweaked), evaluated, elements)


def tweak_public(public: Element, info: bytes, *, suite: Suite) -> Element:
    """Return the public key that belongs to a public input (RFC 9497, section 3.3.3, Blind); raises InvalidElement."""
    tweaked = suite.group.add(suite.group.multiply_base(_tweak(info, suite)), public)
    if not any(tweaked):
        raise InvalidElement("this public input cancels the key")
    return tweaked


def verify_proof_with_info(
    tweaked: Element, elements: Sequence[Element], evaluated: Sequence[Element], proof: bytes, *, suite: Suite
) -> None:
    """Raise ProofRejected unless the proof fits the *tweaked* public key (RFC 9497, section 3.3.3, Finalize)."""
    dleq.verify(suite, tweaked, evaluated, elements, proof)


def _tweaked(secret: Scalar, info: bytes, suite: Suite) -> Scalar:
    return suite.group.scalar_add(secret, _tweak(info, suite))


def _tweak(info: bytes, suite: Suite) -> Scalar:
    return suite.hash_to_scalar(b"Info" + lp(info))

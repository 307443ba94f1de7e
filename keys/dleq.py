"""Decides whether a batch was evaluated with the one key it should be: proofs of equal logarithms (RFC 9497, 2.2).

A proof says of two equally long lists C and D, and of a public key B = k * G, that D[i] = k * C[i] for every i. It is
64 bytes for the suite in use, whatever the length of the lists.
"""

import hmac
from collections.abc import Sequence

from keys.group import Element, Scalar
from keys.labels import lp
from keys.suite import Suite

_LARGEST_BATCH = 2**16 - 1


class ProofRejected(ValueError):
    """The evaluation was not made with the key it should be made with, or was changed on its way."""


def prove(
    suite: Suite, secret: Scalar, public: Element, inputs: Sequence[Element], outputs: Sequence[Element]
) -> bytes:
    """Return the proof that outputs[i] = secret * inputs[i] (RFC 9497, section 2.2.1, GenerateProof)."""
    group = suite.group
    m = group.linear_combination(_weights(suite, public, inputs, outputs), inputs)
    z = group.multiply(secret, m)
    random = group.random_scalar()
    challenge = _challenge(suite, public, m, z, group.multiply_base(random), group.multiply(random, m))
    return challenge + group.scalar_sub(random, group.scalar_mul(challenge, secret))


def verify(suite: Suite, public: Element, inputs: Sequence[Element], outputs: Sequence[Element], proof: bytes) -> None:
    """Raise ProofRejected unless the proof fits (RFC 9497, section 2.2.2, VerifyProof); any bytes may come in."""
    if not _fits(suite, public, inputs, outputs, proof):
        raise ProofRejected("the proof does not fit the key and the evaluated elements")


def _fits(suite: Suite, public: Element, inputs: Sequence[Element], outputs: Sequence[Element], proof: bytes) -> bool:
    group = suite.group
    middle = len(proof) // 2
    try:
        challenge, response = group.decode_scalar(proof[:middle]), group.decode_scalar(proof[middle:])
        weights = _weights(suite, public, inputs, outputs)
        m = group.linear_combination(weights, inputs)
        z = group.linear_combination(weights, outputs)
        t2 = group.add(group.multiply_base(response), group.multiply(challenge, public))
        t3 = group.add(group.multiply(response, m), group.multiply(challenge, z))
    except ValueError:
        return False
    return hmac.compare_digest(challenge, _challenge(suite, public, m, z, t2, t3))


def _weights(suite: Suite, public: Element, inputs: Sequence[Element], outputs: Sequence[Element]) -> list[Scalar]:
    """Return the factors that fold both lists into one pair: they depend on everything that is proved."""
    if not 0 < len(inputs) <= _LARGEST_BATCH:
        raise ValueError(f"a batch has 1 to {_LARGEST_BATCH} elements, not {len(inputs)}")
    seed = lp(suite.group.digest(lp(public) + lp(b"Seed-" + suite.context)))
    return [
        suite.hash_to_scalar(seed + at.to_bytes(2, "big") + lp(source) + lp(result) + b"Composite")
        for at, (source, result) in enumerate(zip(inputs, outputs, strict=True))
    ]


def _challenge(suite: Suite, *elements: Element) -> Scalar:
    return suite.hash_to_scalar(b"".join(map(lp, elements)) + b"Challenge")

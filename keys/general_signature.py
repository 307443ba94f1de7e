"""Decides about signatures in other shapes that RFC 9421 allows: another order, more parts, another algorithm.

The package `http-message-signatures` builds the base and verifies; what must be covered, which algorithm counts, the
clock and the label are decided here, the same as for the exact shape.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Final, cast

import http_sf
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from http_message_signatures import (
    ContentDigest,
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    MappingKeyResolver,
    algorithms,
)

from keys.faults import SignatureFault, SignatureRefused
from keys.http_signature import LABEL, TAG, Headers, Parameters, RawCall, labeled_signature, required_components
from keys.parties import Algorithm, PartyKey

_LONGEST_HEADER: Final = 4096
_Members = dict[str, tuple[list[tuple[str, dict[str, object]]], dict[str, object]]]
_NONCE = re.compile(r"[A-Za-z0-9+/=_-]{22,200}")
_ALGORITHMS: Final[Mapping[Algorithm, type[HTTPSignatureAlgorithm]]] = {
    Algorithm.ED25519: algorithms.ED25519,
    Algorithm.ECDSA_P256_SHA256: algorithms.ECDSA_P256_SHA256,
    Algorithm.RSA_PSS_SHA512: algorithms.RSA_PSS_SHA512,
}


class _Fields:
    """Header lines as the package wants them: in order, also those that stand there more than once."""

    def __init__(self, lines: Headers) -> None:
        self._lines = lines

    def items(self) -> Iterator[tuple[str, str]]:
        return iter(self._lines)


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    headers: _Fields


class _Verifier(HTTPMessageVerifier):
    """The clock is decided in `keys.faults` with a time that is given, not by the clock of the package."""

    def validate_created_and_expires(self, sig_input: object, max_age: timedelta | None = None) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class GeneralSignature:
    """A signature in any shape of RFC 9421 that covers what it must, read but not verified."""

    parameters: Parameters
    call: RawCall
    digest: str | None
    required: tuple[str, ...]

    def digest_fits(self) -> bool:
        """Tell whether the body has every digest that the call names; RFC 9530, with SHA-256 or SHA-512."""
        if self.digest is None:
            return not self.call.has_body
        try:
            ContentDigest.verify(self.digest, self.call.body)
        except HTTPMessageSignaturesException:
            return False
        return True

    def verifies(self, key: PartyKey) -> bool:
        """Tell whether the key made the signature with the algorithm for which it is registered."""
        keys = MappingKeyResolver(
            public_keys={self.parameters.key_id: _loaded(key.algorithm, key.public)}, private_keys={}
        )
        verifier = _Verifier(signature_algorithm=_ALGORITHMS[key.algorithm], key_resolver=keys)
        request = _Request(self.call.method, self.call.target_uri, _Fields(self.call.headers))
        try:
            verifier.verify(request, max_age=None, expect_tag=TAG, expect_label=LABEL, require_components=self.required)
        except HTTPMessageSignaturesException:
            return False
        return True


def read_general(call: RawCall, headers: Mapping[str, str]) -> GeneralSignature:
    """Return the signature labeled `sig1`; raises SignatureRefused when it is missing, malformed or incomplete."""
    given, signature = headers.get("signature-input"), headers.get("signature")
    if not given or not signature:
        raise SignatureRefused(SignatureFault.MISSING)
    if labeled_signature(signature) is None:
        raise SignatureRefused(SignatureFault.MALFORMED)
    covered, said = _labeled(given)
    required = required_components(headers, has_body=call.has_body)
    if not covered.issuperset(required):
        raise SignatureRefused(SignatureFault.INCOMPLETE)
    quoted = tuple(f'"{name}"' for name in required)
    return GeneralSignature(_parameters(said), call, headers.get("content-digest"), quoted)


def _labeled(given: str) -> tuple[frozenset[str], Mapping[str, object]]:
    """Return the plain components and the parameters of the one label that counts."""
    if len(given) > _LONGEST_HEADER:
        raise SignatureRefused(SignatureFault.MALFORMED)
    try:
        members = cast("_Members", http_sf.parse(given.encode("ascii"), tltype="dictionary"))
        components, parameters = members[LABEL]
        plain = frozenset(name for name, options in components if not options)
    except (ValueError, KeyError, TypeError):
        raise SignatureRefused(SignatureFault.MALFORMED) from None
    return plain, parameters


def _parameters(said: Mapping[str, object]) -> Parameters:
    match said:
        case {"created": int(created), "expires": int(expires), "keyid": str(key_id), "nonce": str(nonce), "tag": tag}:
            algorithm = said.get("alg", "")
        case _:
            raise SignatureRefused(SignatureFault.MALFORMED)
    if tag != TAG or not isinstance(algorithm, str) or not _NONCE.fullmatch(nonce):
        raise SignatureRefused(SignatureFault.MALFORMED)
    return Parameters(created, expires, key_id, nonce, algorithm)


@lru_cache(maxsize=4096)
def _loaded(
    algorithm: Algorithm, public: bytes
) -> ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    if algorithm is Algorithm.ED25519:
        return ed25519.Ed25519PublicKey.from_public_bytes(public)
    loaded = load_pem_public_key(public)
    assert isinstance(loaded, ec.EllipticCurvePublicKey | rsa.RSAPublicKey)
    return loaded

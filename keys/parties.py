"""Holds what a party is: an organization with a role in the region and the public keys it signs with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys import sodium
from keys.labels import Oin
from keys.signing_key import KeyName, SigningKey, from_base64url, thumbprint

__all__ = ["Algorithm", "Oin", "Party", "PartyKey", "Role", "public_bytes"]

_SMALLEST_RSA_BITS = 3072


class Role(StrEnum):
    """What a party is in the region; each call says which roles may make it."""

    AGENCY = "agency"
    GATEWAY = "gateway"
    HOLDER = "holder"
    OFFICER = "officer"
    OPERATOR = "operator"
    REGISTER = "register"
    SUPERVISOR = "supervisor"


#: Who has a key of its own with the holders, and so can make tokens of persons: a register of persons to say what
#: became of somebody, and never to hear of anybody.
MAKES_TOKENS: Final = (Role.AGENCY, Role.REGISTER)


class Algorithm(StrEnum):
    """How a registered key signs; decided here, never by who sends a signature (RFC 9421, section 3.3)."""

    ED25519 = "ed25519"
    ECDSA_P256_SHA256 = "ecdsa-p256-sha256"
    RSA_PSS_SHA512 = "rsa-pss-sha512"


@dataclass(frozen=True, slots=True)
class PartyKey:
    """A public key and when it counts: from `valid_from_at` until before `valid_until_at`, unless revoked.

    `public` follows from the JWK: 32 raw bytes for Ed25519, otherwise PEM of the SubjectPublicKeyInfo. Raises
    ValueError, without the key, for a JWK that is no public key for the algorithm.
    """

    algorithm: Algorithm
    jwk: Mapping[str, str]
    valid_from_at: datetime
    valid_until_at: datetime | None = None
    revoked_at: datetime | None = None
    key_id: KeyName = field(init=False)
    public: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Derive the name and the bytes of the key."""
        object.__setattr__(self, "jwk", MappingProxyType(dict(self.jwk)))
        object.__setattr__(self, "key_id", thumbprint(self.jwk))
        object.__setattr__(self, "public", public_bytes(self.algorithm, self.jwk))

    @classmethod
    def of(cls, key: SigningKey, *, valid_from_at: datetime, valid_until_at: datetime | None = None) -> Self:
        """Return the public half of an Ed25519 key."""
        return cls(Algorithm.ED25519, key.jwk, valid_from_at, valid_until_at)

    def revoked_by(self, now: datetime) -> bool:
        """Whether the key is revoked at that time: a revocation that is planned for later is none yet."""
        return self.revoked_at is not None and self.revoked_at <= now

    def counts_at(self, now: datetime) -> bool:
        """Whether what it signs at that time is believed: inside its term and not revoked. The one rule for all."""
        begun = self.valid_from_at <= now
        ended = self.valid_until_at is not None and self.valid_until_at <= now
        return begun and not ended and not self.revoked_by(now)

    @property
    def vouches(self) -> bool:
        """Whether what it once signed still stands, when the signature bears no date: until a revocation is written.

        An expired key vouches, the signature was given in its term. A planned revocation ends it at once, so that
        whoever plans one sees in time what has to be signed anew.
        """
        return self.algorithm is Algorithm.ED25519 and self.revoked_at is None


@dataclass(frozen=True, slots=True)
class Party:
    """An organization that signs: `kind` is of an agency alone, `holder_index` (from 1) of a holder alone.

    `municipality` is the one that holds an agency's agreement, or whose matches a supervisor follows. `url` is where
    its service is reached, `sealing_key` the raw X25519 key to which secrets for it are sealed. `alias` is the OIN of
    the central desk that others see in place of an agency. Name and kind stay out of the repr: that the police or a
    clinic is involved tells something about a person.
    """

    oin: Oin
    name: str = field(repr=False)
    role: Role
    kind: str = field(default="", repr=False)
    keys: tuple[PartyKey, ...] = ()
    url: str = ""
    holder_index: int | None = None
    sealing_key: bytes = b""
    municipality: str = ""
    alias: str = ""


def public_bytes(algorithm: Algorithm, jwk: Mapping[str, str]) -> bytes:
    """Return the public key of a JWK: raw for Ed25519, PEM for the others; raises ValueError when it does not fit."""
    try:
        match algorithm:
            case Algorithm.ED25519:
                return _ed25519(jwk)
            case Algorithm.ECDSA_P256_SHA256:
                return _p256(jwk)
            case Algorithm.RSA_PSS_SHA512:
                return _rsa(jwk)
    except (KeyError, UnsupportedAlgorithm):
        raise ValueError("not a public key for this algorithm") from None


def _ed25519(jwk: Mapping[str, str]) -> bytes:
    public = from_base64url(jwk["x"])
    if (jwk["kty"], jwk["crv"]) != ("OKP", "Ed25519") or len(public) != sodium.ED25519_PUBLIC_BYTES:
        raise ValueError("not an Ed25519 public key")
    return public


def _p256(jwk: Mapping[str, str]) -> bytes:
    if (jwk["kty"], jwk["crv"]) != ("EC", "P-256"):
        raise ValueError("not a P-256 public key")
    numbers = ec.EllipticCurvePublicNumbers(_integer(jwk["x"]), _integer(jwk["y"]), ec.SECP256R1())
    return numbers.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _rsa(jwk: Mapping[str, str]) -> bytes:
    if jwk["kty"] != "RSA":
        raise ValueError("not an RSA public key")
    public = rsa.RSAPublicNumbers(_integer(jwk["e"]), _integer(jwk["n"])).public_key()
    if public.key_size < _SMALLEST_RSA_BITS:
        raise ValueError(f"an RSA key has at least {_SMALLEST_RSA_BITS} bits")
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _integer(text: str) -> int:
    return int.from_bytes(from_base64url(text), "big")

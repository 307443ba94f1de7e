"""Holds the Ed25519 key with which a party signs, and the name of any public key: its thumbprint."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import NewType, Self

from keys import sodium
from keys.hidden import Hidden

KeyName = NewType("KeyName", str)

_REQUIRED_MEMBERS = {"OKP": ("crv", "kty", "x"), "EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}


def base64url(value: bytes) -> str:
    """Return base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """Read base64url without padding; raises ValueError, without the text, unless it is its bytes' one encoding."""
    try:
        value = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise ValueError("not base64url") from None
    if base64url(value) != text:
        raise ValueError("not base64url without padding in its one form")
    return value


def thumbprint(jwk: Mapping[str, str]) -> KeyName:
    """Return the name of a public key given as JWK: its SHA-256 thumbprint (RFC 7638; RFC 8037 for Ed25519).

    Raises ValueError for a kind of key that has no name here.
    """
    members = _REQUIRED_MEMBERS.get(jwk.get("kty", ""))
    if members is None or any(member not in jwk for member in members):
        raise ValueError("a public JWK is of kty OKP, EC or RSA with all its members")
    canonical = json.dumps({member: jwk[member] for member in members}, separators=(",", ":"), sort_keys=True)
    return KeyName(base64url(hashlib.sha256(canonical.encode("utf-8")).digest()))


def ed25519_jwk(public: bytes) -> dict[str, str]:
    """Return a raw Ed25519 public key (32 bytes) as JWK (RFC 8037, section 2)."""
    return {"kty": "OKP", "crv": "Ed25519", "x": base64url(public)}


class SigningKey(Hidden):
    """An Ed25519 key (RFC 8032). It never prints its secret and is never pickled; its seed lives in a keystore."""

    __slots__ = ("_secret", "_seed", "key_id", "public")

    _secret: bytes
    _seed: bytes
    key_id: KeyName
    public: bytes

    def __init__(self, seed: bytes) -> None:
        """Use `from_seed` or `generate`."""
        self._seed = bytes(seed)
        self.public, self._secret = sodium.ed25519_keypair(self._seed)
        self.key_id = thumbprint(ed25519_jwk(self.public))

    @classmethod
    def generate(cls) -> Self:
        """Return a new key."""
        return cls(secrets.token_bytes(sodium.ED25519_SEED_BYTES))

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Return the key of a seed of 32 bytes; raises ValueError for another length."""
        return cls(seed)

    @property
    def seed(self) -> bytes:
        """The 32 secret bytes to put in a keystore."""
        return self._seed

    @property
    def jwk(self) -> dict[str, str]:
        """The public key as JWK, for a trust list."""
        return ed25519_jwk(self.public)

    def sign(self, message: bytes) -> bytes:
        """Return the signature, 64 bytes."""
        return sodium.ed25519_sign(message, self._secret)

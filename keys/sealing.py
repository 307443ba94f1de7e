"""Decides how one party sends another a secret that nobody between them reads: HPKE (RFC 9180), base mode.

The suite is DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. Who *sent* it is decided by the signature on the
message around it, never by the seal.
"""

from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from keys.hidden import Hidden

SEALING_KEY_BYTES = 32
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class SealRefused(ValueError):
    """A sealed message that was not made for this key and purpose, or that was changed on its way."""


def seal(public: bytes, secret: bytes, *, purpose: bytes) -> bytes:
    """Return `secret` sealed to a raw X25519 public key (32 bytes); `purpose` must be the same when it is opened."""
    return _SUITE.encrypt(secret, X25519PublicKey.from_public_bytes(public), purpose)


class SealingKey(Hidden):
    """The private key of a mailbox: X25519, 32 bytes. Never printed, never pickled."""

    __slots__ = ("_private", "public")

    _private: X25519PrivateKey
    public: bytes

    def __init__(self, private: bytes) -> None:
        """Take the 32 secret bytes that a keystore holds."""
        self._private = X25519PrivateKey.from_private_bytes(private)
        self.public = self._private.public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> Self:
        """Return a new key."""
        return cls(X25519PrivateKey.generate().private_bytes_raw())

    @property
    def private(self) -> bytes:
        """The 32 secret bytes to put in a keystore."""
        return self._private.private_bytes_raw()

    def open(self, sealed: bytes, *, purpose: bytes) -> bytes:
        """Return what was sealed to this key for this purpose; raises SealRefused."""
        try:
            return _SUITE.decrypt(sealed, self._private, purpose)
        except (InvalidTag, ValueError):
            raise SealRefused("not sealed to this key for this purpose, or changed on the way") from None

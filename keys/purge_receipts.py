"""Decides whether a purge receipt is a gateway's: its signature over what was purged, in a domain of its own."""

from typing import Final

from keys import sodium
from keys.labels import lp
from keys.signing_key import SigningKey

_DOMAIN: Final = b"hitindex-v1/purge-receipt"


def sign_purge(statement: bytes, *, key: SigningKey) -> bytes:
    """Return the gateway's Ed25519 signature (64 bytes) under the statement of a purge."""
    return key.sign(_signed_bytes(statement))


def purge_is_signed(statement: bytes, signature: bytes, *, public: bytes) -> bool:
    """Tell whether the holder of this raw Ed25519 public key signed the statement, as a purge receipt and no other."""
    return sodium.ed25519_verify(signature, _signed_bytes(statement), public)


def _signed_bytes(statement: bytes) -> bytes:
    return lp(_DOMAIN) + lp(statement)

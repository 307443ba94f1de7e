"""The digest by which a policy is recognized in logs and records: nothing secret, only "these exact files"."""

import hashlib


def fingerprint(*parts: bytes) -> str:
    """Give the SHA-256, in hex, of the parts with their lengths; other parts, or other borders, give another digest."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def digest_of(content: bytes) -> str:
    """Give the SHA-256, in hex, of these bytes as they are: what anybody's own tools give for the same file."""
    return hashlib.sha256(content).hexdigest()

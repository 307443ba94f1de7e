"""Decides what can be wrong with a signature, and whether a key and a clock are good enough at this moment."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from keys.parties import PartyKey

SKEW_SECONDS: Final = 60


class SignatureFault(StrEnum):
    """The closed list of what is wrong with a signed message."""

    MISSING = "missing"
    MALFORMED = "malformed"
    INCOMPLETE = "incomplete"
    INVALID = "invalid"
    CLOCK = "clock"
    KEY_UNKNOWN = "key_unknown"
    KEY_EXPIRED = "key_expired"
    KEY_REVOKED = "key_revoked"
    DIGEST_WRONG = "digest_wrong"


class SignatureRefused(Exception):
    """A message whose signature is not believed; `facts` help its sender mend it and repeat nothing that was sent.

    With `clock`: `seconds` the sender's clock is off, and `direction` ("ahead" or "behind").
    """

    def __init__(self, reason: SignatureFault, /, **facts: str | int) -> None:
        """Refuse for one reason."""
        super().__init__(reason.value)
        self.reason = reason
        self.facts: Mapping[str, str | int] = MappingProxyType(facts)


def check_key(key: PartyKey, now: datetime) -> None:
    """Raise SignatureRefused unless the key counts now: not revoked, and inside its term."""
    if key.revoked_by(now):
        raise SignatureRefused(SignatureFault.KEY_REVOKED)
    if not key.counts_at(now):
        raise SignatureRefused(SignatureFault.KEY_EXPIRED)


def check_clock(created: int, now: datetime, *, expires: int | None = None) -> None:
    """Raise SignatureRefused with by how many seconds and which way, unless signed within a minute of now (G23).

    `created` and `expires` are in seconds since 1970; a signature that has expired sooner counts as behind.
    """
    offset = created - int(now.timestamp())
    if abs(offset) > SKEW_SECONDS or (expires is not None and offset + (expires - created) < 0):
        direction = "ahead" if offset > 0 else "behind"
        raise SignatureRefused(SignatureFault.CLOCK, seconds=abs(offset), direction=direction)

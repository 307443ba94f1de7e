"""What is remembered of calls: that each is answered once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.core.involvement import Oin


@dataclass(frozen=True, slots=True)
class CallSlip:
    """The trace a signed call leaves in the ledger: its nonce (refused when seen before) and its idempotency key.

    `idempotency_key` is empty for calls that change nothing; `body_digest` is the SHA-256 of the signed call: method,
    target and body. `rows` are those of a chunk of a batch; a single call has row 0.
    """

    agency: Oin
    key_id: str
    nonce: str
    expires_at: datetime
    idempotency_key: str = ""
    body_digest: bytes = b""
    rows: range = range(1)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer kept under an idempotency key: row 0 for a single call, 1.. for the rows of a batch."""

    agency: Oin
    idempotency_key: str
    row: int
    body_digest: bytes
    body: bytes


class CallLedger(Protocol):
    """Nonces and idempotency keys (G6, G21), rows in the same transaction as the change."""

    def admit(self, slips: Sequence[CallSlip]) -> tuple[bool, ...]:
        """Record each nonce; False for one that was seen before, in this list or ever (unique in the database)."""

    def answers(self, slips: Collection[CallSlip]) -> tuple[Answer, ...]:
        """Return what is kept under these slips' keys: row 0, which binds a key to its body, and their rows."""

    def keep(self, answers: Sequence[Answer]) -> None:
        """Keep answers; a key and row that exist already make the whole transaction start again."""

    def trim(self, *, answers_before_days: int) -> tuple[int, int]:
        """Forget nonces past their expiry and answers older than so many days; return how many of each."""

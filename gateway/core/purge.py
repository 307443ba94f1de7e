"""What a purge took from a lane whose legal basis has ended (domain rule 21), and what is signed of it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import UTC, datetime

from gateway.core.policy import LanePolicy
from gateway.core.policy.card import Basis


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each kind of record are gone."""

    registrations: int = 0
    jobs: int = 0
    matches: int = 0
    alerts: int = 0
    deliveries: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Return both together."""
        return Counts(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Purge:
    """A purge under way: what it took so far, the id of the registration that it reached, and when it began."""

    receipt: str
    lane: str
    counts: Counts
    reached: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class PurgeReceipt:
    """What the gateway signed when a lane was empty: the bytes of the statement as they were signed."""

    id: str
    lane: str
    statement: bytes
    signature: bytes


def statement_of(purge: Purge, policy: LanePolicy) -> bytes:
    """Return the one way to write what was purged, under which card, and when its bases ended: JSON, sorted, in UTC."""
    content = {
        "receipt": purge.receipt,
        "lane": purge.lane,
        "policy": policy.digest,
        "bases": _bases(policy.card.bases),
        "first": _time(purge.first_at),
        "last": _time(purge.last_at),
        **asdict(purge.counts),
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _bases(bases: Sequence[Basis]) -> list[dict[str, str | None]]:
    """Name each basis with the first day on which it no longer held; nothing for one that had yet to begin."""
    return [
        {
            "name": basis.name,
            "law": basis.law,
            "article": basis.article,
            "until": None if basis.valid_until_on is None else basis.valid_until_on.isoformat(),
        }
        for basis in bases
    ]


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

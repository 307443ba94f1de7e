"""Where releases of the policies, what they decided and what they ended are kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.core.involvement import Oin
from gateway.core.policy import DisclosureLevel
from gateway.core.purge import Counts, Purge, PurgeReceipt
from gateway.core.usefulness import FollowedMatch
from gateway.flows.ports.matches import MatchJob


@dataclass(frozen=True, slots=True)
class KeptRelease:
    """A release of the policies as its file was; `digest` is what its officers signed."""

    number: int
    digest: str
    content: bytes


class Policies(Protocol):
    """The releases of the policies that were ever in force: none is thrown away, because records refer to them."""

    def keep(self, release: KeptRelease) -> KeptRelease:
        """Keep a release, and return what is kept under its number: itself, or the one that came before it."""

    def newest(self) -> KeptRelease | None:
        """Return the release with the highest number that was ever in force."""

    def one(self, digest: str) -> KeptRelease | None:
        """Return the release with this digest."""


class Purges(Protocol):
    """The purge of lanes whose legal basis has ended; one is under way in a lane at a time."""

    def under_way(self, lane: str) -> Purge | None:
        """Return the purge of a lane that is not over yet."""

    def next_of(self, lane: str, *, after: str, limit: int) -> tuple[MatchJob, ...]:
        """Return the next registrations of a lane in order of id, but for those that a worker is matching now."""

    def holds(self, lane: str) -> bool:
        """Return whether a registration of this lane is left."""

    def remove(self, registrations: Sequence[str]) -> Counts:
        """Remove registrations with all that hangs on them, under the claim of their persons."""

    def advance(self, lane: str, receipt: str, gone: Counts, *, reached: str) -> None:
        """Add to what the purge took, which begins with its first chunk."""

    def close(self, receipt: str, *, statement: bytes, signature: bytes) -> None:
        """Put the signed statement on a purge that is over: its receipt."""

    def receipts(self) -> tuple[PurgeReceipt, ...]:
        """Return the receipts of all purges that are over, oldest first."""


@dataclass(frozen=True, slots=True)
class RegisteringOnRecord:
    """What is on record of a call to register or renew: its event, and its registration while that is kept.

    What no record holds any more is nothing. `refusal` is empty for a call that was granted; `silent` marks one that
    was answered as if it were, for a purpose that is always silent.
    """

    id: str
    at: datetime
    agency: Oin
    lane: str | None
    policy: str
    purpose: str
    flag: str | None
    preconditions: tuple[str, ...] | None
    rule: str | None
    refusal: str = ""
    silent: bool = False


@dataclass(frozen=True, slots=True)
class SideOnRecord:
    """One side of a meeting on record, with what it was to be told of the other."""

    agency: Oin
    purpose: str
    flag: str
    level: DisclosureLevel
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeetingOnRecord:
    """A meeting on record: a match, or one kept silent; `low` is the side whose OIN sorts first."""

    id: str
    at: datetime
    lane: str
    policy: str
    low: SideOnRecord
    high: SideOnRecord


class Decisions(Protocol):
    """What the policy decided in a period from one moment up to, not including, another: pages in order of id.

    The next page begins after the id of the last of the one before. Nothing in it tells of a person.
    """

    def logged(
        self, *, from_at: datetime, until_at: datetime, after: str, limit: int
    ) -> tuple[RegisteringOnRecord | MeetingOnRecord, ...]:
        """Return calls to register, renewals that were granted, and meetings kept silent."""

    def matched(self, *, from_at: datetime, until_at: datetime, after: str, limit: int) -> tuple[MeetingOnRecord, ...]:
        """Return meetings that became a match, whatever became of it."""


class Usefulness(Protocol):
    """What the yearly figures are made of, and those that were drawn up."""

    def followed(
        self, agencies: Collection[Oin], *, from_at: datetime, until_at: datetime, told_before_at: datetime
    ) -> tuple[FollowedMatch, ...]:
        """Return the matches made in a period to which one of these agencies is a party, each once.

        With what was told of them before a moment; not those that never were (made by a registration in error).
        """

    def drawn_up(self, event: str) -> str | None:
        """Return the figures that were drawn up in this event, or nothing."""

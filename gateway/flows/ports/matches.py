"""Where matches are due, kept and told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from gateway.core.contact import Mute, OpenedMatch, StandingMatch
from gateway.core.involvement import Oin
from gateway.core.ladder import Climb, ClimbingMatch, ListedState
from gateway.core.matching import Meeting
from gateway.core.reminders import OwnAlert
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.contacts import ContactDesk, OwnContactDesk
from gateway.protocol.messages.matches import ContactOutcome, Handler, MatchState
from keys.tokens import IndexToken


@dataclass(frozen=True, slots=True)
class MatchJob:
    """A registration waiting to be matched; jobs are taken in order of acceptance."""

    registration: str
    lane: str
    index_token: IndexToken
    attempts: int


@dataclass(frozen=True, slots=True)
class WaitingAlert:
    """An alert in an inbox: where to look, why, and for which of one's own desks; nothing else.

    `match` is the match that it is about, or by its kind a registration of one's own.
    """

    id: str
    match: str
    created_at: datetime
    kind: AlertKind = AlertKind.MATCH
    desk: str = ""


class MatchJobs(Protocol):
    """The queue between acceptance and matching."""

    def waiting(self) -> bool:
        """Return whether a job waits; cheap, asked outside a change."""

    def take(self, *, limit: int) -> tuple[MatchJob, ...]:
        """Take the oldest waiting jobs that no other worker holds; they are held until the transaction ends."""

    def peek(self, *, limit: int) -> tuple[MatchJob, ...]:
        """Return the oldest waiting jobs without holding them."""

    def take_one(self, registration: str) -> tuple[MatchJob, ...]:
        """Take the waiting job of one registration: a tuple of one, or empty when it is gone or held by another."""

    def of_persons(self, index_tokens: Collection[IndexToken]) -> tuple[MatchJob, ...]:
        """Return the waiting jobs of these persons, held by others or not."""

    def waits_by_parent(self, registration: str) -> bool:
        """Return whether a job waits of another agency's registration with a parent in common with this one."""

    def done(self, jobs: Sequence[MatchJob]) -> None:
        """Remove jobs."""

    def failed(self, job: MatchJob, *, park: bool) -> None:
        """Count a failed attempt; a parked job waits for a human and holds up no other (G12)."""

    def parked(self) -> int:
        """Return how many jobs are parked."""

    def hold(self, registrations: Collection[str]) -> None:
        """Wait for the workers that match these registrations, and let none begin; before the claim, as they do."""

    def queue(self, registrations: Sequence[str]) -> None:
        """Let those of these registrations that are active be matched anew."""

    def replay(self) -> int:
        """Let every parked job wait to be matched again, as if it never failed; return how many."""


class Matches(Protocol):
    """Matches and their parties."""

    def standing_of(self, registrations: Sequence[str]) -> tuple[tuple[str, Oin], ...]:
        """Return the standing matches of these registrations, each with the agency on the other side."""

    def end(self, matches: Sequence[str]) -> None:
        """End standing matches whose registrations go on."""

    def end_stale(self, jobs: Sequence[MatchJob]) -> None:
        """End standing matches of these persons in which a registration is no longer active."""

    def meetings(self, jobs: Sequence[MatchJob]) -> tuple[Meeting, ...]:
        """Return every meeting of these jobs' registrations with others' active ones, where no match stands.

        They meet by one person, or as different children by a parent in common: that only where the two agencies do
        not meet by one of these children as well. Active is decided here, by the database's clock, under the claim (G8,
        G15).
        """

    def open(self, matches: Sequence[OpenedMatch]) -> None:
        """Record matches, their two parties, both alerts and the webhook deliveries of those alerts."""

    def withhold(self, meetings: Sequence[Meeting]) -> frozenset[Meeting]:
        """Remember meetings of which a side would hear nothing, once for each kind; return those of a new kind."""

    def kept_silent(self, *, after: tuple[str, str], limit: int) -> tuple[Meeting, ...]:
        """Return remembered meetings of registrations that are active and in no match, in order of both ids."""

    def forget_silence(self, meetings: Collection[Meeting]) -> None:
        """Remember these no longer; whoever does so lets them be matched anew."""

    def one(self, match: str, *, agency: Oin) -> StandingMatch | None:
        """Return a match as this party sees it, or None when it is no party (G24)."""

    def page(self, agency: Oin, *, after: str, limit: int) -> tuple[StandingMatch, ...]:
        """Return this agency's matches with an id after `after`, in order of id."""

    def hold(self, match: str) -> None:
        """Hold the match until the transaction ends, so that two reports at one moment see one another."""

    def report(self, match: str, *, agency: Oin, outcome: ContactOutcome, state: MatchState) -> None:
        """Record this party's outcome and the state that follows; a closed match climbs no further."""

    def take_over(self, match: str, *, agency: Oin, handler: Handler) -> None:
        """Record who handles the match at this party."""

    def mute(self, match: str, *, agency: Oin, both: bool) -> None:
        """Record that this party wants to hear nothing more; with `both` it holds for both from now on."""

    def mutes(self, index_tokens: Collection[IndexToken]) -> tuple[Mute, ...]:
        """Return the mutes that hold about these persons."""

    def end_mutes(self, mutes: Sequence[Mute]) -> None:
        """Let these parties hear again of new matches with the other party of the mute."""

    def name_coordinator(self, match: str, *, agency: Oin, named: Oin, agreed: bool) -> None:
        """Record whom this party names to lead; with `agreed` that agency leads from now on."""

    def supervised(self, agencies: Collection[Oin], *, after: str, only: str, limit: int) -> tuple[ListedState, ...]:
        """Return how the standing matches are in which one of these agencies is a party, in order of id.

        Those with an id after `after`, or just the one named `only`.
        """

    def climbing(self, *, before_on: date) -> bool:
        """Return whether a match waits whose next step came before this day; cheap, asked outside a change."""

    def take_climbing(self, *, before_on: date, limit: int) -> tuple[ClimbingMatch, ...]:
        """Take the matches whose next step came first, of those that nobody holds and whose parties are still active.

        They are held until the transaction ends, so that who reports meanwhile waits, and is not passed over after.
        """

    def climb(self, climbs: Sequence[Climb]) -> None:
        """Put matches on their next step, and record its alerts with their webhook deliveries."""


class Alerts(Protocol):
    """The inboxes."""

    def waiting(self, agency: Oin, *, limit: int) -> tuple[WaitingAlert, ...]:
        """Return this agency's unacknowledged alerts, oldest first."""

    def newest(self, agency: Oin, *, limit: int) -> tuple[WaitingAlert, ...]:
        """Return the newest of this agency's unacknowledged alerts, the oldest of them first."""

    def acknowledge(self, agency: Oin, alerts: Collection[str]) -> tuple[str, ...]:
        """Mark this agency's alerts as acknowledged; return those that are its own, acknowledged now or before."""

    def tell(self, alerts: Sequence[OwnAlert]) -> None:
        """Record alerts to agencies about registrations of their own, and their deliveries."""


class Desks(Protocol):
    """Contact desks."""

    def of(self, agency: Oin) -> tuple[OwnContactDesk, ...]:
        """Return the desks of an agency."""

    def known(self, wanted: Collection[tuple[Oin, str]]) -> frozenset[tuple[Oin, str]]:
        """Return which of these (agency, contact id) exist."""

    def conflict(self, agencies: Collection[Oin]) -> Mapping[Oin, str]:
        """Return the conflict desk of each of these agencies that has one."""

    def put(self, agency: Oin, desk: ContactDesk) -> None:
        """Add a desk or replace the one of the same id; it counts as confirmed now."""

    def confirm(self, agency: Oin, desk: str) -> bool:
        """Record that a desk is as it should be now; False when there is none such of this agency."""

    def unconfirmed(self, registrations: Collection[str], *, before_at: datetime) -> Mapping[str, str]:
        """Return, of registrations whose desk was last confirmed before a moment, its deputy desk or an empty text."""

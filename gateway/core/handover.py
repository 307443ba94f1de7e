"""Safety oversight and how it moves: from Veilig Thuis to a local team that accepts an offer (domain rule 16)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from gateway.core.contact import StandingMatch
from gateway.core.deadlines import add_months, local_date
from gateway.core.involvement import Oin, Registration
from gateway.core.policy import DisclosureLevel
from gateway.core.refusals import Refusal, Refused
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.matches import MatchKind, MatchState
from gateway.protocol.messages.oversight import HandoverState
from gateway.protocol.messages.registrations import RegistrationStatus
from keys.tokens import IndexToken

LANE: Final = "veilig_thuis"
OPEN_REPORT: Final = "open_report"
MONITORING: Final = "monitoring"
OFFERS: Final = "veilig_thuis"
TAKES: Final = frozenset({"local_team"})
MONITORING_MONTHS: Final = 18
_OVER: Final = frozenset({MatchState.ENDED, MatchState.VOID})


@dataclass(frozen=True, slots=True)
class Oversight:
    """Who holds safety oversight of a person since when, by which of its registrations; it ends with that one."""

    id: str
    index_token: IndexToken
    agency: Oin
    registration: str
    since_at: datetime


@dataclass(frozen=True, slots=True)
class HandoverSide:
    """One of the two agencies of a handover, with its own registration of the person."""

    agency: Oin
    registration: str
    case_reference: str
    purpose: str


@dataclass(frozen=True, slots=True)
class OfferedHandover:
    """An offer as it is recorded; `conditions_version` is the SHA-256, in hex, of conditions that are never read here.

    `due_on` is the last working day on which it should be answered.
    """

    id: str
    match: str
    index_token: IndexToken
    giving: Oin
    giving_registration: str
    taking: Oin
    taking_registration: str
    conditions_version: str
    offered_at: datetime
    due_on: date
    calendar: str


@dataclass(frozen=True, slots=True)
class Handover:
    """A handover and what became of it; an offer has lapsed when its match or a registration of it is over."""

    id: str
    match: str
    index_token: IndexToken
    giving: HandoverSide
    taking: HandoverSide
    conditions_version: str
    state: HandoverState
    offered_at: datetime
    due_on: date
    calendar: str
    escalated_at: datetime | None
    decided_at: datetime | None
    reason: str | None

    def side_of(self, agency: Oin) -> HandoverSide:
        """Return the side of one of its two agencies."""
        return self.giving if self.giving.agency == agency else self.taking


@dataclass(frozen=True, slots=True)
class HandoverAlert:
    """What one of the two agencies is told of a handover."""

    id: str
    match: str
    handover: str
    recipient: Oin
    kind: AlertKind


def checked_report(registration: Registration) -> None:
    """Accept a registration by which Veilig Thuis may begin to hold safety oversight: an open report of its own.

    Raises:
        Refused: no longer active, or another kind of registration.
    """
    if registration.status is not RegistrationStatus.ACTIVE:
        raise Refused(Refusal.NOT_ACTIVE)
    if (registration.lane, registration.flag) != (LANE, OPEN_REPORT):
        raise Refused(Refusal.OVERSIGHT_NEEDS_REPORT)


def checked_match(match: StandingMatch, *, registration: str, taking_kind: str, taking_level: DisclosureLevel) -> None:
    """Accept a match through which safety oversight may be offered: it stands, and both sides may know each other.

    Raises:
        Refused: the match has ended, it is not that of this registration, or the other may not take safety oversight.
    """
    if match.state in _OVER:
        raise Refused(Refusal.MATCH_ENDED)
    if match.own.registration != registration:
        raise Refused(Refusal.NOT_FOUND)
    known = min(match.own.level, taking_level) >= DisclosureLevel.CONTACT
    if match.kind is not MatchKind.PERSON_MATCH or match.lane != LANE or taking_kind not in TAKES or not known:
        raise Refused(Refusal.HANDOVER_NOT_ADMITTED)


def checked_answer(handover: Handover, *, agency: Oin, by: Oin) -> None:
    """Accept that an agency takes the step that is `by` one side of an offer which is still open.

    Raises:
        Refused: the step is the other side's, or the offer was accepted, refused or withdrawn, or has lapsed.
    """
    if agency != by:
        raise Refused(Refusal.HANDOVER_OTHER_SIDE)
    if handover.state is not HandoverState.OFFERED:
        raise Refused(Refusal.HANDOVER_CLOSED, state=handover.state.value)


def monitoring_ends_on(accepted_at: datetime) -> date:
    """Return the first day on which Veilig Thuis no longer monitors: 18 months after the handover, never shifted."""
    return add_months(local_date(accepted_at), MONITORING_MONTHS)


def is_re_report(registration: Registration, last_accepted_at: datetime | None) -> bool:
    """Return whether an open report came while its own agency monitored, after the handover that is given."""
    if (registration.lane, registration.flag) != (LANE, OPEN_REPORT):
        return False
    at = registration.registered_at
    if at is None or last_accepted_at is None:
        return False
    return last_accepted_at <= at and local_date(at) < monitoring_ends_on(last_accepted_at)


def runs_as_monitoring(registration: Registration) -> bool:
    """Return whether a registration says that Veilig Thuis keeps watch after a handover."""
    return (registration.lane, registration.flag) == (LANE, MONITORING)


def checked_monitoring(ends_on: date | None, *, valid_until_on: date, term_asked: bool, today_on: date) -> date:
    """Return the end of a registration that runs as monitoring: what it is, or that of the monitoring if that is first.

    Raises:
        Refused: there was no accepted handover in the last 18 months, or a later end was asked for.
    """
    if ends_on is None or ends_on <= today_on:
        raise Refused(Refusal.MONITORING_WITHOUT_HANDOVER)
    if term_asked and valid_until_on > ends_on:
        raise Refused(Refusal.TERM_TOO_LONG, latest=ends_on.isoformat())
    return min(valid_until_on, ends_on)

"""Breaking the glass: who asked and who confirmed, for how many hours, and how two officers judge it afterwards."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from gateway.core.deadlines import add_working_days
from gateway.core.involvement import AMSTERDAM, Oin, ends_at
from gateway.core.policy import LanePolicy, Permitted
from gateway.core.policy.card import Span
from gateway.core.refusals import Refusal, Refused
from gateway.protocol.messages.emergencies import EmergencyReason, EmergencyState, Verdict

#: The part of the house that keeps who broke the glass and who judged it (`vergt`), and the words of the card.
PROCEDURE: Final = "emergency_procedure"
LANE: Final = "emergency"
FLAG: Final = "immediate_danger"
#: What the rule requires to be attested, and this procedure sees to: a coded reason, and two who judge it.
ASSURED: Final = ("reason_recorded", "two_reviewers")

REVIEWERS: Final = 2
REVIEW_WORKING_DAYS: Final = 1
#: So often a day glass is broken before it looks like a habit (abuse case A9); beyond it nothing is taken.
A_DAY_BY_ONE_USER: Final = 5
A_DAY_BY_ONE_AGENCY: Final = 25


@dataclass(frozen=True, slots=True)
class BrokenGlass:
    """What is recorded beside the registration when glass is broken: the how manieth of its agency on which day.

    `user` is the agency's own pseudonym of a person. `case_reference` stays for the review, whatever is withdrawn.
    """

    registration: str
    agency: Oin
    reason: EmergencyReason
    user: str
    case_reference: str
    ends_at: datetime
    broken_on: date
    number: int


@dataclass(frozen=True, slots=True)
class Emergency:
    """Broken glass as it stands; `goes_on` says that neither its hours are over nor its registration has ended."""

    registration: str
    agency: Oin
    lane: str
    reason: EmergencyReason
    broken_by: str
    case_reference: str
    broken_at: datetime
    ends_at: datetime
    goes_on: bool
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    review_due_on: date | None = None
    calendar: str | None = None
    verdicts: tuple[tuple[Oin, Verdict], ...] = ()

    @property
    def state(self) -> EmergencyState:
        """Where it is: asked by one person, open once another confirmed it, and over."""
        if not self.goes_on:
            return EmergencyState.OVER
        return EmergencyState.ASKED if self.confirmed_at is None else EmergencyState.OPEN

    @property
    def verdict(self) -> Verdict | None:
        """What the review says: one officer who finds no justification is enough, two are needed to find one."""
        said = [verdict for _, verdict in self.verdicts]
        if Verdict.NOT_JUSTIFIED in said:
            return Verdict.NOT_JUSTIFIED
        return Verdict.JUSTIFIED if len(said) >= REVIEWERS else None


def lives_on_glass(policy: LanePolicy | None) -> bool:
    """Whether nothing may be in this lane but what glass was broken for."""
    return policy is not None and PROCEDURE in policy.card.mechanisms


def closes_at(hours: int | None, policy: LanePolicy, *, permitted: Permitted, now: datetime) -> datetime:
    """Return when glass that is broken now shows nothing any more: after the hours asked, or the card's own.

    A term of days on the card is so many times twenty-four hours here; it never outlasts what the policy permits.

    Raises:
        Refused: `emergency_hours`, with the most that the card gives.
    """
    today_on = now.astimezone(AMSTERDAM).date()
    most = _hours(policy.card.terms.maximum, today_on)
    if hours is not None and hours > most:
        raise Refused(Refusal.EMERGENCY_HOURS, most_hours=most)
    chosen = _hours(policy.card.terms.default, today_on) if hours is None else hours
    return min(now + timedelta(hours=chosen), ends_at(permitted.latest_valid_until_on))


def over_on(closing_at: datetime) -> date:
    """Return the first day on which glass that closes then is closed all day: what a registration calls its end."""
    local = closing_at.astimezone(AMSTERDAM)
    return local.date() if closing_at == ends_at(local.date()) else local.date() + timedelta(days=1)


def checked_quota(*, by_agency: int, by_user: int) -> None:
    """Accept one more of a day on which an agency, and this user of it, broke so many before.

    Raises:
        Refused: `emergency_quota`.
    """
    if by_user >= A_DAY_BY_ONE_USER:
        raise Refused(Refusal.EMERGENCY_QUOTA, most=A_DAY_BY_ONE_USER)
    if by_agency >= A_DAY_BY_ONE_AGENCY:
        raise Refused(Refusal.EMERGENCY_QUOTA, most=A_DAY_BY_ONE_AGENCY)


def checked_confirmation(emergency: Emergency, *, user: str) -> None:
    """Accept a confirmation by another person than who asked, once, while the hours run.

    Raises:
        Refused: `emergency_same_person`, `emergency_confirmed` or `not_active`.
    """
    if emergency.confirmed_at is not None:
        raise Refused(Refusal.EMERGENCY_CONFIRMED)
    if not emergency.goes_on:
        raise Refused(Refusal.NOT_ACTIVE)
    if emergency.broken_by.casefold() == user.casefold():
        raise Refused(Refusal.EMERGENCY_SAME_PERSON)


def checked_verdict(emergency: Emergency, *, officer: Oin) -> None:
    """Accept a verdict of an officer who gave none, while fewer than two are there; the hours may be over.

    Raises:
        Refused: `emergency_reviewed`.
    """
    judges = [judge for judge, _ in emergency.verdicts]
    if officer in judges or len(judges) >= REVIEWERS:
        raise Refused(Refusal.EMERGENCY_REVIEWED)


def review_due(confirmed_at: datetime) -> date:
    """Return the last working day on which two officers must have judged it."""
    return add_working_days(confirmed_at, REVIEW_WORKING_DAYS)


def _hours(span: Span, from_on: date) -> int:
    return (span.after(from_on) - from_on).days * 24

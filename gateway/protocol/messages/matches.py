"""A match, its two sides and what they report of their contact."""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from gateway.protocol.messages.base import CaseReference, HandoverId, MatchId, Message, Name, RegistrationId
from gateway.protocol.messages.contacts import ContactDesk
from gateway.protocol.messages.oversight import OversightHeld
from gateway.protocol.messages.policy import Explanation


class MatchState(StrEnum):
    """Whether the parties found each other."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    ENDED = "ended"
    VOID = "void"


class MatchKind(StrEnum):
    """What two registrations have in common: the person, or of two children a parent."""

    PERSON_MATCH = "person_match"
    PARENT_MATCH = "parent_match"


class LadderStep(StrEnum):
    """How far up the ladder a match went for want of contact (domain rule 14)."""

    REPORTER = "reporter"
    DEPUTY = "deputy"
    COORDINATOR = "coordinator"
    SUPERVISOR = "supervisor"


class Handler(StrEnum):
    """Who handles a match at an agency: its reporter, unless a deputy or the coordinator took it over."""

    REPORTER = "reporter"
    DEPUTY = "deputy"
    COORDINATOR = "coordinator"


class Side(StrEnum):
    """One of the two parties of a match, as the other or itself names it."""

    OWN = "own"
    OTHER = "other"


class ContactOutcome(StrEnum):
    """What came of the contact (domain rule 14)."""

    CONTACTED = "contacted"
    ALREADY_IN_CONTACT = "already_in_contact"
    NO_LONGER_INVOLVED = "no_longer_involved"
    WRONG_PERSON = "wrong_person"
    PLAN_MADE = "plan_made"
    NONE = "none"


class HomeBanFact(Message):
    """A home ban is in force: up to and including which day, and which agency leads."""

    kind: Literal["home_ban"] = "home_ban"
    through: date = Field(description="The last day on which it is in force, unless it is extended.")
    until: date = Field(description="The first day on which it no longer is (00:00 Europe/Amsterdam).")
    led_by: str


class OtherParty(Message):
    """What the rule discloses of the other agency."""

    agency: str
    contact: ContactDesk | None = None
    flag: Name | None = Field(default=None, description="How the other is involved; only where the rule tells that.")
    fact: HomeBanFact | None = Field(default=None, description="One dated fact; only where the rule tells that.")


class ListedMatch(Message):
    """A match in a list: one's own case, and nothing of the other. Whoever wants to see that looks at one match."""

    id: MatchId
    kind: MatchKind = MatchKind.PERSON_MATCH
    lane: Name
    state: MatchState
    opened_at: datetime
    due_on: date
    calendar: str
    registration_id: RegistrationId
    case_reference: CaseReference | None = Field(default=None, description="Absent once it was erased.")
    outcome: ContactOutcome | None = None
    other_reported: bool
    step: LadderStep = Field(description="How far up the ladder it went for want of contact.")
    next_step_on: date | None = Field(default=None, description="Last day of the term after which it goes further.")
    handled_by: Handler = Field(description="Who handles it at your own agency.")
    muted: bool = Field(description="Whether you hear nothing more of this person with this party, as both asked.")
    desk_unconfirmed: bool = Field(description="Whether your own desk was not confirmed in time, so the deputy hears.")


class MatchView(ListedMatch):
    """A match as one party may see it: its own case, and of the other what the rule discloses."""

    disclosure: str
    rules: tuple[str, ...]
    legal_basis: tuple[str, ...]
    why: Explanation
    other: OtherParty | None = None
    safety_oversight: OversightHeld | None = None
    handover: HandoverId | None = Field(default=None, description="The last one that was offered through this match.")
    case_coordinator: Side | None = Field(default=None, description="Who leads, once both named the same agency.")
    named_by_own: Side | None = Field(default=None, description="Whom you named to lead.")
    named_by_other: Side | None = Field(default=None, description="Whom the other named; name the same to accept.")


class Matches(Message):
    """A page of one's matches, in order of id; `next` is absent on the last page."""

    matches: tuple[ListedMatch, ...]
    next: MatchId | None = None


class ReportContact(Message):
    """What came of the contact."""

    outcome: ContactOutcome
    reason: Name | None = Field(default=None, description="Required with `none`: why there was no contact.")


class ContactReported(Message):
    """The state of the match after the report."""

    id: MatchId
    state: MatchState


class TakenOver(Message):
    """Who handles the match at your agency now."""

    id: MatchId
    handled_by: Handler


class Muted(Message):
    """What became of asking to hear nothing more: it holds once both parties asked, until a third agency appears."""

    id: MatchId
    muted: bool


class NameCoordinator(Message):
    """Which of the two agencies is to lead; it does once both named the same."""

    coordinator: Side


class CoordinatorNamed(Message):
    """Which agency leads, if both named the same."""

    id: MatchId
    case_coordinator: Side | None = None


class SupervisedMatch(Message):
    """A match as the supervisor of a municipality sees it: whether contact was made, nothing of whom or about whom."""

    id: MatchId
    lane: Name
    state: MatchState
    age_days: int = Field(ge=0, description="Since it was made.")
    due_on: date
    calendar: str
    step: LadderStep
    next_step_on: date | None = None
    sides_reported: int = Field(ge=0, le=2, description="How many of the two agencies reported.")


class SupervisedMatches(Message):
    """A page of the matches that stand in one's municipality, in order of id; `next` is absent on the last page."""

    matches: tuple[SupervisedMatch, ...]
    next: MatchId | None = None

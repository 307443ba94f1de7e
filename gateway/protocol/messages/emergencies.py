"""Breaking the glass: by one person, confirmed by another, judged by two officers."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from gateway.protocol.messages.base import (
    Attested,
    CaseReference,
    ContactId,
    EventId,
    Message,
    Name,
    RegistrationId,
    TokenText,
)
from gateway.protocol.messages.notices import SubjectNotice

UserPseudonym = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$"),
    Field(description="The agency's own pseudonym of one of its people: the same for one person, and never a name."),
]


class EmergencyReason(StrEnum):
    """Why it cannot wait, as coarsely as that can be said; the substance stays in the agency's own file."""

    THREAT_TO_LIFE = "threat_to_life"
    CHILD_IN_DANGER = "child_in_danger"
    MISSING_IN_DANGER = "missing_in_danger"


class EmergencyState(StrEnum):
    """Where broken glass is: asked by one person, open once another confirmed it, over with its hours."""

    ASKED = "asked"
    OPEN = "open"
    OVER = "over"


class Verdict(StrEnum):
    """What an officer finds of it afterwards."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"


class BreakGlass(Message):
    """Somebody is in immediate danger: tell us who else is needed now, once a second person confirms this."""

    token: TokenText
    purpose: Name
    case_reference: CaseReference
    contact_id: ContactId = Field(description="Desk that is on call.")
    attested: Attested = Field(description="The danger is immediate, and our own file says why.")
    subject_notice: SubjectNotice
    reason: EmergencyReason
    user: UserPseudonym
    hours: int | None = Field(
        default=None, ge=1, le=168, strict=True, description="After so many it shows nothing; the card's if absent."
    )


class GlassBroken(Message):
    """It is recorded and tells nobody anything until another person of the same agency confirms it."""

    id: RegistrationId
    state: EmergencyState
    ends_at: datetime
    event: EventId


class ConfirmEmergency(Message):
    """I am another person, and I too say that this cannot wait."""

    attested: Attested
    user: UserPseudonym


class EmergencyConfirmed(Message):
    """It is open: who is needed at the same person is told, and officers are to review it by this day."""

    id: RegistrationId
    state: EmergencyState
    ends_at: datetime
    review_due_on: date = Field(description="Last working day on which two officers should have judged it.")
    calendar: str
    event: EventId


class OwnEmergency(Message):
    """Broken glass as its own agency sees it."""

    id: RegistrationId
    case_reference: CaseReference
    reason: EmergencyReason
    state: EmergencyState
    broken_by: UserPseudonym
    broken_at: datetime
    ends_at: datetime
    confirmed_by: UserPseudonym | None = None
    review_due_on: date | None = None
    calendar: str | None = None
    verdict: Verdict | None = Field(default=None, description="Of two officers, or of one who finds no justification.")


class OwnEmergencies(Message):
    """A page of one's own broken glass, in order of id; `next` is absent on the last page."""

    emergencies: tuple[OwnEmergency, ...]
    next: RegistrationId | None = None


class EmergencyToReview(OwnEmergency):
    """Broken glass as an officer sees it: by which agency and people, why and when; nobody whom it is about."""

    agency: str = Field(description="Name of the agency that broke it.")
    verdicts: int = Field(ge=0, le=2, description="How many officers judged it.")


class EmergenciesToReview(Message):
    """A page of what officers are to review, in order of id; `next` is absent on the last page."""

    emergencies: tuple[EmergencyToReview, ...]
    next: RegistrationId | None = None


class JudgeEmergency(Message):
    """What I, an officer, find of it."""

    verdict: Verdict


class EmergencyJudged(Message):
    """How the review stands; `verdict` is absent while a second officer is needed."""

    id: RegistrationId
    verdicts: int
    verdict: Verdict | None = None
    event: EventId

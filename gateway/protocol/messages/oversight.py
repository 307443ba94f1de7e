"""Safety oversight: who holds it, and how it is handed over."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from gateway.protocol.messages.base import (
    CaseReference,
    EventId,
    HandoverId,
    MatchId,
    Message,
    Name,
    OversightId,
    RegistrationId,
)


class OversightHeld(Message):
    """Which of the two agencies of a match holds safety oversight now; of any other nothing is said."""

    holder: str = Field(description="Name of the agency.")
    own: bool
    since: datetime


ConditionsVersion = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Field(description="SHA-256 in hex of the safety conditions, which both agencies have and the gateway never sees."),
]


class BeginOversight(Message):
    """We hold safety oversight from now on, by this open report of ours."""

    registration_id: RegistrationId


class OversightBegun(Message):
    """Safety oversight is held until it is handed over or the registration ends."""

    id: OversightId
    registration_id: RegistrationId
    since: datetime
    event: EventId


class HandoverState(StrEnum):
    """What became of an offer; one that was never answered lapses with its match or with a registration of it."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class HandoverRole(StrEnum):
    """On which side of a handover an agency is."""

    GIVING = "giving"
    TAKING = "taking"


class HandoverRefusalReason(StrEnum):
    """Why a local team does not take safety oversight."""

    CONDITIONS_UNCLEAR = "conditions_unclear"
    NOT_SAFE_YET = "not_safe_yet"
    NO_CAPACITY = "no_capacity"
    OTHER_MUNICIPALITY = "other_municipality"
    NOT_OUR_TASK = "not_our_task"


class HandoverWithdrawalReason(StrEnum):
    """Why Veilig Thuis takes an offer back."""

    SITUATION_CHANGED = "situation_changed"
    CONDITIONS_CHANGED = "conditions_changed"
    NO_ANSWER = "no_answer"
    OFFERED_IN_ERROR = "offered_in_error"


class OfferHandover(Message):
    """We offer safety oversight to the agency of this match, under these conditions."""

    registration_id: RegistrationId
    match_id: MatchId
    conditions_version: ConditionsVersion


class AcceptHandover(Message):
    """We take safety oversight, under the conditions that we have read: they must be those of the offer."""

    conditions_version: ConditionsVersion


class RefuseHandover(Message):
    """We do not take it; whoever offered it still holds it."""

    reason: HandoverRefusalReason


class WithdrawHandover(Message):
    """We take the offer back and still hold safety oversight."""

    reason: HandoverWithdrawalReason


class HandoverView(Message):
    """A handover as one of its two agencies sees it, with its own registration; the match says who the other is."""

    id: HandoverId
    match_id: MatchId
    role: HandoverRole
    registration_id: RegistrationId
    case_reference: CaseReference | None = Field(default=None, description="Absent once it was erased.")
    state: HandoverState
    conditions_version: ConditionsVersion
    offered_at: datetime
    due_on: date = Field(description="Last working day on which it should be answered.")
    calendar: str
    escalated_at: datetime | None = Field(default=None, description="When both were told that no answer came in time.")
    decided_at: datetime | None = None
    reason: Name | None = None


class Handovers(Message):
    """A page of one's handovers, in order of id; `next` is absent on the last page."""

    handovers: tuple[HandoverView, ...]
    next: HandoverId | None = None

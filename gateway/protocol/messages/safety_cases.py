"""The list of accepted cases of a safety house."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from gateway.protocol.messages.base import Attested, CaseId, CaseReference, EventId, Message, Name, OinText


class CaseStatus(StrEnum):
    """Where an accepted case is in its life."""

    OPEN = "open"
    CLOSED = "closed"


Participants = Annotated[tuple[OinText, ...], Field(max_length=64, description="Agencies that take part, by OIN.")]


class OpenCase(Message):
    """The safety house accepted this case: these take part in it, and register under its reference."""

    lane: Name
    purpose: Name
    case_reference: CaseReference
    attested: Attested = Field(description="The safety house has accepted the case.")
    participants: Participants
    coordinator: OinText | None = Field(default=None, description="Who leads; the caller if absent.")
    accepted_on: date


class CaseOpened(Message):
    """The case is on the list."""

    id: CaseId
    status: CaseStatus
    event: EventId


class CaseView(Message):
    """An accepted case as those who take part in it see it."""

    id: CaseId
    lane: Name
    case_reference: CaseReference
    opened_by: OinText
    participants: Participants
    coordinator: OinText
    accepted_on: date
    status: CaseStatus
    opened_at: datetime


class SafetyCases(Message):
    """A page of the cases in which one takes part, in order of id; `next` is absent on the last page."""

    cases: tuple[CaseView, ...]
    next: CaseId | None = None


class CaseClosed(Message):
    """The case is closed, and all that was registered under it has ended."""

    id: CaseId
    status: CaseStatus
    event: EventId

"""What a person consents to, toward whom and until when."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from gateway.protocol.messages.base import (
    Attested,
    CaseReference,
    ConsentId,
    EventId,
    Message,
    Name,
    OinText,
    RegistrationId,
    TokenText,
)


class ConsentStatus(StrEnum):
    """Where a consent is in its life; only a valid one carries anything."""

    VALID = "valid"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


Kinds = Annotated[
    tuple[Name, ...], Field(max_length=32, description="Kinds of agency that may hear of it, in code names.")
]
Named = Annotated[tuple[OinText, ...], Field(max_length=32, description="Agencies by name that may hear of it.")]


class RecordConsent(Message):
    """This person consents to our involvement being known, for one purpose, toward these, until a day."""

    token: TokenText
    lane: Name
    purpose: Name
    case_reference: CaseReference
    attested: Attested = Field(description="The person gave it freely, knowing for what and toward whom.")
    kinds: Kinds = ()
    agencies: Named = ()
    given_on: date
    valid_until: date | None = Field(
        default=None,
        description="First day on which it no longer holds (00:00 Europe/Amsterdam); the policy's if absent.",
    )


class ConsentRecorded(Message):
    """The consent is valid from now on; one of the same person and purpose that stood before is replaced by it."""

    id: ConsentId
    status: ConsentStatus
    valid_until: date
    replaced: ConsentId | None = None
    event: EventId


class OwnConsent(Message):
    """A consent as the agency that recorded it sees it; the token is never given back."""

    id: ConsentId
    lane: Name
    purpose: Name
    case_reference: CaseReference
    kinds: Kinds
    agencies: Named
    given_on: date
    valid_until: date
    status: ConsentStatus
    recorded_at: datetime


class OwnConsents(Message):
    """A page of one's own consents, in order of id; `next` is absent on the last page."""

    consents: tuple[OwnConsent, ...]
    next: ConsentId | None = None


class ConsentWithdrawn(Message):
    """The consent has ended, and all that rested on it is erased: these registrations, and every match of theirs."""

    id: ConsentId
    status: ConsentStatus
    registrations: tuple[RegistrationId, ...]
    event: EventId

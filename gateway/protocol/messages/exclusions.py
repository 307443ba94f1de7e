"""Who must learn nothing of whom, and what that withheld."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from gateway.protocol.messages.base import (
    Attested,
    CaseReference,
    ContactId,
    EventId,
    ExclusionId,
    Message,
    Name,
    OinText,
    TokenText,
)
from gateway.protocol.messages.contacts import ContactDesk


class Excluded(Message):
    """Who must learn nothing, or only its conflict desk: an agency, or the unit of it that registers with this desk."""

    agency: OinText
    contact_id: ContactId | None = Field(default=None, description="Desk of the unit; absent: the whole agency.")
    conflict_desk: bool = Field(
        default=False, description="It may hear, at its conflict desk alone; without such a desk it learns nothing."
    )


class RecordExclusion(Message):
    """Whoever is named here must learn nothing of this person; a mediator hears when it would have."""

    token: TokenText
    lane: Name
    purpose: Name
    case_reference: CaseReference
    contact_id: ContactId = Field(description="Desk that the mediator may call.")
    attested: Attested = Field(description="The person's safety asks for it; the reason itself is never sent.")
    excluded: Annotated[tuple[Excluded, ...], Field(min_length=1, max_length=20)]
    mediator: OinText


class ExclusionReach(StrEnum):
    """Between whom an exclusion keeps silent: who recorded it and the excluded, or whoever and the excluded."""

    OWN = "own"
    PERSON = "person"


class ExclusionStatus(StrEnum):
    """Whether an exclusion stands; only one that stands keeps anything silent."""

    STANDING = "standing"
    LIFTED = "lifted"


class ExclusionRole(StrEnum):
    """What an agency is to an exclusion; to whoever is neither, there is none."""

    RECORDER = "recorder"
    MEDIATOR = "mediator"


class ExclusionRecorded(Message):
    """The exclusion stands: nothing made after this tells the excluded anything, and what stood has ended."""

    id: ExclusionId
    status: ExclusionStatus
    reach: ExclusionReach
    event: EventId


class WithheldParty(Message):
    """Who would have met an excluded agency, as its mediator may call it; the excluded one is not named."""

    withheld_at: datetime
    agency: str
    contact: ContactDesk | None = None


class ExclusionView(Message):
    """An exclusion as its recorder or its mediator sees it: whom it excludes stays sealed for both.

    Who recorded it and what it withheld is for the mediator alone: the recorder is told of no pair (both or neither).
    """

    id: ExclusionId
    lane: Name
    role: ExclusionRole
    status: ExclusionStatus
    reach: ExclusionReach
    recorded_at: datetime
    lifted_at: datetime | None = None
    case_reference: CaseReference | None = None
    mediator: str | None = None
    recorded_by: str | None = None
    contact: ContactDesk | None = None
    withheld: tuple[WithheldParty, ...] | None = None


class Exclusions(Message):
    """A page of the exclusions that one recorded or mediates, in order of id; `next` is absent on the last page."""

    exclusions: tuple[ExclusionView, ...]
    next: ExclusionId | None = None


class ExclusionLifted(Message):
    """The exclusion stands no more; what it withheld is matched anew."""

    id: ExclusionId
    status: ExclusionStatus
    event: EventId

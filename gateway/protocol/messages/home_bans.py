"""A home ban: a dated fact that lapses by itself."""

from datetime import date

from pydantic import Field

from gateway.protocol.messages.base import Attested, CaseReference, ContactId, Message, Name, OinText, TokenText
from gateway.protocol.messages.notices import SubjectNotice


class ImposeHomeBan(Message):
    """The mayor imposed a home ban: it is in force for ten days from its first, and lapses by itself."""

    token: TokenText
    purpose: Name
    case_reference: CaseReference
    contact_id: ContactId = Field(description="Desk that the other agency may call.")
    attested: Attested = Field(description="The mayor has imposed the ban, and it was not withdrawn.")
    subject_notice: SubjectNotice
    starts_on: date
    led_by: OinText | None = Field(default=None, description="The agency that leads; the ban desk itself if absent.")


class ExtendHomeBan(Message):
    """The mayor extended a ban that is in force, to twenty-eight days in all at most."""

    attested: Attested = Field(description="The mayor has extended the ban.")
    subject_notice: SubjectNotice
    until: date = Field(description="First day on which it is no longer in force (00:00 Europe/Amsterdam).")

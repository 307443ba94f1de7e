"""Whether the person has been told of a registration."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from gateway.protocol.messages.base import Message


class NoticeStatus(StrEnum):
    """Whether the person has been told (domain rule 7)."""

    GIVEN = "given"
    DEFERRED = "deferred"


class DeferralReason(StrEnum):
    """Why the notice waits; a deferred notice always has a day on which that is looked at again."""

    SAFETY = "safety"
    INVESTIGATION = "investigation"
    UNREACHABLE = "unreachable"


class SubjectNotice(Message):
    """The notice to the person: given on a day, or deferred for a coded reason until a review day."""

    status: NoticeStatus
    on: date = Field(description="Day on which it was given, or on which a deferral is reviewed.")
    reason: DeferralReason | None = Field(default=None, description="Only with a deferral, and then required.")

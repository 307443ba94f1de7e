"""That somebody died or moved, by a register of persons."""

from datetime import date

from pydantic import Field

from gateway.protocol.messages.base import Attested, EventId, LifeNoticeId, Message, Name, TokenText


class NoticeOfLife(Message):
    """The register of persons says that somebody died, or moved, on a day; it hears nothing of what follows."""

    token: TokenText
    lane: Name
    on: date = Field(description="The day on which it happened.")
    attested: Attested = Field(description="The register of persons says so.")


class NoticeTaken(Message):
    """It is durable, and looked at later: the same answer whether or not anybody registered that person."""

    id: LifeNoticeId
    event: EventId

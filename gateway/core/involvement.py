"""What an agency's involvement with a person is once the index holds it, and when it ends."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from gateway.core.parents import Parent
from gateway.protocol.messages.identities import Identity
from gateway.protocol.messages.notices import SubjectNotice
from gateway.protocol.messages.registrations import RegistrationStatus, WithdrawalReason
from keys.labels import Oin
from keys.tokens import IndexToken, SealedElement

__all__ = ["AMSTERDAM", "Ending", "Oin", "Registration", "ending_of_matches", "ends_at", "renew_before"]

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
RENEWAL_NOTICE_DAYS = 14


def ends_at(valid_until_on: date) -> datetime:
    """Return the instant at which a term ends: 00:00 in Amsterdam on the first day after it (domain rule 8)."""
    return datetime(valid_until_on.year, valid_until_on.month, valid_until_on.day, tzinfo=AMSTERDAM).astimezone(UTC)


def renew_before(valid_until_on: date) -> date:
    """Return the day before which the agency is asked to renew: two weeks before the end."""
    return valid_until_on - timedelta(days=RENEWAL_NOTICE_DAYS)


@dataclass(frozen=True, slots=True)
class Registration:
    """One involvement as the index holds it. `case_reference` is the agency's own and shown to it alone."""

    id: str
    agency: Oin
    lane: str
    index_token: IndexToken
    sealed: SealedElement
    key_id: bytes
    epoch: int
    flag: str
    purpose: str
    case_reference: str
    contact_id: str
    notice: SubjectNotice
    valid_until_on: date
    status: RegistrationStatus = RegistrationStatus.ACTIVE
    consent: str | None = None  # the one that it rests on, in a lane that lives on consent
    archive_until_on: date | None = None  # the age limit of the lane, as far as the agency said
    confidential_address: bool = False  # it never takes part in a match of a family
    identity: Identity = Identity.EXACT
    archived: bool = False  # it is over, and kept for its one hint
    registered_at: datetime | None = None  # the database's time, known once it is stored
    parents: tuple[Parent, ...] = ()  # of a child; written with it and never read back with it


class Ending(StrEnum):
    """What happens to the matches of a registration that ends."""

    ENDED = "ended"
    VOID = "void"


def ending_of_matches(reason: WithdrawalReason) -> Ending:
    """Return whether matches end or never were: registered in error means "forget this" (domain rule 10)."""
    return Ending.VOID if reason is WithdrawalReason.REGISTERED_IN_ERROR else Ending.ENDED

"""An involvement from its attestation to its withdrawal."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StrictBool

from gateway.protocol.messages.base import (
    ROWS_PER_BATCH,
    Attested,
    CaseReference,
    ContactId,
    EventId,
    FirstOfMonth,
    Message,
    Name,
    Preconditions,
    RegistrationId,
    TokenText,
)
from gateway.protocol.messages.identities import Identity
from gateway.protocol.messages.notices import SubjectNotice
from gateway.protocol.messages.policy import Allowed, LegalBasis

Parents = Annotated[
    tuple[TokenText, ...],
    Field(
        max_length=2,
        description="Tokens of up to two parents, from the register of persons; only where the lane's card admits it.",
    ),
]


class RegisterInvolvement(Message):
    """We are involved with this person: the one thing an agency can say."""

    token: TokenText
    lane: Name
    flag: Name = "involved"
    purpose: Name
    case_reference: CaseReference
    contact_id: ContactId = Field(description="Desk that the other agency may call.")
    parents: Parents = ()
    identity: Literal[Identity.POSSIBLE] | None = Field(
        default=None,
        description="The token is of name and birth date, for want of a person number: set aside until resolved.",
    )
    attested: Attested = Field(description="The criterion of the lane is met; the reason itself is never sent.")
    preconditions: Preconditions = ()
    subject_notice: SubjectNotice
    valid_until: date | None = Field(
        default=None,
        description="First day on which it no longer holds (00:00 Europe/Amsterdam); the policy's if absent.",
    )
    archive_until: FirstOfMonth | None = Field(
        default=None,
        description="First day on which nothing of it may be kept any more: the age limit of the lane, rounded down to "
        "the first of a month. If absent, a lane with an age limit keeps nothing beyond validUntil.",
    )
    confidential_address: StrictBool = Field(
        default=False, description="The address is secret: no parents may be named, and no match is made by them."
    )


class RenewRegistration(Message):
    """A new attestation and a new notice (domain rule 9), not an edit of a date."""

    attested: Attested
    preconditions: Preconditions = ()
    subject_notice: SubjectNotice
    valid_until: date | None = None


class WithdrawalReason(StrEnum):
    """Why a registration ends before its term (domain rule 10)."""

    REGISTERED_IN_ERROR = "registered_in_error"
    RISK_GONE = "risk_gone"
    OBJECTION_UPHELD = "objection_upheld"
    ERASURE = "erasure"


class WithdrawRegistration(Message):
    """We are no longer involved."""

    reason: WithdrawalReason


class RegistrationStatus(StrEnum):
    """Where a registration is in its life."""

    ACTIVE = "active"
    RESTRICTED = "restricted"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Receipt(Message):
    """The answer to a registration: fixed before anything is matched, the same in shape and size whatever matches."""

    id: RegistrationId
    status: RegistrationStatus
    valid_until: date
    renew_before: date
    event: EventId


class RefusedRow(Message):
    """Why one row of a batch was not taken; the others were. What the policy says of it has members of its own."""

    code: str
    title: str
    detail: str
    rule: str | None = None
    legal_basis: LegalBasis = ()
    allowed: Allowed = ()
    why: str | None = None


class BatchRow(Message):
    """What became of one line of a batch, counted from 1: a receipt or a refusal."""

    row: int = Field(ge=1, le=ROWS_PER_BATCH)
    receipt: Receipt | None = None
    problem: RefusedRow | None = None


class BatchReceipt(Message):
    """The answer to a batch. A batch is not atomic: good rows are taken, bad rows come back, each by its line."""

    accepted: int
    refused: int
    rows: tuple[BatchRow, ...]


class Clock(Message):
    """A statutory clock of Veilig Thuis; the calendar is named where the term is counted in working days."""

    name: Name
    due_on: date
    calendar: str | None = None


class OwnRegistration(Message):
    """A registration as its own agency sees it; the token is never given back."""

    id: RegistrationId
    lane: Name
    flag: Name
    purpose: Name
    case_reference: CaseReference | None = Field(default=None, description="Absent once it was erased.")
    contact_id: ContactId
    status: RegistrationStatus
    subject_notice: SubjectNotice
    registered_at: datetime
    valid_until: date
    renew_before: date
    identity: Identity | None = Field(default=None, description="Only where it is not known by a person number.")
    confidential_address: bool | None = Field(default=None, description="Only where the address is secret.")
    re_report: bool | None = Field(
        default=None, description="An open report about someone whom the same Veilig Thuis was monitoring."
    )
    clocks: tuple[Clock, ...] | None = Field(
        default=None, description="Statutory clocks; only where one registration of Veilig Thuis is shown."
    )


class OwnRegistrations(Message):
    """A page of one's own registrations, in order of id; `next` is absent on the last page."""

    registrations: tuple[OwnRegistration, ...]
    next: RegistrationId | None = None


class Withdrawn(Message):
    """The withdrawal is durable; the registration never matches again."""

    id: RegistrationId
    status: RegistrationStatus
    event: EventId


class RestrictionReason(StrEnum):
    """Why processing of a registration is restricted (GDPR, article 18)."""

    OBJECTION = "objection"
    ACCURACY = "accuracy"


class RestrictRegistration(Message):
    """It may not be used until this is decided: it matches nobody meanwhile, and does not end."""

    reason: RestrictionReason


class LiftRestriction(Message):
    """It was decided that the registration stands; it matches again."""

    attested: Attested

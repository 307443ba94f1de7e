"""The messages that cross the wire between agency and gateway: data only, camelCase outside, snake_case inside."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

ROWS_PER_BATCH = 10_000
BYTES_PER_CALL = 64 * 1024


class Message(BaseModel):
    """One JSON object of the protocol; unknown members are refused, and no error text repeats a value."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )


def _identifier(prefix: str) -> StringConstraints:
    return StringConstraints(pattern=rf"^{prefix}_[0-9A-HJKMNP-TV-Z]{{26}}$")


RegistrationId = Annotated[str, _identifier("reg")]
MatchId = Annotated[str, _identifier("mat")]
AlertId = Annotated[str, _identifier("alt")]
EventId = Annotated[str, _identifier("evt")]
EndpointId = Annotated[str, _identifier("whe")]

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
TokenText = Annotated[str, StringConstraints(pattern=r"^hx1\.[A-Za-z0-9_-]{54}$"), Field(description="Person token.")]
CaseReference = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,63}$"),
    Field(description="The agency's own reference. Opaque to the gateway, shown to this agency alone."),
]
ContactId = Annotated[str, StringConstraints(pattern=r"^cnt_[a-z0-9_]{1,60}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f<>]+$")]


def _only_true(given: object) -> object:
    if given is not True:  # pydantic takes 1 for True in a Literal; an attestation is made, not inferred
        raise ValueError("must be true")
    return given


Attested = Annotated[Literal[True], BeforeValidator(_only_true)]
Preconditions = Annotated[
    tuple[Name, ...],
    Field(max_length=8, description="What the rule requires to be attested besides, in the vocabulary's code names."),
]


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


class RegisterInvolvement(Message):
    """We are involved with this person: the one thing an agency can say."""

    token: TokenText
    lane: Name
    flag: Name = "involved"
    purpose: Name
    case_reference: CaseReference
    contact_id: ContactId = Field(description="Desk that the other agency may call.")
    attested: Attested = Field(description="The criterion of the lane is met; the reason itself is never sent.")
    preconditions: Preconditions = ()
    subject_notice: SubjectNotice
    valid_until: date | None = Field(
        default=None,
        description="First day on which it no longer holds (00:00 Europe/Amsterdam); the policy's if absent.",
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
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Receipt(Message):
    """The answer to a registration: fixed before anything is matched, the same in shape and size whatever matches."""

    id: RegistrationId
    status: RegistrationStatus
    valid_until: date
    renew_before: date
    event: EventId


LegalBasis = Annotated[
    tuple[str, ...], Field(description="Each basis of the rule: its name on the card, the law and the article.")
]
Allowed = Annotated[
    tuple[str, ...],
    Field(description="What would be allowed instead: purposes, flags or preconditions, in code names."),
]


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


class OwnRegistration(Message):
    """A registration as its own agency sees it; the token is never given back."""

    id: RegistrationId
    lane: Name
    flag: Name
    purpose: Name
    case_reference: CaseReference
    contact_id: ContactId
    status: RegistrationStatus
    subject_notice: SubjectNotice
    registered_at: datetime
    valid_until: date
    renew_before: date


class OwnRegistrations(Message):
    """A page of one's own registrations, in order of id; `next` is absent on the last page."""

    registrations: tuple[OwnRegistration, ...]
    next: RegistrationId | None = None


class CloudEvent(Message):
    """A thin event in the NL GOV profile for CloudEvents: it says where to look, never what or whom it is about."""

    model_config = ConfigDict(alias_generator=str.lower, populate_by_name=True, extra="forbid", frozen=True)

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataref: str


class Inbox(Message):
    """Alerts not yet acknowledged by this agency, oldest first; never a cursor, so none can be skipped (G13)."""

    alerts: tuple[CloudEvent, ...]
    more: bool = Field(description="Whether others wait behind these; acknowledge and ask again.")


class AcknowledgeAlerts(Message):
    """We have these alerts; do not show them in the inbox again."""

    alerts: Annotated[tuple[AlertId, ...], Field(min_length=1, max_length=1000)]


class AcknowledgedAlerts(Message):
    """Those acknowledged now or before, and those that are not this agency's or do not exist."""

    acknowledged: tuple[AlertId, ...]
    unknown: tuple[AlertId, ...]


class ContactDesk(Message):
    """Who may be called at an agency: a desk, not a person, with its deputy desk."""

    id: ContactId
    name: Line
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 -]{3,18}[0-9]$")]
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s<>]{1,64}@[A-Za-z0-9.-]{1,120}$")]
    deputy_id: ContactId | None = None


class ContactDesks(Message):
    """The desks of one agency."""

    contacts: tuple[ContactDesk, ...]


class MatchState(StrEnum):
    """Whether the parties found each other."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    ENDED = "ended"
    VOID = "void"


class ContactOutcome(StrEnum):
    """What came of the contact (domain rule 14)."""

    CONTACTED = "contacted"
    ALREADY_IN_CONTACT = "already_in_contact"
    NO_LONGER_INVOLVED = "no_longer_involved"
    WRONG_PERSON = "wrong_person"
    PLAN_MADE = "plan_made"
    NONE = "none"


class Explanation(Message):
    """Why something is so, in both languages, for people."""

    nl: str
    en: str


class OtherParty(Message):
    """What the rule discloses of the other agency."""

    agency: str
    contact: ContactDesk | None = None
    flag: Name | None = Field(default=None, description="How the other is involved; only where the rule tells that.")


class ListedMatch(Message):
    """A match in a list: one's own case, and nothing of the other. Whoever wants to see that looks at one match."""

    id: MatchId
    lane: Name
    state: MatchState
    opened_at: datetime
    due_on: date
    calendar: str
    registration_id: RegistrationId
    case_reference: CaseReference
    outcome: ContactOutcome | None = None
    other_reported: bool


class MatchView(ListedMatch):
    """A match as one party may see it: its own case, and of the other what the rule discloses."""

    disclosure: str
    rules: tuple[str, ...]
    legal_basis: tuple[str, ...]
    why: Explanation
    other: OtherParty | None = None


class Matches(Message):
    """A page of one's matches, in order of id; `next` is absent on the last page."""

    matches: tuple[ListedMatch, ...]
    next: MatchId | None = None


class ReportContact(Message):
    """What came of the contact."""

    outcome: ContactOutcome
    reason: Name | None = Field(default=None, description="Required with `none`: why there was no contact.")


class ContactReported(Message):
    """The state of the match after the report."""

    id: MatchId
    state: MatchState


class AddWebhook(Message):
    """Tell us at this address when an alert waits."""

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>]{1,400}$")]


class WebhookEndpoint(Message):
    """An address that is told; deliveries are signed (Standard Webhooks, Ed25519) with the gateway's key."""

    id: EndpointId
    url: str
    public_key: str = Field(description="Standard Webhooks public key, `whpk_` and base64.")


class WebhookEndpoints(Message):
    """The addresses of one agency."""

    endpoints: tuple[WebhookEndpoint, ...]


class CheckPolicy(Message):
    """May we register this? Answered from the policy alone, nothing is looked up."""

    lane: Name
    purpose: Name
    flag: Name = "involved"
    preconditions: Preconditions = ()


class PolicyChecked(Message):
    """What the policy says, by which rule, on what basis, until when at most."""

    permitted: bool
    code: str | None = None
    rule: str | None = None
    legal_basis: LegalBasis = ()
    allowed: Allowed = ()
    valid_until_at_most: date | None = None
    why: Explanation


class WhoAmI(Message):
    """How the gateway knows the caller."""

    agency: str
    name: str
    kind: str
    key_id: str
    key_valid_until: datetime | None = None
    demo_release: Annotated[
        bool, Field(description="Whether the policies in force are a demo release: its signatures protect nobody.")
    ] = False


class Withdrawn(Message):
    """The withdrawal is durable; the registration never matches again."""

    id: RegistrationId
    status: RegistrationStatus
    event: EventId

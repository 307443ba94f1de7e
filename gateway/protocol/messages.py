"""The messages that cross the wire between agency and gateway: data only, camelCase outside, snake_case inside."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints
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
CaseId = Annotated[str, _identifier("cas")]
ConsentId = Annotated[str, _identifier("cns")]
LifeNoticeId = Annotated[str, _identifier("lif")]
ExclusionId = Annotated[str, _identifier("exc")]
OversightId = Annotated[str, _identifier("ovs")]
HandoverId = Annotated[str, _identifier("hov")]
RequestId = Annotated[str, _identifier("srq")]
ItemId = Annotated[str, _identifier("sri")]

OinText = Annotated[str, StringConstraints(pattern=r"^[0-9]{20}$"), Field(description="OIN of an agency.")]
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


def _first_of_month(given: date) -> date:
    if given.day != 1:  # another day would tell on which day somebody was born
        raise ValueError("must be the first of a month")
    return given


FirstOfMonth = Annotated[date, AfterValidator(_first_of_month)]
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
    subject: str | None = Field(default=None, description="Own contact desk that it is for; absent: the intake.")


class AlertKind(StrEnum):
    """Why an agency or a supervisor is alerted.

    About a match: it was made (by a parent in common, or Veilig Thuis may be told that it is a re-report, or came while
    monitoring runs), it went up a step of the ladder, or safety oversight is handed over through it. About a
    registration of one's own: somebody was involved before, a notice that was put off is to be looked at again, a term
    is about to end, the person died (so it has ended) or moved (so another municipality may be the one to look at).
    About a request of its subject: an advice or a decision is asked, its term is about to end, it is to be registered
    anew. In an emergency: both are needed at one person now, officers are to review it, nobody did so in time.
    About an exclusion that one mediates or recorded: something is to be looked at.
    """

    MATCH = "match"
    DEPUTY = "deputy"
    COORDINATOR = "coordinator"
    SUPERVISOR = "supervisor"
    ARCHIVE_HINT = "archive_hint"
    NOTICE_DUE = "notice_due"
    RENEWAL_DUE = "renewal_due"
    ADVICE_ASKED = "advice_asked"
    DECISION_ASKED = "decision_asked"
    REQUEST_DUE = "request_due"
    RECTIFICATION_ASKED = "rectification_asked"
    EXCLUSION = "exclusion"
    HANDOVER_OFFERED = "handover_offered"
    HANDOVER_ACCEPTED = "handover_accepted"
    HANDOVER_REFUSED = "handover_refused"
    HANDOVER_WITHDRAWN = "handover_withdrawn"
    HANDOVER_UNANSWERED = "handover_unanswered"
    RE_REPORT = "re_report"
    DURING_MONITORING = "during_monitoring"
    PARENT_MATCH = "parent_match"
    PERSON_DIED = "person_died"
    PERSON_MOVED = "person_moved"
    EMERGENCY = "emergency"
    REVIEW_DUE = "review_due"
    EMERGENCY_UNREVIEWED = "emergency_unreviewed"


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


class OwnContactDesk(ContactDesk):
    """A desk as its own agency sees it: after the day in `confirm_before`, alerts go to its deputy too."""

    confirmed_on: date
    confirm_before: date

    @property
    def disclosed(self) -> ContactDesk:
        """Return what others may learn of it."""
        return ContactDesk(**{name: getattr(self, name) for name in ContactDesk.model_fields})


class ContactDesks(Message):
    """The desks of one agency."""

    contacts: tuple[OwnContactDesk, ...]


class MatchState(StrEnum):
    """Whether the parties found each other."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    ENDED = "ended"
    VOID = "void"


class MatchKind(StrEnum):
    """What two registrations have in common: the person, or of two children a parent."""

    PERSON_MATCH = "person_match"
    PARENT_MATCH = "parent_match"


class LadderStep(StrEnum):
    """How far up the ladder a match went for want of contact (domain rule 14)."""

    REPORTER = "reporter"
    DEPUTY = "deputy"
    COORDINATOR = "coordinator"
    SUPERVISOR = "supervisor"


class Handler(StrEnum):
    """Who handles a match at an agency: its reporter, unless a deputy or the coordinator took it over."""

    REPORTER = "reporter"
    DEPUTY = "deputy"
    COORDINATOR = "coordinator"


class Side(StrEnum):
    """One of the two parties of a match, as the other or itself names it."""

    OWN = "own"
    OTHER = "other"


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


class HomeBanFact(Message):
    """A home ban is in force: up to and including which day, and which agency leads."""

    kind: Literal["home_ban"] = "home_ban"
    through: date = Field(description="The last day on which it is in force, unless it is extended.")
    until: date = Field(description="The first day on which it no longer is (00:00 Europe/Amsterdam).")
    led_by: str


class OtherParty(Message):
    """What the rule discloses of the other agency."""

    agency: str
    contact: ContactDesk | None = None
    flag: Name | None = Field(default=None, description="How the other is involved; only where the rule tells that.")
    fact: HomeBanFact | None = Field(default=None, description="One dated fact; only where the rule tells that.")


class OversightHeld(Message):
    """Which of the two agencies of a match holds safety oversight now; of any other nothing is said."""

    holder: str = Field(description="Name of the agency.")
    own: bool
    since: datetime


class ListedMatch(Message):
    """A match in a list: one's own case, and nothing of the other. Whoever wants to see that looks at one match."""

    id: MatchId
    kind: MatchKind = MatchKind.PERSON_MATCH
    lane: Name
    state: MatchState
    opened_at: datetime
    due_on: date
    calendar: str
    registration_id: RegistrationId
    case_reference: CaseReference | None = Field(default=None, description="Absent once it was erased.")
    outcome: ContactOutcome | None = None
    other_reported: bool
    step: LadderStep = Field(description="How far up the ladder it went for want of contact.")
    next_step_on: date | None = Field(default=None, description="Last day of the term after which it goes further.")
    handled_by: Handler = Field(description="Who handles it at your own agency.")
    muted: bool = Field(description="Whether you hear nothing more of this person with this party, as both asked.")
    desk_unconfirmed: bool = Field(description="Whether your own desk was not confirmed in time, so the deputy hears.")


class MatchView(ListedMatch):
    """A match as one party may see it: its own case, and of the other what the rule discloses."""

    disclosure: str
    rules: tuple[str, ...]
    legal_basis: tuple[str, ...]
    why: Explanation
    other: OtherParty | None = None
    safety_oversight: OversightHeld | None = None
    handover: HandoverId | None = Field(default=None, description="The last one that was offered through this match.")
    case_coordinator: Side | None = Field(default=None, description="Who leads, once both named the same agency.")
    named_by_own: Side | None = Field(default=None, description="Whom you named to lead.")
    named_by_other: Side | None = Field(default=None, description="Whom the other named; name the same to accept.")


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


class TakenOver(Message):
    """Who handles the match at your agency now."""

    id: MatchId
    handled_by: Handler


class Muted(Message):
    """What became of asking to hear nothing more: it holds once both parties asked, until a third agency appears."""

    id: MatchId
    muted: bool


class NameCoordinator(Message):
    """Which of the two agencies is to lead; it does once both named the same."""

    coordinator: Side


class CoordinatorNamed(Message):
    """Which agency leads, if both named the same."""

    id: MatchId
    case_coordinator: Side | None = None


class SupervisedMatch(Message):
    """A match as the supervisor of a municipality sees it: whether contact was made, nothing of whom or about whom."""

    id: MatchId
    lane: Name
    state: MatchState
    age_days: int = Field(ge=0, description="Since it was made.")
    due_on: date
    calendar: str
    step: LadderStep
    next_step_on: date | None = None
    sides_reported: int = Field(ge=0, le=2, description="How many of the two agencies reported.")


class SupervisedMatches(Message):
    """A page of the matches that stand in one's municipality, in order of id; `next` is absent on the last page."""

    matches: tuple[SupervisedMatch, ...]
    next: MatchId | None = None


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


class Excluded(Message):
    """Who must learn nothing: an agency, or only the unit of it that registers with this desk."""

    agency: OinText
    contact_id: ContactId | None = Field(default=None, description="Desk of the unit; absent: the whole agency.")


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


class ArchiveHint(Message):
    """That an agency was involved with this person before, and of it what the rule discloses."""

    given_at: datetime
    disclosure: str
    rules: tuple[str, ...]
    legal_basis: tuple[str, ...]
    why: Explanation
    other: OtherParty | None = None


class ArchiveHints(Message):
    """What the archive told when a registration was made; it tells each thing once, and to nobody else."""

    registration_id: RegistrationId
    hints: tuple[ArchiveHint, ...]


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


UserPseudonym = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$"),
    Field(description="The agency's own pseudonym of one of its people: the same for one person, and never a name."),
]


class EmergencyReason(StrEnum):
    """Why it cannot wait, as coarsely as that can be said; the substance stays in the agency's own file."""

    THREAT_TO_LIFE = "threat_to_life"
    CHILD_IN_DANGER = "child_in_danger"
    MISSING_IN_DANGER = "missing_in_danger"


class EmergencyState(StrEnum):
    """Where broken glass is: asked by one person, open once another confirmed it, over with its hours."""

    ASKED = "asked"
    OPEN = "open"
    OVER = "over"


class Verdict(StrEnum):
    """What an officer finds of it afterwards."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"


class BreakGlass(Message):
    """Somebody is in immediate danger: tell us who else is needed now, once a second person confirms this."""

    token: TokenText
    purpose: Name
    case_reference: CaseReference
    contact_id: ContactId = Field(description="Desk that is on call.")
    attested: Attested = Field(description="The danger is immediate, and our own file says why.")
    subject_notice: SubjectNotice
    reason: EmergencyReason
    user: UserPseudonym
    hours: int | None = Field(
        default=None, ge=1, le=168, strict=True, description="After so many it shows nothing; the card's if absent."
    )


class GlassBroken(Message):
    """It is recorded and tells nobody anything until another person of the same agency confirms it."""

    id: RegistrationId
    state: EmergencyState
    ends_at: datetime
    event: EventId


class ConfirmEmergency(Message):
    """I am another person, and I too say that this cannot wait."""

    attested: Attested
    user: UserPseudonym


class EmergencyConfirmed(Message):
    """It is open: who is needed at the same person is told, and officers are to review it by this day."""

    id: RegistrationId
    state: EmergencyState
    ends_at: datetime
    review_due_on: date = Field(description="Last working day on which two officers should have judged it.")
    calendar: str
    event: EventId


class OwnEmergency(Message):
    """Broken glass as its own agency sees it."""

    id: RegistrationId
    case_reference: CaseReference
    reason: EmergencyReason
    state: EmergencyState
    broken_by: UserPseudonym
    broken_at: datetime
    ends_at: datetime
    confirmed_by: UserPseudonym | None = None
    review_due_on: date | None = None
    calendar: str | None = None
    verdict: Verdict | None = Field(default=None, description="Of two officers, or of one who finds no justification.")


class OwnEmergencies(Message):
    """A page of one's own broken glass, in order of id; `next` is absent on the last page."""

    emergencies: tuple[OwnEmergency, ...]
    next: RegistrationId | None = None


class EmergencyToReview(OwnEmergency):
    """Broken glass as an officer sees it: by which agency and people, why and when; nobody whom it is about."""

    agency: str = Field(description="Name of the agency that broke it.")
    verdicts: int = Field(ge=0, le=2, description="How many officers judged it.")


class EmergenciesToReview(Message):
    """A page of what officers are to review, in order of id; `next` is absent on the last page."""

    emergencies: tuple[EmergencyToReview, ...]
    next: RegistrationId | None = None


class JudgeEmergency(Message):
    """What I, an officer, find of it."""

    verdict: Verdict


class EmergencyJudged(Message):
    """How the review stands; `verdict` is absent while a second officer is needed."""

    id: RegistrationId
    verdicts: int
    verdict: Verdict | None = None
    event: EventId


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

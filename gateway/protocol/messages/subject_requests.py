"""The messages by which a person's rights are asked for at a desk, advised on, decided and answered (GDPR 15-21)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from gateway.protocol.messages.base import (
    Attested,
    CaseReference,
    ItemId,
    Message,
    Name,
    OinText,
    RegistrationId,
    RequestId,
    TokenText,
)


class SubjectRight(StrEnum):
    """What is asked for (GDPR, articles 15, 16, 17, 21 and 18)."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    OBJECTION = "objection"
    RESTRICTION = "restriction"


class AgeClass(StrEnum):
    """How old the person is as far as it matters to who asks (domain rule 7); the gateway never holds a birth date."""

    UNDER_12 = "under_12"
    FROM_12_TO_15 = "from_12_to_15"
    FROM_16 = "from_16"


class Asker(StrEnum):
    """Who stands at the desk."""

    PERSON = "person"
    REPRESENTATIVE = "representative"


class WrongPart(StrEnum):
    """What is wrong with a registration, as far as the gateway may know."""

    PERSON = "person"
    INVOLVEMENT = "involvement"
    CONTACT = "contact"
    TERM = "term"


class RequestState(StrEnum):
    """Whether a request was answered; it says nothing of what was found."""

    PENDING = "pending"
    ANSWERED = "answered"


class ExtensionReason(StrEnum):
    """Why an answer takes two months longer (GDPR, article 12, third paragraph)."""

    COMPLEX = "complex"
    MANY_REQUESTS = "many_requests"


class Advice(StrEnum):
    """What the registering agency thinks of a request."""

    AGREE = "agree"
    DISAGREE = "disagree"


class AdviceReason(StrEnum):
    """Why it thinks so; what is the matter with the person is never told."""

    NO_LONGER_INVOLVED = "no_longer_involved"
    DATA_WRONG = "data_wrong"
    DATA_RIGHT = "data_right"
    RISK_GONE = "risk_gone"
    RISK_PERSISTS = "risk_persists"
    SAFETY = "safety"


class ItemDecision(StrEnum):
    """What comes of a request for one registration."""

    UPHELD = "upheld"
    REFUSED = "refused"


class DecisionReason(StrEnum):
    """Why."""

    JUSTIFIED = "justified"
    DATA_RIGHT = "data_right"
    COMPELLING_GROUNDS = "compelling_grounds"
    LEGAL_DUTY = "legal_duty"
    RIGHTS_OF_OTHERS = "rights_of_others"
    SAFETY = "safety"


class ItemRole(StrEnum):
    """What the caller has to do with a found registration."""

    ADVISES = "advises"
    DECIDES = "decides"


class TakeSubjectRequest(Message):
    """A person asks for a right at our desk, in person, and we saw who it is."""

    token: TokenText
    lane: Name
    purpose: Name
    case_reference: CaseReference
    right: SubjectRight
    age_class: AgeClass
    asked_by: Annotated[tuple[Asker, ...], Field(min_length=1, max_length=2)]
    wrong: WrongPart | None = Field(default=None, description="With a rectification, and only then.")
    attested: Attested


class ExtendSubjectRequest(Message):
    """The answer takes two months longer, and the person was told so."""

    reason: ExtensionReason
    told: Attested


class SubjectRequestView(Message):
    """A request as its desk sees it: the same whether or not anything is held about the person."""

    id: RequestId
    lane: Name
    right: SubjectRight
    age_class: AgeClass
    case_reference: CaseReference
    state: RequestState
    received_on: date
    due_on: date
    extension: ExtensionReason | None = None


class SubjectRequests(Message):
    """A page of the requests that were taken at one's own desk."""

    requests: tuple[SubjectRequestView, ...]
    next: RequestId | None = None


class SubjectAnswer(Message):
    """The answer to hand over: a PDF, and what the gateway signed; both of one size whatever was found."""

    id: RequestId
    language: Literal["nl", "en"]
    pdf: str = Field(description="The letter as PDF/UA, in base64.")
    statement: str = Field(description="What the gateway signed as a purge receipt: JSON.")
    signature: str = Field(description="Ed25519 under the statement, in base64url.")


class AdviseOnItem(Message):
    """We registered this person; this is what we think of the request."""

    advice: Advice
    reason: AdviceReason


class DecideItem(Message):
    """This comes of the request for this registration."""

    decision: ItemDecision
    reason: DecisionReason


class SubjectRequestItem(Message):
    """One registration that a request is about, to whoever advises on it or decides it."""

    id: ItemId
    request: RequestId
    role: ItemRole
    right: SubjectRight
    age_class: AgeClass
    lane: Name
    registration_id: RegistrationId
    agency: OinText
    wrong: WrongPart | None = None
    advice: Advice | None = None
    advice_reason: AdviceReason | None = None
    advise_by: date
    decision: ItemDecision | None = None
    decision_reason: DecisionReason | None = None
    due_on: date


class SubjectRequestItems(Message):
    """A page of what waits for one's advice or decision, and of what was decided."""

    items: tuple[SubjectRequestItem, ...]
    next: ItemId | None = None

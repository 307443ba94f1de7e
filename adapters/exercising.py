"""Decides how a desk takes a person's request, and how it is advised on, decided and answered: plans of `rights`."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from pydantic import ValidationError

from adapters.agency import Agency
from adapters.errors import problem_named
from adapters.identifiers import holds_person_number, identifier
from adapters.identity import Person
from adapters.involvement import NO_TOKEN, member_refused
from adapters.person_token import derive_tokens
from adapters.signed_call import Question, ask, change
from adapters.transport import Plan
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.subject_requests import (
    AdviseOnItem,
    AgeClass,
    DecideItem,
    ExtendSubjectRequest,
    SubjectAnswer,
    SubjectRequestItem,
    SubjectRequestItems,
    SubjectRequests,
    SubjectRequestView,
    TakeSubjectRequest,
)

PURPOSE: Final = "subject-rights"
_BOTH_ASK_FROM: Final = 12
_PERSON_ASKS_FROM: Final = 16

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class RightsAnswer:
    """The letter to hand over, as PDF/UA, and what the gateway signed under it."""

    id: str
    pdf: bytes
    statement: str
    signature: str


def age_class(born_on: date, *, today_on: date) -> AgeClass:
    """Return how old a person is as far as it matters to who asks; the birth date itself is never sent.

    Someone born on 29 February is a year older on 28 February, as terms count it (domain rule 8).
    """
    day = min(born_on.day, 28) if born_on.month == 2 else born_on.day  # noqa: PLR2004 - February
    age = today_on.year - born_on.year - ((today_on.month, today_on.day) < (born_on.month, day))
    if age < 0:
        raise problem_named("request-member-invalid", facts={"member": "bornOn"})
    if age < _BOTH_ASK_FROM:
        return AgeClass.UNDER_12
    return AgeClass.FROM_12_TO_15 if age < _PERSON_ASKS_FROM else AgeClass.FROM_16


def take(
    agency: Agency,
    person: Person,
    *,
    right: str,
    age: AgeClass | str,
    asked_by: Sequence[str],
    case: str,
    lane: str = "",
    wrong: str = "",
    idempotency_key: str = "",
) -> Plan[SubjectRequestView]:
    """Take a person's request in person, and thereby attest that it was seen who asks.

    `age` is what `age_class` returns. `asked_by` are `person`, `representative` or both. `wrong` says, with a
    rectification, what is wrong.
    """
    if holds_person_number(case):
        raise problem_named("request-person-number", facts={"member": "caseReference"})
    message = _message(
        TakeSubjectRequest,
        token=NO_TOKEN,
        lane=lane or agency.lane,
        purpose=PURPOSE,
        case_reference=case,
        right=right,
        age_class=age,
        asked_by=tuple(asked_by),
        wrong=wrong or None,
        attested=True,
    )
    derived = yield from derive_tokens(agency, agency.circle(message.lane), (person,))
    whole = message.model_copy(update={"token": derived.tokens[0].encode()})
    question = change("/subject-requests", whole, case=case, purpose=PURPOSE, idempotency_key=idempotency_key)
    return (yield from ask(agency, question, SubjectRequestView))


def show(agency: Agency, request: str, *, case: str = "") -> Plan[SubjectRequestView]:
    """Return a request of this desk; without a case, the request itself is the reference looked under."""
    return (
        yield from ask(agency, _look(f"/subject-requests/{identifier(request)}", case or request), SubjectRequestView)
    )


def list_requests(agency: Agency) -> Plan[tuple[SubjectRequestView, ...]]:
    """Return all requests of this desk."""
    everything: list[SubjectRequestView] = []
    page = yield from ask(agency, _look("/subject-requests"), SubjectRequests)
    everything += page.requests
    while page.next:
        page = yield from ask(agency, _look(f"/subject-requests?after={identifier(page.next)}"), SubjectRequests)
        everything += page.requests
    return tuple(everything)


def extend(
    agency: Agency, request: str, *, reason: str, case: str = "", idempotency_key: str = ""
) -> Plan[SubjectRequestView]:
    """Take two months longer, `complex` or `many_requests`, and thereby attest that the person was told."""
    message = _message(ExtendSubjectRequest, reason=reason, told=True)
    path = f"/subject-requests/{identifier(request)}/extensions"
    question = change(path, message, case=case or request, purpose=PURPOSE, idempotency_key=idempotency_key)
    return (yield from ask(agency, question, SubjectRequestView))


def answer(agency: Agency, request: str, *, language: str = "nl", case: str = "") -> Plan[RightsAnswer]:
    """Return the answer to hand over in person; all are of one size, whatever was found."""
    spoken = "en" if language == "en" else "nl"
    path = f"/subject-requests/{identifier(request)}/answer?language={spoken}"
    found = yield from ask(agency, _look(path, case or request), SubjectAnswer)
    return RightsAnswer(found.id, base64.b64decode(found.pdf), found.statement, found.signature)


def list_items(agency: Agency, *, registration: str = "") -> Plan[tuple[SubjectRequestItem, ...]]:
    """Return what this agency advises on or decides; only about one registration, if it is named."""
    only = f"&registration={identifier(registration)}" if registration else ""
    everything: list[SubjectRequestItem] = []
    page = yield from ask(agency, _look(f"/subject-request-items?limit=100{only}"), SubjectRequestItems)
    everything += page.items
    while page.next:
        path = f"/subject-request-items?limit=100{only}&after={identifier(page.next)}"
        page = yield from ask(agency, _look(path), SubjectRequestItems)
        everything += page.items
    return tuple(everything)


def advise(
    agency: Agency, item: str, *, advice: str, reason: str, case: str = "", idempotency_key: str = ""
) -> Plan[SubjectRequestItem]:
    """Say what we, who registered, think of a request: `agree` or `disagree`, for a coded reason."""
    message = _message(AdviseOnItem, advice=advice, reason=reason)
    path = f"/subject-request-items/{identifier(item)}/advice"
    question = change(path, message, case=case or item, purpose=PURPOSE, idempotency_key=idempotency_key)
    return (yield from ask(agency, question, SubjectRequestItem))


def decide(
    agency: Agency, item: str, *, decision: str, reason: str, case: str = "", idempotency_key: str = ""
) -> Plan[SubjectRequestItem]:
    """Decide what comes of a request for one registration, `upheld` or `refused`; it is carried out at once."""
    message = _message(DecideItem, decision=decision, reason=reason)
    path = f"/subject-request-items/{identifier(item)}/decisions"
    question = change(path, message, case=case or item, purpose=PURPOSE, idempotency_key=idempotency_key)
    return (yield from ask(agency, question, SubjectRequestItem))


def _look(path: str, case: str = "") -> Question:
    return Question("GET", path, case=case, purpose=PURPOSE)


def _message(kind: type[M], **members: object) -> M:
    try:
        return kind.model_validate(members)
    except ValidationError as invalid:
        raise member_refused(invalid) from None

"""Decides how an agency records what a person consents to, and that it was withdrawn: plans of `gateway.consents`."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from urllib.parse import urlencode

from pydantic import ValidationError

from adapters.agency import Agency
from adapters.errors import problem_named
from adapters.identifiers import holds_person_number, identifier
from adapters.identity import Person
from adapters.involvement import NO_TOKEN, member_refused
from adapters.person_token import derive_tokens
from adapters.signed_call import Question, ask, change
from adapters.transport import Plan
from gateway.protocol.messages.consents import ConsentRecorded, ConsentWithdrawn, OwnConsent, OwnConsents, RecordConsent

_PAGE: Final = 100


def record_consent(
    agency: Agency,
    person: Person,
    *,
    case: str,
    given_on: date,
    kinds: Sequence[str] = (),
    agencies: Sequence[str] = (),
    lane: str = "",
    purpose: str = "",
    valid_until: date | None = None,
    idempotency_key: str = "",
) -> Plan[ConsentRecorded]:
    """Record that a person consents to this agency's involvement being known, and thereby attest that it was free.

    `kinds` of agency in code names, and `agencies` by their OIN, say toward whom: one of them at least. A consent that
    stood before for the same person and purpose is replaced. `valid_until` defaults to the policy's term.
    """
    agency = agency.for_purpose(purpose)
    if holds_person_number(case):
        raise problem_named("request-person-number", facts={"member": "caseReference"})
    try:
        message = RecordConsent(
            token=NO_TOKEN,
            lane=lane or agency.lane,
            purpose=agency.purpose,
            case_reference=case,
            attested=True,
            kinds=tuple(kinds),
            agencies=tuple(agencies),
            given_on=given_on,
            valid_until=valid_until,
        )
    except ValidationError as invalid:
        raise member_refused(invalid) from None
    derived = yield from derive_tokens(agency, agency.circle(message.lane), (person,))
    whole = message.model_copy(update={"token": derived.tokens[0].encode()})
    return (
        yield from ask(agency, change("/consents", whole, case=case, idempotency_key=idempotency_key), ConsentRecorded)
    )


def withdraw_consent(
    agency: Agency, consent: OwnConsent | ConsentRecorded | str, *, case: str, idempotency_key: str = ""
) -> Plan[ConsentWithdrawn]:
    """Say that the person withdraws a consent; once this returns, all that rested on it is erased."""
    path = f"/consents/{identifier(_id(consent))}/withdrawals"
    return (yield from ask(agency, change(path, case=case, idempotency_key=idempotency_key), ConsentWithdrawn))


def show_consent(agency: Agency, consent: str, *, case: str = "") -> Plan[OwnConsent]:
    """Return one consent of this agency; without a case, the consent itself is the reference looked under."""
    return (
        yield from ask(agency, Question("GET", f"/consents/{identifier(consent)}", case=case or consent), OwnConsent)
    )


def list_consents(agency: Agency) -> Plan[tuple[OwnConsent, ...]]:
    """Return all consents that this agency recorded."""
    everything: list[OwnConsent] = []
    page = yield from _page(agency, "")
    everything += page.consents
    while page.next:
        page = yield from _page(agency, page.next)
        everything += page.consents
    return tuple(everything)


def _page(agency: Agency, after: str) -> Plan[OwnConsents]:
    query = urlencode({"after": after, "limit": _PAGE} if after else {"limit": _PAGE})
    return (yield from ask(agency, Question("GET", f"/consents?{query}"), OwnConsents))


def _id(consent: OwnConsent | ConsentRecorded | str) -> str:
    return consent if isinstance(consent, str) else consent.id

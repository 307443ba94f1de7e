"""Decides how a ban desk records a home ban and extends it: the plans behind `gateway.home_bans`."""

from datetime import date

from pydantic import ValidationError

from adapters.agency import Agency
from adapters.errors import problem_named
from adapters.identifiers import holds_person_number, identifier
from adapters.identity import Person
from adapters.involvement import NO_TOKEN, contact_id, member_refused
from adapters.person_token import derive_tokens
from adapters.signed_call import ask, change
from adapters.transport import Plan
from gateway.protocol.messages.home_bans import ExtendHomeBan, ImposeHomeBan
from gateway.protocol.messages.notices import SubjectNotice
from gateway.protocol.messages.registrations import OwnRegistration, Receipt

LANE = "home_ban"


def impose_ban(
    agency: Agency,
    person: Person,
    *,
    case: str,
    starts_on: date,
    notice: SubjectNotice,
    led_by: str = "",
    contact: str = "",
    purpose: str = "",
    idempotency_key: str = "",
) -> Plan[Receipt]:
    """Record that a home ban is in force for a person, and thereby attest that the mayor imposed it.

    It lasts ten days from `starts_on`, days of the calendar, and lapses by itself. `led_by` is the OIN of the agency
    that leads; without it that is the ban desk itself.
    """
    agency = agency.for_purpose(purpose)
    if holds_person_number(case):
        raise problem_named("request-person-number", facts={"member": "caseReference"})
    try:
        message = ImposeHomeBan(
            token=NO_TOKEN,
            purpose=agency.purpose,
            case_reference=case,
            contact_id=contact_id(contact or agency.contact),
            attested=True,
            subject_notice=notice,
            starts_on=starts_on,
            led_by=led_by or None,
        )
    except ValidationError as invalid:
        raise member_refused(invalid) from None
    derived = yield from derive_tokens(agency, agency.circle(LANE), (person,))
    whole = message.model_copy(update={"token": derived.tokens[0].encode()})
    return (yield from ask(agency, change("/home-bans", whole, case=case, idempotency_key=idempotency_key), Receipt))


def extend_ban(
    agency: Agency, ban: str, *, case: str, until: date, notice: SubjectNotice, idempotency_key: str = ""
) -> Plan[OwnRegistration]:
    """Say that the mayor extended a ban; `until` is the first day on which it is over, at most 28 after it began."""
    try:
        message = ExtendHomeBan(attested=True, subject_notice=notice, until=until)
    except ValidationError as invalid:
        raise member_refused(invalid) from None
    question = change(f"/home-bans/{identifier(ban)}/extensions", message, case=case, idempotency_key=idempotency_key)
    return (yield from ask(agency, question, OwnRegistration))

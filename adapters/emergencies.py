"""Decides how an agency breaks the glass and officers review it: the plans behind `gateway.emergencies`."""

from pydantic import ValidationError

from adapters.agency import Agency
from adapters.errors import problem_named
from adapters.identifiers import holds_person_number, identifier
from adapters.identity import Person
from adapters.involvement import NO_TOKEN, contact_id, member_refused
from adapters.person_token import derive_tokens
from adapters.signed_call import Question, ask, change
from adapters.transport import Plan
from gateway.protocol.messages.emergencies import (
    BreakGlass,
    ConfirmEmergency,
    EmergenciesToReview,
    EmergencyConfirmed,
    EmergencyJudged,
    EmergencyReason,
    EmergencyToReview,
    GlassBroken,
    JudgeEmergency,
    OwnEmergencies,
    OwnEmergency,
    Verdict,
)
from gateway.protocol.messages.notices import SubjectNotice

LANE = "emergency"


def break_glass(
    agency: Agency,
    person: Person,
    *,
    case: str,
    reason: EmergencyReason | str,
    user: str,
    notice: SubjectNotice,
    hours: int | None = None,
    contact: str = "",
    idempotency_key: str = "",
) -> Plan[GlassBroken]:
    """Say that a person is in immediate danger, and thereby attest that your own file says why.

    `user` is your own pseudonym of whoever asks. Nobody is told anything until another user confirms it, and after so
    many hours (the card's, if none are named) nothing is shown any more.
    """
    if holds_person_number(case):
        raise problem_named("request-person-number", facts={"member": "caseReference"})
    try:
        message = BreakGlass.model_validate(
            {
                "token": NO_TOKEN,
                "purpose": agency.purpose,
                "case_reference": case,
                "contact_id": contact_id(contact or agency.contact),
                "attested": True,
                "subject_notice": notice,
                "reason": reason,
                "user": user,
                "hours": hours,
            }
        )
    except ValidationError as invalid:
        raise member_refused(invalid) from None
    derived = yield from derive_tokens(agency, agency.circle(LANE), (person,))
    whole = message.model_copy(update={"token": derived.tokens[0].encode()})
    question = change("/emergencies", whole, case=case, idempotency_key=idempotency_key)
    return (yield from ask(agency, question, GlassBroken))


def confirm_emergency(
    agency: Agency, emergency: GlassBroken | OwnEmergency | str, *, user: str, idempotency_key: str = ""
) -> Plan[EmergencyConfirmed]:
    """Confirm, as another user than who asked, that it cannot wait; from now on who else is needed is told."""
    id_ = identifier(emergency if isinstance(emergency, str) else emergency.id)
    try:
        message = ConfirmEmergency(attested=True, user=user)
    except ValidationError as invalid:
        raise member_refused(invalid) from None
    question = change(f"/emergencies/{id_}/confirmations", message, case=id_, idempotency_key=idempotency_key)
    return (yield from ask(agency, question, EmergencyConfirmed))


def list_emergencies(agency: Agency) -> Plan[tuple[OwnEmergency, ...]]:
    """Return for what this agency broke the glass, with how its review stands."""
    everything: list[OwnEmergency] = []
    page = yield from ask(agency, Question("GET", "/emergencies"), OwnEmergencies)
    everything += page.emergencies
    while page.next:
        page = yield from ask(agency, Question("GET", f"/emergencies?after={identifier(page.next)}"), OwnEmergencies)
        everything += page.emergencies
    return tuple(everything)


def list_to_review(officer: Agency) -> Plan[tuple[EmergencyToReview, ...]]:
    """Return what two officers have not judged yet, for whoever is an officer."""
    everything: list[EmergencyToReview] = []
    page = yield from ask(officer, Question("GET", "/emergency-reviews"), EmergenciesToReview)
    everything += page.emergencies
    while page.next:
        question = Question("GET", f"/emergency-reviews?after={identifier(page.next)}")
        page = yield from ask(officer, question, EmergenciesToReview)
        everything += page.emergencies
    return tuple(everything)


def judge_emergency(
    officer: Agency, emergency: EmergencyToReview | str, *, verdict: Verdict | str, idempotency_key: str = ""
) -> Plan[EmergencyJudged]:
    """Say, as an officer, whether breaking the glass was justified."""
    id_ = identifier(emergency if isinstance(emergency, str) else emergency.id)
    try:
        message = JudgeEmergency.model_validate({"verdict": verdict})
    except ValidationError as invalid:
        raise member_refused(invalid) from None
    question = change(f"/emergency-reviews/{id_}/verdicts", message, case=id_, idempotency_key=idempotency_key)
    return (yield from ask(officer, question, EmergencyJudged))

"""Decides how an agency holds and hands over safety oversight: the plans of `gateway.handovers`.

The safety conditions stay with the two agencies: what leaves here is the SHA-256 of their text, by which each sees that
the other means the same version.
"""

from typing import TypeVar

from pydantic import ValidationError

from adapters.agency import Agency
from adapters.errors import problem_named
from adapters.identifiers import identifier
from adapters.involvement import member_refused
from adapters.signed_call import Question, ask, change
from adapters.transport import Plan
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.matches import ListedMatch
from gateway.protocol.messages.oversight import (
    AcceptHandover,
    BeginOversight,
    HandoverRefusalReason,
    Handovers,
    HandoverView,
    HandoverWithdrawalReason,
    OfferHandover,
    OversightBegun,
    RefuseHandover,
    WithdrawHandover,
)
from keys.fingerprint import fingerprint

M = TypeVar("M", bound=Message)


def conditions_version(conditions: bytes) -> str:
    """Return the version of the safety conditions, as the bytes of their file: the SHA-256 in hex."""
    return fingerprint([conditions])


def begin(
    agency: Agency, registration: str, *, case: str, purpose: str = "", idempotency_key: str = ""
) -> Plan[OversightBegun]:
    """Say that we hold safety oversight from now on, by an open report of ours; `purpose` is that of the report."""
    agency = agency.for_purpose(purpose)
    message = _message(BeginOversight, registration_id=registration)
    question = change("/safety-oversights", message, case=case, idempotency_key=idempotency_key)
    return (yield from ask(agency, question, OversightBegun))


def offer(
    agency: Agency,
    registration: str,
    match: ListedMatch | str,
    *,
    conditions: bytes | str,
    case: str,
    purpose: str = "",
    idempotency_key: str = "",
) -> Plan[HandoverView]:
    """Offer safety oversight to the local team of a match; `conditions` is their text as bytes, or its version."""
    agency = agency.for_purpose(purpose)
    message = _message(
        OfferHandover,
        registration_id=registration,
        match_id=match if isinstance(match, str) else match.id,
        conditions_version=_version(conditions),
    )
    question = change("/handovers", message, case=case, idempotency_key=idempotency_key)
    return (yield from ask(agency, question, HandoverView))


def accept(
    agency: Agency,
    handover: HandoverView | str,
    *,
    conditions: bytes | str,
    case: str = "",
    purpose: str = "",
    idempotency_key: str = "",
) -> Plan[HandoverView]:
    """Take safety oversight under the conditions that we have read, which must be those of the offer."""
    agency = agency.for_purpose(purpose)
    message = _message(AcceptHandover, conditions_version=_version(conditions))
    return (yield from _answer(agency, handover, "acceptances", message, case=case, key=idempotency_key))


def refuse(
    agency: Agency,
    handover: HandoverView | str,
    *,
    reason: HandoverRefusalReason | str,
    case: str = "",
    purpose: str = "",
    idempotency_key: str = "",
) -> Plan[HandoverView]:
    """Do not take it, and say why; whoever offered it still holds it."""
    agency = agency.for_purpose(purpose)
    message = _message(RefuseHandover, reason=reason)
    return (yield from _answer(agency, handover, "refusals", message, case=case, key=idempotency_key))


def withdraw(
    agency: Agency,
    handover: HandoverView | str,
    *,
    reason: HandoverWithdrawalReason | str,
    case: str = "",
    purpose: str = "",
    idempotency_key: str = "",
) -> Plan[HandoverView]:
    """Take an open offer of ours back, and say why."""
    agency = agency.for_purpose(purpose)
    message = _message(WithdrawHandover, reason=reason)
    return (yield from _answer(agency, handover, "withdrawals", message, case=case, key=idempotency_key))


def show_handover(
    agency: Agency, handover: HandoverView | str, *, case: str = "", purpose: str = ""
) -> Plan[HandoverView]:
    """Return a handover that we are a party to, as it is now; `purpose` is that of our own registration."""
    agency = agency.for_purpose(purpose)
    case = case or (yield from _case_of(agency, handover))
    return (yield from ask(agency, Question("GET", f"/handovers/{_id_of(handover)}", case=case), HandoverView))


def list_handovers(agency: Agency) -> Plan[tuple[HandoverView, ...]]:
    """Return all handovers that we are a party to, in order of id."""
    everything: list[HandoverView] = []
    page = yield from ask(agency, Question("GET", "/handovers"), Handovers)
    everything += page.handovers
    while page.next:
        page = yield from ask(agency, Question("GET", f"/handovers?after={identifier(page.next)}"), Handovers)
        everything += page.handovers
    return tuple(everything)


def _answer(
    agency: Agency, handover: HandoverView | str, what: str, message: Message, *, case: str, key: str
) -> Plan[HandoverView]:
    case = case or (yield from _case_of(agency, handover))
    path = f"/handovers/{_id_of(handover)}/{what}"
    return (yield from ask(agency, change(path, message, case=case, idempotency_key=key), HandoverView))


def _case_of(agency: Agency, handover: HandoverView | str) -> Plan[str]:
    """Return our own case reference of a handover; raises NotFound when we are no party to it."""
    known = (handover,) if isinstance(handover, HandoverView) else (yield from list_handovers(agency))
    case = next((one.case_reference for one in known if one.id == _id_of(handover)), None)
    if case is None:
        raise problem_named("state-not-found")
    return case


def _id_of(handover: HandoverView | str) -> str:
    return identifier(handover if isinstance(handover, str) else handover.id)


def _version(conditions: bytes | str) -> str:
    return conditions if isinstance(conditions, str) else conditions_version(conditions)


def _message(kind: type[M], **members: object) -> M:
    try:
        return kind.model_validate(members)
    except ValidationError as invalid:
        raise member_refused(invalid) from None

"""Renew a registration: a new attestation and notice, permitted as if it were made today (domain rule 9)."""

from dataclasses import dataclass
from datetime import date

from gateway.core.events import Event, EventKind, Value
from gateway.core.involvement import Registration, renew_before
from gateway.core.policy.answers import Asking
from gateway.core.refusals import Refusal, Refused
from gateway.core.terms import checked_notice, checked_term
from gateway.flows.admission import change_once, event_of
from gateway.flows.ports import House, Tx
from gateway.flows.refusal_of_policy import Leave, leave_of
from gateway.flows.silence import silent_events
from gateway.protocol.messages import Message, OwnRegistration, RegistrationStatus, RenewRegistration
from keys.signing import Signed


@dataclass(frozen=True, slots=True)
class Renewal:
    """Which registration to renew, and how."""

    registration: str
    asked: RenewRegistration


def renew(call: Signed[Renewal], house: House, *, today_on: date) -> bytes:
    """Give an active registration a new term and notice; return the JSON of `OwnRegistration`.

    Raises:
        Refused: not found, no longer active, or the policy would not permit it as a new registration today.
    """
    wanted = call.message

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        registration = tx.registrations.one(wanted.registration, agency=call.caller.oin)
        if registration is None:
            raise Refused(Refusal.NOT_FOUND)
        tx.claim({registration.index_token})  # withdrawal and expiry claim too: whoever is second sees the other
        registration = tx.registrations.one(wanted.registration, agency=call.caller.oin)
        if registration is None:  # its lane was purged meanwhile
            raise Refused(Refusal.NOT_FOUND)
        if registration.status is not RegistrationStatus.ACTIVE:
            raise Refused(Refusal.NOT_ACTIVE)
        leave = _leave(registration, call, house, today_on)
        valid_until_on = checked_term(wanted.asked.valid_until, permitted=leave.permitted, today_on=today_on)
        tx.registrations.renew(registration.id, valid_until_on=valid_until_on, notice=wanted.asked.subject_notice)
        renewed = tx.registrations.one(registration.id, agency=call.caller.oin)
        if renewed is None:
            raise AssertionError("a registration vanished under its own claim")
        return own_view(renewed), _events(renewed, leave, call, house)

    return change_once(call, house, "renew", act)


def _leave(registration: Registration, call: Signed[Renewal], house: House, today_on: date) -> Leave:
    policies = house.policies()
    asking = Asking(call.caller.kind, registration.purpose, registration.flag)
    attested = call.message.asked.preconditions
    leave = leave_of(asking, policies, lane=registration.lane, preconditions=attested, on=today_on)
    checked_notice(call.message.asked.subject_notice, today_on=today_on)
    return leave


def _events(renewed: Registration, leave: Leave, call: Signed[Renewal], house: House) -> tuple[Event, ...]:
    fields: dict[str, Value] = {
        "registration": renewed.id,
        "valid_until": renewed.valid_until_on.isoformat(),
        "policy": leave.permitted.policy,
    }
    if leave.silent:
        return silent_events(call, house, **fields, purpose=renewed.purpose, lane=renewed.lane)
    rule = leave.permitted.rule
    return (event_of(call, house, EventKind.RENEWED, **fields, rule=rule, preconditions=leave.attested),)


def own_view(registration: Registration) -> OwnRegistration:
    """Return a registration as its own agency sees it."""
    if registration.registered_at is None:
        raise AssertionError("a stored registration has its time")
    return OwnRegistration(
        id=registration.id,
        lane=registration.lane,
        flag=registration.flag,
        purpose=registration.purpose,
        case_reference=registration.case_reference,
        contact_id=registration.contact_id,
        status=registration.status,
        subject_notice=registration.notice,
        registered_at=registration.registered_at,
        valid_until=registration.valid_until_on,
        renew_before=renew_before(registration.valid_until_on),
    )

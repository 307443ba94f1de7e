"""Renew a registration: a new attestation and notice, permitted as if it were made today (domain rule 9)."""

from dataclasses import dataclass
from datetime import date

from gateway.core.events import Event, EventKind
from gateway.core.involvement import Registration, renew_before
from gateway.core.policy import Denied, Permitted
from gateway.core.refusals import Refusal, Refused
from gateway.core.terms import checked_notice, checked_term
from gateway.flows.admission import change_once, event_of
from gateway.flows.ports import House, Tx
from gateway.flows.refusal_of_policy import refused_by_policy
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
        if registration is None or registration.status is not RegistrationStatus.ACTIVE:
            raise Refused(Refusal.NOT_ACTIVE)
        permitted = _permitted(registration, call, house, today_on)
        valid_until_on = checked_term(wanted.asked.valid_until, permitted=permitted, today_on=today_on)
        tx.registrations.renew(registration.id, valid_until_on=valid_until_on, notice=wanted.asked.subject_notice)
        event = event_of(
            call,
            house,
            EventKind.RENEWED,
            registration=registration.id,
            valid_until=valid_until_on.isoformat(),
            policy=permitted.policy,
            rule=permitted.rule,
            preconditions=wanted.asked.preconditions,
        )
        renewed = tx.registrations.one(registration.id, agency=call.caller.oin)
        if renewed is None:
            raise AssertionError("a registration vanished under its own claim")
        return own_view(renewed), (event,)

    return change_once(call, house, "renew", act)


def _permitted(registration: Registration, call: Signed[Renewal], house: House, today_on: date) -> Permitted:
    answer = house.policies().may_register(
        lane=registration.lane,
        agency_kind=call.caller.kind,
        purpose=registration.purpose,
        flag=registration.flag,
        preconditions=frozenset(call.message.asked.preconditions),
        on=today_on,
    )
    if isinstance(answer, Denied):
        raise refused_by_policy(answer)
    checked_notice(call.message.asked.subject_notice, today_on=today_on)
    return answer


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

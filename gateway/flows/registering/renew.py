"""Renew a registration: a new attestation and notice, permitted as if it were made today (domain rule 9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gateway.core.consent import lives_on_consent
from gateway.core.emergency import lives_on_glass
from gateway.core.events import Event, EventKind, Value
from gateway.core.handover import runs_as_monitoring
from gateway.core.home_ban import checked_extension, says_ban
from gateway.core.involvement import Registration, renew_before
from gateway.core.notices import checked_notice, first_notice
from gateway.core.policy.answers import Asking
from gateway.core.refusals import Refusal, Refused
from gateway.core.terms import checked_term
from gateway.flows.admission import change_once, event_of
from gateway.flows.deciding.refusal_of_policy import Leave, leave_of, words_of_policy
from gateway.flows.deciding.silence import silent_events
from gateway.flows.overseeing.monitoring import monitoring_of
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.flows.registering.footing import consenting
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.identities import Identity
from gateway.protocol.messages.registrations import OwnRegistration, RegistrationStatus, RenewRegistration
from keys.signing import Signed


@dataclass(frozen=True, slots=True)
class Renewal:
    """Which registration to renew, and how."""

    registration: str
    asked: RenewRegistration
    of_ban: bool = False  # only a home ban will do


def renew(call: Signed[Renewal], house: House, *, today_on: date) -> bytes:
    """Give an active registration a new term and notice; return the JSON of `OwnRegistration`.

    Raises:
        Refused: not found, no longer active, or the policy would not permit it as a new registration today.
    """
    wanted, house = call.message, house.under_one_release()

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
        if lives_on_glass(house.policies().lane(registration.lane)):  # its hours are not prolonged
            raise Refused(Refusal.EMERGENCY_GLASS)
        leave = _leave(registration, call, house, today_on)
        _check_consent(registration, tx, house)
        valid_until_on = checked_term(wanted.asked.valid_until, permitted=leave.permitted, today_on=today_on)
        _check_ban(registration, call, tx, valid_until_on)
        if runs_as_monitoring(registration) and not leave.silent:
            valid_until_on = monitoring_of(tx, (registration,)).end_of(
                registration, valid_until_on=valid_until_on, term_asked=wanted.asked.valid_until is not None
            )
        tx.registrations.renew(registration.id, valid_until_on=valid_until_on, notice=wanted.asked.subject_notice)
        renewed = tx.registrations.one(registration.id, agency=call.caller.oin)
        if renewed is None:
            raise AssertionError("a registration vanished under its own claim")
        return own_view(renewed), _events(renewed, leave, call, house)

    return change_once(call, house, "renew", act, said=lambda tx: _said(tx, call, house))


def _said(tx: Tx, call: Signed[Renewal], house: House) -> Mapping[str, Value]:
    """Return what a refusal was asked for: the policy decides about what was registered, whatever the header says."""
    registration = tx.registrations.one(call.message.registration, agency=call.caller.oin)
    if registration is None:
        return {}
    policy, attested = house.policies().lane(registration.lane), call.message.asked.preconditions
    words = words_of_policy(policy, flag=registration.flag, preconditions=attested)
    return {**words, "purpose": registration.purpose}


def _check_consent(registration: Registration, tx: Tx, house: House) -> None:
    """Refuse when the lane lives on consent and none of this agency is valid now."""
    if registration.consent is None or not lives_on_consent(house.policies().lane(registration.lane)):
        return
    of = consenting(registration, house)
    if of not in tx.consents.valid({of.index_token}):
        raise Refused(Refusal.CONSENT_MISSING)


def _check_ban(registration: Registration, call: Signed[Renewal], tx: Tx, until_on: date) -> None:
    """Hold a home ban to its days, however it is renewed, and take nothing else for one."""
    ban = tx.bans.of(registration.id) if says_ban(registration) else None
    if ban is None and call.message.of_ban:
        raise Refused(Refusal.NOT_FOUND)
    if ban is not None:
        checked_extension(until_on, ban, now_until_on=registration.valid_until_on)


def _leave(registration: Registration, call: Signed[Renewal], house: House, today_on: date) -> Leave:
    policies = house.policies()
    asking = Asking(call.caller.kind, registration.purpose, registration.flag)
    attested = call.message.asked.preconditions
    leave = leave_of(asking, policies, lane=registration.lane, preconditions=attested, on=today_on)
    at_most = first_notice(policies.lane(registration.lane))
    checked_notice(call.message.asked.subject_notice, today_on=today_on, at_most=at_most)
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
        case_reference=registration.case_reference or None,
        contact_id=registration.contact_id,
        status=registration.status,
        subject_notice=registration.notice,
        registered_at=registration.registered_at,
        valid_until=registration.valid_until_on,
        renew_before=renew_before(registration.valid_until_on),
        identity=None if registration.identity is Identity.EXACT else registration.identity,
        confidential_address=registration.confidential_address or None,
    )

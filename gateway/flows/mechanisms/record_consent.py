"""Record a consent: permit -> convert -> claim the person -> record; one that stood before is replaced by it.

What rested on the old one rests on the new one. Where that is narrower, the matches that it no longer carries end;
where it is wider, the person is matched anew.
"""

from dataclasses import replace
from datetime import date

from gateway.core.consent import Consent, Consenting, Scope, StandingConsent, checked_scope, kept_by, lives_on_consent
from gateway.core.events import Event, EventKind, Value
from gateway.core.involvement import Oin
from gateway.core.policy import LanePolicy
from gateway.core.refusals import Refusal, Refused
from gateway.core.terms import checked_term
from gateway.flows.admission import change_once, event_of
from gateway.flows.deciding.leave_to_register import leave_to_register
from gateway.flows.deciding.refusal_of_policy import Leave
from gateway.flows.deciding.silence import with_alarm
from gateway.flows.mechanisms.end_consents import erase
from gateway.flows.ports.conversion import Converted
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.consents import ConsentRecorded, ConsentStatus, RecordConsent
from keys.signing import Signed
from keys.tokens import PersonToken


def record_consent(call: Signed[RecordConsent], house: House, *, today_on: date) -> bytes:
    """Record that a person consents; return the JSON of `ConsentRecorded`.

    Raises:
        Refused: the policy lets nobody register so, the lane keeps no consent, the scope or the term is not one that it
            allows, the day it was given is ahead, or the token is no good.
    """

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        policy, leave = _permit(call, house, today_on)
        consent = _consent(call, house, policy, leave, today_on)
        person = _convert(call, house, consent.id, silent=leave.silent)
        of = Consenting(consent.agency, consent.lane, consent.purpose, person.index_token)
        of = kept_by(of, policy, case_reference=consent.case_reference)
        person = replace(person, index_token=of.index_token)
        old = _clear(tx, tx.consents.hold_standing(of))
        tx.claim({person.index_token})
        if old is not None:
            tx.consents.end((old.id,), status=ConsentStatus.REPLACED)
        tx.consents.record(consent, person)
        if old is not None:
            _move(tx, old, consent, house)
        replaced = None if old is None else old.id
        event = _event(call, house, consent, leave, replaced)
        answer = ConsentRecorded(
            id=consent.id,
            status=consent.status,
            valid_until=consent.valid_until_on,
            replaced=replaced,
            event=event.id,
        )
        return answer, with_alarm(event, call, house, silent=leave.silent)

    return change_once(call, house, "record consent", act)


def _permit(call: Signed[RecordConsent], house: House, today_on: date) -> tuple[LanePolicy, Leave]:
    """Ask the policy as for a registration that attests the consent: who may not register records none either."""
    asked = call.message
    policy, leave = leave_to_register(call, house, lane=asked.lane, purpose=asked.purpose, today_on=today_on)
    if not lives_on_consent(policy):
        raise Refused(Refusal.CONSENT_NOT_KEPT)
    return policy, leave


def _consent(call: Signed[RecordConsent], house: House, policy: LanePolicy, leave: Leave, today_on: date) -> Consent:
    asked = call.message
    scope = Scope(asked.kinds, tuple(map(Oin, asked.agencies)))
    named = (house.directory.agency(oin) for oin in scope.agencies)
    checked_scope(scope, policy, kinds_of_agencies=tuple("" if one is None else one.kind for one in named))
    if asked.given_on > today_on:
        raise Refused(Refusal.MEMBER_INVALID, member="givenOn")
    return Consent(
        id=house.mint("cns"),
        agency=call.caller.oin,
        lane=asked.lane,
        purpose=asked.purpose,
        case_reference=asked.case_reference,
        scope=scope,
        given_on=asked.given_on,
        valid_until_on=checked_term(asked.valid_until, permitted=leave.permitted, today_on=today_on),
    )


def _convert(call: Signed[RecordConsent], house: House, consent: str, *, silent: bool) -> Converted:
    try:
        token = PersonToken.decode(call.message.token)
    except ValueError:
        raise Refused(Refusal.TOKEN_INVALID) from None
    of_nobody = (consent,) if silent else ()
    (person,) = house.converter.convert(
        ((token, consent),), agency=call.caller.oin, lane=call.message.lane, of_nobody=of_nobody
    )
    if isinstance(person, Refusal):
        raise Refused(person)
    return person


def _clear(tx: Tx, standing: StandingConsent | None) -> StandingConsent | None:
    """Return the consent to replace; one whose day has come carries nothing on, however late the worker is."""
    if standing is None or not standing.over:
        return standing
    erase(tx, (standing,), status=ConsentStatus.EXPIRED)
    return None


def _move(tx: Tx, old: StandingConsent, consent: Consent, house: House) -> None:
    moved = tx.consents.move(old.id, new=consent.id)
    tx.matches.end(
        tuple(match for match, other in tx.matches.standing_of(moved) if not _covers(consent.scope, other, house))
    )
    tx.jobs.queue(moved)


def _covers(scope: Scope, other: Oin, house: House) -> bool:
    agency = house.directory.agency(other)
    return scope.covers(other, "" if agency is None else agency.kind)


def _event(call: Signed[RecordConsent], house: House, consent: Consent, leave: Leave, replaced: str | None) -> Event:
    fields: dict[str, Value] = {
        "consent": consent.id,
        "lane": consent.lane,
        "policy": leave.permitted.policy,
        "valid_until": consent.valid_until_on.isoformat(),
        "replaced": replaced,
        "case_reference": consent.case_reference,
    }
    return event_of(call, house, EventKind.CONSENT_RECORDED, **fields)

"""Offer safety oversight to the local team of a match; the one who offers it holds it until that is accepted.

1. The registration is the caller's own and its person is claimed: nothing moves or ends meanwhile.
2. The caller holds safety oversight by that registration, and no other offer about the person is open.
3. The match stands, and by its rules both sides may know one another.
4. The offer, the alert to the local team and the event are one transaction.
"""

from gateway.core.contact import StandingMatch
from gateway.core.deadlines import CALENDAR_VERSION
from gateway.core.events import Event, EventKind
from gateway.core.handover import LANE, OfferedHandover, checked_match
from gateway.core.involvement import Registration
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import change_once, event_of
from gateway.flows.overseeing.begin_oversight import claimed_registration
from gateway.flows.overseeing.show_handover import view_of
from gateway.flows.overseeing.tell_of_handover import tell
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.oversight import OfferHandover
from gateway.protocol.messages.registrations import RegistrationStatus
from keys.signing import Signed


def offer_handover(call: Signed[OfferHandover], house: House) -> bytes:
    """Offer safety oversight under a version of the conditions; return the JSON of `HandoverView`.

    Raises:
        Refused: not found, another purpose, no longer active, safety oversight not held by this registration, an offer
            open already, the match ended, or the other party may not take it.
    """
    asked = call.message

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        registration = claimed_registration(tx, call, asked.registration_id)
        _check_holder(tx, registration)
        tx.matches.hold(asked.match_id)
        match = tx.matches.one(asked.match_id, agency=call.caller.oin)
        if match is None:
            raise Refused(Refusal.NOT_FOUND)
        offered = _offered(tx, match, registration, asked.conditions_version, house)
        tx.handovers.offer(offered)
        handover = tx.handovers.one(offered.id, agency=call.caller.oin)
        if handover is None:
            raise AssertionError("an offer vanished under its own claim")
        alerts = tell(tx, handover, AlertKind.HANDOVER_OFFERED, (match.other,), house)
        event = event_of(
            call,
            house,
            EventKind.HANDOVER_OFFERED,
            handover=offered.id,
            match=match.id,
            conditions=offered.conditions_version,
            alerts=alerts,
        )
        return view_of(handover, call.caller.oin), (event,)

    return change_once(call, house, "offer handover", act)


def _check_holder(tx: Tx, registration: Registration) -> None:
    if registration.status is not RegistrationStatus.ACTIVE:
        raise Refused(Refusal.NOT_ACTIVE)
    held = tx.oversights.holder(registration.index_token)
    if held is None or held.registration != registration.id:
        raise Refused(Refusal.OVERSIGHT_NOT_YOURS)
    if tx.handovers.is_open(registration.index_token):
        raise Refused(Refusal.HANDOVER_OPEN)


def _offered(
    tx: Tx, match: StandingMatch, registration: Registration, conditions_version: str, house: House
) -> OfferedHandover:
    theirs = tx.matches.one(match.id, agency=match.other)
    policy = house.policies().lane(LANE)
    agency = house.directory.agency(match.other)
    if theirs is None or policy is None or agency is None:
        raise Refused(Refusal.HANDOVER_NOT_ADMITTED)
    checked_match(match, registration=registration.id, taking_kind=agency.kind, taking_level=theirs.own.level)
    now = tx.now()
    return OfferedHandover(
        id=house.mint("hov"),
        match=match.id,
        index_token=registration.index_token,
        giving=registration.agency,
        giving_registration=registration.id,
        taking=match.other,
        taking_registration=theirs.own.registration,
        conditions_version=conditions_version,
        offered_at=now,
        due_on=policy.contact_deadline(now),
        calendar=CALENDAR_VERSION,
    )

"""Break the glass: one person asks, another of the same agency confirms, and only then is anybody told (G26).

It is a registration in its lane like any other: whoever breaks the glass about a person meets those who did so too, and
nobody else; there is nothing to look up. Until it is confirmed no meeting of it is carried (`flows/carried.py`), and at
the end of its hours it is over by the database's clock.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gateway.core.deadlines import CALENDAR_VERSION
from gateway.core.emergency import (
    ASSURED,
    FLAG,
    LANE,
    BrokenGlass,
    Emergency,
    checked_confirmation,
    checked_quota,
    closes_at,
    lives_on_glass,
    over_on,
    review_due,
)
from gateway.core.events import AlarmReason, Event, EventKind, Value
from gateway.core.involvement import AMSTERDAM, Oin, Registration
from gateway.core.notices import checked_notice, first_notice
from gateway.core.policy import LanePolicy
from gateway.core.policy.answers import Asking
from gateway.core.refusals import Refusal, Refused
from gateway.core.reminders import OwnAlert
from gateway.flows.admission import admit_read, change_once, event_of
from gateway.flows.deciding.refusal_of_policy import Leave, leave_of
from gateway.flows.deciding.silence import silent_events
from gateway.flows.ports.conversion import Converted
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.emergencies import (
    BreakGlass,
    ConfirmEmergency,
    EmergencyConfirmed,
    EmergencyState,
    GlassBroken,
    OwnEmergencies,
    OwnEmergency,
)
from keys.signing import Signed
from keys.tokens import PersonToken

PAGE = 100


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Which broken glass is confirmed, and by whom."""

    registration: str
    asked: ConfirmEmergency


def break_glass(call: Signed[BreakGlass], house: House, *, today_on: date) -> bytes:
    """Record broken glass, which tells nobody anything yet; return the JSON of `GlassBroken`.

    What goes over the quota is refused, and the officers are alarmed of every try.

    Raises:
        Refused: the policy does not permit it, the notice, the hours, the desk or the token is no good, or this user or
            this agency broke the glass too often today.
    """

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        policy, leave = _permit(call, house, today_on)
        if (call.caller.oin, call.message.contact_id) not in tx.desks.known(
            {(call.caller.oin, call.message.contact_id)}
        ):
            raise Refused(Refusal.CONTACT_UNKNOWN)
        now = tx.now()
        closing_at = closes_at(call.message.hours, policy, permitted=leave.permitted, now=now)
        number = _next_number(tx, call, now)
        registration = _registration(call, house, leave, over_on(closing_at))
        glass = _glass(call, registration, closing_at, now, number)
        tx.registrations.add((registration,))
        tx.emergencies.add(glass)
        events = _events(call, house, registration, leave, glass)
        answer = GlassBroken(id=registration.id, state=EmergencyState.ASKED, ends_at=closing_at, event=events[0].id)
        return answer, events

    try:
        return change_once(call, house, "break glass", act)
    except Refused as refused:
        if refused.refusal is Refusal.EMERGENCY_QUOTA:
            _raise_alarm(call, house)
        raise


def confirm_emergency(call: Signed[Confirmation], house: House, *, today_on: date) -> bytes:
    """Open broken glass as another person of its agency; return the JSON of `EmergencyConfirmed`.

    From here on it is matched, and two officers are asked to review it.

    Raises:
        Refused: not found (or another agency's, which looks the same), asked by the same person, confirmed before, or
            over; for another purpose, or no longer permitted by the policy.
    """
    wanted = call.message

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        registration = tx.registrations.one(wanted.registration, agency=call.caller.oin)
        if registration is None:
            raise Refused(Refusal.NOT_FOUND)
        tx.claim({registration.index_token})  # whoever ends or matches it waits, or was before
        emergency = tx.emergencies.one(wanted.registration)
        if emergency is None:
            raise Refused(Refusal.NOT_FOUND)
        if registration.purpose != call.purpose:
            raise Refused(Refusal.PURPOSE_DIFFERS)
        checked_confirmation(emergency, user=wanted.asked.user)
        leave = _leave(call, house, today_on)
        due_on = review_due(tx.now())
        tx.emergencies.confirm(
            emergency.registration, user=wanted.asked.user, review_due_on=due_on, calendar=CALENDAR_VERSION
        )
        tx.jobs.queue((emergency.registration,))
        alerts = tell_officers(tx, emergency, house)
        event = _confirmed(call, house, leave, due_on, alerts)
        answer = EmergencyConfirmed(
            id=emergency.registration,
            state=EmergencyState.OPEN,
            ends_at=emergency.ends_at,
            review_due_on=due_on,
            calendar=CALENDAR_VERSION,
            event=event.id,
        )
        return answer, (event,)

    return change_once(call, house, "confirm emergency", act)


def list_emergencies(call: Signed[Any], house: House, *, after: str, limit: int = PAGE) -> OwnEmergencies:
    """Return a page of the caller's own broken glass, in order of id."""
    admit_read(call, house, "list emergencies")
    rows = house.store.view(
        "list emergencies", lambda view: view.emergencies.page(call.caller.oin, after=after, limit=limit + 1)
    )
    return OwnEmergencies(
        emergencies=tuple(OwnEmergency(**own_members(row)) for row in rows[:limit]),
        next=rows[limit - 1].registration if len(rows) > limit else None,
    )


def own_members(emergency: Emergency) -> dict[str, Any]:
    """Return what an agency sees of its own broken glass, by the names of the message."""
    return {
        "id": emergency.registration,
        "case_reference": emergency.case_reference,
        "reason": emergency.reason,
        "state": emergency.state,
        "broken_by": emergency.broken_by,
        "broken_at": emergency.broken_at,
        "ends_at": emergency.ends_at,
        "confirmed_by": emergency.confirmed_by,
        "review_due_on": emergency.review_due_on,
        "calendar": emergency.calendar,
        "verdict": emergency.verdict,
    }


def tell_officers(tx: Tx, emergency: Emergency, house: House) -> tuple[OwnAlert, ...]:
    """Tell every officer that broken glass is to be reviewed; return the alerts."""
    alerts = tuple(
        OwnAlert(house.mint("alt"), officer, emergency.registration, AlertKind.REVIEW_DUE)
        for officer in house.directory.officers()
    )
    if alerts:
        tx.alerts.tell(alerts)
    return alerts


def _permit(call: Signed[BreakGlass], house: House, today_on: date) -> tuple[LanePolicy, Leave]:
    if call.message.purpose != call.purpose:
        raise Refused(Refusal.PURPOSE_DIFFERS)
    leave, policy = _leave(call, house, today_on), house.policies().lane(LANE)
    if policy is None or not lives_on_glass(policy):
        raise Refused(Refusal.EMERGENCY_GLASS)
    checked_notice(call.message.subject_notice, today_on=today_on, at_most=first_notice(policy))
    return policy, leave


def _leave(call: Signed[Any], house: House, today_on: date) -> Leave:
    asking = Asking(call.caller.kind, call.purpose, FLAG)
    return leave_of(asking, house.policies(), lane=LANE, preconditions=ASSURED, on=today_on)


def _next_number(tx: Tx, call: Signed[BreakGlass], now: datetime) -> int:
    """Return the how manieth this is of the agency's day."""
    agency, on = Oin(call.caller.oin), now.astimezone(AMSTERDAM).date()
    by_agency, by_user = tx.emergencies.used(agency, user=call.message.user, on=on)
    checked_quota(by_agency=by_agency, by_user=by_user)
    return by_agency + 1


def _registration(call: Signed[BreakGlass], house: House, leave: Leave, valid_until_on: date) -> Registration:
    asked, id_ = call.message, house.mint("reg")
    try:
        token = PersonToken.decode(asked.token)
    except ValueError:
        raise Refused(Refusal.TOKEN_INVALID) from None
    person = _converted(call, house, token, id_, silent=leave.silent)
    return Registration(
        id=id_,
        agency=call.caller.oin,
        lane=LANE,
        index_token=person.index_token,
        sealed=person.sealed,
        key_id=token.key_id,
        epoch=person.epoch,
        flag=FLAG,
        purpose=asked.purpose,
        case_reference=asked.case_reference,
        contact_id=asked.contact_id,
        notice=asked.subject_notice,
        valid_until_on=valid_until_on,
    )


def _converted(call: Signed[Any], house: House, token: PersonToken, id_: str, *, silent: bool) -> Converted:
    of_nobody = (id_,) if silent else ()
    (person,) = house.converter.convert(((token, id_),), agency=call.caller.oin, lane=LANE, of_nobody=of_nobody)
    if isinstance(person, Refusal):
        raise Refused(person)
    return person


def _glass(
    call: Signed[BreakGlass], registration: Registration, closing_at: datetime, now: datetime, number: int
) -> BrokenGlass:
    return BrokenGlass(
        registration=registration.id,
        agency=registration.agency,
        reason=call.message.reason,
        user=call.message.user,
        case_reference=registration.case_reference,
        ends_at=closing_at,
        broken_on=now.astimezone(AMSTERDAM).date(),
        number=number,
    )


def _events(
    call: Signed[BreakGlass], house: House, registration: Registration, leave: Leave, glass: BrokenGlass
) -> tuple[Event, ...]:
    """Return what happened: a registration, or what only looks like one, and the glass that was broken for it."""
    fields: dict[str, Value] = {
        "case_reference": registration.case_reference,
        "registration": registration.id,
        "lane": registration.lane,
    }
    recorded: dict[str, Value] = {**fields, "policy": leave.permitted.policy, "epoch": registration.epoch}
    said: dict[str, Value] = {"reason": glass.reason.value, "user": glass.user, "ends_at": glass.ends_at.isoformat()}
    broken = event_of(call, house, EventKind.GLASS_BROKEN, **fields, **said)
    if leave.silent:
        return (*silent_events(call, house, **recorded), broken)
    permitted: dict[str, Value] = {"rule": leave.permitted.rule, "preconditions": leave.attested}
    return (event_of(call, house, EventKind.REGISTERED, **recorded, **permitted), broken)


def _confirmed(
    call: Signed[Confirmation], house: House, leave: Leave, due_on: date, alerts: tuple[OwnAlert, ...]
) -> Event:
    return event_of(
        call,
        house,
        EventKind.GLASS_CONFIRMED,
        registration=call.message.registration,
        policy=leave.permitted.policy,
        rule=None if leave.silent else leave.permitted.rule,
        user=call.message.asked.user,
        due_on=due_on.isoformat(),
        alerts=tuple(alert.id for alert in alerts),
    )


def _raise_alarm(call: Signed[BreakGlass], house: House) -> None:
    """Alarm the officers of a try beyond the quota; that its purpose is a silent one the refusal itself tells them."""
    held = event_of(call, house, EventKind.GLASS_HELD_BACK, user=call.message.user)
    alarm = event_of(call, house, EventKind.ALARM_RAISED, reason=AlarmReason.EMERGENCY_QUOTA.value, event=held.id)
    house.store.change("hold glass back", lambda _: Recorded(None, (held, alarm)))

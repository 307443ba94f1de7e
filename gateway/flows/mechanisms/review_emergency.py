"""Review broken glass: two officers judge each use, and what nobody judged in time alarms them (G26).

A review stays due whatever became of the registration: withdrawn, over or erased. One officer who finds no
justification closes glass that is still open.
"""

from dataclasses import dataclass
from typing import Any

from gateway.core.deadlines import local_date
from gateway.core.emergency import Emergency, checked_verdict
from gateway.core.events import GATEWAY, AlarmReason, Event, EventKind
from gateway.core.involvement import Ending, Oin, Registration
from gateway.core.refusals import Refusal, Refused
from gateway.core.reminders import OwnAlert
from gateway.flows.admission import admit_read, change_once, event_of
from gateway.flows.mechanisms.break_glass import own_members, tell_officers
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx, View
from gateway.flows.registering.put_away import put_away
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.emergencies import (
    EmergenciesToReview,
    EmergencyJudged,
    EmergencyToReview,
    JudgeEmergency,
    Verdict,
)
from gateway.protocol.messages.registrations import RegistrationStatus
from keys.signing import Signed

PAGE = 100
ESCALATE_AT_ONCE = 100
_GOES_ON = {RegistrationStatus.ACTIVE, RegistrationStatus.RESTRICTED}


@dataclass(frozen=True, slots=True)
class Judgment:
    """Which broken glass an officer judges, and how."""

    registration: str
    asked: JudgeEmergency


def list_to_review(
    call: Signed[Any], house: House, *, after: str, only: str = "", limit: int = PAGE
) -> EmergenciesToReview:
    """Return a page of what two officers have not judged yet, or just the one named `only`, judged or not."""
    admit_read(call, house, "list emergencies to review")
    rows = house.store.view("emergencies to review", lambda view: _rows(view, after=after, only=only, limit=limit + 1))
    return EmergenciesToReview(
        emergencies=tuple(_view(row, house) for row in rows[:limit]),
        next=rows[limit - 1].registration if len(rows) > limit else None,
    )


def judge_emergency(call: Signed[Judgment], house: House) -> bytes:
    """Record what an officer finds of broken glass that was confirmed; return the JSON of `EmergencyJudged`.

    Raises:
        Refused: not found, or this officer judged it before, or two others did.
    """
    wanted = call.message

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        registration = _claimed(tx, wanted.registration)
        emergency = tx.emergencies.one(wanted.registration)
        if emergency is None or emergency.confirmed_at is None:
            raise Refused(Refusal.NOT_FOUND)
        officer, verdict = Oin(call.caller.oin), wanted.asked.verdict
        checked_verdict(emergency, officer=officer)
        number = len(emergency.verdicts) + 1
        tx.emergencies.judge(emergency.registration, officer=officer, verdict=verdict, number=number)
        closed = verdict is Verdict.NOT_JUSTIFIED and _close(tx, registration, house)
        events = _events(call, house, number=number, closed=closed)
        judged = tx.emergencies.one(wanted.registration)
        said = None if judged is None else judged.verdict
        return EmergencyJudged(id=wanted.registration, verdicts=number, verdict=said, event=events[0].id), events

    return change_once(call, house, "judge emergency", act)


def escalate_reviews(house: House, *, limit: int = ESCALATE_AT_ONCE) -> int:
    """Alarm the officers of reviews whose last working day is over, and tell the agencies; return how many.

    A worker that was down does it when it is back, once for each, and the event says when it was due.
    """
    if not house.store.view("unreviewed", lambda view: view.emergencies.unreviewed(before_on=local_date(view.now()))):
        return 0

    def work(tx: Tx) -> Recorded[int]:
        late = tx.emergencies.escalate(before_on=local_date(tx.now()), limit=limit)
        events = tuple(event for emergency in late for event in _escalated(tx, emergency, house))
        if not late:  # another worker was faster
            return Recorded(0, (Event(house.mint("evt"), EventKind.EMERGENCY_ESCALATED, GATEWAY, {"alerts": ()}),))
        return Recorded(len(late), events)

    return house.store.change("escalate reviews", work)


def _rows(view: View, *, after: str, only: str, limit: int) -> tuple[Emergency, ...]:
    if not only:
        return view.emergencies.to_review(after=after, limit=limit)
    one = view.emergencies.one(only)
    return () if one is None or one.confirmed_at is None else (one,)


def _view(emergency: Emergency, house: House) -> EmergencyToReview:
    agency = house.directory.agency(emergency.agency)
    return EmergencyToReview(
        **own_members(emergency),
        agency=emergency.agency if agency is None else agency.name,
        verdicts=len(emergency.verdicts),
    )


def _claimed(tx: Tx, registration: str) -> Registration:
    """Return a registration under the claim of its person: withdrawal and expiry claim too."""
    for found in tx.registrations.several((registration,)):
        tx.claim({found.index_token})
    found_again = tx.registrations.several((registration,))
    if not found_again:
        raise Refused(Refusal.NOT_FOUND)
    return found_again[0]


def _close(tx: Tx, registration: Registration, house: House) -> bool:
    """End a registration that goes on, with its matches; return whether it did."""
    if registration.status not in _GOES_ON:
        return False
    ids = (registration.id,)
    tx.registrations.end(ids, status=RegistrationStatus.WITHDRAWN, reason="not_justified", ending=Ending.ENDED)
    put_away(tx, [(registration, local_date(tx.now()))], house)
    return True


def _events(call: Signed[Judgment], house: House, *, number: int, closed: bool) -> tuple[Event, ...]:
    verdict = call.message.asked.verdict
    judged = event_of(
        call,
        house,
        EventKind.EMERGENCY_JUDGED,
        registration=call.message.registration,
        verdict=verdict.value,
        verdicts=number,
        closed=closed,
    )
    if verdict is Verdict.JUSTIFIED:
        return (judged,)
    reason = AlarmReason.EMERGENCY_NOT_JUSTIFIED.value
    return judged, event_of(call, house, EventKind.ALARM_RAISED, reason=reason, event=judged.id)


def _escalated(tx: Tx, emergency: Emergency, house: House) -> tuple[Event, Event]:
    """Tell the officers again and the agency for the first time, and raise the alarm."""
    kind = AlertKind.EMERGENCY_UNREVIEWED
    own = OwnAlert(house.mint("alt"), emergency.agency, emergency.registration, kind)
    tx.alerts.tell((own,))
    alerts = (own, *tell_officers(tx, emergency, house))
    due_on = "" if emergency.review_due_on is None else emergency.review_due_on.isoformat()
    said = Event(
        house.mint("evt"),
        EventKind.EMERGENCY_ESCALATED,
        GATEWAY,
        {"registration": emergency.registration, "due_on": due_on, "alerts": tuple(alert.id for alert in alerts)},
    )
    reason = AlarmReason.EMERGENCY_UNREVIEWED.value
    fields = {"purpose": "", "reason": reason, "event": said.id}
    return said, Event(house.mint("evt"), EventKind.ALARM_RAISED, GATEWAY, fields)

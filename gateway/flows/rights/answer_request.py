"""Answer requests: on a fixed day for all, once everything is decided and what was erased lies beyond this database.

What is signed under an answer is the same whatever was found. The desk reads the answer with the same statements,
whether or not there is anything to tell; whose request it was is forgotten from then on.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from gateway.core.deadlines import local_date
from gateway.core.events import GATEWAY, AlarmReason, Event, EventKind
from gateway.core.involvement import Oin
from gateway.core.refusals import Refusal, Refused
from gateway.core.subject_request import PURPOSE, Letter, SubjectRequest, statement_of
from gateway.flows.admission import admit_one, admitted_event, change_or_refuse, slip_of
from gateway.flows.deciding.sunset import Sign
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx
from keys.signing import Signed

ANSWER_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer: what the letter says, and what was signed."""

    request: SubjectRequest
    letter: Letter


def answer_requests(house: House, *, sign: Sign, limit: int = ANSWER_AT_ONCE) -> int:
    """Answer up to `limit` requests whose day has come, each in a transaction of its own; return how many."""
    today_on = local_date(house.store.view("now", lambda view: view.now()))
    ready = house.store.view("ready", lambda view: view.requests.to_answer(today_on=today_on, limit=limit))
    return sum(house.store.change("answer request", partial(_answer, one.id, house, sign)) for one in ready)


def show_answer(call: Signed[Any], house: House, request: str) -> Answered:
    """Return the answer to a request of the caller's desk.

    Raises:
        Refused: not found (or another desk's, which looks the same), or not ready.
    """

    def work(tx: Tx) -> Recorded[Answered]:
        admit_one(tx, slip_of(call))
        found = tx.requests.one(request, desk=call.caller.oin)
        if found is None:
            raise Refused(Refusal.NOT_FOUND)
        if found.answered_on is None:
            raise Refused(Refusal.REQUEST_NOT_READY)
        letter = Letter(
            lane=found.lane,
            right=found.right,
            case_reference=found.case_reference,
            received_on=local_date(found.received_at),
            answered_on=found.answered_on,
            lines=tuple((_name(line.agency, house), line) for line in tx.requests.lines(found.id)),
        )
        return Recorded(Answered(found, letter), (admitted_event(call, house, "show answer"),))

    return change_or_refuse(call, house, "show answer", work)


def alarm_overdue(house: House, *, limit: int = ANSWER_AT_ONCE) -> int:
    """Alarm the officers of requests whose last day is over, each once; return how many."""
    today_on = local_date(house.store.view("now", lambda view: view.now()))
    late = house.store.view("overdue", lambda view: view.requests.to_alarm(today_on=today_on, limit=limit))
    return sum(house.store.change("alarm overdue", partial(_alarm, one.id, house)) for one in late)


def _answer(request: str, house: House, sign: Sign, tx: Tx) -> Recorded[int]:
    today_on = local_date(tx.now())
    found = tx.requests.any(request)
    ready = {one.id for one in tx.requests.to_answer(today_on=today_on, limit=ANSWER_AT_ONCE)}
    if found is None or found.id not in ready:  # another worker was faster
        return Recorded(0, ())
    receipt = house.mint("prg")
    statement = statement_of(found, receipt=receipt, answered_on=today_on)
    tx.requests.answer(found.id, today_on=today_on, statement=statement, signature=sign(statement))
    fields = {"request": found.id, "receipt": receipt}
    return Recorded(1, (Event(house.mint("evt"), EventKind.REQUEST_ANSWERED, GATEWAY, fields),))


def _alarm(request: str, house: House, tx: Tx) -> Recorded[int]:
    today_on = local_date(tx.now())
    if request not in {one.id for one in tx.requests.to_alarm(today_on=today_on, limit=ANSWER_AT_ONCE)}:
        return Recorded(0, ())
    tx.requests.alarmed(request, today_on=today_on)
    late = Event(house.mint("evt"), EventKind.REQUEST_REMINDED, GATEWAY, {"request": request, "alerts": ()})
    fields = {"reason": AlarmReason.REQUEST_OVERDUE.value, "event": late.id, "purpose": PURPOSE}
    return Recorded(1, (late, Event(house.mint("evt"), EventKind.ALARM_RAISED, GATEWAY, fields)))


def _name(agency: Oin, house: House) -> str:
    found = house.directory.agency(agency)
    return agency if found is None else found.name

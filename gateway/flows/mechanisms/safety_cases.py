"""Keep the list of accepted cases: opened by who may start a check, seen by who takes part, closed by who leads.

A registration in such a lane is made under the reference of an open case in which the agency takes part, and two meet
only in one case. When it is closed what was registered under it ends in the same transaction.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from gateway.core.events import Event, EventKind, Value
from gateway.core.involvement import Ending, Oin
from gateway.core.refusals import Refusal, Refused
from gateway.core.safety_case import SafetyCase, checked_participants, lives_on_cases
from gateway.flows.admission import admit_read, change_once, event_of
from gateway.flows.deciding.leave_to_register import leave_to_register
from gateway.flows.deciding.silence import with_alarm
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.registrations import RegistrationStatus
from gateway.protocol.messages.safety_cases import CaseClosed, CaseOpened, CaseStatus, CaseView, OpenCase, SafetyCases
from keys.signing import Signed
from keys.tokens import IndexToken

PAGE = 100


def open_case(call: Signed[OpenCase], house: House, *, today_on: date) -> bytes:
    """Put an accepted case on the list, with the caller among its participants; return the JSON of `CaseOpened`.

    Raises:
        Refused: the caller may not start a check, the lane keeps no cases, a participant may not be in it or is not
            known, the one who leads takes no part, or the day of acceptance is ahead.
    """
    asked = call.message

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        policy, leave = leave_to_register(call, house, lane=asked.lane, purpose=asked.purpose, today_on=today_on)
        if not lives_on_cases(policy):
            raise Refused(Refusal.CASE_NOT_KEPT)
        case = _case(call, house, today_on)
        named = (house.directory.agency(oin) for oin in case.participants)
        checked_participants(("" if one is None else one.kind for one in named), policy)
        tx.cases.add(case)
        fields: dict[str, Value] = {"case": case.id, "lane": case.lane, "policy": leave.permitted.policy}
        event = event_of(call, house, EventKind.CASE_OPENED, **fields, case_reference=case.reference)
        answer = CaseOpened(id=case.id, status=case.status, event=event.id)
        return answer, with_alarm(event, call, house, silent=leave.silent)

    return change_once(call, house, "open case", act)


def close_case(call: Signed[Any], house: House, case: str) -> bytes:
    """Close a case and end all that was registered under it; return the JSON of `CaseClosed`.

    Raises:
        Refused: not found (or one in which the caller takes no part), not the caller's to close, or closed before.
    """

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        found = tx.cases.one(case, agency=call.caller.oin)
        if found is None:
            raise Refused(Refusal.NOT_FOUND)
        if not found.may_close(call.caller.oin):
            raise Refused(Refusal.CASE_NOT_YOURS)
        if not tx.cases.hold(case):
            raise Refused(Refusal.CASE_IS_CLOSED)
        ended = _end(tx, found)
        tx.cases.close(case)
        event = event_of(call, house, EventKind.CASE_CLOSED, case=case, registrations=ended)
        return CaseClosed(id=case, status=CaseStatus.CLOSED, event=event.id), (event,)

    return change_once(call, house, "close case", act)


def list_cases(call: Signed[Any], house: House, *, after: str, limit: int = PAGE) -> SafetyCases:
    """Return a page of the cases in which the caller takes part, in order of id."""
    admit_read(call, house, "list cases")
    rows = house.store.view("list cases", lambda view: view.cases.page(call.caller.oin, after=after, limit=limit + 1))
    return SafetyCases(
        cases=tuple(_view(row) for row in rows[:limit]), next=rows[limit - 1].id if len(rows) > limit else None
    )


def show_case(call: Signed[Any], house: House, case: str) -> CaseView:
    """Return one case in which the caller takes part; any other does not exist for it (G24)."""
    admit_read(call, house, "show case")
    found = house.store.view("show case", lambda view: view.cases.one(case, agency=call.caller.oin))
    if found is None:
        raise Refused(Refusal.NOT_FOUND)
    return _view(found)


def _case(call: Signed[OpenCase], house: House, today_on: date) -> SafetyCase:
    asked = call.message
    participants = tuple(sorted({call.caller.oin, *map(Oin, asked.participants)}))
    case = SafetyCase(
        id=house.mint("cas"),
        lane=asked.lane,
        reference=asked.case_reference,
        opened_by=call.caller.oin,
        participants=participants,
        coordinator=call.caller.oin,
        accepted_on=asked.accepted_on,
    )
    if asked.coordinator is not None:
        case = replace(case, coordinator=Oin(asked.coordinator))
    if case.coordinator not in participants:
        raise Refused(Refusal.MEMBER_INVALID, member="coordinator")
    if case.accepted_on > today_on:
        raise Refused(Refusal.MEMBER_INVALID, member="acceptedOn")
    return case


def _end(tx: Tx, case: SafetyCase) -> tuple[str, ...]:
    """End what was registered under a case that is held: nothing new comes under it meanwhile."""
    resting = tx.cases.resting_on(case)
    ids = tuple(id_ for id_, _ in resting)
    if ids:
        tx.jobs.hold(ids)
        tx.claim({IndexToken(token) for _, token in resting})
        tx.registrations.end(ids, status=RegistrationStatus.WITHDRAWN, reason="case_closed", ending=Ending.ENDED)
    return ids


def _view(case: SafetyCase) -> CaseView:
    if case.opened_at is None:
        raise AssertionError("a stored case has its time")
    return CaseView(
        id=case.id,
        lane=case.lane,
        case_reference=case.reference,
        opened_by=case.opened_by,
        participants=case.participants,
        coordinator=case.coordinator,
        accepted_on=case.accepted_on,
        status=case.status,
        opened_at=case.opened_at,
    )

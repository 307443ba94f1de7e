"""Show a handover to its two agencies: both see the same version of the conditions; of the other the match tells."""

from typing import Any

from gateway.core.handover import Handover
from gateway.core.involvement import Oin
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import admit_one, admitted_event, change_or_refuse, slip_of
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx
from gateway.protocol.messages.oversight import HandoverRole, Handovers, HandoverView
from keys.signing import Signed

PAGE = 100


def show_handover(call: Signed[Any], house: House, handover: str) -> HandoverView:
    """Return one handover.

    Raises:
        Refused: not found (or no party to it, which looks the same: G24), or looked at for another purpose than that
            of the caller's own registration (G25).
    """

    def work(tx: Tx) -> Recorded[HandoverView]:
        admit_one(tx, slip_of(call))
        found = own_handover(tx, call, handover)
        return Recorded(view_of(found, call.caller.oin), (admitted_event(call, house, "show handover"),))

    return change_or_refuse(call, house, "show handover", work)


def list_handovers(call: Signed[Any], house: House, *, after: str, limit: int = PAGE) -> Handovers:
    """Return a page of the caller's handovers in order of id."""

    def work(tx: Tx) -> Recorded[Handovers]:
        admit_one(tx, slip_of(call))
        rows = tx.handovers.page(call.caller.oin, after=after, limit=limit + 1)
        page = Handovers(
            handovers=tuple(view_of(row, call.caller.oin) for row in rows[:limit]),
            next=rows[limit - 1].id if len(rows) > limit else None,
        )
        return Recorded(page, (admitted_event(call, house, "list handovers"),))

    return change_or_refuse(call, house, "list handovers", work)


def own_handover(tx: Tx, call: Signed[Any], handover: str) -> Handover:
    """Return a handover that the caller is a party to.

    Raises:
        Refused: not found, or named for another purpose than that of the caller's own registration (G25).
    """
    found = tx.handovers.one(handover, agency=call.caller.oin)
    if found is None:
        raise Refused(Refusal.NOT_FOUND)
    if found.side_of(call.caller.oin).purpose != call.purpose:
        raise Refused(Refusal.PURPOSE_DIFFERS)
    return found


def view_of(handover: Handover, agency: Oin) -> HandoverView:
    """Return a handover as one of its agencies sees it."""
    own = handover.side_of(agency)
    return HandoverView(
        id=handover.id,
        match_id=handover.match,
        role=HandoverRole.GIVING if agency == handover.giving.agency else HandoverRole.TAKING,
        registration_id=own.registration,
        case_reference=own.case_reference or None,
        state=handover.state,
        conditions_version=handover.conditions_version,
        offered_at=handover.offered_at,
        due_on=handover.due_on,
        calendar=handover.calendar,
        escalated_at=handover.escalated_at,
        decided_at=handover.decided_at,
        reason=handover.reason,
    )

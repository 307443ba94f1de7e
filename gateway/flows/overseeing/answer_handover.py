"""Answer an offer of safety oversight: accept it, refuse it, or take it back; only acceptance moves safety oversight.

Every step claims the person and looks again under the claim: of two at one moment the second finds the offer closed.
Safety oversight moves in the transaction of the acceptance, from one instant to the same (domain rule 16).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Generic, TypeVar

from gateway.core.events import Event, EventKind, Value
from gateway.core.handover import Handover, Oversight, checked_answer
from gateway.core.involvement import Oin
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import change_once, event_of
from gateway.flows.overseeing.show_handover import own_handover, view_of
from gateway.flows.overseeing.tell_of_handover import tell
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.oversight import AcceptHandover, HandoverState, RefuseHandover, WithdrawHandover
from keys.signing import Signed

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class Answering(Generic[M]):
    """Which handover, and what is said of it."""

    handover: str
    asked: M


def accept_handover(call: Signed[Answering[AcceptHandover]], house: House) -> bytes:
    """Take safety oversight under the conditions that were offered; return the JSON of `HandoverView`.

    Raises:
        Refused: not found, another purpose, the other side's step, no longer open, or another version of the
            conditions.
    """

    def step(tx: Tx, handover: Handover, now: datetime) -> Event:
        checked_answer(handover, agency=call.caller.oin, by=handover.taking.agency)
        if call.message.asked.conditions_version != handover.conditions_version:
            raise Refused(Refusal.HANDOVER_CONDITIONS_DIFFER)
        moved = _move(tx, handover, now, house)
        tx.handovers.decide(handover, state=HandoverState.ACCEPTED, reason=None, at=now)
        alerts = tell(tx, handover, AlertKind.HANDOVER_ACCEPTED, (handover.giving.agency,), house)
        said: dict[str, Value] = {"conditions": handover.conditions_version, "oversight": moved}
        return event_of(call, house, EventKind.HANDOVER_ACCEPTED, handover=handover.id, **said, alerts=alerts)

    return change_once(call, house, "accept handover", partial(_answer, call=call, step=step))


def refuse_handover(call: Signed[Answering[RefuseHandover]], house: House) -> bytes:
    """Leave safety oversight with whoever offered it, for a coded reason; return the JSON of `HandoverView`.

    Raises:
        Refused: not found, another purpose, the other side's step, or no longer open.
    """

    def step(tx: Tx, handover: Handover, now: datetime) -> Event:
        checked_answer(handover, agency=call.caller.oin, by=handover.taking.agency)
        reason = call.message.asked.reason.value
        tx.handovers.decide(handover, state=HandoverState.REFUSED, reason=reason, at=now)
        alerts = tell(tx, handover, AlertKind.HANDOVER_REFUSED, (handover.giving.agency,), house)
        return event_of(call, house, EventKind.HANDOVER_REFUSED, handover=handover.id, reason=reason, alerts=alerts)

    return change_once(call, house, "refuse handover", partial(_answer, call=call, step=step))


def withdraw_handover(call: Signed[Answering[WithdrawHandover]], house: House) -> bytes:
    """Take an open offer back, for a coded reason; return the JSON of `HandoverView`.

    Raises:
        Refused: not found, another purpose, the other side's step, or no longer open.
    """

    def step(tx: Tx, handover: Handover, now: datetime) -> Event:
        checked_answer(handover, agency=call.caller.oin, by=handover.giving.agency)
        reason = call.message.asked.reason.value
        tx.handovers.decide(handover, state=HandoverState.WITHDRAWN, reason=reason, at=now)
        alerts = tell(tx, handover, AlertKind.HANDOVER_WITHDRAWN, (handover.taking.agency,), house)
        return event_of(call, house, EventKind.HANDOVER_WITHDRAWN, handover=handover.id, reason=reason, alerts=alerts)

    return change_once(call, house, "withdraw handover", partial(_answer, call=call, step=step))


_Step = Callable[[Tx, Handover, datetime], Event]


def _answer(tx: Tx, *, call: Signed[Answering[M]], step: _Step) -> tuple[Message, tuple[Event, ...]]:
    """Take a step under the claim, and show the handover as it is after it."""
    seen = own_handover(tx, call, call.message.handover)
    tx.claim({seen.index_token})
    event = step(tx, own_handover(tx, call, seen.id), tx.now())
    return view_of(own_handover(tx, call, seen.id), Oin(call.caller.oin)), (event,)


def _move(tx: Tx, handover: Handover, now: datetime, house: House) -> str:
    """Let the local team hold safety oversight instead of whoever offered it; return the id under which it does."""
    held = tx.oversights.holder(handover.index_token)
    if held is None or held.registration != handover.giving.registration:  # its term ended between the two looks
        raise Refused(Refusal.HANDOVER_CLOSED, state=HandoverState.LAPSED.value)
    taking = handover.taking
    new = Oversight(house.mint("ovs"), handover.index_token, taking.agency, taking.registration, now)
    tx.oversights.move(held, to=new)
    return new.id

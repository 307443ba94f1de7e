"""Lift an exclusion: who recorded it, or its mediator, decides that what it withheld may be told; the other hears."""

from typing import Any

from gateway.core.events import Event, EventKind
from gateway.core.exclusion import ExclusionAlert
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import change_once, event_of
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.exclusions import ExclusionLifted, ExclusionStatus
from keys.signing import Signed


def lift_exclusion(call: Signed[Any], house: House, exclusion: str) -> bytes:
    """Let what an exclusion withheld be matched anew, unless another one shields it; return `ExclusionLifted`.

    Raises:
        Refused: not found (or neither recorded nor mediated by the caller, which looks the same), or lifted already.
    """

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        found = tx.exclusions.one(exclusion, agency=call.caller.oin)
        if found is None:
            raise Refused(Refusal.NOT_FOUND)
        tx.claim({found.index_token})
        if not tx.exclusions.hold(exclusion):
            raise Refused(Refusal.EXCLUSION_IS_LIFTED)
        tx.jobs.queue(tx.exclusions.lift(exclusion))
        alert = ExclusionAlert(house.mint("alt"), found.other_than(call.caller.oin), exclusion)
        tx.exclusions.tell((alert,))
        role = found.role_of(call.caller.oin).value
        event = event_of(call, house, EventKind.EXCLUSION_LIFTED, exclusion=exclusion, role=role, alert=alert.id)
        return ExclusionLifted(id=exclusion, status=ExclusionStatus.LIFTED, event=event.id), (event,)

    return change_once(call, house, "lift exclusion", act)

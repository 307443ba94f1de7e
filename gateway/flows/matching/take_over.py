"""Take a match over: the deputy or the coordinator of a party handles it for an absent colleague."""

from typing import Any

from gateway.core.contact import check_goes_on, handler_of
from gateway.core.events import Event, EventKind
from gateway.flows.admission import change_once, event_of
from gateway.flows.matching.report_contact import held_match
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.matches import TakenOver
from keys.signing import Signed


def take_over(call: Signed[Any], house: House, match: str) -> bytes:
    """Record that the role in the signed part handles the match from now on; return the JSON of `TakenOver`.

    Raises:
        Refused: not found (or no party to it), ended, or a role that stands in for nobody.
    """

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        standing = held_match(tx, match, call.caller.oin)
        check_goes_on(standing)
        handler = handler_of(call.user_role)
        tx.matches.take_over(match, agency=call.caller.oin, handler=handler)
        event = event_of(call, house, EventKind.MATCH_TAKEN_OVER, match=match)
        return TakenOver(id=match, handled_by=handler), (event,)

    return change_once(call, house, "take over", act)

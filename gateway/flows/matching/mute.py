"""Mute a match: parties that are already in contact hear no more of one another about a person, once both asked."""

from typing import Any

from gateway.core.contact import check_may_mute
from gateway.core.events import Event, EventKind
from gateway.flows.admission import change_once, event_of
from gateway.flows.matching.report_contact import held_match
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.matches import Muted
from keys.signing import Signed


def mute(call: Signed[Any], house: House, match: str) -> bytes:
    """Record that this party wants to hear nothing more of this person with the other; return the JSON of `Muted`.

    A third agency ends it: whoever meets that one hears everything again.

    Raises:
        Refused: not found (or no party to it), ended, or not reported as already in contact.
    """

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        standing = held_match(tx, match, call.caller.oin)
        check_may_mute(standing)
        both = standing.other_mute_asked
        tx.matches.mute(match, agency=call.caller.oin, both=both)
        event = event_of(call, house, EventKind.MATCH_MUTED, match=match, both=both)
        return Muted(id=match, muted=both), (event,)

    return change_once(call, house, "mute", act)

"""Begin safety oversight: Veilig Thuis says, by an open report of its own, that it holds it; nobody may hold it yet."""

from typing import Any

from gateway.core.events import Event, EventKind
from gateway.core.handover import Oversight, checked_report
from gateway.core.involvement import Registration
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import change_once, event_of
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.oversight import BeginOversight, OversightBegun
from keys.signing import Signed


def begin_oversight(call: Signed[BeginOversight], house: House) -> bytes:
    """Let the caller hold safety oversight of the person of its registration; return the JSON of `OversightBegun`.

    Raises:
        Refused: not found, another purpose than that of the registration, not an open report, or somebody holds it.
    """

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        report = claimed_registration(tx, call, call.message.registration_id)
        checked_report(report)
        if tx.oversights.holder(report.index_token) is not None:
            raise Refused(Refusal.OVERSIGHT_HELD)
        begun = Oversight(house.mint("ovs"), report.index_token, call.caller.oin, report.id, tx.now())
        tx.oversights.begin(begun)
        event = event_of(call, house, EventKind.OVERSIGHT_BEGUN, oversight=begun.id, registration=report.id)
        answer = OversightBegun(id=begun.id, registration_id=report.id, since=begun.since_at, event=event.id)
        return answer, (event,)

    return change_once(call, house, "begin oversight", act)


def claimed_registration(tx: Tx, call: Signed[Any], registration: str) -> Registration:
    """Return the caller's registration under the claim of its person: whoever withdraws or ends it claims too.

    Raises:
        Refused: not found (or another agency's, which looks the same), or named for another purpose than its own (G25).
    """
    found = tx.registrations.one(registration, agency=call.caller.oin)
    if found is not None:
        tx.claim({found.index_token})
        found = tx.registrations.one(registration, agency=call.caller.oin)
    if found is None:
        raise Refused(Refusal.NOT_FOUND)
    if found.purpose != call.purpose:
        raise Refused(Refusal.PURPOSE_DIFFERS)
    return found

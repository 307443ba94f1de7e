"""Tell both agencies that an offer of safety oversight was not answered in time; whoever offered it still holds it.

The deadline is judged by the database's clock, under the claim of the person. A worker that was down tells it later,
and the event says when it was due; nobody is told twice.
"""

from gateway.core.events import Event, EventKind, Value
from gateway.core.handover import Handover
from gateway.flows.matching.match import GATEWAY
from gateway.flows.overseeing.tell_of_handover import tell
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx
from gateway.protocol.messages.alerts import AlertKind

ESCALATE_AT_ONCE = 100


def escalate_handovers(house: House, *, limit: int = ESCALATE_AT_ONCE) -> int:
    """Tell of up to `limit` offers whose deadline has passed without an answer; return how many."""
    if not house.store.view("unanswered", lambda view: view.handovers.unanswered(limit=1)):
        return 0

    def work(tx: Tx) -> Recorded[int]:
        found = {handover.id for handover in _claimed(tx, limit)}
        still = [handover for handover in tx.handovers.unanswered(limit=limit) if handover.id in found]
        if not still:
            return Recorded(0, ())
        new = tx.handovers.escalate([handover.id for handover in still])
        return Recorded(len(new), tuple(_told(tx, handover, house) for handover in still if handover.id in new))

    return house.store.change("escalate handovers", work)


def _claimed(tx: Tx, limit: int) -> tuple[Handover, ...]:
    found = tx.handovers.unanswered(limit=limit)
    tx.claim({handover.index_token for handover in found})
    return found


def _told(tx: Tx, handover: Handover, house: House) -> Event:
    both = (handover.giving.agency, handover.taking.agency)
    alerts = tell(tx, handover, AlertKind.HANDOVER_UNANSWERED, both, house)
    fields: dict[str, Value] = {"handover": handover.id, "due": handover.due_on.isoformat(), "alerts": alerts}
    return Event(house.mint("evt"), EventKind.HANDOVER_ESCALATED, GATEWAY, fields)

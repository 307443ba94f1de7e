"""Put back what was parked, once a human has mended what was in its way (G12)."""

from collections.abc import Callable

from gateway.core.events import Event, EventKind
from gateway.flows.matching.match import GATEWAY
from gateway.flows.ports.store import Recorded, Store, Tx


def replay(store: Store, *, mint: Callable[[str], str]) -> tuple[int, int]:
    """Put every parked match job and delivery back; return how many of each.

    A delivery starts its fourteen days anew, or it would be parked again at once.
    """

    def work(tx: Tx) -> Recorded[tuple[int, int]]:
        jobs, deliveries = tx.jobs.replay(), tx.webhooks.replay()
        event = Event(mint("evt"), EventKind.PARKED_REPLAYED, GATEWAY, {"jobs": jobs, "deliveries": deliveries})
        return Recorded((jobs, deliveries), (event,))

    return store.change("replay", work)

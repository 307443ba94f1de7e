"""End registrations whose term is over; they stopped matching at that instant, decided at read time (domain rule 8)."""

from gateway.core.events import Event, EventKind
from gateway.core.involvement import Ending
from gateway.flows.match import GATEWAY
from gateway.flows.ports import House, Recorded, Tx
from gateway.protocol.messages import RegistrationStatus

EXPIRE_AT_ONCE = 200


def expire(house: House, *, limit: int = EXPIRE_AT_ONCE) -> int:
    """End up to `limit` registrations that are over by the database's clock; return how many."""
    if not house.store.view("expiring", lambda view: view.registrations.due_to_expire(limit=1)):
        return 0

    def work(tx: Tx) -> Recorded[int]:
        found = tx.registrations.due_to_expire(limit=limit)
        tx.claim({job.index_token for job in found})
        over = tx.registrations.due_to_expire(
            limit=limit
        )  # again, under the claim: one may have been renewed meanwhile
        ids = tuple(sorted({job.registration for job in over} & {job.registration for job in found}))
        if not ids:
            return Recorded(0, ())
        tx.registrations.end(ids, status=RegistrationStatus.EXPIRED, reason="term", ending=Ending.ENDED)
        return Recorded(len(ids), (Event(house.mint("evt"), EventKind.EXPIRED, GATEWAY, {"registrations": ids}),))

    return house.store.change("expire", work)

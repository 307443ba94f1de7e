"""Erase what the archive has kept for its whole time (domain rule 12): whose it was, its case, and its hint."""

from gateway.core.events import GATEWAY, Event, EventKind
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx

PURGE_AT_ONCE = 200


def purge_archive(house: House, *, limit: int = PURGE_AT_ONCE) -> int:
    """Erase up to `limit` archived registrations whose time is over by the database's clock; return how many."""
    if not house.store.view("archive ending", lambda view: view.archive.due_to_purge(limit=1)):
        return 0

    def work(tx: Tx) -> Recorded[int]:
        found = tx.archive.due_to_purge(limit=limit)
        tx.claim({job.index_token for job in found})
        left = {job.registration for job in tx.archive.due_to_purge(limit=limit)}  # again: now under the claim
        ids = tuple(sorted(left & {job.registration for job in found}))
        if not ids:
            return Recorded(0, ())
        tx.archive.forget(ids, cases=True)
        event = Event(house.mint("evt"), EventKind.ARCHIVE_PURGED, GATEWAY, {"registrations": ids})
        return Recorded(len(ids), (event,))

    return house.store.change("purge archive", work)

"""End registrations whose term is over; they stopped matching at that instant, decided at read time (domain rule 8).

What may be kept of them goes to the archive, as if it had gone there at that instant; the rest is erased.
"""

from gateway.core.events import GATEWAY, Event, EventKind, Value
from gateway.core.involvement import Ending
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx
from gateway.flows.registering.hint import give_hints
from gateway.flows.registering.put_away import put_away
from gateway.protocol.messages.registrations import RegistrationStatus

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
        gone = tx.registrations.several(ids)
        tx.registrations.end(ids, status=RegistrationStatus.EXPIRED, reason="term", ending=Ending.ENDED)
        archived = put_away(tx, [(one, one.valid_until_on) for one in gone], house)
        # Whoever registered between the end of a term and this purge was the next to come.
        hinted = give_hints(tx, {one.index_token for one in gone if one.id in archived}, house)
        fields: dict[str, Value] = {"registrations": ids, "archived": archived}
        return Recorded(len(ids), (Event(house.mint("evt"), EventKind.EXPIRED, GATEWAY, fields), *hinted))

    return house.store.change("expire", work)

"""Put away what is over: into the archive as long as the lane's card says, or erased at once (domain rules 10, 12)."""

from collections.abc import Sequence
from datetime import date

from gateway.core.archive import archived_until
from gateway.core.involvement import Registration, ends_at
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx


def put_away(tx: Tx, over: Sequence[tuple[Registration, date]], house: House) -> tuple[str, ...]:
    """Archive registrations that were over on a day, or forget whose they were; return which are archived.

    Their own case references stay where nothing is archived: an agency finds its ended matches by them.
    """
    until = {one.id: archived_until(one, house.policies().lane(one.lane), over_on=on) for one, on in over}
    kept = {id_: ends_at(on) for id_, on in until.items() if on is not None}
    forgotten = [id_ for id_, on in until.items() if on is None]
    tx.archive.keep(kept)
    if forgotten:
        tx.archive.forget(forgotten, cases=False)
    return tuple(sorted(kept))

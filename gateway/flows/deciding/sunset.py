"""Purge a lane of which no article of law is in force any more: chunk by chunk, and in the end a signed receipt.

1. The database's clock says which day it is in Amsterdam, and the lane's card that no basis holds on it. A lane without
   a card, or whose card has expired while a basis lives, is left alone.
2. The next registrations are taken, their persons claimed (G8), and all that hangs on them goes with them, in one
   transaction with the count so far and an event. Killed anywhere, the next worker goes on from that count.
3. Once nothing is left, what was taken is signed. Only then is the purge over. What a call that was under way at
   midnight still wrote is purged and signed for by itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial

from gateway.core.events import Event, EventKind, Value
from gateway.core.involvement import AMSTERDAM
from gateway.core.policy import LanePolicy
from gateway.core.purge import Counts, Purge, statement_of
from gateway.flows.matching.match import GATEWAY
from gateway.flows.ports.house import House
from gateway.flows.ports.matches import MatchJob
from gateway.flows.ports.store import Recorded, Tx

PURGE_AT_ONCE = 200

Sign = Callable[[bytes], bytes]


def sunset(house: House, *, sign: Sign, limit: int = PURGE_AT_ONCE) -> bool:
    """Purge a chunk of every lane that no basis carries; return whether there may be more to do at once."""
    now = house.store.view("now", lambda view: view.now())
    ended = [policy.lane for policy in house.policies().policies if _is_over(policy, now)]
    more = [house.store.change("purge", partial(_step, lane, house, sign, limit)) for lane in ended]
    return any(more)


def _is_over(policy: LanePolicy, now: datetime) -> bool:
    """Return whether no basis carries a lane any more; a card that expired refuses, and leaves what is registered."""
    return not policy.has_basis(now.astimezone(AMSTERDAM).date())


def _step(lane: str, house: House, sign: Sign, limit: int, tx: Tx) -> Recorded[bool]:
    """Take one chunk, by the policy that is in force now: a release may have given the lane a basis meanwhile."""
    policy = house.policies().lane(lane)
    if policy is None or not _is_over(policy, tx.now()):
        return Recorded(result=False, events=())
    purge = tx.purges.under_way(policy.lane)
    found = _next(tx, policy.lane, purge, limit)
    if found:
        tx.claim({job.index_token for job in found})
        left = {job.registration for job in _next(tx, policy.lane, purge, limit)}  # again: now under the claim
        ids = [job.registration for job in found if job.registration in left]
        return _counted(tx, policy.lane, purge, ids, house) if ids else Recorded(result=True, events=())
    if tx.purges.holds(policy.lane):  # what is left is in the hands of another worker: next time
        return Recorded(result=False, events=())
    forgotten = _forgotten(tx, policy.lane, house)
    if purge is None:
        return Recorded(result=False, events=forgotten)
    signed = _signed(tx, purge, policy, house, sign)
    return Recorded(signed.result, (*forgotten, *signed.events))


def _next(tx: Tx, lane: str, purge: Purge | None, limit: int) -> tuple[MatchJob, ...]:
    """Go on after what was reached, and at the end look once more from the beginning for what was held meanwhile."""
    reached = "" if purge is None else purge.reached
    return tx.purges.next_of(lane, after=reached, limit=limit) or tx.purges.next_of(lane, after="", limit=limit)


def _counted(tx: Tx, lane: str, purge: Purge | None, ids: Sequence[str], house: House) -> Recorded[bool]:
    gone = tx.purges.remove(ids)
    receipt = house.mint("prg") if purge is None else purge.receipt
    tx.purges.advance(lane, receipt, gone, reached=ids[-1])
    return Recorded(result=True, events=(_event(EventKind.LANE_PURGED, lane, receipt, gone, house),))


def _forgotten(tx: Tx, lane: str, house: House) -> tuple[Event, ...]:
    """Forget what registrations of this lane rested on, now that none is left."""
    gone: dict[EventKind, dict[str, Value]] = {}
    if tx.consents.kept_in(lane):
        gone[EventKind.CONSENTS_PURGED] = {"lane": lane, "consents": tx.consents.forget(lane)}
    if tx.exclusions.kept_in(lane):
        gone[EventKind.EXCLUSIONS_PURGED] = {"lane": lane, "exclusions": tx.exclusions.forget(lane)}
    if tx.cases.kept_in(lane):
        gone[EventKind.CASES_PURGED] = {"lane": lane, "cases": tx.cases.forget(lane)}
    return tuple(Event(house.mint("evt"), kind, GATEWAY, fields) for kind, fields in gone.items())


def _signed(tx: Tx, purge: Purge, policy: LanePolicy, house: House, sign: Sign) -> Recorded[bool]:
    statement = statement_of(purge, policy)
    tx.purges.close(purge.receipt, statement=statement, signature=sign(statement))
    event = _event(EventKind.PURGE_SIGNED, purge.lane, purge.receipt, purge.counts, house)
    return Recorded(result=False, events=(event,))


def _event(kind: EventKind, lane: str, receipt: str, counts: Counts, house: House) -> Event:
    return Event(house.mint("evt"), kind, GATEWAY, {"lane": lane, "receipt": receipt, **asdict(counts)})

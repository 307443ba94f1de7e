"""Match anew what was kept silent, once the policy in force tells both sides: a release that opens opens for them too.

Nobody registers again to be told what a release opened (domain rule 1): who is registered sees. A page at a time, by
the worker, through the queue: the decision is that of matching, which may still find that somebody hears nothing.
"""

from collections.abc import Collection
from functools import partial
from typing import Final

from gateway.core.events import GATEWAY, Event, EventKind
from gateway.core.matching import Meeting
from gateway.flows.carried import carried
from gateway.flows.matching.match import tell_both
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx
from gateway.flows.shielding.shield import shielded

RECONSIDERED_AT_ONCE: Final = 200
FIRST: Final = ("", "")

Place = tuple[str, str]  # the two registrations by which the last meeting of a page is remembered


def reconsider(house: House, *, after: Place = FIRST, limit: int = RECONSIDERED_AT_ONCE) -> Place | None:
    """Queue what opened of a page of silent meetings; return after which the next page begins, or None at the end."""
    now, page = house.store.view(
        "kept silent", lambda view: (view.now(), view.matches.kept_silent(after=after, limit=limit))
    )
    if opening := tell_both(page, house, now):
        house.store.change("reconsider", partial(_queue, opening, house, after, limit))
    return None if len(page) < limit else (page[-1].low.registration, page[-1].high.registration)


def _queue(opening: Collection[Meeting], house: House, after: Place, limit: int, tx: Tx) -> Recorded[None]:
    """Let them be matched that no other worker has queued, that mechanisms carry and no exclusion shields."""
    tx.claim({found.index_token for found in opening})
    still = frozenset(opening).intersection(tx.matches.kept_silent(after=after, limit=limit))
    silent = shielded(tx, still, house).silent
    left = [found for found in carried(tx, still, house) if found not in silent]
    if not left:
        return Recorded(None, ())
    tx.matches.forget_silence(left)
    tx.jobs.queue([found.low.registration for found in left])
    return Recorded(None, (Event(house.mint("evt"), EventKind.SILENCE_ENDED, GATEWAY, {"meetings": len(left)}),))

"""Match anew what was kept silent, once the policy in force tells both sides: a release that opens opens for them too.

Nobody registers again to be told what a release opened (domain rule 1): who is registered sees. A page at a time, by
the worker, through the queue: the decision is that of matching, which may still find that somebody hears nothing.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
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
Kept = Mapping[tuple[str, str], int]  # how many meetings stay silent, by lane and by the digest of its policy


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """After which meeting the next page begins, None at the end; and what of this page the policy keeps silent."""

    following: Place | None
    kept: Kept


def reconsider(house: House, *, after: Place = FIRST, limit: int = RECONSIDERED_AT_ONCE) -> Reconsidered:
    """Queue what opened of a page of silent meetings, and count the others."""
    house = house.under_one_release()
    now, page = house.store.view(
        "kept silent", lambda view: (view.now(), view.matches.kept_silent(after=after, limit=limit))
    )
    if opening := tell_both(page, house, now):
        house.store.change("reconsider", partial(_queue, opening, house, after, limit))
    following = None if len(page) < limit else (page[-1].low.registration, page[-1].high.registration)
    return Reconsidered(following, Counter(_policy_of(found, house) for found in page if found not in opening))


def keep_silence(house: House, kept: Kept) -> None:
    """Record under which policies how many meetings stay silent: the event of each tells the one that decided first."""
    events = tuple(
        Event(
            house.mint("evt"), EventKind.SILENCE_KEPT, GATEWAY, {"lane": lane, "policy": policy, "meetings": meetings}
        )
        for (lane, policy), meetings in sorted(kept.items())
    )
    if events:
        house.store.change("keep silence", lambda _: Recorded(None, events))


def _policy_of(found: Meeting, house: House) -> tuple[str, str]:
    policy = house.policies().open_lane(found.lane)
    return found.lane, "" if policy is None else policy.digest


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

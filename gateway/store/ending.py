"""How matches end: with a registration of theirs, or found stale when their person is matched again."""

from collections.abc import Sequence

from sqlalchemy import bindparam, exists, not_, select, update

from gateway.core.involvement import Ending
from gateway.store import tables
from gateway.store.activity import is_active
from gateway.store.instants import DatabaseTime
from gateway.store.match_jobs import queue_again
from gateway.store.parents import prefixes_of_parents
from gateway.store.sets import among
from gateway.store.sheet import Sheet

_matches, _parties, _registrations = tables.matches, tables.match_parties, tables.registrations
_stands = _matches.c.ended_at.is_(None)

_END_OF = (
    update(_matches)
    .where(_stands, _matches.c.id.in_(select(_parties.c.match).where(among(_parties.c.registration, "ids"))))
    .values(state=bindparam("new_state"), ended_at=DatabaseTime())
)
_END_THESE = (
    update(_matches)
    .where(_stands, among(_matches.c.id, "ids"))
    .values(state=Ending.ENDED.value, ended_at=DatabaseTime())
)
_party_gone = exists(
    select(_parties.c.match)
    .join(_registrations, _registrations.c.id == _parties.c.registration)
    .where(_parties.c.match == _matches.c.id, not_(is_active(_registrations)))
    .correlate(_matches)
)
END_STALE = (
    update(_matches)
    .where(among(_matches.c.token_prefix, "prefixes"), _stands, _party_gone)
    .values(state=Ending.ENDED.value, ended_at=DatabaseTime())
    .returning(_matches.c.id)
)
_GONE = (
    select(_parties.c.registration)
    .join(_registrations, _registrations.c.id == _parties.c.registration)
    .where(among(_parties.c.match, "matches"), not_(is_active(_registrations)))
)


def end_matches_of(sheet: Sheet, registrations: Sequence[str], ending: Ending) -> None:
    """End the standing matches that these registrations are in."""
    sheet.write(_END_OF, {"ids": registrations, "new_state": ending.value})


def end_matches(sheet: Sheet, matches: Sequence[str]) -> None:
    """End standing matches whose registrations go on."""
    sheet.write(_END_THESE, {"ids": matches})


def end_stale_matches(sheet: Sheet, prefixes: Sequence[int], registrations: Sequence[str]) -> None:
    """End the standing matches of persons in which a side is over, and match what that side's agency has left anew.

    Likewise of the parents that these registrations name.

    The prefix alone finds them: should two persons ever share one, what ends is still only what is stale.
    """
    every = {*prefixes, *prefixes_of_parents(sheet, registrations)}
    stale = list(sheet.write(END_STALE, {"prefixes": sorted(every)}).scalars())
    if stale:
        queue_again(sheet, list(sheet.read(_GONE, {"matches": stale}).scalars()))

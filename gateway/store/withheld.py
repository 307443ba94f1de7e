"""Meetings that are kept silent: one row for each kind of meeting, however many registrations two agencies have."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    literal_column,
    or_,
    select,
    union_all,
)

from gateway.core.involvement import Oin
from gateway.core.matching import Meeting, Side, kind_of, meeting, one_per_kind
from gateway.protocol.messages.matches import MatchKind
from gateway.store import tables
from gateway.store.activity import held_active, is_active
from gateway.store.parents import common_parent
from gateway.store.sets import among, as_pairs, pair_among
from gateway.store.sheet import Sheet
from keys.tokens import IndexToken

_withheld, _matches, _by_parents = tables.withheld_meetings, tables.matches, tables.withheld_by_parents
_low, _high = tables.registrations.alias("low"), tables.registrations.alias("high")
_SIDE: Final = ("agency", "id", "purpose", "flag", "case_reference")
_sides: Final = [side.c[name] for side in (_low, _high) for name in _SIDE]
_both: Final = _withheld.join(_low, _low.c.id == _withheld.c.low).join(_high, _high.c.id == _withheld.c.high)
_both_held: Final = and_(held_active(_low), held_active(_high))


def _of_persons() -> Select[Any]:
    """Return the statement that finds what is kept of persons by a side that is active; the other may be forgotten."""
    by = [
        select(side.c.lane, side.c.index_token, *_sides, _both_held.label("stands"))
        .select_from(_both)
        .where(held_active(side), among(side.c.token_prefix, "prefixes"))
        for side in (_low, _high)
    ]
    return select(union_all(*by).subquery())


OF_PERSONS: Final = _of_persons()
_stands = exists().where(
    _matches.c.token_prefix == _low.c.token_prefix,
    _matches.c.index_token == _low.c.index_token,
    _matches.c.lane == _low.c.lane,
    _matches.c.agency_low == _low.c.agency,
    _matches.c.agency_high == _high.c.agency,
    _matches.c.kind == literal_column(f"'{MatchKind.PERSON_MATCH}'"),
    _matches.c.ended_at.is_(None),
)


def _comes_after(kept: Table) -> ColumnElement[bool]:
    """Return the condition that a pair comes after another in order of both ids, as a search of its key."""
    return and_(
        kept.c.low >= bindparam("after_low"),
        or_(kept.c.low > bindparam("after_low"), kept.c.high > bindparam("after_high")),
    )


PAGE: Final = (
    select(_low.c.lane, _low.c.index_token, *_sides)
    .select_from(_both)
    .where(_comes_after(_withheld), is_active(_low), is_active(_high), ~_stands)
    .order_by(_withheld.c.low, _withheld.c.high)
    .limit(bindparam("limit"))
)
_of_low, _of_high = tables.registration_parents.alias("of_low"), tables.registration_parents.alias("of_high")
_earlier, _their = tables.registration_parents.alias("earlier"), tables.registration_parents.alias("their")
# Two children can have both parents in common, and are one pair all the same: they come by the one named first.
_also_by_earlier = exists().where(
    _earlier.c.registration == _of_low.c.registration,
    _earlier.c.place < _of_low.c.place,
    _their.c.registration == _of_high.c.registration,
    common_parent(_earlier, _their),
)
PAGE_BY_PARENTS: Final = (
    select(_low.c.lane, _of_low.c.index_token, *_sides)
    .select_from(_by_parents)
    .join(_low, _low.c.id == _by_parents.c.low)
    .join(_high, _high.c.id == _by_parents.c.high)
    .join(_of_low, _of_low.c.registration == _low.c.id)
    .join(_of_high, and_(_of_high.c.registration == _high.c.id, common_parent(_of_low, _of_high)))
    .where(_comes_after(_by_parents), is_active(_low), is_active(_high), ~_also_by_earlier)
    .order_by(_by_parents.c.low, _by_parents.c.high)
    .limit(bindparam("limit"))
)
_FORGET: Final = tuple(
    delete(kept).where(pair_among(kept.c.low, kept.c.high, "pairs")) for kept in (_withheld, _by_parents)
)


def withhold(sheet: Sheet, meetings: Sequence[Meeting]) -> frozenset[Meeting]:
    """Remember which meetings are kept silent, and return those by which something new is remembered."""
    by_parents = [found for found in meetings if found.kind is MatchKind.PARENT_MATCH]
    of_persons = [found for found in meetings if found.kind is MatchKind.PERSON_MATCH]
    return _withhold_of_persons(sheet, of_persons) | _withhold_by_parents(sheet, by_parents)


def _withhold_of_persons(sheet: Sheet, meetings: Sequence[Meeting]) -> frozenset[Meeting]:
    """Remember kinds of meeting, each by the oldest registrations that met.

    When one of them ends, its agency's others are matched anew and the kind is remembered by those, which is nothing
    new.
    """
    if not meetings:
        return frozenset()
    rows = sheet.read(OF_PERSONS, {"prefixes": sorted({found.index_token.prefix for found in meetings})}).all()
    known = {kind_of(_meeting(row)) for row in rows}
    standing = {kind_of(_meeting(row)) for row in rows if row.stands}
    kinds = {kind_of(found): found for found in one_per_kind(meetings)}
    missing = [found for kind, found in kinds.items() if kind not in standing]
    sheet.insert_new(_withheld, [{"low": low, "high": high} for low, high in map(_key, missing)])
    return frozenset(found for found in missing if kind_of(found) not in known)


def _withhold_by_parents(sheet: Sheet, meetings: Sequence[Meeting]) -> frozenset[Meeting]:
    """Remember two registrations of different children; a family has few, so each pair is remembered by itself."""
    if not meetings:
        return frozenset()
    pairs = {_key(found): found for found in meetings}
    new = sheet.insert_new(_by_parents, [{"low": low, "high": high} for low, high in pairs])
    return frozenset(pairs[low, high] for low, high in new)


def kept_silent(sheet: Sheet, *, after: tuple[str, str], limit: int) -> tuple[Meeting, ...]:
    """Return meetings of active registrations that are kept silent and stand in no match, in order of both ids."""
    low, high = after
    place = {"after_low": low, "after_high": high, "limit": limit}
    of_persons = (_meeting(row) for row in sheet.read(PAGE, place))
    by_parents = (_meeting(row, kind=MatchKind.PARENT_MATCH) for row in sheet.read(PAGE_BY_PARENTS, place))
    return tuple(sorted((*of_persons, *by_parents), key=_key)[:limit])


def forget(sheet: Sheet, meetings: Collection[Meeting]) -> None:
    """Forget that these are kept silent."""
    for statement in _FORGET:
        sheet.write(statement, as_pairs("pairs", sorted(map(_key, meetings))))


def _key(found: Meeting) -> tuple[str, str]:
    return found.low.registration, found.high.registration


def _meeting(row: Row[*tuple[Any, ...]], kind: MatchKind = MatchKind.PERSON_MATCH) -> Meeting:
    sides = Side(Oin(row[2]), *row[3:7]), Side(Oin(row[7]), *row[8:12])
    return meeting(row[0], IndexToken(bytes(row[1])), *sides, kind=kind)

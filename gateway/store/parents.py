"""The parents of registrations: who meets by one, whose job waits for one, and what is due when a registration leaves.

From the job to the parents of its registration, and to the other children by prefix, confirmed by the whole token: as
persons are found.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    or_,
    select,
    union,
)

from gateway.core.involvement import Registration
from gateway.core.matching import Meeting, Side, by_one_parent, meeting
from gateway.protocol.messages.matches import MatchKind
from gateway.store import tables
from gateway.store.activity import held_active, is_active
from gateway.store.sets import Row, among
from gateway.store.sheet import Sheet
from keys.tokens import IndexToken

_parents, _registrations, _matches = tables.registration_parents, tables.registrations, tables.matches
BY_PARENT: Final = MatchKind.PARENT_MATCH.value


def common_parent(mine: FromClause, other: FromClause) -> ColumnElement[bool]:
    """Return the condition that two rows of parents are one person."""
    return and_(mine.c.token_prefix == other.c.token_prefix, mine.c.index_token == other.c.index_token)


def meets_by_child(mine: FromClause, other: FromClause) -> ColumnElement[bool]:
    """Return the condition that both agencies are involved with one of the two children: then that is their match."""
    also = _registrations.alias("also")
    of_child = [
        and_(
            also.c.token_prefix == child.c.token_prefix,
            also.c.index_token == child.c.index_token,
            also.c.lane == child.c.lane,
            also.c.agency.concat("") == agency.c.agency,  # so that nobody finds it by agency, of which there are many
            held_active(also),  # until somebody ends it, and queues what it stood in the way of
            also.c.restricted_at.is_(None),
        )
        for child, agency in ((mine, other), (other, mine))
    ]
    return or_(*(exists().where(one) for one in of_child))


def stands_by_parent(mine: FromClause, other: FromClause) -> ColumnElement[bool]:
    """Return the condition that a match stands between two agencies by a parent that these registrations share."""
    own, their = _parents.alias("own"), _parents.alias("their")
    between = or_(
        and_(_matches.c.agency_low == mine.c.agency, _matches.c.agency_high == other.c.agency),
        and_(_matches.c.agency_low == other.c.agency, _matches.c.agency_high == mine.c.agency),
    )
    return exists().where(
        own.c.registration == mine.c.id,
        their.c.registration == other.c.id,
        common_parent(own, their),
        _matches.c.token_prefix == own.c.token_prefix,
        _matches.c.index_token == own.c.index_token,
        _matches.c.lane == mine.c.lane,
        between,
        _matches.c.kind == BY_PARENT,
        _matches.c.ended_at.is_(None),
    )


def _meetings() -> Select[Any]:
    mine, other = _registrations.alias("mine"), _registrations.alias("other")
    own, their = _parents.alias("of_mine"), _parents.alias("of_other")
    sides = [side.c[name] for side in (mine, other) for name in ("agency", "id", "purpose", "flag", "case_reference")]
    different = and_(other.c.id == their.c.registration, other.c.lane == mine.c.lane, other.c.agency != mine.c.agency)
    return (
        select(mine.c.lane, own.c.index_token, *sides)
        .select_from(own)
        .join(mine, mine.c.id == own.c.registration)
        .join(their, common_parent(own, their))
        .join(other, different)
        .where(among(own.c.registration, "ids"), is_active(mine), is_active(other))
        .where(~meets_by_child(mine, other), ~stands_by_parent(mine, other))
        .order_by(mine.c.id, other.c.id)
    )


MEETINGS_BY_PARENT: Final = _meetings()


def meetings_by_parent(sheet: Sheet, registrations: Sequence[str]) -> tuple[Meeting, ...]:
    """Return who meets by a parent in common; a pair of which both have a job, or both parents, is found once."""
    rows = sheet.read(MEETINGS_BY_PARENT, {"ids": list(registrations)})
    kind = MatchKind.PARENT_MATCH
    found = (meeting(row[0], IndexToken(bytes(row[1])), Side(*row[2:7]), Side(*row[7:12]), kind=kind) for row in rows)
    return by_one_parent(found)


PREFIXES: Final = select(_parents.c.token_prefix).where(among(_parents.c.registration, "ids"))


def prefixes_of_parents(sheet: Sheet, registrations: Sequence[str]) -> tuple[int, ...]:
    """Return the prefixes of the parents that registrations name."""
    return tuple(sheet.read(PREFIXES, {"ids": list(registrations)}).scalars())


def _waits() -> Select[Any]:
    own, their, other = _parents.alias("own"), _parents.alias("their"), _registrations.alias("other")
    mine = _registrations.alias("mine")
    return (
        select(tables.match_jobs.c.registration)
        .select_from(own)
        .join(mine, mine.c.id == own.c.registration)
        .join(their, common_parent(own, their))
        .join(other, and_(other.c.id == their.c.registration, other.c.agency != mine.c.agency))
        .join(tables.match_jobs, tables.match_jobs.c.registration == other.c.id)
        .where(own.c.registration == bindparam("registration"), tables.match_jobs.c.parked_at.is_(None))
        .limit(1)
    )


WAITS_BY_PARENT: Final = _waits()


def _due_when_gone() -> CompoundSelect[Any]:
    gone, own, their = _registrations.alias("gone"), _parents.alias("of_gone"), _parents.alias("of_sibling")
    sibling, one, named = _registrations.alias("sibling"), _registrations.alias("of_child"), _parents.alias("named")
    siblings = (
        select(sibling.c.id)
        .select_from(gone)
        .join(own, own.c.registration == gone.c.id)
        .join(their, and_(common_parent(own, their), their.c.registration != own.c.registration))
        .join(sibling, and_(sibling.c.id == their.c.registration, sibling.c.agency == gone.c.agency))
        .where(among(gone.c.id, "ids"))
    )
    same_child = and_(
        one.c.token_prefix == gone.c.token_prefix,
        one.c.index_token == gone.c.index_token,
        one.c.lane == gone.c.lane,
        held_active(one),
    )
    of_child = (
        select(one.c.id)
        .select_from(gone)
        .join(one, same_child)
        .join(named, named.c.registration == one.c.id)
        .where(among(gone.c.id, "ids"))
    )
    return union(siblings, of_child)


#: What may meet by a parent once registrations left: their agency's of the siblings, which take over the match; and any
#: other's of the same child, in whose way they no longer stand.
DUE_WHEN_GONE: Final = _due_when_gone()
_FORGET = delete(_parents).where(among(_parents.c.registration, "ids"))


def forget_parents(sheet: Sheet, registrations: Sequence[str]) -> None:
    """Erase the parents that registrations named, now that these are over."""
    sheet.write(_FORGET, {"ids": list(registrations)})


def rows_of_parents(registrations: Sequence[Registration]) -> list[Row]:
    """Return the rows of the parents that new registrations name; none when none does."""
    return [
        {
            "registration": registration.id,
            "place": place,
            "token_prefix": parent.index_token.prefix,
            "index_token": parent.index_token.value,
            "sealed": parent.sealed.ciphertext,
            "epoch": parent.epoch,
        }
        for registration in registrations
        for place, parent in enumerate(registration.parents, 1)
    ]

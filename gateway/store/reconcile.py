"""The reconciler (G10): recomputes which pairs must have matched and counts what is not as it must be."""

from dataclasses import astuple, dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, ScalarSelect, Select, Table, and_, exists, func, not_, or_, select

from gateway.core.radar import OPENING
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.matches import MatchKind
from gateway.store import tables
from gateway.store.activity import held_active, is_active
from gateway.store.instants import SECOND, DatabaseTime
from gateway.store.parents import common_parent, meets_by_child, stands_by_parent
from gateway.store.sheet import Sheet

OLD_S: Final = 60

_jobs, _matches, _parties, _alerts = tables.match_jobs, tables.matches, tables.match_parties, tables.alerts
_purges, _exclusions = tables.purge_receipts, tables.exclusions
_registrations, _deliveries, _withheld = tables.registrations, tables.deliveries, tables.withheld_meetings
_by_parents = tables.withheld_by_parents
_items = tables.subject_request_items
_stands = _matches.c.ended_at.is_(None)
_TO_DESKS: Final = (AlertKind.DECISION_ASKED.value, AlertKind.REQUEST_DUE.value)


@dataclass(frozen=True, slots=True)
class Findings:
    """How many there are of each thing that must not be; all zero when the index is sound."""

    pairs_without_match: int
    children_without_match: int
    matches_without_two_parties: int
    matches_without_two_alerts: int
    doubled_matches: int
    matches_of_ended_registrations: int
    alerts_to_strangers: int
    old_jobs: int
    parked_jobs: int
    parked_deliveries: int

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not any(astuple(self))


def findings(sheet: Sheet) -> Findings:
    """Count everything at one moment, in one statement over the whole index.

    In a lane that is being purged no match is missed: a pair can lose the registrations that met before its others.
    A pair of which a side still waits in the queue is not missed yet, and one that policy kept silent was recorded as
    such when its kind met (`withheld_meetings`), because this knows rows and not rules.
    """
    return Findings(*sheet.read(_FINDINGS).one())


def _pairs_without_match() -> Select[Any]:
    low, high = _registrations.alias("low"), _registrations.alias("high")
    same_person = and_(
        high.c.token_prefix == low.c.token_prefix,
        high.c.index_token == low.c.index_token,
        high.c.lane == low.c.lane,
        low.c.agency < high.c.agency,
    )
    waits = exists().where(or_(_jobs.c.registration == low.c.id, _jobs.c.registration == high.c.id))
    matched = exists().where(
        _matches.c.token_prefix == low.c.token_prefix,
        _matches.c.index_token == low.c.index_token,
        _matches.c.lane == low.c.lane,
        _matches.c.agency_low == low.c.agency,
        _matches.c.agency_high == high.c.agency,
        _matches.c.kind == MatchKind.PERSON_MATCH.value,
        _stands,
    )
    purged = exists().where(_purges.c.lane == low.c.lane, _purges.c.statement.is_(None))
    missed = and_(is_active(low), is_active(high), ~waits, ~matched, ~_kept_silent(low, high), ~purged)
    return select(low.c.id).join(high, same_person).where(missed)


def _kept_silent(low: FromClause, high: FromClause) -> ColumnElement[bool]:
    """Return the condition that meetings of this kind are kept silent, remembered by whichever two of the agencies'."""
    by_low, by_high = _registrations.alias("by_low"), _registrations.alias("by_high")
    alike = [
        by.c[name] == side.c[name]
        for by, side in ((by_low, low), (by_high, high))
        for name in ("token_prefix", "index_token", "lane", "agency", "purpose", "flag")
    ]
    return exists().where(
        _withheld.c.low == by_low.c.id,
        _withheld.c.high == by_high.c.id,
        held_active(by_low),
        held_active(by_high),
        *alike,
    )


def _children_without_match() -> Select[Any]:
    """Return pairs of different children with a parent in common whose agencies were not told and should have been."""
    low, high = _registrations.alias("low"), _registrations.alias("high")
    own, their = tables.registration_parents.alias("of_low"), tables.registration_parents.alias("of_high")
    waits = exists().where(or_(_jobs.c.registration == low.c.id, _jobs.c.registration == high.c.id))
    silent = exists().where(_by_parents.c.low == low.c.id, _by_parents.c.high == high.c.id)
    purged = exists().where(_purges.c.lane == low.c.lane, _purges.c.statement.is_(None))
    told = or_(meets_by_child(low, high), stands_by_parent(low, high))
    return (
        select(low.c.id, high.c.id.label("high"))
        .join(own, own.c.registration == low.c.id)
        .join(their, common_parent(own, their))
        .join(high, and_(high.c.id == their.c.registration, high.c.lane == low.c.lane, low.c.agency < high.c.agency))
        .where(is_active(low), is_active(high), ~waits, ~silent, ~purged, ~told)
        .distinct()
    )


def _standing_without_two(of: Table, *conditions: ColumnElement[bool]) -> Select[Any]:
    two = select(func.count()).where(of.c.match == _matches.c.id, *conditions).correlate(_matches).scalar_subquery()
    return select(_matches.c.id).where(_stands, two != 2)  # noqa: PLR2004 - both or neither


def _doubled() -> Select[Any]:
    pair = [_matches.c[name] for name in ("lane", "index_token", "agency_low", "agency_high", "kind")]
    return select(*pair).where(_stands).group_by(*pair).having(func.count() > 1)


def _of_ended_registrations() -> Select[Any]:
    return (
        select(_matches.c.id)
        .join(_parties, _parties.c.match == _matches.c.id)
        .join(_registrations, _registrations.c.id == _parties.c.registration)
        .where(_stands, not_(held_active(_registrations)))
    )


def _to_strangers() -> Select[Any]:
    party = exists().where(_parties.c.match == _alerts.c.match, _parties.c.agency == _alerts.c.agency)
    owner = exists().where(_registrations.c.id == _alerts.c.registration, _registrations.c.agency == _alerts.c.agency)
    decider = exists().where(_items.c.registration == _alerts.c.registration, _alerts.c.kind.in_(_TO_DESKS))
    others = [kind.value for kind in (AlertKind.SUPERVISOR, AlertKind.REVIEW_DUE)]
    shields = exists().where(
        _exclusions.c.id == _alerts.c.exclusion,
        or_(_exclusions.c.agency == _alerts.c.agency, _exclusions.c.mediator == _alerts.c.agency),
    )
    return select(_alerts.c.id).where(~party, ~owner, ~decider, ~shields, _alerts.c.kind.not_in(others))


def _old_jobs() -> Select[Any]:
    return select(_jobs.c.registration).where(
        _jobs.c.parked_at.is_(None), _jobs.c.accepted_at < DatabaseTime() - OLD_S * SECOND
    )


def _number(of: Select[Any]) -> ScalarSelect[int]:
    return select(func.count()).select_from(of.subquery()).scalar_subquery()


_FINDINGS: Final = select(
    _number(_pairs_without_match()),
    _number(_children_without_match()),
    _number(_standing_without_two(_parties)),
    _number(_standing_without_two(_alerts, _alerts.c.kind.in_([kind.value for kind in OPENING]))),
    _number(_doubled()),
    _number(_of_ended_registrations()),
    _number(_to_strangers()),
    _number(_old_jobs()),
    _number(select(_jobs.c.registration).where(_jobs.c.parked_at.is_not(None))),
    _number(select(_deliveries.c.alert).where(_deliveries.c.parked_at.is_not(None))),
)

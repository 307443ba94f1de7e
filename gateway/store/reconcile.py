"""The reconciler (G10): recomputes which pairs must have matched and counts what is not as it must be."""

from dataclasses import astuple, dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, Select, Table, and_, exists, func, not_, or_, select

from gateway.core.radar import OPENING
from gateway.protocol.messages import AlertKind
from gateway.store import tables
from gateway.store.activity import held_active, is_active
from gateway.store.instants import SECOND, DatabaseTime
from gateway.store.sheet import Sheet

OLD_S: Final = 60

_jobs, _matches, _parties, _alerts = tables.match_jobs, tables.matches, tables.match_parties, tables.alerts
_purges, _exclusions = tables.purge_receipts, tables.exclusions
_registrations, _deliveries, _withheld = tables.registrations, tables.deliveries, tables.withheld_meetings
_stands = _matches.c.ended_at.is_(None)


@dataclass(frozen=True, slots=True)
class Findings:
    """How many there are of each thing that must not be; all zero when the index is sound."""

    pairs_without_match: int
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
    such when it met (`withheld_meetings`), because this knows rows and not rules.
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
        _stands,
    )
    silent = exists().where(_withheld.c.low == low.c.id, _withheld.c.high == high.c.id)
    purged = exists().where(_purges.c.lane == low.c.lane, _purges.c.statement.is_(None))
    missed = and_(is_active(low), is_active(high), ~waits, ~matched, ~silent, ~purged)
    return select(low.c.id).join(high, same_person).where(missed)


def _standing_without_two(of: Table, *conditions: ColumnElement[bool]) -> Select[Any]:
    two = select(func.count()).where(of.c.match == _matches.c.id, *conditions).correlate(_matches).scalar_subquery()
    return select(_matches.c.id).where(_stands, two != 2)  # noqa: PLR2004 - both or neither


def _doubled() -> Select[Any]:
    pair = [_matches.c[name] for name in ("lane", "index_token", "agency_low", "agency_high")]
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
    shields = exists().where(
        _exclusions.c.id == _alerts.c.exclusion,
        or_(_exclusions.c.agency == _alerts.c.agency, _exclusions.c.mediator == _alerts.c.agency),
    )
    return select(_alerts.c.id).where(~party, ~owner, ~shields, _alerts.c.kind != AlertKind.SUPERVISOR.value)


def _old_jobs() -> Select[Any]:
    return select(_jobs.c.registration).where(
        _jobs.c.parked_at.is_(None), _jobs.c.accepted_at < DatabaseTime() - OLD_S * SECOND
    )


def _number(of: Select[Any]) -> ScalarSelect[int]:
    return select(func.count()).select_from(of.subquery()).scalar_subquery()


_FINDINGS: Final = select(
    _number(_pairs_without_match()),
    _number(_standing_without_two(_parties)),
    _number(_standing_without_two(_alerts, _alerts.c.kind.in_([kind.value for kind in OPENING]))),
    _number(_doubled()),
    _number(_of_ended_registrations()),
    _number(_to_strangers()),
    _number(_old_jobs()),
    _number(select(_jobs.c.registration).where(_jobs.c.parked_at.is_not(None))),
    _number(select(_deliveries.c.alert).where(_deliveries.c.parked_at.is_not(None))),
)

"""Matches on the ladder: taken when their next step has come, put on it, and its alerts recorded."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Row, and_, bindparam, exists, func, literal_column, not_, null, select, update

from gateway.core.involvement import Oin
from gateway.core.ladder import Climb, ClimbingMatch, ClimbingSide, RaisedAlert, StepDays
from gateway.protocol.messages.matches import LadderStep
from gateway.store import tables
from gateway.store.activity import is_active
from gateway.store.sets import Row as Values
from gateway.store.sets import among
from gateway.store.sheet import Sheet

_matches, _parties, _alerts, _desks = tables.matches, tables.match_parties, tables.alerts, tables.desks
_registrations = tables.registrations
_party_gone = (
    select(_parties.c.match)
    .join(_registrations, _registrations.c.id == _parties.c.registration)
    .where(_parties.c.match == _matches.c.id, not_(is_active(_registrations)))
    .correlate(_matches)
    .exists()
)
_comes = and_(_matches.c.next_step_on < bindparam("before_on"), _matches.c.ended_at.is_(None), not_(_party_gone))
CLIMBING: Final = select(_matches.c.id).where(_comes).order_by(_matches.c.next_step_on, _matches.c.id).limit(1)
TAKE_CLIMBING: Final = (
    select(*(_matches.c[name] for name in ("id", "lane", "step", "deputy_on", "coordinator_on", "supervisor_on")))
    .where(_comes)
    .order_by(_matches.c.next_step_on, _matches.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=_matches)
)
_deputy_alerted = exists().where(
    _alerts.c.match == _parties.c.match,
    _alerts.c.agency == _parties.c.agency,
    _alerts.c.kind == literal_column(f"'{LadderStep.DEPUTY}'"),
)
SIDES: Final = (
    select(_parties.c.match, _parties.c.agency, _parties.c.outcome, _desks.c.deputy_id, _deputy_alerted)
    .join(_registrations, _registrations.c.id == _parties.c.registration)
    .outerjoin(_desks, and_(_desks.c.agency == _parties.c.agency, _desks.c.id == _registrations.c.contact_id))
    .where(among(_parties.c.match, "ids"))
    .order_by(_parties.c.match, _parties.c.agency)
)
_NEXT: Final = {
    LadderStep.DEPUTY: func.coalesce(_matches.c.coordinator_on, _matches.c.supervisor_on),
    LadderStep.COORDINATOR: _matches.c.supervisor_on,
    LadderStep.SUPERVISOR: null(),
}
_CLIMB: Final = {
    step: update(_matches).where(among(_matches.c.id, "ids")).values(step=step.value, next_step_on=following)
    for step, following in _NEXT.items()
}


def is_climbing(sheet: Sheet, *, before_on: date) -> bool:
    """Return whether a match waits whose next step came before this day."""
    return sheet.read(CLIMBING, {"before_on": before_on}).first() is not None


def take_climbing(sheet: Sheet, *, before_on: date, limit: int) -> tuple[ClimbingMatch, ...]:
    """Take matches that nobody holds; their sides are read after that, and so as whoever held them left them."""
    taken = sheet.read(TAKE_CLIMBING, {"before_on": before_on, "limit": limit}).all()
    if not taken:
        return ()
    rows = sheet.read(SIDES, {"ids": [row[0] for row in taken]})
    sides = {match: tuple(map(_side, found)) for match, found in groupby(rows, key=lambda row: row[0])}
    return tuple(
        ClimbingMatch(id=row[0], lane=row[1], step=LadderStep(row[2]), days=StepDays(*row[3:6]), sides=sides[row[0]])
        for row in taken
    )


def climb(sheet: Sheet, climbs: Sequence[Climb]) -> None:
    """Put matches on their next step: one statement for each step of the ladder."""
    for step, statement in _CLIMB.items():
        if ids := [one.match for one in climbs if one.step is step]:
            sheet.write(statement, {"ids": ids})


def rows_of_alerts(alerts: Sequence[RaisedAlert]) -> list[Values]:
    """Return the rows of alerts."""
    return [
        {"id": one.id, "match": one.match, "agency": one.recipient, "kind": one.kind.value, "desk": one.desk or None}
        for one in alerts
    ]


def _side(row: Row[*tuple[Any, ...]]) -> ClimbingSide:
    return ClimbingSide(
        agency=Oin(row[1]), reported=row[2] is not None, deputy_desk=row[3] or "", deputy_alerted=bool(row[4])
    )

"""Counts what must never be, over a whole year in a database: each figure is zero, or the house is wrong."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, and_, func, not_, or_, select

from gateway.protocol.messages.matches import MatchState
from gateway.protocol.messages.oversight import HandoverState
from gateway.protocol.messages.registrations import RegistrationStatus
from gateway.store import SqlStore, reconcile, tables
from gateway.store.instants import DatabaseTime

_matches, _parties, _alerts = tables.matches, tables.match_parties, tables.alerts
_registrations, _oversights, _handovers = tables.registrations, tables.safety_oversights, tables.handovers
_later = tables.safety_oversights.alias("later")
_count = func.count()
_over_at = func.coalesce(_registrations.c.ended_at, _registrations.c.ends_at)
_until = func.coalesce(_oversights.c.ended_at, _over_at)

_NEVER: Final[Mapping[str, Select[Any]]] = {
    "told of a match after its registration was over": (
        select(_count)
        .select_from(_parties.join(_registrations, _registrations.c.id == _parties.c.registration))
        .join(_alerts, and_(_alerts.c.match == _parties.c.match, _alerts.c.agency == _parties.c.agency))
        .where(or_(_alerts.c.created_at >= _registrations.c.ends_at, _alerts.c.created_at > _over_at))
    ),
    "matched after the term was over": (
        select(_count)
        .select_from(_matches)
        .join(_parties, _parties.c.match == _matches.c.id)
        .join(_registrations, _registrations.c.id == _parties.c.registration)
        .where(_matches.c.opened_at >= _registrations.c.ends_at)
    ),
    "active after the term was over": select(_count).where(
        _registrations.c.status == RegistrationStatus.ACTIVE.value, _registrations.c.ends_at <= DatabaseTime()
    ),
    "two holders of oversight at once": (
        select(_count)
        .select_from(_oversights.join(_registrations, _registrations.c.id == _oversights.c.registration))
        .join(_later, and_(_later.c.index_token == _oversights.c.index_token, _later.c.id != _oversights.c.id))
        .where(_later.c.since_at >= _oversights.c.since_at, _later.c.since_at < _until)
    ),
    "an instant without a holder at a handover": (
        select(_count)
        .select_from(_handovers)
        .where(
            _handovers.c.state == HandoverState.ACCEPTED.value,
            not_(
                select(_oversights.c.id)
                .join(_later, _later.c.since_at == _oversights.c.ended_at)
                .where(
                    _oversights.c.registration == _handovers.c.giving_registration,
                    _later.c.registration == _handovers.c.taking_registration,
                )
                .exists()
            ),
        )
    ),
}


def faults_of(store: SqlStore, *, today_on: date) -> dict[str, int]:
    """Return how often each thing happened that must never happen; the reconciler's findings are one of them."""
    with store.database.engines.reader.connect() as connection:
        found = {name: int(connection.execute(count).scalar_one()) for name, count in _NEVER.items()}
        stuck = _stuck(today_on)
        found["neither contact nor a step of the ladder"] = int(connection.execute(stuck).scalar_one())
    found["to repair, by the reconciler"] = 0 if reconcile(store).sound else 1
    return found


def _stuck(today_on: date) -> Select[Any]:
    """Return the standing matches of active registrations that wait for a step that came before today."""
    gone = (
        select(_parties.c.match)
        .join(_registrations, _registrations.c.id == _parties.c.registration)
        .where(_parties.c.match == _matches.c.id, _registrations.c.status != RegistrationStatus.ACTIVE.value)
        .exists()
    )
    top = _matches.c.next_step_on.is_(None) & (_matches.c.step == _HIGHEST)
    return select(_count).where(
        _matches.c.ended_at.is_(None),
        _matches.c.state != MatchState.CLOSED.value,
        not_(gone),
        not_(or_(top, _matches.c.next_step_on >= today_on)),
    )


_HIGHEST: Final = "supervisor"

"""The inboxes: what an agency has not acknowledged yet; never a cursor, so nothing is skipped (G13)."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, and_, bindparam, func, insert, literal_column, select, update

from gateway.core.involvement import Oin
from gateway.core.reminders import OwnAlert
from gateway.flows.ports.matches import WaitingAlert
from gateway.protocol.messages.alerts import AlertKind
from gateway.store import tables
from gateway.store.instants import DatabaseTime, instant
from gateway.store.sets import among
from gateway.store.sheet import Port


def about(alerts: FromClause) -> ColumnElement[str]:
    """Return what an alert is about: a match, a registration of the agency itself, or an exclusion."""
    return func.coalesce(alerts.c.match, alerts.c.registration, alerts.c.exclusion)


_alerts, _parties = tables.alerts, tables.match_parties
#: The party of a match that an alert is for. Where it is reached at its conflict desk, every alert of the match is,
#: whichever step of the ladder or other flow it came from.
PARTY_TOLD: Final = and_(_parties.c.match == _alerts.c.match, _parties.c.agency == _alerts.c.agency)
DESK_TOLD: Final = func.coalesce(_parties.c.desk, _alerts.c.desk)
_waits = _alerts.c.acknowledged_at.is_(None)
WAITING: Final = (
    select(_alerts.c.id, about(_alerts), _alerts.c.created_at, _alerts.c.kind, DESK_TOLD)
    .select_from(_alerts.outerjoin(_parties, PARTY_TOLD))
    .where(_alerts.c.agency == bindparam("agency"), _waits)
    .order_by(_alerts.c.created_at, _alerts.c.id)
    .limit(bindparam("limit"))
)
NEWEST: Final = WAITING.order_by(None).order_by(_alerts.c.created_at.desc(), _alerts.c.id.desc())
# Held in order of id, so that two acknowledgements of the same alerts do not deadlock.
_OWN = (
    select(_alerts.c.id)
    .where(_alerts.c.agency == bindparam("agency"), among(_alerts.c.id, "ids"))
    .order_by(_alerts.c.id)
    .with_for_update()
)
_ACKNOWLEDGE = update(_alerts).where(among(_alerts.c.id, "own"), _waits).values(acknowledged_at=DatabaseTime())
DELIVER = insert(tables.deliveries).from_select(
    ["endpoint", "alert", "attempts"],
    select(tables.endpoints.c.id, _alerts.c.id, literal_column("0"))
    .join(_alerts, _alerts.c.agency == tables.endpoints.c.agency)
    .where(among(_alerts.c.id, "alerts")),
)


class SqlAlerts(Port):
    """Alerts, each in the inbox of one agency."""

    def waiting(self, agency: Oin, *, limit: int) -> tuple[WaitingAlert, ...]:
        """Return this agency's unacknowledged alerts, oldest first."""
        return self._read(WAITING, agency, limit)

    def newest(self, agency: Oin, *, limit: int) -> tuple[WaitingAlert, ...]:
        """Return the newest of this agency's unacknowledged alerts, the oldest of them first."""
        return self._read(NEWEST, agency, limit)[::-1]

    def acknowledge(self, agency: Oin, alerts: Collection[str]) -> tuple[str, ...]:
        """Mark this agency's alerts as acknowledged; return those that are its own, acknowledged now or before."""
        own = list(self._sheet.read(_OWN, {"agency": agency, "ids": list(alerts)}).scalars())
        self._sheet.write(_ACKNOWLEDGE, {"own": own})
        return tuple(own)

    def tell(self, alerts: Sequence[OwnAlert]) -> None:
        """Record alerts to agencies about registrations of their own, and their deliveries."""
        names = ("id", "agency", "registration", "kind")
        rows = [dict(zip(names, (one.id, one.agency, one.registration, one.kind.value), strict=True)) for one in alerts]
        self._sheet.insert(_alerts, rows)
        self._sheet.write(DELIVER, {"alerts": [one.id for one in alerts]})
        self._sheet.ring()

    def _read(self, query: Select[Any], agency: Oin, limit: int) -> tuple[WaitingAlert, ...]:
        rows = self._sheet.read(query, {"agency": agency, "limit": limit})
        return tuple(alert_of(tuple(row)) for row in rows)


def alert_of(row: tuple[Any, ...]) -> WaitingAlert:
    """Return the alert in a row of id, what it is about, time, kind and desk."""
    id_, match, created_at, kind, desk = row
    return WaitingAlert(id_, match, instant(created_at), AlertKind(kind), desk or "")

"""The inboxes: what an agency has not acknowledged yet; never a cursor, so nothing is skipped (G13)."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import Select, bindparam, select, update

from gateway.core.involvement import Oin
from gateway.flows.ports import WaitingAlert
from gateway.store import tables
from gateway.store.instants import DatabaseTime, instant
from gateway.store.sets import among
from gateway.store.sheet import Port

_alerts = tables.alerts
_waits = _alerts.c.acknowledged_at.is_(None)
WAITING: Final = (
    select(_alerts.c.id, _alerts.c.match, _alerts.c.created_at)
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

    def _read(self, query: Select[tuple[str, str, int]], agency: Oin, limit: int) -> tuple[WaitingAlert, ...]:
        rows = self._sheet.read(query, {"agency": agency, "limit": limit})
        return tuple(WaitingAlert(id_, match, instant(created_at)) for id_, match, created_at in rows)

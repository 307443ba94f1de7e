"""Webhook addresses and the deliveries due at them; at each address only so many at once, so none delays another."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, literal_column, not_, null, select, update

from gateway.core.involvement import Oin
from gateway.flows.ports.webhooks import Delivery, Endpoint
from gateway.store import tables
from gateway.store.alerts import DESK_TOLD, PARTY_TOLD, about, alert_of
from gateway.store.instants import DatabaseTime, instant, microseconds
from gateway.store.sets import among
from gateway.store.sheet import Port

_endpoints, _deliveries, _alerts = tables.endpoints, tables.deliveries, tables.alerts
_parties = tables.match_parties
_next = _deliveries.alias("next")
_OF = (
    select(_endpoints.c.id, _endpoints.c.agency, _endpoints.c.url)
    .where(_endpoints.c.agency == bindparam("agency"))
    .order_by(_endpoints.c.id)
)
_REMOVE = delete(_endpoints).where(_endpoints.c.agency == bindparam("of"), _endpoints.c.id == bindparam("removed"))
_this = and_(_deliveries.c.endpoint == bindparam("at"), _deliveries.c.alert == bindparam("of"))
_DELIVERED = delete(_deliveries).where(_this)
_again = {"attempts": _deliveries.c.attempts + 1}
_TRY_AGAIN = update(_deliveries).where(_this).values(**_again, next_try_at=bindparam("later"), parked_at=null())
_PARK = update(_deliveries).where(_this).values(**_again, parked_at=DatabaseTime())
_REPLAY = (
    update(_deliveries)
    .where(_deliveries.c.parked_at.is_not(None))
    .values(parked_at=null(), attempts=0, first_due_at=DatabaseTime(), next_try_at=DatabaseTime())
)
_at = _endpoints.c.id == bindparam("at")
_REST = update(_endpoints).where(_at).values(failures=_endpoints.c.failures + 1, rests_until_at=bindparam("rests"))
_WAKE = update(_endpoints).where(_at, _endpoints.c.failures > 0).values(failures=0, rests_until_at=0)
_may_be_told = and_(
    _endpoints.c.rests_until_at <= DatabaseTime(),
    not_(among(_endpoints.c.id, "besides")),
    not_(among(_endpoints.c.agency, "not_of")),
)


def _next_of_each(*columns: ColumnElement[Any]) -> Select[Any]:
    """Return the deliveries that are due soonest at the endpoint of the outer statement."""
    return (
        select(*columns)
        .select_from(_next)
        .where(_next.c.endpoint == _endpoints.c.id, _next.c.next_try_at <= DatabaseTime(), _next.c.parked_at.is_(None))
        .order_by(_next.c.next_try_at)
        .limit(bindparam("per_endpoint"))
        .correlate(_endpoints)
    )


def _due(dialect: str) -> Select[Any]:
    """Return the statement for what is due: a lateral join, or what SQLite has instead of one."""
    given: Any
    if dialect == "postgresql":
        given = _next_of_each(_next.c.alert, _next.c.attempts, _next.c.first_due_at, _next.c.next_try_at).lateral(
            "given"
        )
        joined = _endpoints.join(given, given.c.alert.is_not(None))
    else:
        given = _deliveries
        rows = _next_of_each(literal_column("next.rowid"))
        joined = _endpoints.join(given, literal_column("deliveries.rowid").in_(rows))
    return (
        select(
            *(_endpoints.c[name] for name in ("id", "agency", "url", "failures")),
            _alerts.c.id,
            about(_alerts),
            _alerts.c.created_at,
            _alerts.c.kind,
            DESK_TOLD,
            given.c.attempts,
            given.c.first_due_at,
        )
        .select_from(joined.join(_alerts, _alerts.c.id == given.c.alert).outerjoin(_parties, PARTY_TOLD))
        .where(_may_be_told)
        .order_by(given.c.next_try_at)
        .limit(bindparam("limit"))
    )


DUE: Final = {dialect: _due(dialect) for dialect in ("postgresql", "sqlite")}


class SqlWebhooks(Port):
    """Addresses by agency, and what is due at them."""

    def of(self, agency: Oin) -> tuple[Endpoint, ...]:
        """Return the addresses of an agency, in order of id."""
        return tuple(Endpoint(row[0], Oin(row[1]), row[2]) for row in self._sheet.read(_OF, {"agency": agency}))

    def add(self, endpoint: Endpoint) -> None:
        """Add an address; alerts from now on are due at it."""
        self._sheet.insert(_endpoints, [{"id": endpoint.id, "agency": endpoint.agency, "url": endpoint.url}])

    def remove(self, agency: Oin, endpoint: str) -> bool:
        """Remove an address and, by cascade, what is due at it; False when there is none such of this agency."""
        return self._sheet.write(_REMOVE, {"of": agency, "removed": endpoint}).rowcount == 1

    def due(
        self, *, limit: int, per_endpoint: int, besides: Collection[str] = (), not_of: Collection[Oin] = ()
    ) -> tuple[Delivery, ...]:
        """Return deliveries whose time has come, soonest due first, at most so many for one address."""
        passed_over = {"besides": sorted(besides), "not_of": sorted(not_of)}
        statement = DUE[self._sheet.dialect]
        rows = self._sheet.read(statement, {"limit": limit, "per_endpoint": per_endpoint, **passed_over})
        return tuple(
            Delivery(
                endpoint=Endpoint(row[0], Oin(row[1]), row[2], row[3]),
                alert=alert_of(tuple(row[4:9])),
                attempts=row[9],
                first_due_at=instant(row[10]),
            )
            for row in rows
        )

    def delivered(self, delivery: Delivery) -> None:
        """Remove a delivery that was made; its address rests no longer."""
        self._sheet.write(_DELIVERED, _key(delivery))
        self._sheet.write(_WAKE, {"at": delivery.endpoint.id})

    def failed(self, delivery: Delivery, *, next_try_at: datetime | None, rests_until_at: datetime) -> None:
        """Put a delivery back until `next_try_at`, or park it when that is None; let its address rest."""
        self._sheet.write(_REST, {"at": delivery.endpoint.id, "rests": microseconds(rests_until_at)})
        if next_try_at is None:
            self._sheet.write(_PARK, _key(delivery))
        else:
            self._sheet.write(_TRY_AGAIN, {**_key(delivery), "later": microseconds(next_try_at)})

    def replay(self) -> int:
        """Make every parked delivery due now; return how many."""
        self._sheet.ring()
        return self._sheet.write(_REPLAY).rowcount


def _key(delivery: Delivery) -> dict[str, str]:
    return {"at": delivery.endpoint.id, "of": delivery.alert.id}

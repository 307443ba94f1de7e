"""The contact desks of the agencies."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, and_, bindparam, func, literal_column, select, update

from gateway.core.contact import CONFIRM_EVERY
from gateway.core.deadlines import local_date
from gateway.core.involvement import Oin
from gateway.protocol.messages.contacts import ContactDesk, OwnContactDesk
from gateway.store import tables
from gateway.store.instants import DatabaseTime, instant, microseconds
from gateway.store.sets import among, as_pairs, pair_among, upsert
from gateway.store.sheet import Port

_desks, _registrations = tables.desks, tables.registrations
_DETAILS: Final = ("name", "phone", "email", "deputy_id", "kind")
_OF = (
    select(_desks.c.id, *(_desks.c[name] for name in _DETAILS), _desks.c.confirmed_at)
    .where(_desks.c.agency == bindparam("agency"))
    .order_by(_desks.c.id)
)
KNOWN: Final = select(_desks.c.agency, _desks.c.id).where(pair_among(_desks.c.agency, _desks.c.id, "wanted"))
CONFLICT: Final = (
    select(_desks.c.agency, func.min(_desks.c.id))
    .where(among(_desks.c.agency, "agencies"), _desks.c.kind == literal_column("'conflict'"))
    .group_by(_desks.c.agency)
)
_CONFIRM = (
    update(_desks)
    .where(_desks.c.agency == bindparam("of"), _desks.c.id == bindparam("desk"))
    .values(confirmed_at=DatabaseTime())
)
UNCONFIRMED: Final = (
    select(_registrations.c.id, _desks.c.deputy_id)
    .join(_desks, and_(_desks.c.agency == _registrations.c.agency, _desks.c.id == _registrations.c.contact_id))
    .where(among(_registrations.c.id, "ids"), _desks.c.confirmed_at < bindparam("before_at"))
)


class SqlDesks(Port):
    """Contact desks by agency and id."""

    def of(self, agency: Oin) -> tuple[OwnContactDesk, ...]:
        """Return the desks of an agency, in order of id."""
        return tuple(map(_own_desk, self._sheet.read(_OF, {"agency": agency}).mappings()))

    def known(self, wanted: Collection[tuple[Oin, str]]) -> frozenset[tuple[Oin, str]]:
        """Return which of these (agency, contact id) exist."""
        if not wanted:
            return frozenset()
        rows = self._sheet.read(KNOWN, as_pairs("wanted", sorted(wanted)))
        return frozenset((Oin(agency), id_) for agency, id_ in rows)

    def conflict(self, agencies: Collection[Oin]) -> Mapping[Oin, str]:
        """Return the conflict desk of each of these agencies that has one; of several, the first by id."""
        rows = self._sheet.read(CONFLICT, {"agencies": sorted(agencies)}) if agencies else ()
        return {Oin(agency): desk for agency, desk in rows}

    def put(self, agency: Oin, desk: ContactDesk) -> None:
        """Add a desk or replace the one of the same id; it counts as confirmed now."""
        details: dict[str, Any] = {name: getattr(desk, name) for name in _DETAILS}
        details["confirmed_at"] = DatabaseTime()
        insertion = upsert(self._sheet.dialect, _desks).values(agency=agency, id=desk.id, **details)
        self._sheet.write(insertion.on_conflict_do_update(index_elements=["agency", "id"], set_=details))

    def confirm(self, agency: Oin, desk: str) -> bool:
        """Record that a desk is as it should be now; False when there is none such of this agency."""
        return self._sheet.write(_CONFIRM, {"of": agency, "desk": desk}).rowcount == 1

    def unconfirmed(self, registrations: Collection[str], *, before_at: datetime) -> Mapping[str, str]:
        """Return, of registrations whose desk was last confirmed before a moment, its deputy desk or an empty text."""
        asked = {"ids": list(registrations), "before_at": microseconds(before_at)}
        return {id_: deputy or "" for id_, deputy in self._sheet.read(UNCONFIRMED, asked)}


def _own_desk(row: RowMapping) -> OwnContactDesk:
    confirmed_at = instant(row["confirmed_at"])
    days = {
        "confirmed_on": local_date(confirmed_at),
        "confirm_before": local_date(confirmed_at + CONFIRM_EVERY),
    }
    return OwnContactDesk.model_validate({**{name: row[name] for name in ("id", *_DETAILS)}, **days})

"""The contact desks of the agencies."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import bindparam, select

from gateway.core.involvement import Oin
from gateway.protocol.messages import ContactDesk
from gateway.store import tables
from gateway.store.sets import as_pairs, pair_among, upsert
from gateway.store.sheet import Port

_desks = tables.desks
_DETAILS: Final = ("name", "phone", "email", "deputy_id")
_OF = (
    select(_desks.c.id, *(_desks.c[name] for name in _DETAILS))
    .where(_desks.c.agency == bindparam("agency"))
    .order_by(_desks.c.id)
)
KNOWN: Final = select(_desks.c.agency, _desks.c.id).where(pair_among(_desks.c.agency, _desks.c.id, "wanted"))


class SqlDesks(Port):
    """Contact desks by agency and id."""

    def of(self, agency: Oin) -> tuple[ContactDesk, ...]:
        """Return the desks of an agency, in order of id."""
        rows = self._sheet.read(_OF, {"agency": agency}).mappings()
        return tuple(ContactDesk.model_validate(dict(row)) for row in rows)

    def known(self, wanted: Collection[tuple[Oin, str]]) -> frozenset[tuple[Oin, str]]:
        """Return which of these (agency, contact id) exist."""
        if not wanted:
            return frozenset()
        rows = self._sheet.read(KNOWN, as_pairs("wanted", sorted(wanted)))
        return frozenset((Oin(agency), id_) for agency, id_ in rows)

    def put(self, agency: Oin, desk: ContactDesk) -> None:
        """Add a desk or replace the one of the same id."""
        details: dict[str, Any] = {name: getattr(desk, name) for name in _DETAILS}
        insertion = upsert(self._sheet.dialect, _desks).values(agency=agency, id=desk.id, **details)
        self._sheet.write(insertion.on_conflict_do_update(index_elements=["agency", "id"], set_=details))

"""What agencies are reminded of, once: notices that were put off until today, and terms that are about to end."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Executable, Select, bindparam, select, text, update

from gateway.core.involvement import RENEWAL_NOTICE_DAYS, Oin, ends_at
from gateway.core.reminders import ends_soon_until
from gateway.protocol.messages import AlertKind
from gateway.store import tables
from gateway.store.activity import goes_on
from gateway.store.instants import DAY, microseconds
from gateway.store.sets import among
from gateway.store.sheet import Port

_table = tables.registrations
_own = select(_table.c.id, _table.c.agency).where(goes_on(_table)).limit(bindparam("limit"))
_notice_on = bindparam("today", type_=_table.c.notice_on.type)
NOTICES: Final = _own.where(text(tables.NOTICE_TO_REMIND), _table.c.notice_on <= _notice_on).order_by(
    _table.c.notice_on
)
#: A term that was shorter than the time ahead is not worth a reminder: it just lapses.
RENEWALS: Final = _own.where(
    text(tables.RENEWAL_TO_REMIND),
    _table.c.ends_at <= bindparam("until"),
    _table.c.registered_at < _table.c.ends_at - RENEWAL_NOTICE_DAYS * DAY,
).order_by(_table.c.ends_at)
_NOTICES_DONE = update(_table).where(among(_table.c.id, "ids")).values(notice_reminded_on=_table.c.notice_on)
_RENEWALS_DONE = update(_table).where(among(_table.c.id, "ids")).values(renewal_reminded_on=_table.c.valid_until_on)
_DONE: Final[dict[AlertKind, Executable]] = {
    AlertKind.NOTICE_DUE: _NOTICES_DONE,
    AlertKind.RENEWAL_DUE: _RENEWALS_DONE,
}


class SqlReminders(Port):
    """Reminders; a registration is held by its row while it is being reminded of, so that it is so once."""

    def notices(self, *, today_on: date, limit: int) -> tuple[tuple[str, Oin], ...]:
        """Return the registrations of which the notice is to be looked at again by today, and whose they are."""
        return self._read(NOTICES, {"today": today_on, "limit": limit})

    def renewals(self, *, today_on: date, limit: int) -> tuple[tuple[str, Oin], ...]:
        """Return the registrations of which the term ends within two weeks, and whose they are."""
        return self._read(RENEWALS, {"until": microseconds(ends_at(ends_soon_until(today_on))), "limit": limit})

    def done(self, registrations: Sequence[str], kind: AlertKind) -> None:
        """Remember that their agencies were reminded of this day of review, or of this end of the term."""
        self._sheet.write(_DONE[kind], {"ids": list(registrations)})

    def _read(self, statement: Select[Any], parameters: dict[str, Any]) -> tuple[tuple[str, Oin], ...]:
        rows = self._sheet.read(statement.with_for_update(skip_locked=True), parameters).mappings()
        return tuple((row["id"], Oin(row["agency"])) for row in rows)

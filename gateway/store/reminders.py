"""What agencies are reminded of, once: notices that were put off until today, and terms that are about to end."""

from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Update, bindparam, select, text, update

from gateway.core.involvement import RENEWAL_NOTICE_DAYS, Oin, ends_at
from gateway.core.reminders import ends_soon_until
from gateway.protocol.messages.alerts import AlertKind
from gateway.store import tables
from gateway.store.activity import goes_on
from gateway.store.instants import DAY, microseconds
from gateway.store.sheet import Port

_table = tables.registrations
_NOTICES: Final = select(_table.c.id).where(
    text(tables.NOTICE_TO_REMIND),
    goes_on(_table),
    _table.c.notice_on <= bindparam("today", type_=_table.c.notice_on.type),
)
#: A term that was shorter than the time ahead is not worth a reminder: it just lapses.
_RENEWALS: Final = select(_table.c.id).where(
    text(tables.RENEWAL_TO_REMIND),
    goes_on(_table),
    _table.c.ends_at <= bindparam("until"),
    _table.c.registered_at < _table.c.ends_at - RENEWAL_NOTICE_DAYS * DAY,
)
DUE: Final = {
    AlertKind.NOTICE_DUE: _NOTICES.order_by(_table.c.notice_on).limit(bindparam("limit")),
    AlertKind.RENEWAL_DUE: _RENEWALS.order_by(_table.c.ends_at).limit(bindparam("limit")),
}


def _take(due: Select[Any], **remembered: ColumnElement[Any]) -> Update:
    """Return the statement that remembers what is due and that no other worker holds, and says whose it is."""
    held = due.with_for_update(skip_locked=True)
    return update(_table).where(_table.c.id.in_(held)).values(**remembered).returning(_table.c.id, _table.c.agency)


TAKE: Final = {
    AlertKind.NOTICE_DUE: _take(DUE[AlertKind.NOTICE_DUE], notice_reminded_on=_table.c.notice_on),
    AlertKind.RENEWAL_DUE: _take(DUE[AlertKind.RENEWAL_DUE], renewal_reminded_on=_table.c.valid_until_on),
}


class SqlReminders(Port):
    """Reminders; what was reminded of is remembered with the registration, so that it is so once."""

    def due(self, kind: AlertKind, *, today_on: date) -> bool:
        """Return whether anybody is to be reminded of this."""
        return self._sheet.read(DUE[kind], _parameters(kind, today_on, limit=1)).first() is not None

    def take(self, kind: AlertKind, *, today_on: date, limit: int) -> tuple[tuple[str, Oin], ...]:
        """Return registrations of which the agency is to be reminded, and whose they are; it will not be again."""
        rows = self._sheet.write(TAKE[kind], _parameters(kind, today_on, limit=limit)).mappings()
        return tuple(sorted((row["id"], Oin(row["agency"])) for row in rows))


def _parameters(kind: AlertKind, today_on: date, *, limit: int) -> dict[str, Any]:
    if kind is AlertKind.NOTICE_DUE:
        return {"today": today_on, "limit": limit}
    return {"until": microseconds(ends_at(ends_soon_until(today_on))), "limit": limit}

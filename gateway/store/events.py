"""The events of the gateway, inserted in the transaction of their change; their place in the log comes later (G30)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Executable, bindparam, literal_column, select

from gateway.core.events import Event, EventKind
from gateway.store import tables
from gateway.store.instants import instant
from gateway.store.sheet import Port

_events = tables.events
_PAGE = (
    select(_events.c.id, _events.c.kind, _events.c.actor, _events.c.fields, _events.c.at)
    .where(_events.c.id > bindparam("after"))
    .order_by(_events.c.id)
    .limit(bindparam("limit"))
)
#: The words of the partial index: alarms are few among very many events.
_ALARMS = _PAGE.where(_events.c.kind == literal_column(f"'{EventKind.ALARM_RAISED}'"))


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event with the database's time at which it was recorded."""

    event: Event
    at: datetime


class SqlEvents(Port):
    """What happened, as the log will commit to it."""

    def record(self, events: Sequence[Event]) -> None:
        """Insert events; the database gives the time."""
        rows = [
            {"id": event.id, "kind": event.kind.value, "actor": event.actor, "fields": _text(event)} for event in events
        ]
        self._sheet.insert(_events, rows)

    def page(self, *, after: str, limit: int) -> tuple[RecordedEvent, ...]:
        """Return events with an id after `after`, in order of id."""
        return self._recorded(_PAGE, after, limit)

    def alarms(self, *, after: str, limit: int) -> tuple[RecordedEvent, ...]:
        """Return the alarms with an id after `after`, in order of id."""
        return self._recorded(_ALARMS, after, limit)

    def _recorded(self, statement: Executable, after: str, limit: int) -> tuple[RecordedEvent, ...]:
        rows = self._sheet.read(statement, {"after": after, "limit": limit})
        return tuple(
            RecordedEvent(_event(id_, kind, actor, fields), instant(at)) for id_, kind, actor, fields, at in rows
        )


def _text(event: Event) -> str:
    return json.dumps(dict(event.fields), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _event(id_: str, kind: str, actor: str, fields: str) -> Event:
    """Return the event as it was recorded: JSON knows lists, an event tuples."""
    read = {name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(fields).items()}
    return Event(id_, EventKind(kind), actor, read)

"""What is recorded of a registration or renewal for a purpose that is always silent: an event, and an alarm."""

from typing import Any

from gateway.core.events import AlarmReason, Event, EventKind, Value
from gateway.flows.admission import event_of
from gateway.flows.ports import House
from keys.signing import Signed


def silent_events(call: Signed[Any], house: House, **fields: Value) -> tuple[Event, Event]:
    """Return the event that stands where that of a registration would, and the alarm to the officers because of it."""
    event = event_of(call, house, EventKind.SILENT_PURPOSE, **fields)
    return event, alarm_of_silence(call, house, event)


def alarm_of_silence(call: Signed[Any], house: House, event: Event) -> Event:
    """Return the alarm to the officers because somebody asked for a silent purpose, as this event says."""
    case = {name: event.fields[name] for name in ("purpose", "case_reference")}
    reason = AlarmReason.SILENT_PURPOSE.value
    return event_of(call, house, EventKind.ALARM_RAISED, **case, reason=reason, event=event.id)

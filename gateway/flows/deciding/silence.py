"""What is recorded of whoever registers or asks for a purpose that is always silent: an event, and an alarm."""

from typing import Any

from gateway.core.events import Event, EventKind, Value
from gateway.flows.admission import alarm_of_silence, event_of
from gateway.flows.ports.house import House
from keys.signing import Signed


def silent_events(call: Signed[Any], house: House, **fields: Value) -> tuple[Event, Event]:
    """Return the event that stands where that of a registration would, and the alarm to the officers because of it."""
    event = event_of(call, house, EventKind.SILENT_PURPOSE, **fields)
    return event, alarm_of_silence(call, house, event, purpose=call.purpose)


def with_alarm(event: Event, call: Signed[Any], house: House, *, silent: bool) -> tuple[Event, ...]:
    """Return the event of what was recorded as for any purpose, and the alarm if its purpose is a silent one."""
    return (event, alarm_of_silence(call, house, event, purpose=call.purpose)) if silent else (event,)

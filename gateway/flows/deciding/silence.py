"""What is recorded of whoever registers, renews or asks for a purpose that is always silent: an event, and an alarm."""

from typing import Any

from gateway.core.events import AlarmReason, Event, EventKind, Value
from gateway.flows.admission import event_of
from gateway.flows.ports.house import House
from keys.signing import Signed


def silent_events(call: Signed[Any], house: House, **fields: Value) -> tuple[Event, Event]:
    """Return the event that stands where that of a registration would, and the alarm to the officers because of it."""
    event = event_of(call, house, EventKind.SILENT_PURPOSE, **fields)
    return event, alarm_of_silence(call, house, event, purpose=call.purpose)


def alarm_of_silence(call: Signed[Any], house: House, event: Event, *, purpose: str) -> Event:
    """Return the alarm to the officers because somebody asked for this silent purpose, in the call of this event."""
    case = {"purpose": purpose, "case_reference": event.fields["case_reference"]}
    reason = AlarmReason.SILENT_PURPOSE.value
    return event_of(call, house, EventKind.ALARM_RAISED, **case, reason=reason, event=event.id)

"""The one event that leaves the house: an alert waits, in the NL GOV profile for CloudEvents (version 1.1)."""

from datetime import datetime
from typing import Final

from gateway.protocol.messages import CloudEvent

ALERT: Final = "nl.seinhuis.alert.v1"
SYSTEM: Final = "seinhuis"


def source_of(oin: str) -> str:
    """Return the source of this gateway's events: its OIN and the name of the system."""
    return f"urn:nld:oin:{oin}:systeem:{SYSTEM}"


def alert_event(alert: str, match: str, created_at: datetime, *, oin: str) -> CloudEvent:
    """Return the thin event of an alert: it says where to look, never what or whom it is about.

    Ids and times have a fixed width, so every alert of one gateway has the same size (G33).
    """
    time = created_at.replace(microsecond=created_at.microsecond or 1)  # without a fraction it would be written shorter
    return CloudEvent(id=alert, source=source_of(oin), type=ALERT, time=time, dataref=f"/v1/matches/{match}")

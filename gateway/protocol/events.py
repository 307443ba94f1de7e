"""The one event that leaves the house: an alert waits, in the NL GOV profile for CloudEvents (version 1.1).

Ids and times have a fixed width, and spaces follow what is shorter than the longest: every alert of one gateway has the
same size, whatever its kind and desk (G33).
"""

from datetime import datetime
from typing import Final

from gateway.protocol.messages.alerts import AlertKind, CloudEvent, Inbox

ALERT: Final = "nl.seinhuis.alert.v1"
SYSTEM: Final = "seinhuis"
EVENT_BYTES: Final = 512  # no event is longer


def source_of(oin: str) -> str:
    """Return the source of this gateway's events: its OIN and the name of the system."""
    return f"urn:nld:oin:{oin}:systeem:{SYSTEM}"


def alert_event(
    alert: str, match: str, created_at: datetime, *, oin: str, kind: AlertKind = AlertKind.MATCH, desk: str = ""
) -> CloudEvent:
    """Return the thin event of an alert: it says where to look, never what or whom it is about.

    `desk` is the recipient's own desk that it is for, as far as that is not the intake.
    """
    time = created_at.replace(microsecond=created_at.microsecond or 1)  # without a fraction it would be written shorter
    return CloudEvent(
        id=alert,
        source=source_of(oin),
        type=type_of(kind),
        time=time,
        dataref=_PLACES.get(kind, "/v1/matches/") + match,
        subject=desk or None,
    )


def type_of(kind: AlertKind) -> str:
    """Return the type of the event of a kind of alert."""
    return ALERT if kind is AlertKind.MATCH else f"nl.seinhuis.alert.{kind.value.replace('_', '-')}.v1"


def event_bytes(event: CloudEvent) -> bytes:
    """Return an event as it is sent, by itself."""
    return _json(event).ljust(EVENT_BYTES)


def inbox_bytes(inbox: Inbox) -> bytes:
    """Return a page of the inbox as it is sent: its size tells how many alerts there are and nothing of them."""
    return _json(inbox).ljust(_INBOX_BYTES + len(inbox.alerts) * (EVENT_BYTES + 1))


def _json(message: CloudEvent | Inbox) -> bytes:
    return message.model_dump_json(by_alias=True, exclude_none=True).encode()


_ITEMS: Final = "/v1/subject-request-items?registration="
_PLACES: Final = {
    AlertKind.SUPERVISOR: "/v1/supervised-matches?id=",
    AlertKind.ARCHIVE_HINT: "/v1/archive-hints/",
    AlertKind.NOTICE_DUE: "/v1/registrations/",
    AlertKind.RENEWAL_DUE: "/v1/registrations/",
    AlertKind.IDENTITY_ASKED: "/v1/registrations/",
    AlertKind.ADVICE_ASKED: _ITEMS,
    AlertKind.DECISION_ASKED: _ITEMS,
    AlertKind.REQUEST_DUE: _ITEMS,
    AlertKind.RECTIFICATION_ASKED: _ITEMS,
    AlertKind.PERSON_DIED: "/v1/registrations/",
    AlertKind.PERSON_MOVED: "/v1/registrations/",
    AlertKind.REVIEW_DUE: "/v1/emergency-reviews?id=",
    AlertKind.EMERGENCY_UNREVIEWED: "/v1/registrations/",
    AlertKind.EXCLUSION: "/v1/exclusions/",
}
_INBOX_BYTES: Final = len(_json(Inbox(alerts=(), more=False)))

"""Alerts over HTTP: the inbox (with a long poll), the stream, and acknowledging; all thin CloudEvents (NL GOV)."""

import time
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Final

from gateway.api.caller import signed, signed_bare
from gateway.api.exchange import EVENT_STREAM, SECONDS, Endpoint, Query, Reply, Request
from gateway.api.front import STREAMS_PER_AGENCY, Front
from gateway.core.involvement import Oin
from gateway.core.refusals import Refusal, Refused
from gateway.flows.ports.matches import WaitingAlert
from gateway.flows.telling.hear import INBOX_PAGE, acknowledge, begin_hearing, newest, waiting
from gateway.protocol.events import alert_event, event_bytes, inbox_bytes
from gateway.protocol.messages.alerts import AcknowledgeAlerts, AcknowledgedAlerts, CloudEvent, Inbox
from keys.parties import Role

LONGEST_WAIT_SECONDS: Final = 20
HEARTBEAT_SECONDS: Final = 10.0
STREAM_SECONDS: Final = 3600.0
ALERTS_IN_A_STREAM: Final = 20_000  # looked at as a whole; when more wait, the newest of them are still seen


async def _inbox(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    agency = await front.threads.run(call.caller.oin, begin_hearing, call, front.house)
    until = time.monotonic() + request.number("waitSeconds")
    while True:
        rung = front.rings.count
        rows, more = await front.looks.look(waiting, agency, front.house)
        left = until - time.monotonic()
        if rows or left <= 0:
            shown = rows[: request.number("limit")]
            events = tuple(_event(row, front.oin) for row in shown)
            return Reply(200, inbox_bytes(Inbox(alerts=events, more=more or len(shown) < len(rows))))
        await front.rings.after(rung, left)


async def _stream(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    agency = await front.threads.run(call.caller.oin, begin_hearing, call, front.house)
    # Nothing waits between this look and taking the place: many that come at one moment cannot all find the same one
    # free.
    if front.streams[agency] >= STREAMS_PER_AGENCY:
        raise Refused(Refusal.OVERLOADED)
    front.streams[agency] += 1
    return Reply(200, content_type=EVENT_STREAM, stream=_events(agency, call.key_id, front))


async def _events(agency: Oin, key_id: str, front: Front) -> AsyncGenerator[bytes]:
    """Send what waits, then what comes. Each alert once a stream; one that is not acknowledged comes again in the next.

    A heartbeat comes by the clock of the stream alone: the bell rings for everybody, and when it does is nobody's to
    know (G33). A stream ends after an hour, and at the first heartbeat after its key stopped counting (G19).
    """
    try:
        heard = _Heard(agency, front)
        begun = time.monotonic()
        until, beat_at = begun + STREAM_SECONDS, begun + HEARTBEAT_SECONDS
        yield b": seinhuis\n\n"
        while (now := time.monotonic()) < until and _counts(key_id, front):
            if now >= beat_at:
                beat_at += HEARTBEAT_SECONDS
                heard.all_seen = False
                yield b": \n\n"
            rung = front.rings.count
            for row in await heard.news():
                yield _sse(row, front.oin)
            if heard.all_seen:
                await front.rings.after(rung, max(0.0, min(beat_at, until) - time.monotonic()))
    finally:
        front.streams[agency] -= 1


class _Heard:
    """What one stream has sent already, and how it finds what is new.

    A ring is answered with a look at the newest page alone, however much waits. When all of that is new there is more
    behind it; and what became visible out of order is found by looking at everything again, at each heartbeat (G13).
    """

    def __init__(self, agency: Oin, front: Front) -> None:
        self._agency, self._front = agency, front
        self._sent: set[str] = set()
        self.all_seen = False

    async def news(self) -> list[WaitingAlert]:
        """Return what was not returned before; `all_seen` tells whether that is all there is."""
        if self.all_seen:
            rows = await self._front.looks.look(newest, self._agency, self._front.house)
            news = [row for row in rows if row.id not in self._sent]
            self._sent.update(row.id for row in news)
            self.all_seen = len(news) < INBOX_PAGE
            return news
        rows, more = await self._front.looks.look(waiting, self._agency, self._front.house, limit=ALERTS_IN_A_STREAM)
        news = [row for row in rows if row.id not in self._sent]
        ids = {row.id for row in rows}
        self._sent = self._sent | ids if more else ids  # what was acknowledged meanwhile never comes back
        self.all_seen = True
        return news


def _counts(key_id: str, front: Front) -> bool:
    known = front.trust.key(key_id)
    return known is not None and known[1].counts_at(datetime.now(UTC))


def _sse(row: WaitingAlert, oin: str) -> bytes:
    return b"event: alert\nid: %b\ndata: %b\n\n" % (row.id.encode(), event_bytes(_event(row, oin)))


def _event(row: WaitingAlert, oin: str) -> CloudEvent:
    return alert_event(row.id, row.match, row.created_at, oin=oin, kind=row.kind, desk=row.desk)


async def _acknowledge(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, AcknowledgeAlerts)
    call = verified.carry(asked)
    return Reply(200, await front.threads.run(call.caller.oin, acknowledge, call, front.house))


HEARS_ALERTS: Final = (Role.AGENCY, Role.SUPERVISOR, Role.OFFICER)

ENDPOINTS: Final = (
    Endpoint(
        name="listAlerts",
        method="GET",
        path="/alerts",
        summary="Your unacknowledged alerts, oldest first; with waitSeconds the answer comes as soon as there is one.",
        serve=_inbox,
        answers=Inbox,
        query=(
            Query("waitSeconds", "How long to wait for one.", lowest=0, highest=LONGEST_WAIT_SECONDS, default=0),
            Query("limit", "How many at most.", lowest=1, highest=100, default=100),
        ),
        seconds=LONGEST_WAIT_SECONDS + SECONDS,
        roles=HEARS_ALERTS,
    ),
    Endpoint(
        name="streamAlerts",
        method="GET",
        path="/alerts/stream",
        summary="Your unacknowledged alerts and then new ones, as server-sent events with a heartbeat.",
        serve=_stream,
        answer_type=EVENT_STREAM,
        seconds=None,
        roles=HEARS_ALERTS,
    ),
    Endpoint(
        name="acknowledgeAlerts",
        method="POST",
        path="/alert-acknowledgements",
        summary="Say that you have these alerts; they leave your inbox.",
        serve=_acknowledge,
        takes=AcknowledgeAlerts,
        answers=AcknowledgedAlerts,
        changes=True,
        roles=HEARS_ALERTS,
    ),
)

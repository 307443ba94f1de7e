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
from gateway.flows.admission import json_of
from gateway.flows.hear import acknowledge, begin_hearing, waiting
from gateway.flows.ports import WaitingAlert
from gateway.protocol.events import alert_event
from gateway.protocol.messages import AcknowledgeAlerts, AcknowledgedAlerts, Inbox

LONGEST_WAIT_SECONDS: Final = 20
HEARTBEAT_SECONDS: Final = 10.0
STREAM_SECONDS: Final = 3600.0
ALERTS_IN_A_STREAM: Final = 1000


async def _inbox(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    agency = await front.threads.run(call.caller.oin, begin_hearing, call, front.house)
    until = time.monotonic() + request.number("waitSeconds")
    while True:
        rung = front.rings.count
        rows, more = await front.threads.run(agency, waiting, agency, front.house, limit=request.number("limit"))
        left = until - time.monotonic()
        if rows or left <= 0:
            events = tuple(alert_event(row.id, row.match, row.created_at, oin=front.oin) for row in rows)
            return Reply(200, json_of(Inbox(alerts=events, more=more)))
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

    A stream ends after an hour, and at the first heartbeat after its key stopped counting (G19).
    """
    try:
        sent: set[str] = set()
        until = time.monotonic() + STREAM_SECONDS
        yield b": seinhuis\n\n"
        while time.monotonic() < until and _counts(key_id, front):
            rung = front.rings.count
            rows, _ = await front.threads.run(agency, waiting, agency, front.house, limit=ALERTS_IN_A_STREAM)
            for row in rows:
                if row.id not in sent:
                    yield _sse(row, front.oin)
            sent = {row.id for row in rows}  # what was acknowledged meanwhile never comes back
            if not await front.rings.after(rung, HEARTBEAT_SECONDS):
                yield b": \n\n"
    finally:
        front.streams[agency] -= 1


def _counts(key_id: str, front: Front) -> bool:
    known = front.trust.key(key_id)
    if known is None or known[1].revoked_at is not None:
        return False
    until_at = known[1].valid_until_at
    return until_at is None or datetime.now(UTC) < until_at


def _sse(row: WaitingAlert, oin: str) -> bytes:
    event = json_of(alert_event(row.id, row.match, row.created_at, oin=oin))
    return b"event: alert\nid: %b\ndata: %b\n\n" % (row.id.encode(), event)


async def _acknowledge(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, AcknowledgeAlerts)
    call = verified.carry(asked)
    return Reply(200, await front.threads.run(call.caller.oin, acknowledge, call, front.house))


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
    ),
    Endpoint(
        name="streamAlerts",
        method="GET",
        path="/alerts/stream",
        summary="Your unacknowledged alerts and then new ones, as server-sent events with a heartbeat.",
        serve=_stream,
        answer_type=EVENT_STREAM,
        seconds=None,
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
    ),
)

"""Decides how the stream of alerts is followed: opened again when it breaks, each alert given once."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final

import httpx2

from adapters.agency import Agency
from adapters.hearing import Alert, alert_in_stream, wait
from adapters.signed_call import Question, signed
from adapters.transport import AsyncLine, BlockingLine, pause
from keys.signing import RawCall

_REMEMBERED: Final = 10_000
_FIRST_PAUSE_S: Final = 0.25
_LONGEST_PAUSE_S: Final = 8.0
_OK: Final = 200


@dataclass(slots=True)
class _Seen:
    """Remembers which alerts were given: the stream begins anew with all unacknowledged ones at every opening."""

    ids: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def is_new(self, alert: Alert) -> bool:
        if alert.id in self.ids:
            return False
        self.ids[alert.id] = None
        if len(self.ids) > _REMEMBERED:
            self.ids.popitem(last=False)
        return True


def follow(agency: Agency, line: BlockingLine) -> Iterator[Alert]:
    """Give alerts as they come; raises what the gateway refuses the stream with."""
    seen, failures = _Seen(), 0
    while True:
        try:
            with closing(line.stream(_opening(agency))) as response:
                failures = 0 if response.status_code == _OK else failures + 1
                if response.status_code == _OK:
                    for event in httpx2.EventSource(response):
                        if event.event == "alert" and seen.is_new(alert := alert_in_stream(event.data)):
                            yield alert
        except httpx2.TransportError:
            failures += 1
        line.run(pause(_pause(agency, failures)))
        # A refusal has its reason in an ordinary, signed answer; and nothing that came meanwhile is missed.
        yield from filter(seen.is_new, line.run(wait(agency, 0)))


async def follow_async(agency: Agency, line: AsyncLine) -> AsyncIterator[Alert]:
    """Give alerts as they come; raises what the gateway refuses the stream with."""
    seen, failures = _Seen(), 0
    while True:
        try:
            response = await line.stream(_opening(agency))
            try:
                failures = 0 if response.status_code == _OK else failures + 1
                if response.status_code == _OK:
                    async for event in httpx2.EventSource(response):
                        if event.event == "alert" and seen.is_new(alert := alert_in_stream(event.data)):
                            yield alert
            finally:
                await response.aclose()
        except httpx2.TransportError:
            failures += 1
        await line.run(pause(_pause(agency, failures)))
        for alert in filter(seen.is_new, await line.run(wait(agency, 0))):
            yield alert


def _opening(agency: Agency) -> RawCall:
    return signed(agency, Question("GET", "/alerts/stream", accept="text/event-stream"))


def _pause(agency: Agency, failures: int) -> float:
    return min(_FIRST_PAUSE_S * 2.0 ** min(failures, 10), _LONGEST_PAUSE_S) * agency.jitter()

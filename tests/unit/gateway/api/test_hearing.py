"""Hearing alerts: the long poll is woken, the stream shows each alert once, acknowledged ones are gone."""

import asyncio
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.api import alerts
from gateway.store import SqlStore
from keys.signing import RawCall
from tests.support.gateways import URL, Caller, Neighborhood, neighborhood


def meet(here: Neighborhood, person: int = 0) -> None:
    """Let two agencies register one person, and match them."""
    here.caller(0).register(person)
    here.caller(1).register(person)
    assert 1 == here.match()


def alerts_of(caller: Caller) -> list[str]:
    """Return the ids in an agency's inbox."""
    return [alert["id"] for alert in caller.call("GET", "/v1/alerts").json()["alerts"]]


class Listener:
    """Reads a stream as a server would send it, until it has heard enough."""

    def __init__(self, here: Neighborhood, call: RawCall) -> None:
        self._here = here
        self._call = call
        self._left = asyncio.Event()
        self.pieces: list[bytes] = []
        self.status = 0

    async def listen(self) -> None:
        """Hear the stream to its end."""
        path = self._call.target_uri.removeprefix(URL)
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in self._call.headers],
        }
        await self._here.instances[0](scope, self._receive(), self._send)

    def beats(self) -> int:
        """Return how many heartbeats were heard so far."""
        return self.pieces.count(b": \n\n")

    def leave(self) -> None:
        """Hang up."""
        self._left.set()

    def alerts(self) -> list[str]:
        """Return the ids heard so far."""
        blocks = b"".join(self.pieces).decode().split("\n\n")
        return [line[4:] for block in blocks for line in block.splitlines() if line.startswith("id: ")]

    def _receive(self) -> Any:
        started = False

        async def receive() -> dict[str, Any]:
            nonlocal started
            if not started:
                started = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await self._left.wait()
            return {"type": "http.disconnect"}

        return receive

    async def _send(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        if piece := message.get("body"):
            self.pieces.append(piece)


async def until(ready: Any, *, seconds: float = 10.0) -> None:
    """Wait until something is so."""
    give_up_at = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < give_up_at, "it never came"
        await asyncio.sleep(0.01)


def test_an_acknowledged_alert_leaves_the_inbox(here: Neighborhood) -> None:
    """Only what an agency says it has, and only its own (G13)."""
    meet(here)
    one, other = here.caller(0), here.caller(1)
    (own,), (others,) = alerts_of(one), alerts_of(other)

    answer = one.call("POST", "/v1/alert-acknowledgements", {"alerts": [own, others]}).json()

    assert {"acknowledged": [own], "unknown": [others]} == answer
    assert ([], [others]) == (alerts_of(one), alerts_of(other))


def test_every_alert_has_one_size(here: Neighborhood) -> None:
    """Alerts say where to look, all with the same members and length (G33)."""
    for person in range(3):
        meet(here, person)

    alerts = here.caller(0).call("GET", "/v1/alerts").json()["alerts"]

    assert 3 == len(alerts)
    assert 1 == len({len(json.dumps(alert)) for alert in alerts})


def test_a_long_poll_is_woken_by_an_alert(store: SqlStore) -> None:
    """Whoever waits is answered when there is something, on both stores, not at the end of the wait."""
    with neighborhood(store) as here:
        here.caller(0).register()
        here.caller(1).register()
        call = here.caller(0).sign("GET", "/v1/alerts?waitSeconds=20")

        async def wait_and_match() -> tuple[int, bool]:
            waiting = asyncio.ensure_future(here.sending(call))
            await asyncio.sleep(0.2)
            was_waiting = not waiting.done()
            await asyncio.to_thread(here.match)
            answer = await asyncio.wait_for(waiting, 15)
            return len(answer.json()["alerts"]), was_waiting

        assert (1, True) == here.loop.run(wait_and_match())


def test_a_long_poll_without_news_ends_empty(here: Neighborhood) -> None:
    """After its time it answers with an empty inbox."""
    answer = here.caller().call("GET", "/v1/alerts?waitSeconds=1")

    assert (200, {"alerts": [], "more": False}) == (answer.status_code, answer.json())


def test_a_stream_shows_what_waits_and_what_comes(here: Neighborhood) -> None:
    """Unacknowledged alerts first, then new ones, each once."""
    meet(here, 0)

    async def listen() -> list[str]:
        listener = Listener(here, here.caller(0).sign("GET", "/v1/alerts/stream"))
        listening = asyncio.ensure_future(listener.listen())
        await until(lambda: len(listener.alerts()) == 1)
        await asyncio.to_thread(meet, here, 1)
        await until(lambda: len(listener.alerts()) == 2)
        listener.leave()
        await listening
        return listener.alerts()

    heard = here.loop.run(listen())

    assert alerts_of(here.caller(0)) == heard
    assert {} == dict(+here.instances[0].front.streams)


def test_an_agency_has_a_bounded_number_of_streams(here: Neighborhood) -> None:
    """Past its share it is told to come later; those that listen are not cut off."""

    async def listen() -> list[int]:
        listeners = [Listener(here, here.caller(0).sign("GET", "/v1/alerts/stream")) for _ in range(9)]
        listening = []
        for listener in listeners:
            listening.append(asyncio.ensure_future(listener.listen()))
            await until(lambda listener=listener: bool(listener.pieces))
        for listener in listeners:
            listener.leave()
        await asyncio.gather(*listening)
        return [listener.status for listener in listeners]

    assert [200] * 8 + [429] == here.loop.run(listen())


def test_a_heart_beats_whoever_registers(here: Neighborhood, monkeypatch: pytest.MonkeyPatch) -> None:
    """The registrations of others neither hold a stream's heartbeat back nor show in it (G33)."""
    monkeypatch.setattr(alerts, "HEARTBEAT_SECONDS", 0.5)

    async def register(until_left: asyncio.Event) -> None:
        while not until_left.is_set():
            await asyncio.to_thread(here.caller(1).register)

    async def listen() -> int:
        listener, left = Listener(here, here.caller(0).sign("GET", "/v1/alerts/stream")), asyncio.Event()
        listening, registering = asyncio.ensure_future(listener.listen()), asyncio.ensure_future(register(left))
        try:
            await until(lambda: listener.beats() >= 2)
        finally:
            left.set()
            listener.leave()
            await asyncio.gather(listening, registering)
        return listener.beats()

    assert 2 <= here.loop.run(listen())


def test_a_full_inbox_hides_nothing_new(here: Neighborhood, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much waits unacknowledged, what comes is heard at once."""
    monkeypatch.setattr(alerts, "ALERTS_IN_A_STREAM", 2)
    for person in range(2):
        meet(here, person)

    async def listen() -> list[str]:
        listener = Listener(here, here.caller(0).sign("GET", "/v1/alerts/stream"))
        listening = asyncio.ensure_future(listener.listen())
        try:
            await until(lambda: len(listener.alerts()) == 2)
            for person in (2, 3):
                await asyncio.to_thread(meet, here, person)
                await until(lambda person=person: len(listener.alerts()) == person + 1)
        finally:
            listener.leave()
            await listening
        return listener.alerts()

    heard = here.loop.run(listen())

    assert alerts_of(here.caller(0)) == heard


@pytest.mark.parametrize(("revoked_in", "goes_on"), [(timedelta(days=1), True), (timedelta(), False)])
def test_a_stream_ends_when_its_key_does(
    here: Neighborhood, monkeypatch: pytest.MonkeyPatch, *, revoked_in: timedelta, goes_on: bool
) -> None:
    """A revocation ends it at the next heartbeat (G19), one that is planned does not yet."""
    monkeypatch.setattr(alerts, "HEARTBEAT_SECONDS", 0.1)
    agency, trust = here.caller(0).agency, here.trust
    key = replace(agency.party.keys[0], revoked_at=datetime.now(UTC) + revoked_in)

    async def listen() -> bool:
        listener = Listener(here, here.caller(0).sign("GET", "/v1/alerts/stream"))
        listening = asyncio.ensure_future(listener.listen())
        await until(lambda: bool(listener.pieces))
        trust.current = trust.current.with_party(replace(agency.party, keys=(key,)))
        beats = listener.beats()
        await until(lambda: listening.done() or listener.beats() > beats + 2)
        went_on = not listening.done()
        listener.leave()
        await listening
        return went_on

    assert goes_on == here.loop.run(listen())

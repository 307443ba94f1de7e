"""Batches that are announced and not sent: they hold up nobody but who sends them (G37)."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from keys.signing import RawCall
from tests.support.gateways import Caller, Neighborhood

PATH = "/v1/registration-batches"
LINES = {"content-type": "application/x-ndjson"}


def announced(caller: Caller) -> RawCall:
    """Return a batch that an agency signed."""
    return caller.sign("POST", PATH, b"{}\n", headers=LINES)


def made_up(call: RawCall) -> RawCall:
    """Return a call that names its agency's public key, and is signed by nobody."""
    headers = tuple((name, f"sig1=:{'A' * 86}==:" if name == "signature" else value) for name, value in call.headers)
    return RawCall(call.method, call.target_uri, headers, call.body)


class Dripping:
    """Calls whose bodies do not come until they may."""

    def __init__(self, here: Neighborhood, calls: list[RawCall]) -> None:
        self._here, self._calls = here, calls
        self._begun = 0
        self.sending: list[asyncio.Task[httpx2.Response]] = []
        self._may_end = asyncio.Event()

    async def begin(self) -> None:
        """Begin all calls, and wait until the gateway reads or refuses each."""
        self.sending = [asyncio.create_task(self._send(call)) for call in self._calls]
        async with asyncio.timeout(20):
            while self._begun + sum(task.done() for task in self.sending) < len(self._calls):  # noqa: ASYNC110 - refusals set no event
                await asyncio.sleep(0.01)

    async def end(self) -> list[httpx2.Response]:
        """Let the bodies come, and return the answers."""
        self._may_end.set()
        return await asyncio.gather(*self.sending)

    def answered(self) -> int:
        """Return how many were answered before their body came."""
        return sum(task.done() for task in self.sending)

    async def _send(self, call: RawCall) -> httpx2.Response:
        async def body() -> Any:
            self._begun += 1
            await self._may_end.wait()
            yield call.body

        transport = _Streaming(self._here.instances[0])
        async with httpx2.AsyncClient(transport=transport, base_url="https://gateway.example") as client:
            return await client.request(call.method, call.target_uri, headers=list(call.headers), content=body())


class _Streaming(httpx2.AsyncBaseTransport):
    """Gives the application a body piece by piece, and only when it asks for it."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Ask the application."""
        pieces = aiter(request.stream)  # type: ignore[arg-type]
        path = request.url.path
        scope = {
            "type": "http",
            "method": request.method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(n.lower(), v) for n, v in request.headers.raw if n.lower() in _SIGNED],
        }
        said: dict[str, Any] = {"body": b""}

        async def receive() -> dict[str, Any]:
            piece = await anext(pieces, None)
            return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

        async def send(message: dict[str, Any]) -> None:
            said.update(status=message.get("status", said.get("status")))
            said["body"] += message.get("body", b"")

        await self._application(scope, receive, send)
        return httpx2.Response(said["status"], content=said["body"])


_SIGNED = frozenset(
    name.encode()
    for name in (
        *("content-type", "content-digest", "idempotency-key", "purpose", "user-role", "case-reference"),
        *("signature", "signature-input"),
    )
)


@contextmanager
def _dripping(here: Neighborhood, calls: list[RawCall]) -> Iterator[Dripping]:
    dripping = Dripping(here, calls)
    here.loop.run(dripping.begin())
    yield dripping
    here.loop.run(dripping.end())


def test_a_batch_that_nobody_signed_is_refused_before_it_is_read(here: Neighborhood) -> None:
    """Naming a key that is public takes no place: the honest batches of that agency go on meanwhile."""
    caller = here.caller()
    with _dripping(here, [made_up(announced(caller)) for _ in range(40)]) as dripping:
        before_any_body = dripping.answered()
        honest = here.send(announced(caller))

    answers = here.loop.run(dripping.end())
    assert (40, 201) == (before_any_body, honest.status_code)
    assert {(401, "signature-invalid")} == {(answer.status_code, answer.json()["code"]) for answer in answers}


def test_an_agency_that_holds_its_batches_up_hinders_itself_alone(here: Neighborhood) -> None:
    """Past its share it is told at once to come later; another's batch is written meanwhile."""
    slow, other = here.caller(0), here.caller(1)
    with _dripping(here, [announced(slow) for _ in range(6)]) as dripping:
        turned_away = dripping.answered()
        meanwhile = here.send(announced(other))

    statuses = sorted(answer.status_code for answer in here.loop.run(dripping.end()))
    assert (4, 201) == (turned_away, meanwhile.status_code)
    assert [201, 201, 429, 429, 429, 429] == statuses
    assert 201 == here.send(announced(slow)).status_code


def test_an_announced_batch_is_no_other_batch(here: Neighborhood) -> None:
    """A body that is not the one that was signed is refused when it is read (G22)."""
    call = announced(here.caller())

    answer = here.send(RawCall(call.method, call.target_uri, call.headers, b'{"lane":"youth"}\n'))

    assert (401, "signature-digest-wrong") == (answer.status_code, answer.json()["code"])

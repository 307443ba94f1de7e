"""Rooms of the house without a network: ASGI applications by host, called as told or through the client's seam."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2

App = Any  # an ASGI 3 application
T = TypeVar("T")

_SECONDS = 60.0


@dataclass(frozen=True)
class Call:
    """A call exactly as it goes in: nothing is added, joined or corrected on the way."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    pieces: tuple[bytes, ...] = (b"",)
    seconds: float = _SECONDS  # after which whoever called hangs up


class Rooms(httpx2.BaseTransport):
    """Carries blocking calls to applications that run on one event loop, in a thread of their own."""

    def __init__(self, apps: Mapping[str, App]) -> None:
        """Serve each application under its host name, started as a server would start it."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="rooms", daemon=True)
        self._thread.start()
        self._apps: dict[str, App] = {}
        self._leave: dict[str, asyncio.Event] = {}
        self._lives: dict[str, asyncio.Task[None]] = {}
        for name, app in apps.items():
            self.open(name, app)

    def open(self, name: str, app: App) -> None:
        """Start an application under a host name."""
        self._run(self._start(name, app))

    def shut(self, name: str) -> None:
        """Stop an application: its host refuses connections from now on."""
        self._run(self._stop(name))

    def ask(self, call: Call) -> httpx2.Response:
        """Carry one call and return its answer, or as much of it as came before the caller hung up."""
        return self._run(self._ask(call))

    def ask_together(self, calls: Iterable[Call]) -> list[httpx2.Response]:
        """Carry calls at the same time."""

        async def all_of_them() -> list[httpx2.Response]:
            return await asyncio.gather(*map(self._ask, calls))

        return self._run(all_of_them())

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Carry a call of an HTTP client."""
        headers = tuple((name.lower(), value) for name, value in request.headers.multi_items())
        answer = self.ask(Call(request.method, str(request.url), headers, (request.read(),)))
        answer.request = request
        return answer

    def close(self) -> None:
        """Leave the rooms open: a client that borrows them closes its transport on the way out."""

    def close_all(self) -> None:
        """Stop every application, then the loop."""
        for name in tuple(self._apps):
            self.shut(name)
        self._run(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=_SECONDS + 10)

    async def _ask(self, call: Call) -> httpx2.Response:
        parts = urlsplit(call.url)
        app = self._apps.get(parts.netloc)
        if app is None:
            raise httpx2.ConnectError("nobody listens")
        line = _Line(call.pieces)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": call.method,
            "scheme": parts.scheme,
            "path": parts.path,
            "raw_path": parts.path.encode("latin-1", "replace"),
            "query_string": parts.query.encode("latin-1", "replace"),
            "root_path": "",
            "headers": [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in call.headers],
            "client": ("127.0.0.1", 1),
            "server": (parts.hostname, parts.port),
        }
        serving = asyncio.create_task(app(scope, line.receive, line.send))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(call.seconds):
                await asyncio.shield(serving)
        line.hang_up()
        await serving
        return httpx2.Response(line.status, headers=line.headers, content=bytes(line.body))

    async def _start(self, name: str, app: App) -> None:
        started, leave = asyncio.Event(), asyncio.Event()
        phases = iter(("startup", "shutdown"))

        async def receive() -> dict[str, str]:
            phase = next(phases)
            if phase == "shutdown":
                await leave.wait()
            return {"type": f"lifespan.{phase}"}

        async def send(_: Mapping[str, object]) -> None:
            started.set()

        async def live() -> None:
            try:
                await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
            except Exception:
                if started.is_set():
                    raise  # one that fails before it answers has no lifespan: it is simply there
            finally:
                started.set()

        self._leave[name], self._lives[name] = leave, asyncio.create_task(live())
        await started.wait()
        self._apps[name] = app

    async def _stop(self, name: str) -> None:
        del self._apps[name]
        self._leave.pop(name).set()
        await self._lives.pop(name)


class _Line:
    """One connection, from the application's side."""

    def __init__(self, pieces: tuple[bytes, ...]) -> None:
        self._pieces = iter(enumerate(pieces, 1))
        self._last = len(pieces)
        self._gone = asyncio.Event()
        self.status = 500
        self.headers: list[tuple[str, str]] = []
        self.body = bytearray()

    def hang_up(self) -> None:
        self._gone.set()

    async def receive(self) -> dict[str, object]:
        for number, piece in self._pieces:
            return {"type": "http.request", "body": piece, "more_body": number < self._last}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]]
        else:
            self.body += message.get("body", b"")

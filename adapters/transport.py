"""Decides how a plan meets the network: what to ask is written once, and carried out blocking or on an event loop.

A *plan* is a generator that yields steps (`Send`, `Pause`, `Compute`) and is given their results. It knows no socket
and no thread, so the client is the same code in `Gateway` and in `AsyncGateway`.
"""

import asyncio
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Generic, TypeAlias, TypeVar, cast

import httpx2

from keys.signing import RawCall

A = TypeVar("A")

_MOST_AT_ONCE: Final = 16
_AHEAD: Final = 2  # one plan at the holders while another is at the gateway
_LARGEST_ANSWER: Final = 16 * 1024 * 1024
ANSWER_SECONDS: Final = 35.0  # a long poll takes up to 20
_CONNECT_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What came back, as it came; not yet believed."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """Return the first header of that (lower-case) name, or nothing."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nothing usable came back; `reason` is one of unreachable, timeout, broken, too_large."""

    reason: str


Reply: TypeAlias = Answer | NoAnswer


@dataclass(frozen=True, slots=True)
class Send:
    """Send these calls at the same time; the result is one reply for each, in order, within so many seconds."""

    calls: tuple[RawCall, ...]
    patience_seconds: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Compute(Generic[A]):
    """Compute something that takes long enough to keep it off an event loop."""

    work: Callable[[], A]


Step: TypeAlias = Send | Pause | Compute[Any]
Plan: TypeAlias = Generator[Step, Any, A]


def send(*calls: RawCall, patience_seconds: float = ANSWER_SECONDS) -> Plan[tuple[Reply, ...]]:
    """Send calls at the same time; a reply that keeps silent for `patience_seconds` is a timeout."""
    return cast("tuple[Reply, ...]", (yield Send(calls, patience_seconds)))


def pause(seconds: float) -> Plan[None]:
    """Wait."""
    yield Pause(seconds)


def compute(work: Callable[[], A]) -> Plan[A]:
    """Compute, in a thread where there is an event loop: the group operations release the interpreter lock."""
    return cast("A", (yield Compute(work)))


class BlockingLine:
    """Carries out plans for the caller's own thread. Several threads may use one line."""

    def __init__(self, transport: httpx2.BaseTransport | None = None, *, ca_file: str = "") -> None:
        """Connect with the given transport, or over the network."""
        # trust_env would let a .netrc add a header that is not signed.
        self._http = httpx2.Client(transport=transport, trust_env=False, verify=_verify(ca_file))
        self._threads = ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="seinhuis-call")

    def run(self, plan: Plan[A]) -> A:
        """Carry out a plan and return what it returns, or raise what it raises."""
        result: object = None
        while True:
            try:
                step = plan.send(result)
            except StopIteration as done:
                return cast("A", done.value)
            result = self._carry_out(step)

    def each(self, plans: Iterable[Plan[A]]) -> Iterator[A]:
        """Carry out plans, two at a time, and give their results in order; the next is taken when there is room."""
        under_way: deque[Future[A]] = deque()
        with ThreadPoolExecutor(_AHEAD, thread_name_prefix="seinhuis-batch") as threads:
            try:
                for plan in plans:
                    under_way.append(threads.submit(self.run, plan))
                    if len(under_way) == _AHEAD:
                        yield under_way.popleft().result()
                while under_way:
                    yield under_way.popleft().result()
            finally:
                for future in under_way:
                    future.cancel()

    def stream(self, call: RawCall, seconds: float = ANSWER_SECONDS) -> httpx2.Response:
        """Open an answer that goes on; close it. Raises httpx2.TransportError."""
        return self._http.send(_request(self._http, call, seconds), stream=True)

    def close(self) -> None:
        """Close the connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._http.close()

    def _carry_out(self, step: Step) -> object:
        match step:
            case Send(calls=(call,), patience_seconds=seconds):
                return (self._ask(call, seconds),)
            case Send(calls=calls, patience_seconds=seconds):
                return tuple(self._threads.map(lambda call: self._ask(call, seconds), calls))
            case Pause(seconds=seconds):
                time.sleep(seconds)
                return None
            case Compute(work=work):
                return work()

    def _ask(self, call: RawCall, seconds: float) -> Reply:
        try:
            with closing(self.stream(call, seconds)) as response:
                body = bytearray()
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > _LARGEST_ANSWER:
                        return NoAnswer("too_large")
                return _answer(response, bytes(body))
        except httpx2.TransportError as error:
            return _no_answer(error)


class AsyncLine:
    """Carries out plans on the running event loop."""

    def __init__(self, transport: httpx2.AsyncBaseTransport | None = None, *, ca_file: str = "") -> None:
        """Connect with the given transport, or over the network."""
        self._http = httpx2.AsyncClient(transport=transport, trust_env=False, verify=_verify(ca_file))

    async def run(self, plan: Plan[A]) -> A:
        """Carry out a plan and return what it returns, or raise what it raises."""
        result: object = None
        while True:
            try:
                step = plan.send(result)
            except StopIteration as done:
                return cast("A", done.value)
            result = await self._carry_out(step)

    async def each(self, plans: Iterable[Plan[A]]) -> AsyncIterator[A]:
        """Carry out plans, two at a time, and give their results in order; the next is taken when there is room."""
        under_way: deque[asyncio.Task[A]] = deque()
        try:
            for plan in plans:
                under_way.append(asyncio.create_task(self.run(plan)))
                if len(under_way) == _AHEAD:
                    yield await under_way.popleft()
            while under_way:
                yield await under_way.popleft()
        finally:
            for task in under_way:
                task.cancel()

    async def stream(self, call: RawCall, seconds: float = ANSWER_SECONDS) -> httpx2.Response:
        """Open an answer that goes on; close it. Raises httpx2.TransportError."""
        return await self._http.send(_request(self._http, call, seconds), stream=True)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _carry_out(self, step: Step) -> object:
        match step:
            case Send(calls=calls, patience_seconds=seconds):
                return tuple(await asyncio.gather(*(self._ask(call, seconds) for call in calls)))
            case Pause(seconds=seconds):
                await asyncio.sleep(seconds)
                return None
            case Compute(work=work):
                return await asyncio.to_thread(work)

    async def _ask(self, call: RawCall, seconds: float) -> Reply:
        try:
            response = await self.stream(call, seconds)
            try:
                body = bytearray()
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > _LARGEST_ANSWER:
                        return NoAnswer("too_large")
                return _answer(response, bytes(body))
            finally:
                await response.aclose()
        except httpx2.TransportError as error:
            return _no_answer(error)


@lru_cache(maxsize=8)
def _verify(ca_file: str) -> ssl.SSLContext:
    """Read the authorities once for all clients: that costs more than a call does. Raises OSError, naming the file."""
    if not ca_file:
        return httpx2.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise OSError(error.errno, "is no readable list of certificates (PEM)", ca_file) from None


def _request(http: httpx2.Client | httpx2.AsyncClient, call: RawCall, seconds: float) -> httpx2.Request:
    # accept-encoding: the digest covers the bytes as sent, and nothing here is worth compressing beside a secret.
    headers = [*call.headers, ("accept-encoding", "identity")]
    timeout = httpx2.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))
    return http.build_request(call.method, call.target_uri, headers=headers, content=call.body or None, timeout=timeout)


def _answer(response: httpx2.Response, body: bytes) -> Answer:
    return Answer(
        response.status_code, tuple((name.lower(), value) for name, value in response.headers.multi_items()), body
    )


def _no_answer(error: httpx2.TransportError) -> NoAnswer:
    """Name what happened; the text of the error may hold an address and is not used."""
    match error:
        case httpx2.ConnectError() | httpx2.ConnectTimeout():
            return NoAnswer("unreachable")
        case httpx2.TimeoutException():
            return NoAnswer("timeout")
        case _:
            return NoAnswer("broken")

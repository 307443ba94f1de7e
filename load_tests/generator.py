"""Decides how calls that were signed ahead go out: as fast as they are answered, or at times that do not wait for it.

Plain HTTP/1.1 on kept connections, nothing parsed but the status and the length: what the generator costs is taken from
the processor that the measured service wants too.
"""

import asyncio
import json
import re
import time
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

import uvloop

T = TypeVar("T")

_END_OF_HEAD: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_STATUS: Final = slice(9, 12)


class CallRefused(RuntimeError):
    """A call that was not answered as it should be: a figure over refused calls is no figure."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service listens."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and the seconds it took from when the call was due."""

    status: int
    body: bytes = field(repr=False)
    seconds: float
    at: float  # on the monotonic clock


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run on the fast event loop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


class Connection(asyncio.Protocol):
    """One connection with one call under way."""

    def __init__(self) -> None:
        """Use `open`."""
        self._transport: asyncio.WriteTransport | None = None
        self._received = bytearray()
        self._whole = 0  # bytes of the answer under way, 0 as long as that is unknown
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    @classmethod
    async def open(cls, address: Address) -> "Connection":
        """Connect."""
        _, connection = await asyncio.get_running_loop().create_connection(cls, address.host, address.port)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's own is of no class of asyncio

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the call that waits."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(CallRefused(f"the connection was closed: {type(exc).__name__}"))

    def data_received(self, data: bytes) -> None:
        """Collect an answer until it is whole."""
        self._received += data
        if not self._whole:
            end = self._received.find(_END_OF_HEAD)
            if end < 0:
                return
            length = _LENGTH.search(self._received, 0, end)
            self._whole = end + len(_END_OF_HEAD) + (int(length[1]) if length else 0)
        if len(self._received) >= self._whole and self._answer is not None:
            status, answer = int(self._received[_STATUS]), bytes(self._received[: self._whole])
            del self._received[: self._whole]
            self._whole = 0
            self._answer.set_result((status, answer.partition(_END_OF_HEAD)[2]))

    async def send(self, call: bytes, *, due_at: float | None = None) -> Answer:
        """Send a call and return its answer; the time counts from `due_at`, or from now."""
        assert self._transport is not None
        started = time.monotonic() if due_at is None else due_at
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(call)
        status, body = await self._answer
        now = time.monotonic()
        return Answer(status, body, now - started, now)

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


async def closed_loop(address: Address, calls: Sequence[bytes], *, connections: int, status: int) -> list[Answer]:
    """Send all calls over so many connections, on each the next as soon as the last is answered.

    Raises CallRefused when an answer has another status.
    """
    waiting = iter(calls)
    opened = [await Connection.open(address) for _ in range(min(connections, len(calls)))]
    try:
        parts = await asyncio.gather(*(_one_after_another(connection, waiting, status) for connection in opened))
    finally:
        for connection in opened:
            connection.close()
    return [answer for part in parts for answer in part]


async def _one_after_another(connection: Connection, waiting: Iterator[bytes], status: int) -> list[Answer]:
    return [expect(await connection.send(call), status) for call in waiting]


async def open_loop(address: Address, calls: Sequence[bytes], *, per_second: float, status: int) -> list[Answer]:
    """Send calls at constant intervals, however long the answers take; return the answers in the order of the calls.

    The time of an answer counts from when its call was due, so that a service which stands still is seen to.
    """
    free: list[Connection] = []
    opened: list[Connection] = []

    async def one(call: bytes, due_at: float) -> Answer:
        if free:
            connection = free.pop()
        else:
            opened.append(connection := await Connection.open(address))
        answer = expect(await connection.send(call, due_at=due_at), status)
        free.append(connection)
        return answer

    start = time.monotonic()
    tasks = []
    try:
        for number, call in enumerate(calls):
            due_at = start + number / per_second
            await asyncio.sleep(due_at - time.monotonic())
            tasks.append(asyncio.create_task(one(call, due_at)))
        return await asyncio.gather(*tasks)
    finally:
        for connection in opened:
            connection.close()


def expect(answer: Answer, status: int) -> Answer:
    """Return the answer; raises CallRefused, naming the problem, when it has another status."""
    if answer.status == status:
        return answer
    try:
        code = json.loads(answer.body)["code"]
    except (ValueError, KeyError, TypeError):
        code = "without a problem document"
    raise CallRefused(f"answered {answer.status} instead of {status}: {code}")

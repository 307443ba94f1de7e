"""Calls as the generator sends them, and answers as it takes them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from keys.signing import RawCall
from load_tests.callers import wire
from load_tests.generator import Address, CallRefused, closed_loop, open_loop, run

CALL = b"POST /v1/registrations HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}"
CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\nbody"
REFUSED = b'HTTP/1.1 409 Conflict\r\ncontent-length: 28\r\n\r\n{"code": "state-conflicted"}'


@asynccontextmanager
async def server(answer: bytes) -> AsyncIterator[Address]:
    """A server that gives every call the same answer, in two pieces."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await reader.readexactly(len(CALL))
                for piece in (answer[:30], answer[30:]):
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
        except asyncio.IncompleteReadError:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        host, port = listening.sockets[0].getsockname()
        yield Address(host, port)


def test_a_call_is_written_as_it_was_signed() -> None:
    """Path and query as in the address, every header, and the length of the body."""
    call = RawCall("GET", "http://127.0.0.1:8000/v1/alerts?limit=1", (("purpose", "youth"),), b"")
    assert (
        b"GET /v1/alerts?limit=1 HTTP/1.1\r\nhost: 127.0.0.1:8000\r\npurpose: youth\r\ncontent-length: 0\r\n\r\n"
    ) == wire(call)


def test_every_call_is_answered_once() -> None:
    """Closed loop: as many answers as calls, over fewer connections."""

    async def work() -> list[bytes]:
        async with server(CREATED) as address:
            return [one.body for one in await closed_loop(address, [CALL] * 7, connections=3, status=201)]

    assert [b"body"] * 7 == run(work())


def test_calls_go_out_on_time() -> None:
    """Open loop: an answer comes back for each call, and its time counts from when the call was due."""

    async def work() -> list[float]:
        async with server(CREATED) as address:
            answers = await open_loop(address, [CALL] * 5, per_second=500, status=201)
            return [answer.at - answer.seconds for answer in answers]

    due = run(work())
    assert [0.0, 0.002, 0.004, 0.006, 0.008] == [round(at - due[0], 6) for at in due]


def test_a_refused_call_ends_the_measurement() -> None:
    """A figure over refused calls is no figure; the problem is named, and nothing that was sent."""

    async def work() -> None:
        async with server(REFUSED) as address:
            await closed_loop(address, [CALL], connections=1, status=201)

    with pytest.raises(CallRefused, match="answered 409 instead of 201: state-conflicted"):
        run(work())

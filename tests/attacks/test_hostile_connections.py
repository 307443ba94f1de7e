"""G36 on the wire: whatever comes over a socket, the real gateway cuts it off or answers, and serves the next."""

import contextlib
import http.client
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from deploy.local import Federation
from deploy.region.agencies import AGENCIES

PATIENCE_SECONDS = 25.0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Run a real gateway; return where it listens."""
    folder = tmp_path_factory.mktemp("wire") / "region"
    with Federation.start(folder, threshold=1, holders=1, agencies=AGENCIES[:1]) as federation:
        parts = urlsplit(federation.gateway_urls[0])
        yield str(parts.hostname), int(parts.port or 0)


@pytest.fixture(autouse=True)
def _serves_afterwards(place: tuple[str, int]) -> Iterator[None]:
    """Whatever a test did, the next caller is served."""
    yield
    connection = http.client.HTTPConnection(*place, timeout=PATIENCE_SECONDS)
    connection.request("GET", "/v1/health/ready")
    assert 200 == connection.getresponse().status
    connection.close()


def _said(place: tuple[str, int], *pieces: bytes, pause: float = 0.0) -> bytes:
    """Send pieces over one connection and return all that comes back until it is closed."""
    with socket.create_connection(place, timeout=PATIENCE_SECONDS) as line:
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                line.sendall(piece)
                time.sleep(pause)
        heard = b""
        with contextlib.suppress(ConnectionError):
            while more := line.recv(65_536):
                heard += more
        return heard


def _status(heard: bytes) -> int:
    return int(heard.split(b" ", 2)[1]) if heard else 0


HEAD = b"POST /v1/registrations HTTP/1.1\r\nHost: gateway.example\r\nConnection: close\r\n"
JSON = b"Content-Type: application/json\r\n"
ODD = {
    "no http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    "http 0.9": b"GET /\r\n\r\n",
    "http 3.0": b"GET / HTTP/3.0\r\n\r\n",
    "no path": b"GET  HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path of bytes": b"GET /v1/\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "a path outside": b"GET /v1/../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "an encoded nul": b"GET /v1/%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "a long path": b"GET /v1/" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "an unknown method": b"BREW /v1/registrations HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "connect": b"CONNECT inside.example:22 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "trace": b"TRACE /v1/registrations HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "a folded header": HEAD + b"X: a\r\n b\r\n\r\n",
    "a header without a name": HEAD + b": x\r\n\r\n",
    "a nul in a header": HEAD + b"X: \x00\r\n\r\n",
    "two lengths": HEAD + JSON + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "length and chunks": HEAD + JSON + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a negative length": HEAD + JSON + b"Content-Length: -1\r\n\r\n",
    "an endless length": HEAD + JSON + b"Content-Length: 99999999999999999999999\r\n\r\n",
    "a large length": HEAD + JSON + b"Content-Length: 1000000000\r\n\r\n",
    "chunks of no size": HEAD + JSON + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "chunks": HEAD + JSON + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "gzip and chunks": HEAD + JSON + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "an upgrade": HEAD.replace(b"close", b"Upgrade, close") + b"Upgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n",
    "expect": HEAD + JSON + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
    "expect something else": HEAD + JSON + b"Expect: the-unexpected\r\nContent-Length: 2\r\n\r\n{}",
}


@pytest.mark.parametrize("name", ODD)
def test_odd_requests_are_answered_or_cut_off(place: tuple[str, int], name: str) -> None:
    """Never by a server error, and never by something that must be inside."""
    heard = _said(place, ODD[name])
    final = heard.rpartition(b"HTTP/1.1 100 Continue\r\n\r\n")[2]
    assert not 500 <= _status(final) < 600, heard[:200]
    assert 200 != _status(final)
    assert b"root:" not in heard


def test_ten_thousand_headers_are_too_many(place: tuple[str, int]) -> None:
    """They are not collected: the line is cut long before the end."""
    flood = (b"X-%d: y\r\n" % number for number in range(10_000))
    assert 400 == _status(_said(place, HEAD + b"".join(flood) + b"\r\n"))


def test_a_header_without_end_is_cut_off(place: tuple[str, int]) -> None:
    """A megabyte of one header, never finished."""
    assert _status(_said(place, HEAD + b"X: ", *[b"y" * 65_536] * 16)) in {0, 400}


SLOW = {
    "headers": HEAD,
    "nothing at all": b"",
    "half a first line": b"POST /v1/reg",
    "half a body": HEAD + JSON + b"Content-Length: 500\r\n\r\n{",
    "a chunk of exabytes": HEAD + JSON + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{",
}


def test_who_is_too_slow_is_cut_off(place: tuple[str, int]) -> None:
    """Headers that do not end, silence, half a line, half a body: waited for, but not for long."""
    with ThreadPoolExecutor(len(SLOW)) as threads:
        heard = dict(zip(SLOW, threads.map(lambda sent: _said(place, sent), SLOW.values()), strict=True))
    assert [] == [name for name, answer in heard.items() if _status(answer) not in {0, 400}]


def test_many_who_are_slow_keep_nobody_waiting(place: tuple[str, int]) -> None:
    """Two hundred half-open requests, and a caller who is served at once."""
    with contextlib.ExitStack() as lines:
        for _ in range(200):
            line = lines.enter_context(socket.create_connection(place, timeout=PATIENCE_SECONDS))
            line.sendall(HEAD)
        connection = http.client.HTTPConnection(*place, timeout=5)
        connection.request("GET", "/v1/health/live")
        assert 200 == connection.getresponse().status
        connection.close()

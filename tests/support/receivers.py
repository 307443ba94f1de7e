"""Holds webhook receivers on loopback, well-behaved and not, written on bare sockets so that they can misbehave."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Receiver:
    """A server that keeps what it was sent and answers as it was told to."""

    url: str
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def connections(self) -> int:
        """How many calls came in."""
        return len(self.received)


Answer = Callable[[socket.socket], None]


def answering(head: str, body: bytes = b"") -> Answer:
    """Answer with these header lines and this body, and hang up."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)

    return answer


def dripping(connection: socket.socket) -> None:
    """Answer one byte at a time, for ever."""
    with suppress(OSError):
        for byte in b"HTTP/1.1 200 OK\r\n" + b"x-a: b\r\n" * 10_000:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)


def silent(connection: socket.socket) -> None:
    """Say nothing until the caller hangs up."""
    with suppress(OSError):
        connection.recv(1)


def endless(connection: socket.socket) -> None:
    """Answer well, and then never stop."""
    with suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65_536)


@contextmanager
def receiver(answer: Answer) -> Iterator[Receiver]:
    """Run a receiver on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        found = Receiver(f"http://127.0.0.1:{server.getsockname()[1]}/hook")
        stop = threading.Event()
        thread = threading.Thread(target=_serve, args=(server, answer, found, stop), daemon=True)
        thread.start()
        try:
            yield found
        finally:
            stop.set()
            thread.join()


def _serve(server: socket.socket, answer: Answer, found: Receiver, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            connection, _ = server.accept()
        except TimeoutError:
            continue
        with connection:
            connection.settimeout(5)
            found.received.append(_read(connection))
            answer(connection)


def _read(connection: socket.socket) -> tuple[dict[str, str], bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65_536)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65_536)
    return headers, body

"""Decides how much of a request may come, and how long it may take, before a service knows what is asked (G36).

uvicorn itself waits forever for the end of the headers and keeps as many as come. Whoever sends them slowly, or without
end, is cut off here; the body has its own limits where the caller is read. The gateway and the key holder both listen
through this, which is why it lies in the room that both may enter.
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS: Final = 10.0
HEAD_BYTES: Final = 32 * 1024
HEADERS: Final = 64


class HeadTooLarge(Exception):
    """More or longer headers than any call of this protocol has."""


class Impatient(HttpToolsProtocol):
    """One connection, on which each request must begin in time and be of reasonable size."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect the first request."""
        super().connection_made(transport)
        self._deadline: asyncio.TimerHandle | None = None
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the headers are too long already without having ended."""
        super().data_received(data)
        if self._deadline is not None:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse()

    def on_message_begin(self) -> None:
        """Expect the headers of a request."""
        super().on_message_begin()
        self._expect_head()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep one header; too many, or too long ones, make the parser refuse the request."""
        super().on_header(name, value)
        self._kept_bytes += len(name) + len(value)
        if len(self.headers) > HEADERS or self._kept_bytes > HEAD_BYTES:
            raise HeadTooLarge

    def on_headers_complete(self) -> None:
        """Be patient from here on: the application has limits of its own."""
        self._stop_waiting()
        super().on_headers_complete()

    def _expect_head(self) -> None:
        self._stop_waiting()
        self._head_bytes = self._kept_bytes = 0
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._refuse)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self) -> None:
        self._stop_waiting()
        if not self.transport.is_closing():
            self.send_400_response("Request header too large, or not sent in time.")

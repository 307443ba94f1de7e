"""The bell that wakes a worker at once when there is something to match or to deliver: rung by the commit itself."""

import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

import psycopg

CHANNEL: Final = "seinhuis"
POLL_S: Final = 0.005
_SLICE_S: Final = 0.25  # how long it takes at most to notice that the bell was closed
_PAUSE_S: Final = 0.2  # between two attempts to reach a database that is away


class Bell(Protocol):
    """A bell for one worker. A ring between two waits is not lost; one too many does no harm."""

    def wait(self, timeout_s: float) -> bool:
        """Block until it rings; False when the time is over or the bell is closed."""

    def close(self) -> None:
        """Stop waiting and let go of the connection; may be called from another thread."""


class PostgresqlBell:
    """LISTEN on a connection of its own."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._connection: psycopg.Connection | None = None
        self._closed = False
        with suppress(psycopg.OperationalError):
            self._listen()

    def wait(self, timeout_s: float) -> bool:
        """Block until a committed transaction notifies, or the connection had to be made anew: that may hide a ring."""
        until = time.monotonic() + timeout_s
        while not self._closed and (left := until - time.monotonic()) > 0:
            try:
                if self._connection is None:
                    self._listen()
                    return True
                if list(self._connection.notifies(timeout=min(left, _SLICE_S), stop_after=1)):
                    return True
            except psycopg.Error:
                self._hang_up()
                time.sleep(min(left, _PAUSE_S))
        return False

    def close(self) -> None:
        """Stop waiting; the connection is closed by whoever waits, or here when nobody does."""
        self._closed = True
        self._hang_up()

    def _listen(self) -> None:
        connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5)
        connection.execute(f"LISTEN {CHANNEL}")
        self._connection = connection

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()


class SqliteBell:
    """A look, many times a second, whether another connection has committed: SQLite tells nobody by itself."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._closed = False
        self._seen = 0
        self._seen = self._version()

    def wait(self, timeout_s: float) -> bool:
        """Block until anything was committed since the last wait."""
        until = time.monotonic() + timeout_s
        while not self._closed:
            version = self._version()
            if version != self._seen:
                self._seen = version
                return True
            if time.monotonic() >= until:
                return False
            time.sleep(POLL_S)
        return False

    def close(self) -> None:
        """Stop waiting."""
        self._closed = True
        self._connection.close()

    def _version(self) -> int:
        with suppress(sqlite3.Error):
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
            return int(version)
        return self._seen

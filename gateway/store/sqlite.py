"""SQLite: one file, one writer at a time, every commit synced."""

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import DBAPIError

from gateway.store.bell import Bell, SqliteBell
from gateway.store.dialect import Engines
from gateway.store.faults import Verdict

BUSY_TIMEOUT_MS: Final = 2_000
OLDEST: Final = (3, 38, 0)  # the first with JSON and RETURNING as the statements use them
_FULL: Final = 2
_SETTINGS: Final = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # what is deleted is overwritten, not only forgotten (G16)
)
_AGAIN: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_RACED: Final = frozenset(
    {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY}
)
_AWAY: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM})


class Sqlite:
    """The embedded store. Its writer is a pool of one connection: threads wait for it in order instead of spinning."""

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="sqlite+pysqlite")

    def engines(self) -> Engines:
        """Return a writer that holds the one write lock from its start, and readers that cannot write."""
        writer = self._engine(begin="BEGIN IMMEDIATE", size=1, extra=())
        return Engines(writer, self._engine(begin="BEGIN", size=8, extra=("PRAGMA query_only = ON",)))

    def absent(self) -> bool:
        """Return whether there is no file yet."""
        return bool(self._url.database) and not self._path.exists()

    def prepare(self) -> None:
        """Make the file for its owner's eyes only; SQLite gives its side files the same mode."""
        if self.absent():
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))

    def hold_schema(self, connection: Connection) -> None:
        """Nothing to do: the transaction is the only writer."""

    def unsafe(self, connection: Connection) -> list[str]:
        """Read the settings back from SQLite."""
        reasons = []
        if sqlite3.sqlite_version_info < OLDEST:
            reasons.append(f"SQLite {sqlite3.sqlite_version} is older than 3.38")
        if int(synchronous := _pragma(connection, "synchronous")) < _FULL:
            reasons.append(f"SQLite synchronous is {synchronous}, below FULL: a power cut loses acknowledged changes")
        if (mode := _pragma(connection, "journal_mode")) != "wal":
            reasons.append(f"SQLite journal_mode is {mode}, not WAL")
        if _pragma(connection, "foreign_keys") != "1":
            reasons.append("SQLite foreign_keys is off")
        return reasons

    def verdict(self, error: DBAPIError) -> Verdict:
        """Judge by SQLite's own result codes."""
        extended = getattr(error.orig, "sqlite_errorcode", None)
        primary = None if extended is None else extended & 0xFF
        if error.connection_invalidated or primary in _AWAY:
            return Verdict.AWAY
        if primary == sqlite3.SQLITE_IOERR:
            return Verdict.DISK
        if extended in _RACED:
            return Verdict.RACED
        if primary in _AGAIN:
            return Verdict.AGAIN
        return Verdict.BROKEN

    def code(self, error: DBAPIError) -> str:
        """Return SQLite's name of the result code."""
        return str(getattr(error.orig, "sqlite_errorname", "an error without a code"))

    def claim(self, connection: Connection, prefixes: Sequence[int]) -> None:
        """Nothing to do: BEGIN IMMEDIATE holds every person until commit."""

    def ring(self, connection: Connection) -> None:
        """Nothing to do: whoever waits sees the commit itself."""

    def bell(self) -> Bell:
        """Return a bell that looks at the file's commit counter."""
        return SqliteBell(self._path)

    @property
    def _path(self) -> Path:
        return Path(self._url.database or "")

    def _engine(self, *, begin: str, size: int, extra: Sequence[str]) -> Engine:
        engine = create_engine(
            self._url, hide_parameters=True, poolclass=QueuePool, pool_size=size, max_overflow=0, pool_timeout=30
        )

        def on_connect(connection: sqlite3.Connection, _record: object) -> None:
            connection.isolation_level = None  # transactions begin where `begin` says, not where the driver guesses
            for setting in (*_SETTINGS, *extra):
                connection.execute(setting)

        def on_begin(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

        event.listen(engine, "connect", on_connect)
        event.listen(engine, "begin", on_begin)
        return engine


def _pragma(connection: Connection, name: str) -> str:
    return str(connection.exec_driver_sql(f"PRAGMA {name}").scalar())

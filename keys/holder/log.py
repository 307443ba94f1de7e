"""Holds a key holder's own log: one row per call it served, durable before the answer leaves, and never changed.

The quota and the replay check are decided from the same rows in the same transaction, so they survive a restart, and
two calls at one moment cannot both take the last of a quota.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS calls (
    position INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    call TEXT NOT NULL,
    caller TEXT NOT NULL,
    label TEXT NOT NULL,
    count INTEGER NOT NULL,
    digest BLOB NOT NULL,
    key_id TEXT NOT NULL,
    nonce TEXT NOT NULL,
    UNIQUE (key_id, nonce)
) STRICT;
CREATE INDEX IF NOT EXISTS calls_by_caller ON calls (caller, at, count);
CREATE TRIGGER IF NOT EXISTS calls_never_change BEFORE UPDATE ON calls BEGIN SELECT raise(ABORT, 'append only'); END;
CREATE TRIGGER IF NOT EXISTS calls_never_go BEFORE DELETE ON calls BEGIN SELECT raise(ABORT, 'append only'); END;
"""
_SELECT: Final = """
SELECT at, call, caller, label, count, digest, key_id, nonce FROM calls WHERE position > ? ORDER BY position LIMIT ?
"""
_FULL: Final = 2
_PRIVATE: Final = 0o600
_SIDE_FILES: Final = ("", "-wal", "-shm")
_BUSY_SECONDS: Final = 5.0
_MICROSECONDS: Final = 1_000_000


class LogUnavailable(Exception):
    """The log cannot be written or read, so nothing is answered."""


class Replayed(Exception):
    """This key used this nonce before."""


class QuotaExhausted(Exception):
    """The caller would exceed what it may evaluate here within the window."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One call: who asked for what, under which label (empty when for none), how many elements, and what was signed."""

    at: datetime
    call: str
    caller: str
    label: str
    count: int
    digest: bytes
    key_id: str
    nonce: str


class CallLog:
    """The log in one SQLite file (WAL, synchronous=FULL). May be used from several threads."""

    def __init__(self, path: Path) -> None:
        """Open the log, making it when it is not there; raises LogUnavailable unless a commit is a durable one (G2).

        Its files are 0600: they tell who asked how often, and when.
        """
        self._lock = threading.Lock()
        try:
            _make_private(path)
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.executescript(_SCHEMA)
            safe = (self._pragma("journal_mode"), self._pragma("synchronous")) == ("wal", _FULL)
        except (OSError, sqlite3.Error):
            raise LogUnavailable("the log cannot be opened") from None
        if not safe:
            self.close()
            raise LogUnavailable("the log would lose what it said after a power cut")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def append(self, entry: Entry, *, since: datetime | None = None, limit: int | None = None) -> None:
        """Add a row, durable when this returns.

        With `limit`, the counts of the caller after `since` may not exceed it. Raises Replayed, QuotaExhausted (then
        nothing was added) and LogUnavailable.
        """
        with self._change() as connection:
            if limit is not None and self._used(connection, entry.caller, since) + entry.count > limit:
                raise QuotaExhausted("the quota of this caller is used up")
            try:
                connection.execute(
                    "INSERT INTO calls (at, call, caller, label, count, digest, key_id, nonce)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        _microseconds(entry.at),
                        entry.call,
                        entry.caller,
                        entry.label,
                        entry.count,
                        entry.digest,
                        entry.key_id,
                        entry.nonce,
                    ),
                )
            except sqlite3.IntegrityError:
                raise Replayed("this nonce was used before") from None

    def used(self, caller: str, *, since: datetime) -> int:
        """Return how many elements were evaluated for a caller after `since`."""
        try:
            with self._lock:
                return self._used(self._connection, caller, since)
        except sqlite3.Error:
            raise LogUnavailable("the log cannot be read") from None

    def entries(self, *, after: int = 0, most: int = 1_000) -> list[Entry]:
        """Return rows in order of arrival, for an inspector: position `after` + 1 onward."""
        with self._lock, closing(self._connection.execute(_SELECT, (after, most))) as rows:
            return [Entry(datetime.fromtimestamp(at / _MICROSECONDS, UTC), *others) for at, *others in rows]

    def ready(self) -> bool:
        """Return whether the log can be read now."""
        try:
            with self._lock:
                self._connection.execute("SELECT 1 FROM calls LIMIT 1").fetchone()
        except sqlite3.Error:
            return False
        return True

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise
        except sqlite3.Error:
            raise LogUnavailable("the log cannot be written") from None

    def _used(self, connection: sqlite3.Connection, caller: str, since: datetime | None) -> int:
        row = connection.execute(
            "SELECT coalesce(sum(count), 0) FROM calls WHERE caller = ? AND at > ?",
            (caller, _microseconds(since) if since else 0),
        ).fetchone()
        return int(row[0])

    def _pragma(self, name: str) -> object:
        return self._connection.execute(f"PRAGMA {name}").fetchone()[0]


def _make_private(path: Path) -> None:
    """Leave the log to its owner's eyes only, whatever the umask; SQLite gives new side files the mode of the log."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE))
    for name in _SIDE_FILES:
        with suppress(FileNotFoundError):
            path.with_name(path.name + name).chmod(_PRIVATE)


def _microseconds(at: datetime) -> int:
    return int(at.timestamp() * _MICROSECONDS)

"""Let the k-th thing that a store does fail: a statement or a commit, before or after it took effect."""

import sqlite3
from collections.abc import Callable
from enum import Enum
from typing import Any

import psycopg
from sqlalchemy import Dialect

from gateway.store import SqlStore

#: Where a crash can leave something behind; at any other statement it is a rollback, as a lost connection is.
DURABLE = frozenset({"commit", "send"})


class Moment(Enum):
    """When a thing fails: `after` means that it was done all the same."""

    BEFORE = "before"
    AFTER = "after"


class Fault(Enum):
    """How a thing fails: the connection is lost, or the whole process dies."""

    LOST = "lost"
    CRASH = "crash"


class Crash(BaseException):
    """The process died here; whoever catches this is a new process."""


class Countdown:
    """Counts what is done, and fails the k-th of it once."""

    def __init__(self, k: int, moment: Moment, fault: Fault) -> None:
        """Let the k-th (from 1) fail at a moment, in a way."""
        self._left = k
        self._moment = moment
        self._fault = fault
        self.armed = False
        self.failed = ""

    def around(self, name: str, act: Callable[[], Any], lose: Callable[[], Exception]) -> Any:
        """Do one thing; when it is the k-th, fail before or after it. `lose` cuts the connection for real."""
        if not self.armed or self.failed or (self._fault is Fault.CRASH and name not in DURABLE):
            return act()
        self._left -= 1
        if self._left:
            return act()
        self.failed = name
        if self._moment is Moment.AFTER:
            act()
        if self._fault is Fault.CRASH:
            lose()
            raise Crash
        raise lose()


def watch(store: SqlStore, countdown: Countdown) -> SqlStore:
    """Let every statement and commit of this store pass by the countdown."""
    engines = store.database.engines
    dialects = {id(engine.dialect): engine.dialect for engine in (engines.writer, engines.reader)}
    for dialect in dialects.values():
        _watch_dialect(dialect, countdown)
    return store


def _watch_dialect(dialect: Dialect, countdown: Countdown) -> None:
    for name in ("do_execute", "do_executemany", "do_execute_no_params"):
        _watch_statement(dialect, name, countdown)
    commit = dialect.do_commit

    def do_commit(connection: Any) -> None:
        countdown.around("commit", lambda: commit(connection), lambda: _lost(connection))

    dialect.do_commit = do_commit  # type: ignore[assignment, method-assign]


def _watch_statement(dialect: Dialect, name: str, countdown: Countdown) -> None:
    execute = getattr(dialect, name)

    def watched(cursor: Any, statement: str, *rest: Any) -> None:
        countdown.around(
            " ".join(statement.split()[:3]),
            lambda: execute(cursor, statement, *rest),
            lambda: _lost(cursor.connection),
        )

    setattr(dialect, name, watched)


def _lost(connection: Any) -> Exception:
    """Cut a connection and return what its driver says of it; whatever was not committed is gone."""
    if isinstance(connection, psycopg.Connection):
        connection.close()
        return psycopg.OperationalError("server closed the connection unexpectedly")
    driver = getattr(connection, "driver_connection", connection)
    if isinstance(driver, psycopg.Connection):
        driver.close()
        return psycopg.OperationalError("server closed the connection unexpectedly")
    if driver.in_transaction:
        driver.rollback()
    away = sqlite3.OperationalError("unable to open database file")
    away.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
    away.sqlite_errorname = "SQLITE_CANTOPEN"
    return away

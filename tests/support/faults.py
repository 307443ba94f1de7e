"""Makes the k-th call to a database fail, before it took effect or after, as a crash or as a lost connection."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import psycopg
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from gateway.store.database import Database


class Crash(BaseException):
    """The process died here: nothing of ours catches it."""


class When(StrEnum):
    """On which side of the call the fault strikes; after a commit, what was committed stays."""

    BEFORE = "before"
    AFTER = "after"


class How(StrEnum):
    """What the caller sees: nothing ever again, or a connection that is gone."""

    CRASH = "crash"
    LOST = "lost"


@dataclass(slots=True)
class Fault:
    """One fault on its way; `reached` once it struck."""

    at: int
    when: When
    how: How
    calls: int = 0

    @property
    def reached(self) -> bool:
        """Whether there were as many calls."""
        return self.calls >= self.at

    def strike(self, connection: Connection) -> None:
        """Fail as asked; the database undoes what a client that is gone had not committed."""
        connection.connection.rollback()
        if self.how is How.CRASH:
            raise Crash
        connection.invalidate()
        cause = (psycopg if connection.dialect.name == "postgresql" else sqlite3).OperationalError("injected")
        raise OperationalError("injected", None, cause, connection_invalidated=True)


@contextmanager
def fail_at(database: Database, k: int, *, when: When = When.BEFORE, how: How = How.CRASH) -> Iterator[Fault]:
    """Let the k-th call to the database (a statement or a commit, counted from 1) fail once, while inside."""
    fault = Fault(k, when, how)
    engine = database.engines.writer

    def before(connection: Connection, *_details: Any) -> None:
        fault.calls += 1
        if fault.calls == fault.at and fault.when is When.BEFORE:
            fault.strike(connection)

    def after(connection: Connection, *_details: Any) -> None:
        if fault.calls == fault.at and fault.when is When.AFTER:
            fault.strike(connection)

    def commit(connection: Connection) -> None:
        fault.calls += 1
        if fault.calls == fault.at:
            if fault.when is When.AFTER:
                connection.connection.dbapi_connection.commit()  # type: ignore[union-attr]  # it is connected here
            fault.strike(connection)

    listeners: dict[str, Callable[..., None]] = {
        "before_cursor_execute": before,
        "after_cursor_execute": after,
        "commit": commit,
    }
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    try:
        yield fault
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)

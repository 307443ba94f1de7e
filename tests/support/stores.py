"""Makes migrated, empty stores of both kinds, and holds the clock of their databases."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from psycopg import sql
from sqlalchemy import event
from sqlalchemy.pool import PoolProxiedConnection

from gateway.store import SqlStore, migrate, open_store
from tests.support.postgres import PostgresServer

STORES = ("sqlite", "postgresql")

_TEMPLATE = "migrated"
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where empty stores come from: a migrated file and a server with a migrated database, both copied for each."""

    template: Path
    server: PostgresServer

    @classmethod
    def filled(cls, directory: Path, server: PostgresServer) -> "Shelf":
        """Migrate one database of each kind."""
        template = directory / "migrated.db"
        migrate(f"sqlite:///{template}")
        migrate(server.make(_TEMPLATE))
        return cls(template, server)

    def url(self, kind: str, directory: Path) -> str:
        """Return the address of a fresh, migrated, empty database; `directory` is for what must be a file."""
        if kind == "postgresql":
            return self.server.make(f"store_{next(_numbers)}", template=_TEMPLATE)
        path = directory / f"store-{next(_numbers)}.db"
        shutil.copyfile(self.template, path)
        return f"sqlite:///{path}"


@contextmanager
def opened(url: str, *, patience_s: float = 3.0) -> Iterator[SqlStore]:
    """Open a store and close it again."""
    with open_store(url, patience_s=patience_s) as store:
        yield store


@dataclass(frozen=True, slots=True)
class HeldClock:
    """The clock of one database, standing still."""

    _set: Callable[[datetime], None]

    def set(self, at: datetime) -> None:
        """Let the database believe that it is `at`."""
        self._set(at)


def hold_clock(store: SqlStore, at: datetime) -> HeldClock:
    """Stop the clock of the store's own database: the product has no seam for this, the databases have."""
    hold = _hold_postgresql if store.database.engines.writer.dialect.name == "postgresql" else _hold_sqlite
    clock = HeldClock(hold(store))
    clock.set(at)
    return clock


def _hold_sqlite(store: SqlStore) -> Callable[[datetime], None]:
    """Put another strftime before SQLite's own on every connection."""
    held = [datetime(1970, 1, 1, tzinfo=UTC)]

    def strftime(form: str, _now: str) -> str:
        at = held[0].astimezone(UTC)
        return str(int(at.timestamp())) if form == "%s" else f"{at:%S}.{at.microsecond // 1000:03d}"

    def replace(connection: sqlite3.Connection, _record: object, _proxy: PoolProxiedConnection) -> None:
        connection.create_function("strftime", 2, strftime)

    for engine in (store.database.engines.writer, store.database.engines.reader):
        event.listen(engine, "checkout", replace)
    return lambda at: held.__setitem__(0, at)


def _hold_postgresql(store: SqlStore) -> Callable[[datetime], None]:
    """Put another clock_timestamp before PostgreSQL's own for every new session of this database."""
    engine = store.database.engines.writer

    def run(statement: str) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)

    def put(at: datetime) -> None:
        moment = sql.Literal(at.isoformat()).as_string(None)
        run(
            "CREATE OR REPLACE FUNCTION held.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE"
            f" AS $$ SELECT timestamptz {moment} $$"
        )

    run("CREATE SCHEMA held")
    put(datetime(1970, 1, 1, tzinfo=UTC))
    run(f'ALTER DATABASE "{engine.url.database}" SET search_path = held, pg_catalog, public')
    engine.dispose()
    return put

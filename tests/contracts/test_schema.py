"""The schema: the migrations make what the statements name, and each happens whole or not at all (G41)."""

import threading
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event, inspect

from gateway.store import SqlStore, UnsafeStore, migrate, open_store, schema
from gateway.store.database import dialect_of
from gateway.store.dialect import Engines
from gateway.store.tables import metadata
from tests.support.crowd import at_once
from tests.support.records import POLICE, add, registration
from tests.support.stores import Shelf, opened


@pytest.fixture
def empty_url(store_kind: str, shelf: Shelf, tmp_path: Path) -> str:
    """Return the address of a database without tables."""
    url = shelf.url(store_kind, tmp_path)
    schema.downgrade(dialect_of(url), "base")
    return url


def _tables(url: str) -> set[str]:
    engines = dialect_of(url).engines()
    try:
        with engines.reader.connect() as connection:
            return set(inspect(connection).get_table_names())
    finally:
        engines.dispose()


def test_the_migrations_make_what_the_statements_name(store: SqlStore) -> None:
    """Tables, columns, types, keys and indexes; a constraint that a migration forgets would show here."""
    with store.database.engines.reader.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert [] == compare_metadata(context, metadata)


def test_up_down_up(empty_url: str) -> None:
    """Down leaves no table, and up after it a store that works."""
    assert {"alembic_version"} == _tables(empty_url)
    migrate(empty_url)
    with opened(empty_url) as store:
        add(store, one := registration())
        assert store.view("one", lambda view: view.registrations.one(one.id, agency=POLICE)) is not None
    schema.downgrade(dialect_of(empty_url), "base")
    assert {"alembic_version"} == _tables(empty_url)
    migrate(empty_url)
    with opened(empty_url) as store:
        assert store.view("one", lambda view: view.registrations.one(one.id, agency=POLICE)) is None


def test_migrating_again_changes_nothing(store_url: str) -> None:
    """It may run at every start."""
    before = _tables(store_url)
    migrate(store_url)
    assert before == _tables(store_url)


def _strike_at(k: int) -> Callable[..., None]:
    """Return a listener that dies at the k-th call."""
    calls = count(1)

    def strike(*_details: object) -> None:
        if next(calls) == k:
            raise KeyboardInterrupt

    return strike


def _same(engines: Engines) -> Engines:
    return engines


def test_a_migration_killed_at_any_statement_leaves_what_was(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each statement in turn is the last; the next attempt begins where this one did."""
    k = 0
    while True:
        k += 1
        dialect = dialect_of(empty_url)
        engines = dialect.engines()
        event.listen(engines.writer, "before_cursor_execute", _strike_at(k))
        monkeypatch.setattr(dialect, "engines", partial(_same, engines))
        try:
            schema.upgrade(dialect)
        except KeyboardInterrupt:
            assert {"alembic_version"} == _tables(empty_url)
        else:
            break
    assert k > len(metadata.tables)
    open_store(empty_url).close()


def test_two_migrations_at_one_moment_follow_each_other(empty_url: str) -> None:
    """The second finds it done."""
    at_once([lambda: migrate(empty_url)] * 2)
    open_store(empty_url).close()


def test_a_store_without_tables_is_refused_with_what_to_do(empty_url: str) -> None:
    """The text names the command."""
    with pytest.raises(UnsafeStore, match="seinhuis db migrate"):
        open_store(empty_url)


def test_a_store_that_is_not_there_is_refused_and_not_made(tmp_path: Path) -> None:
    """Opening a file by mistake leaves no file; migrating makes it, for its owner's eyes only."""
    path = tmp_path / "gateway.db"
    with pytest.raises(UnsafeStore, match="seinhuis db migrate"):
        open_store(f"sqlite:///{path}")
    assert not path.exists()
    migrate(f"sqlite:///{path}")
    assert 0o600 == path.stat().st_mode & 0o777
    threads = threading.active_count()
    open_store(f"sqlite:///{path}").close()
    assert threads == threading.active_count()

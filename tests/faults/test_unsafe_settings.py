"""A database that could lose what it acknowledged is refused, with every reason at once (G1, G2)."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql
from sqlalchemy import event
from sqlalchemy.pool import Pool

from gateway.store import UnsafeStore, migrate, open_store
from tests.support.postgres import PostgresServer, postgres_server
from tests.support.stores import opened


@pytest.fixture(scope="module")
def unsafe_server() -> Iterator[PostgresServer]:
    """Run a server of its own for settings that spoil it, with a migrated database."""
    with postgres_server() as server:
        migrate(server.make("gateway"))
        yield server


def _reasons(url: str) -> str:
    with pytest.raises(UnsafeStore) as refused:
        open_store(url)
    return "; ".join(refused.value.reasons)


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("fsync", "off", "fsync is off"),
        ("full_page_writes", "off", "full_page_writes is off"),
        ("synchronous_commit", "off", "synchronous_commit is off"),
        ("synchronous_commit", "local", "synchronous_commit is local"),
        ("synchronous_commit", "remote_write", "synchronous_commit is remote_write"),
        ("synchronous_standby_names", "nobody", "names a synchronous standby and none is connected"),
    ],
)
def test_a_server_that_could_lose_is_refused(
    unsafe_server: PostgresServer, setting: str, value: str, reason: str
) -> None:
    """By each of its settings, and welcome again without."""
    with unsafe_server.set(setting, value):
        assert reason in _reasons(unsafe_server.url("gateway"))
    open_store(unsafe_server.url("gateway")).close()


def test_every_reason_is_named_at_once(unsafe_server: PostgresServer) -> None:
    """So that an operator does not find them one start at a time."""
    with unsafe_server.set("fsync", "off"), unsafe_server.set("full_page_writes", "off"):
        schemaless = unsafe_server.make("schemaless")
        reasons = _reasons(schemaless)
    for reason in ("fsync is off", "full_page_writes is off", "seinhuis db migrate"):
        assert reason in reasons


def test_a_role_that_need_not_wait_for_the_disk_is_refused(unsafe_server: PostgresServer) -> None:
    """The server is safe, the session is not: a role or a database can be given its own setting."""
    url = unsafe_server.make("own_setting", template="gateway")
    unsafe_server.run(sql.SQL("ALTER DATABASE own_setting SET synchronous_commit = off"))
    assert "synchronous_commit is off" in _reasons(url)


def test_a_session_that_turns_unsafe_later_is_refused(unsafe_server: PostgresServer) -> None:
    """Each new connection is checked, not only the first."""
    url = unsafe_server.make("turned", template="gateway")
    with opened(url) as store:
        unsafe_server.run(sql.SQL("ALTER DATABASE turned SET synchronous_commit = off"))
        unsafe_server.cut("turned")
        with pytest.raises(UnsafeStore):
            store.view("now", lambda view: view.now())


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        ("PRAGMA synchronous = NORMAL", "synchronous is 1, below FULL"),
        ("PRAGMA synchronous = OFF", "synchronous is 0, below FULL"),
        ("PRAGMA journal_mode = DELETE", "journal_mode is delete, not WAL"),
        ("PRAGMA foreign_keys = OFF", "foreign_keys is off"),
    ],
)
def test_a_file_that_could_lose_is_refused(sqlite_url: str, spoiled: str, reason: str) -> None:
    """The settings are read back from SQLite, not believed because they were asked for."""

    def spoil(connection: object, *_details: object) -> None:
        connection.execute(spoiled)  # type: ignore[attr-defined]  # of sqlite3

    event.listen(Pool, "checkout", spoil)
    try:
        assert reason in _reasons(sqlite_url)
    finally:
        event.remove(Pool, "checkout", spoil)
    open_store(sqlite_url).close()


def test_a_database_in_memory_is_refused() -> None:
    """It would lose everything."""
    assert "journal_mode is memory" in _reasons("sqlite://")


def test_python_without_assertions_is_refused(sqlite_url: str) -> None:
    """`python -O` would walk past every inner contradiction (G42)."""
    program = "import sys; from gateway.store import open_store; open_store(sys.argv[1])"
    root = Path(__file__).parents[2]
    command = [sys.executable, "-O", "-c", program, sqlite_url]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=root, timeout=60)
    assert done.returncode != 0
    assert "Python runs with -O" in done.stderr


@pytest.mark.parametrize("url", ["mysql://reader:hush@db/gateway", "not an address: hush", "", "oracle://hush"])
def test_an_address_of_something_else_is_refused_without_repeating_it(url: str) -> None:
    """An address can hold a password."""
    with pytest.raises(UnsafeStore) as refused:
        open_store(url)
    assert "hush" not in str(refused.value)

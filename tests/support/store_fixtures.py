"""Offers every test a migrated, empty store of both kinds: `store`; and its address: `store_url`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.store import SqlStore
from tests.support.postgres import PostgresServer, postgres_server
from tests.support.stores import STORES, Shelf, opened


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Run one PostgreSQL server for all tests of this process."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Shelf:
    """Migrate one database of each kind, for all tests of this process to copy."""
    return Shelf.filled(tmp_path_factory.mktemp("shelf"), postgres)


@pytest.fixture(params=STORES)
def store_kind(request: pytest.FixtureRequest) -> str:
    """Name the kind of store; override by parametrizing `store_kind` indirectly."""
    return str(request.param)


@pytest.fixture
def store_url(store_kind: str, shelf: Shelf, tmp_path: Path) -> str:
    """Return the address of a fresh, migrated, empty database."""
    return shelf.url(store_kind, tmp_path)


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """Open a fresh store."""
    with opened(store_url) as opened_store:
        yield opened_store


@pytest.fixture
def postgresql_url(shelf: Shelf, tmp_path: Path) -> str:
    """Return the address of a fresh PostgreSQL database, for what only it can do."""
    return shelf.url("postgresql", tmp_path)


@pytest.fixture
def sqlite_url(shelf: Shelf, tmp_path: Path) -> str:
    """Return the address of a fresh SQLite database, for what only it can do."""
    return shelf.url("sqlite", tmp_path)

"""Offers tests a gateway in this process: `here` with a fresh store, `standing` shared by tests that change nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.store import SqlStore, migrate
from tests.support.gateways import Neighborhood, neighborhood
from tests.support.stores import opened


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a migrated SQLite database that all tests of this process share."""
    url = f"sqlite:///{tmp_path_factory.mktemp('standing')}/gateway.db"
    migrate(url)
    return url


@pytest.fixture(scope="session")
def standing(migrated: str) -> Iterator[Neighborhood]:
    """Run a gateway for tests of what is refused: none of them leaves anything behind that another could see."""
    with opened(migrated) as store, neighborhood(store) as here:
        yield here


@pytest.fixture
def small_store(tmp_path: Path) -> Iterator[SqlStore]:
    """Open a fresh SQLite store, for tests to which the kind of store makes no difference."""
    url = f"sqlite:///{tmp_path}/gateway.db"
    migrate(url)
    with opened(url) as store:
        yield store


@pytest.fixture
def here(small_store: SqlStore) -> Iterator[Neighborhood]:
    """Run a gateway with two agencies over a fresh store."""
    with neighborhood(small_store) as running:
        yield running

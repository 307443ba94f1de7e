"""Offers every test a door: a gateway in this process over a fresh database, of SQLite or of either kind."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.store import migrate
from tests.support.door import Door


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one database file, for all tests of this process to copy."""
    path = tmp_path_factory.mktemp("migrated") / "migrated.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def door(migrated_file: Path, tmp_path: Path) -> Iterator[Door]:
    """Open a door behind which every agency has a desk and nothing else."""
    path = tmp_path / "gateway.db"
    shutil.copyfile(migrated_file, path)
    opened = Door(f"sqlite:///{path}", tmp_path)
    try:
        opened.open_desks()
        yield opened
    finally:
        opened.close()


@pytest.fixture
def any_door(store_url: str, tmp_path: Path) -> Iterator[Door]:
    """Open such a door over either kind of store."""
    opened = Door(store_url, tmp_path)
    try:
        opened.open_desks()
        yield opened
    finally:
        opened.close()

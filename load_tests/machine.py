"""Says on what a figure was measured: a figure without its machine means nothing."""

import os
import platform
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from keys import sodium
from tests.support.postgres import postgres_server

_CPU: Final = Path("/proc/cpuinfo")
_ROOT: Final = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Machine:
    """The processor and the versions of what does the work; `load` is the machine's load before the run began."""

    processor: str
    cores: int
    python: str
    libsodium: str
    sqlite: str
    postgresql: str
    load: float

    def sentence(self) -> str:
        """Return it in words."""
        return (
            f"{self.processor}, {self.cores} cores, load {self.load:.1f} before the run; CPython {self.python},"
            f" libsodium {self.libsodium}, SQLite {self.sqlite}, PostgreSQL {self.postgresql}."
        )


def this_machine() -> Machine:
    """Look at this machine."""
    return Machine(
        processor=processor(_CPU.read_text(encoding="utf-8") if _CPU.exists() else ""),
        cores=os.cpu_count() or 0,
        python=platform.python_version(),
        libsodium=sodium.version(),
        sqlite=sqlite3.sqlite_version,
        postgresql=_postgresql(),
        load=os.getloadavg()[0],
    )


def processor(description: str) -> str:
    """Return the name of the processor in /proc/cpuinfo."""
    for line in description.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return " ".join(value.split())
    return platform.machine()


def commit() -> str:
    """Return the commit of this checkout, with a plus when the measured code differs from it."""
    found = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", "keys", "gateway", "adapters")
    return f"{found or 'unknown'}{'+' if changed else ''}"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    return done.stdout.strip()


def _postgresql() -> str:
    with postgres_server() as server, psycopg.connect(server.url()) as connection:
        version = connection.info.server_version
    return f"{version // 10_000}.{version % 10_000}"

"""Starts real processes of the house in milliseconds: forked from one that has imported everything and done nothing.

A hundred kills in a row would otherwise be a hundred times two seconds of importing. What is forked is as much a
process as any other: it opens its own files and sockets, and SIGKILL gives it no chance to finish anything.
"""

import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

_PRELOAD = (
    "gateway.__main__",
    "gateway.app",
    "gateway.worker",
    "gateway.store",
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
)


class Nursery:
    """Forks processes that run `python -m <module> <arguments>`; all end when it is closed or its starter dies."""

    def __init__(self, *, group: int | None = None) -> None:
        """Start the process to fork from, in a process group of its own or in an existing one."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            process_group=0 if group is None else group,
        )
        assert self._answer() == 0, "the nursery did not start"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def start(self, module: str, *arguments: str, log: Path) -> int:
        """Fork a process that appends what it says to `log`; return its id."""
        self._ask({"module": module, "arguments": arguments, "log": str(log)})
        return self._answer()

    def kill(self, *pids: int) -> None:
        """End processes with SIGKILL, all before any is waited for."""
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        for pid in pids:
            self._ask({"bury": pid})
            self._answer()

    def lives(self, pid: int) -> bool:
        """Tell whether a process of this nursery runs still; one that has ended is buried."""
        self._ask({"look": pid})
        return self._answer() == 1

    def close(self) -> None:
        """End the processes that are left, and the nursery."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def _ask(self, what: dict[str, object]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what).encode() + b"\n")
        self._process.stdin.flush()

    def _answer(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline() or -1)


def _serve() -> None:
    """Do what the lines on standard input say until they end; then end every process that still runs."""
    for module in _PRELOAD:
        importlib.import_module(module)
    children: set[int] = set()
    _say(0)
    try:
        for line in sys.stdin.buffer:
            _say(_do(json.loads(line), children))
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _do(what: dict[str, object], children: set[int]) -> int:
    match what:
        case {"bury": int(pid)} if pid in children:
            os.waitpid(pid, 0)
            children.discard(pid)
            return 0
        case {"look": int(pid)} if pid in children:
            if os.waitpid(pid, os.WNOHANG) == (0, 0):
                return 1
            children.discard(pid)
            return 0
        case {"module": str(module), "arguments": list(arguments), "log": str(log)}:
            pid = os.fork()
            if pid == 0:
                _become(module, list(map(str, arguments)), log)
            children.add(pid)
            return pid
        case _:
            return 0


def _become(module: str, arguments: list[str], log: str) -> None:
    """Be that process from here on; never returns."""
    code = 1
    try:
        file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (file, 1), (file, 2)):
            os.dup2(source, target)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  # the new one, for good
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001  # a process of its own ends here, whatever it was
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()

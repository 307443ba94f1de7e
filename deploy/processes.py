"""Decides how parts of the house run as processes on this machine: started, found ready, stopped, never left behind."""

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

LOOPBACK: Final = "127.0.0.1"
SECONDS_TO_START: Final = 60.0
SECONDS_TO_STOP: Final = 10.0
_LAST_LINES: Final = 12
_SECONDS_BETWEEN_LOOKS: Final = 0.02
_PRIVATE_FILE: Final = 0o600
# Below the ports that the kernel gives to outgoing connections: one of those could take the place of a part that is
# down for a moment.
_PORTS: Final = range(18_000, 32_000)

# The guard reads a pipe of which only the starter has the other end. However the starter ends, also by kill -9, the
# pipe closes, and the guard ends the whole process group, which is named after the guard itself.
_GUARD: Final = 'trap "" TERM INT HUP; while read -r _; do :; done; kill -TERM -$$; sleep 5; kill -KILL -$$'


class StartFailed(RuntimeError):
    """A part that did not come up; the message says why and ends with the last lines of its log."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process: `arguments` go to this Python; with a port it is ready when `ready_path` answers 200.

    Without a port it is ready when its log holds `ready_line`, and with neither as soon as it runs.
    """

    name: str
    arguments: tuple[str, ...]
    port: int = 0
    ready_path: str = "/v1/health/ready"
    ready_line: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Running:
    """A part that was started: its process, and where its log of this run begins (in bytes)."""

    part: Part
    process: "subprocess.Popen[bytes]"
    log: Path
    log_start: int

    def said(self) -> str:
        """Return what it wrote since it was started."""
        with self.log.open("rb") as file:
            file.seek(self.log_start)
            return file.read().decode("utf-8", "replace")


def free_port() -> int:
    """Return a loopback port that nobody listens on; raises StartFailed when none is found."""
    for port in random.SystemRandom().sample(_PORTS, 200):
        if not _taken(port):
            return port
    raise StartFailed("no free port on loopback")


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
    return False


class Processes:
    """The processes of one federation, in one process group that ends with whoever started it.

    Not for several threads at once, but for `kill` and `restart` of different parts.
    """

    def __init__(self, logs: Path) -> None:
        """Start the guard; each part writes `<name>.log` in the directory `logs`."""
        logs.mkdir(parents=True, exist_ok=True)
        self._logs = logs
        self._running: dict[str, Running] = {}
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, process_group=0
        )

    def __enter__(self) -> Self:
        """Return itself; `stop` at the end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop all."""
        self.stop()

    @property
    def group(self) -> int:
        """The process group of all parts: `kill -TERM -<group>` ends them."""
        return self._guard.pid

    @property
    def running(self) -> tuple[Running, ...]:
        """The parts that were started, in that order, whether they still live or not."""
        return tuple(self._running.values())

    def pid(self, name: str) -> int:
        """Return the process id of a part."""
        return self._running[name].process.pid

    def start(self, *parts: Part) -> None:
        """Start parts at the same time and wait until all are ready; raises StartFailed."""
        for part in parts:
            self._running[part.name] = self._launch(part)
        self.wait_ready(part.name for part in parts)

    def launch(self, part: Part) -> None:
        """Start a part without waiting for it; raises StartFailed when its port is taken."""
        self._running[part.name] = self._launch(part)

    def wait_ready(self, names: Iterable[str], *, seconds: float = SECONDS_TO_START) -> None:
        """Wait until these parts are ready; raises StartFailed for one that died or took longer."""
        until = time.monotonic() + seconds
        for name in names:
            running = self._running[name]
            while not _is_ready(running):
                if running.process.poll() is not None:
                    raise StartFailed(_obituary(running, f"ended with code {running.process.returncode}"))
                if time.monotonic() > until:
                    raise StartFailed(_obituary(running, f"was not ready in {seconds:.0f} seconds"))
                time.sleep(_SECONDS_BETWEEN_LOOKS)

    def kill(self, name: str) -> None:
        """End a part with SIGKILL: it has no chance to finish anything."""
        process = self._running[name].process
        process.kill()
        process.wait()

    def pause(self, name: str) -> None:
        """Let a part stand still (SIGSTOP) until `resume`: its connections stay, and it answers nothing."""
        self._running[name].process.send_signal(signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """Let a part go on after `pause`."""
        self._running[name].process.send_signal(signal.SIGCONT)

    def restart(self, name: str, *, wait: bool = True) -> None:
        """Start a part again that was ended, as it was started before."""
        self.launch(self._running[name].part)
        if wait:
            self.wait_ready((name,))

    def leave(self) -> None:
        """Let the parts live on without this process; `kill -TERM -<group>` stops them."""
        self._dismiss_guard()

    def stop(self, *, seconds: float = SECONDS_TO_STOP) -> None:
        """Ask all to stop (SIGTERM), the last one started first; end with SIGKILL those that take longer."""
        processes = [running.process for running in reversed(self._running.values())]
        for process in processes:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        until = time.monotonic() + seconds
        for process in processes:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._dismiss_guard()

    def _dismiss_guard(self) -> None:
        self._guard.kill()
        self._guard.wait()
        if self._guard.stdin is not None:
            self._guard.stdin.close()

    def _launch(self, part: Part) -> Running:
        if part.port and _taken(part.port):
            raise StartFailed(f"{part.name}: port {part.port} on {LOOPBACK} is in use by another process")
        log = self._logs / f"{part.name}.log"
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _PRIVATE_FILE), "ab") as file:
            start = file.seek(0, os.SEEK_END)
            process = subprocess.Popen(
                [sys.executable, *part.arguments],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env={**os.environ, **part.environment},
                process_group=self.group,
            )
        return Running(part, process, log, start)


def _is_ready(running: Running) -> bool:
    if running.part.port:
        return running.process.poll() is None and _answers(running.part.port, running.part.ready_path)
    return running.part.ready_line in running.said()


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2.0)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _obituary(running: Running, what: str) -> str:
    last = running.said().splitlines()[-_LAST_LINES:]
    return "\n".join((f"{running.part.name} {what}; the end of {running.log.name}:", *(f"  {line}" for line in last)))

"""Parts as processes: ready or explained, killed and restarted, and none outlives whoever started it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.processes import LOOPBACK, Part, Processes, StartFailed, free_port

SERVER = """
import http.server, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/v1/health/ready" else 404)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
"""
SLEEPER = "import time; print('I am up', flush=True); time.sleep(60)"
DEAF = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('I am up', flush=True); time.sleep(60)"
)
STARTER = """
import sys, time
from pathlib import Path
from deploy.processes import Part, Processes
processes = Processes(Path(sys.argv[1]))
processes.start(Part("sleeper", ("-c", sys.argv[2]), ready_line="I am up"))
print(processes.pid("sleeper"), flush=True)
time.sleep(60)
"""


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """Give a place to start parts in, and stop them all afterwards."""
    with Processes(tmp_path / "logs") as processes:
        yield processes


def lives(pid: int) -> bool:
    """Tell whether a process runs; one that waits to be buried by its parent does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return False


def wait_until_gone(pid: int, *, seconds: float = 20) -> bool:
    """Wait for a process to end; tell whether it did."""
    until = time.monotonic() + seconds
    while lives(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not lives(pid)


def test_a_part_with_a_port_is_ready_when_it_answers(processes: Processes) -> None:
    """After start, its port accepts connections."""
    port = free_port()
    processes.start(Part("server", ("-c", SERVER, str(port)), port=port))
    with socket.create_connection((LOOPBACK, port), timeout=5):
        pass


def test_a_part_that_dies_is_explained_by_its_last_words(processes: Processes) -> None:
    """The error names the part, its exit code and the end of its log."""
    with pytest.raises(StartFailed, match=r"(?s)holder-1 ended with code 3.*no keystore here"):
        processes.start(
            Part("holder-1", ("-c", "import sys; print('no keystore here'); sys.exit(3)"), port=free_port())
        )


def test_a_port_in_use_is_named(processes: Processes) -> None:
    """Somebody else listens there: the part is not even started."""
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StartFailed, match=f"gateway: port {port} .* is in use"):
            processes.start(Part("gateway", ("-c", SERVER, str(port)), port=port))


def test_a_killed_part_comes_back_on_restart(processes: Processes) -> None:
    """The same command, another process."""
    processes.start(Part("worker", ("-c", SLEEPER), ready_line="I am up"))
    first = processes.pid("worker")
    processes.kill("worker")
    assert not lives(first)
    processes.restart("worker")
    assert processes.pid("worker") != first
    assert lives(processes.pid("worker"))


def test_a_part_that_will_not_stop_is_ended(processes: Processes) -> None:
    """It gets its time, and then SIGKILL."""
    processes.start(Part("deaf", ("-c", DEAF), ready_line="I am up"))
    pid = processes.pid("deaf")
    processes.stop(seconds=0.2)
    assert not lives(pid)


def test_nothing_outlives_a_starter_that_is_killed(tmp_path: Path) -> None:
    """Even kill -9 of the starter ends its parts."""
    starter = subprocess.Popen([sys.executable, "-c", STARTER, str(tmp_path), SLEEPER], stdout=subprocess.PIPE)
    with starter:
        assert starter.stdout is not None
        sleeper = int(starter.stdout.readline())
        starter.kill()
    assert wait_until_gone(sleeper)


def test_parts_that_are_left_alone_live_until_their_group_is_ended(tmp_path: Path) -> None:
    """`leave` keeps them, and the group stops them."""
    processes = Processes(tmp_path / "logs")
    processes.start(Part("sleeper", ("-c", SLEEPER), ready_line="I am up"))
    pid = processes.pid("sleeper")
    processes.leave()
    assert lives(pid)
    os.killpg(processes.group, signal.SIGTERM)
    assert wait_until_gone(pid)
    processes.running[0].process.wait()

"""PostgreSQL away for ten seconds: calls are answered with 503 and when to come back, and nothing promised is lost.

The house recovers by itself: the same gateway and worker go on (G3, G39).
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx2
import pytest

from adapters import Gateway, Person, Settings, TryAgainLater, notice_given
from deploy.local import Federation
from deploy.region.agencies import AGENCIES
from deploy.region.people import synthetic_person_number
from tests.support.federations import ask
from tests.support.postgres import PostgresServer, postgres_server
from tests.support.stubborn import Stubborn, crowd_of, settled, writing

ANOTHER_PERSON = 50_000
SECONDS_AWAY = 10.0
SECONDS_TO_RECOVER = 30.0  # G39


class Recorder(httpx2.HTTPTransport):
    """A transport that keeps status and Retry-After of every answer to a registration."""

    def __init__(self) -> None:
        """Begin with no answers."""
        super().__init__()
        self.answers: list[tuple[int, str]] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Carry a call."""
        response = super().handle_request(request)
        if request.url.path == "/v1/registrations":
            self.answers.append((response.status_code, response.headers.get("retry-after", "")))
        return response


def postmaster(server: PostgresServer) -> int:
    """Return the process id of the server."""
    return int((server.directory / "data" / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])


class Stoppable:
    """A server that can be stopped, connections and all, and started again as it was started."""

    def __init__(self, server: PostgresServer) -> None:
        """Remember how it was started."""
        pid = postmaster(server)
        self.server = server
        self._command = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        self._user = Path(f"/proc/{pid}").stat().st_uid if os.geteuid() == 0 else None
        self._again: subprocess.Popen[bytes] | None = None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Be away while inside."""
        os.kill(postmaster(self.server), signal.SIGINT)
        while (self.server.directory / "data" / "postmaster.pid").exists():
            time.sleep(0.02)
        yield
        with (self.server.directory / "log").open("ab") as log:
            self._again = subprocess.Popen(
                self._command, stdout=log, stderr=log, cwd=self.server.directory, user=self._user
            )

    def close(self) -> None:
        """End the server that was started again."""
        if self._again is not None:
            self._again.send_signal(signal.SIGQUIT)
            self._again.wait(30)


@contextmanager
def frozen(server: PostgresServer) -> Iterator[None]:
    """Let every process of the server stand still while inside: connections hang, and nothing is refused."""
    pid = postmaster(server)
    family = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split())]
    for member in family:
        os.kill(member, signal.SIGSTOP)
    try:
        yield
    finally:
        for member in family:
            os.kill(member, signal.SIGCONT)


@pytest.fixture
def server() -> Iterator[Stoppable]:
    """Run a server of its own, that may be stopped."""
    with postgres_server() as server:
        stoppable = Stoppable(server)
        try:
            yield stoppable
        finally:
            stoppable.close()


@contextmanager
def house_at_work(directory: Path, server: PostgresServer) -> Iterator[tuple[Federation, list[Stubborn]]]:
    """Run a federation on the server, with a crowd that has begun to write."""
    url = server.make("away")
    with (
        Federation.start(directory, threshold=1, holders=1, agencies=AGENCIES[:3], database_url=url) as federation,
        crowd_of(federation) as crowd,
    ):
        yield federation, crowd


def wait_for_promises(crowd: list[Stubborn], more: int) -> None:
    """Wait until so many more registrations were acknowledged."""
    until = time.monotonic() + SECONDS_TO_RECOVER
    enough = more + sum(len(agency.promises) for agency in crowd)
    while sum(len(agency.promises) for agency in crowd) < enough:
        assert time.monotonic() < until, "the house did not recover by itself"
        time.sleep(0.02)


def answers_meanwhile(federation: Federation) -> list[tuple[int, str]]:
    """Register once without patience; return what was answered: status and Retry-After."""
    settings = Settings.load(federation.client_config("police"))
    recorder = Recorder()
    with (
        Gateway(replace(settings.agency(), patience_seconds=0.0), transport=recorder) as gateway,
        pytest.raises(TryAgainLater),
    ):
        gateway.registrations.register(
            Person.from_bsn(synthetic_person_number(ANOTHER_PERSON)),
            case="PVR1M",
            notice=notice_given(date(2026, 11, 1)),
        )
    return recorder.answers


@pytest.mark.timeout(240)
def test_a_server_that_is_stopped_for_ten_seconds_costs_patience_and_nothing_else(
    tmp_path: Path, server: Stoppable
) -> None:
    """503 with Retry-After meanwhile, not ready meanwhile; afterwards everything goes on and nothing is lost."""
    with house_at_work(tmp_path / "federation", server.server) as (federation, crowd):
        pids = [federation.pid(name) for name in ("gateway-1", "worker-1")]
        with writing(crowd):
            wait_for_promises(crowd, 30)
            with server.stopped():
                away_until = time.monotonic() + SECONDS_AWAY
                [(status, retry_after)] = answers_meanwhile(federation)
                assert 503 == status
                assert 1 <= int(retry_after) <= 60
                assert 503 == ask(federation, "/v1/health/ready", seconds=20)[0]
                time.sleep(max(0.0, away_until - time.monotonic()))
            wait_for_promises(crowd, 30)
        assert [] == settled(crowd)
        assert 0 == federation.verify()
        assert pids == [federation.pid(name) for name in ("gateway-1", "worker-1")]


@pytest.mark.timeout(240)
def test_a_server_that_stands_still_for_ten_seconds_costs_patience_and_nothing_else(
    tmp_path: Path, server: Stoppable
) -> None:
    """Calls hang, or are refused for a while; afterwards everything goes on and nothing is lost."""
    with house_at_work(tmp_path / "federation", server.server) as (federation, crowd):
        with writing(crowd):
            wait_for_promises(crowd, 30)
            with frozen(server.server):
                time.sleep(SECONDS_AWAY)
            wait_for_promises(crowd, 30)
        assert [] == settled(crowd)
        assert 0 == federation.verify()

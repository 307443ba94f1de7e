"""Runs a real federation whose gateway and worker can be killed and started again in no time."""

import http.client
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from adapters import Gateway, Settings
from deploy.local import Federation
from deploy.processes import LOOPBACK, Part
from deploy.region.agencies import AGENCIES, RegionAgency
from tests.support.nursery import Nursery

GATEWAY, WORKER = "gateway-1", "worker-1"
_SECONDS_TO_START = 60.0


@dataclass
class KillableFederation:
    """A federation of which gateway and worker run in a nursery; everything else stays up."""

    federation: Federation
    nursery: Nursery
    _parts: dict[str, Part] = field(default_factory=dict)
    _pids: dict[str, int] = field(default_factory=dict)
    kills: int = 0

    def start(self, *names: str) -> None:
        """Start the gateway, the worker or both, without waiting for them."""
        for name in names:
            _, module, *arguments = self._parts[name].arguments
            self._pids[name] = self.nursery.start(module, *arguments, log=self.federation.logs / f"{name}.log")

    def kill(self, *names: str) -> None:
        """End them with SIGKILL at one moment; each counts. One that had ended by itself is a failure of the house."""
        fallen = [name for name in names if not self.nursery.lives(self._pids[name])]
        assert fallen == [], (fallen, self.log(*fallen))
        self.nursery.kill(*(self._pids[name] for name in names))
        self.kills += len(names)

    def wait_ready(self) -> None:
        """Wait until the gateway answers that it is ready."""
        until = time.monotonic() + _SECONDS_TO_START
        while not self.ready():
            assert self.nursery.lives(self._pids[GATEWAY]), self.log(GATEWAY)
            assert time.monotonic() < until, self.log(GATEWAY)
            time.sleep(0.02)

    def ready(self) -> bool:
        """Ask the gateway whether it is ready."""
        return ask(self.federation, "/v1/health/ready")[0] == http.HTTPStatus.OK

    def log(self, *names: str) -> str:
        """Return the last lines that these wrote."""
        logs = (self.federation.logs / f"{name}.log" for name in names)
        return "\n".join(line for log in logs for line in log.read_text(encoding="utf-8").splitlines()[-15:])

    def adopt(self) -> None:
        """Take gateway and worker over into the nursery."""
        for name in (GATEWAY, WORKER):
            self._parts[name] = self.federation.part(name)
            self.federation.kill(name)
        self.start(GATEWAY, WORKER)
        self.wait_ready()


def ask(federation: Federation, path: str, *, seconds: float = 5.0) -> tuple[int, dict[str, str]]:
    """Ask the gateway an unsigned question; return status and headers, or status 0 when it does not answer."""
    port = urlsplit(federation.gateway_urls[0]).port
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=seconds)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    except (OSError, http.client.HTTPException):
        return 0, {}
    finally:
        connection.close()


@contextmanager
def killable_federation(
    directory: Path, *, database_url: str | None = None, agencies: Sequence[RegionAgency] = AGENCIES[:3]
) -> Iterator[KillableFederation]:
    """Run a federation with one key holder, so that what is tried is the gateway."""
    with (
        Federation.start(directory, threshold=1, holders=1, agencies=agencies, database_url=database_url) as federation,
        Nursery(group=federation.group) as nursery,
    ):
        killable = KillableFederation(federation, nursery)
        killable.adopt()
        yield killable


def patient_client(federation: Federation, slug: str, *, patience_seconds: float = 90.0) -> Gateway:
    """Return a client that goes on trying for long and in short pauses: the house comes back within a second."""
    agency = Settings.load(federation.client_config(slug)).agency()
    return Gateway(replace(agency, patience_seconds=patience_seconds, jitter=lambda: 0.01))

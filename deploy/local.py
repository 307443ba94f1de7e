"""Decides how a whole federation runs as processes on this machine: for the demo, for tests, and under load.

    with Federation.start(directory) as federation:
        settings = federation.client_config("police")

Everything is real: separate processes with keystores of their own, signed calls, a manifest by at least t holders. What
is not as it should be elsewhere: passphrases cost next to nothing to guess (`deploy.homes.LOCAL_COST`), all keys are
made in one place, the policies are a demo release that no officer read, and calls go over loopback without TLS.
"""

import secrets
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from adapters import Gateway, Settings
from adapters.involvement import contact_id
from deploy.homes import TRUST_FILE
from deploy.lanes import ONE_LANE, Kinds
from deploy.layout import Layout, lay_out
from deploy.processes import Part, Processes, Running, StartFailed
from deploy.region.agencies import AGENCIES, RegionAgency
from deploy.residents import hold_ceremony, release_demo
from deploy.settings_files import (
    POLICIES_FOLDER,
    configure_agency,
    configure_gateway,
    configure_holder,
    numbered,
    url_of,
)
from gateway.app import POLICIES
from gateway.core.policy.releases.faults import ReleaseRejected
from gateway.core.refusals import Refused
from gateway.peers.holders import onboard
from gateway.policies.signing import Release
from gateway.store import UnsafeStore, migrate
from keys.onboarding import OnboardingFailed
from keys.trust import TrustList

_CEREMONY_ID_BYTES: Final = 16
_INTEGRITY: Final = 6
_SECONDS_FOR_A_COMMAND: Final = 120
_READY: Final = "worker ready"


class Federation:
    """Key holders, one or more gateways and workers on one database, and the agencies' settings."""

    def __init__(self, layout: Layout, processes: Processes, agencies: Sequence[RegionAgency]) -> None:
        """Use `start`."""
        self._layout = layout
        self._processes = processes
        self._kept = False
        self._kinds_by_lane = ONE_LANE
        self.agencies = tuple(agencies)

    @classmethod
    def start(
        cls,
        directory: Path,
        *,
        threshold: int = 2,
        holders: int = 3,
        agencies: Sequence[RegionAgency] = AGENCIES,
        database_url: str | None = None,
        workers: int = 1,
        gateways: int = 1,
        language: str = "en",
        lanes: Mapping[str, Kinds] = ONE_LANE,
    ) -> Self:
        """Make all keys and settings in `directory`, which is new or empty, and start everything.

        Agencies have keys in `lanes`, each for the kinds that may register in it (`deploy.lanes.open_lanes`).
        `database_url` is an empty PostgreSQL database; without it there is a SQLite file in the directory. Raises
        StartFailed, with nothing left running.
        """
        require_new(directory)
        processes = Processes(directory / "logs")
        try:
            layout = lay_out(directory, holders=holders, gateways=gateways, agencies=agencies)
            federation = cls(layout, processes, agencies)
            federation._kinds_by_lane = lanes
            database = database_url or f"sqlite:///{layout.gateway.folder / 'gateway.db'}"
            federation._configure(threshold, database, language)
            federation._bring_up(database, workers)
        except (OnboardingFailed, ReleaseRejected, UnsafeStore) as failed:
            processes.stop()
            raise StartFailed(str(failed)) from None
        except Refused as refused:
            processes.stop()
            raise StartFailed(f"the database: {refused.refusal.value}") from None
        except BaseException:
            processes.stop()
            raise
        return federation

    def __enter__(self) -> Self:
        """Return itself; `stop` at the end, unless it was left to run."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop everything."""
        if not self._kept:
            self.stop()

    @property
    def directory(self) -> Path:
        """Where everything lies."""
        return self._layout.directory

    @property
    def logs(self) -> Path:
        """Where each process writes its log."""
        return self._layout.directory / "logs"

    @property
    def group(self) -> int:
        """The process group of all processes."""
        return self._processes.group

    @property
    def gateway_config(self) -> Path:
        """The settings file of the (first) gateway."""
        return self._gateway_config(1)

    @property
    def gateway_urls(self) -> tuple[str, ...]:
        """Where the gateways answer, without /v1."""
        return tuple(url_of(port) for port in self._layout.gateway_ports)

    def client_config(self, slug: str, *, gateway: int = 1) -> Path:
        """Return the settings file with which this agency calls the gateway of that number, from 1."""
        return self._layout.agencies[slug].folder / numbered("seinhuis", gateway)

    def client(self, slug: str, *, gateway: int = 1) -> Gateway:
        """Return a client of this agency."""
        return Gateway.from_settings(Settings.load(self.client_config(slug, gateway=gateway)))

    def describe(self) -> tuple[str, ...]:
        """Return a few words for each process: its name, its id, its port."""
        return tuple(map(_description, self._processes.running))

    def pid(self, name: str) -> int:
        """Return the process id of `holder-1`, `gateway-1`, `worker-1` and so on."""
        return self._processes.pid(name)

    def part(self, name: str) -> Part:
        """Return how a process was started."""
        return next(running.part for running in self._processes.running if running.part.name == name)

    def kill(self, name: str) -> None:
        """End a process with SIGKILL."""
        self._processes.kill(name)

    def restart(self, name: str) -> None:
        """Start a process again that was ended, and wait until it is ready; raises StartFailed."""
        self._processes.restart(name)

    def pause(self, name: str) -> None:
        """Let a process stand still, until `resume`."""
        self._processes.pause(name)

    def resume(self, name: str) -> None:
        """Let a process go on."""
        self._processes.resume(name)

    def release(self, cards: Path) -> Release:
        """Let the demo officers release a folder of cards after the release before; gateways and workers take it up.

        Raises ReleaseRejected when the cards cannot be released.
        """
        folder = self._layout.gateway.folder / POLICIES_FOLDER
        return release_demo(self._layout.officers, cards, folder, at=datetime.now(UTC))

    def verify(self) -> int:
        """Run the reconciler; return how much it found amiss, 0 when all is as it must be.

        Raises StartFailed when it cannot run.
        """
        done = self._command("verify")
        (self.logs / "verify.log").write_text(done.stdout, encoding="utf-8")
        if done.returncode not in {0, _INTEGRITY}:
            raise StartFailed(f"gateway verify: {done.stderr.strip()}")
        found = sum(int(line.split()[0]) for line in done.stdout.splitlines())
        return 0 if done.returncode == 0 else max(1, found)

    def leave(self) -> None:
        """Let everything run on without this process; `kill -TERM -<group>` stops it."""
        self._kept = True
        self._processes.leave()

    def stop(self) -> None:
        """Stop everything; what does not stop in time is ended."""
        self._processes.stop()

    def _gateway_config(self, number: int) -> Path:
        return self._layout.gateway.folder / numbered("gateway", number)

    def _configure(self, threshold: int, database: str, language: str) -> None:
        """Write everybody's trust list and settings, release the policies, and hold the ceremony."""
        layout = self._layout
        homes = (*layout.holders, layout.gateway, *layout.agencies.values(), *layout.officers)
        trust = TrustList(parties=tuple(home.party for home in homes), threshold=threshold)
        for home in homes:
            home.believe(trust)
        self.release(POLICIES)
        hold_ceremony(layout.holders, trust, ceremony_id=secrets.token_bytes(_CEREMONY_ID_BYTES))
        for index, (home, port) in enumerate(zip(layout.holders, layout.holder_ports, strict=True), start=1):
            configure_holder(home, index=index, port=port, threshold=threshold, holders=len(layout.holders))
        for number, port in enumerate(layout.gateway_ports, start=1):
            configure_gateway(layout.gateway, numbered("gateway", number), port=port, database=database)
            for agency in self.agencies:
                home = layout.agencies[agency.slug]
                configure_agency(home, numbered("seinhuis", number), agency, port=port, language=language)

    def _bring_up(self, database: str, workers: int) -> None:
        """Start holders, let them make the agencies' keys, then start gateways and workers and name the desks."""
        layout = self._layout
        for index, (home, port) in enumerate(zip(layout.holders, layout.holder_ports, strict=True), start=1):
            settings = str(home.folder / "holder.toml")
            self._processes.launch(Part(f"holder-{index}", ("-m", "keys.holder", settings), port))
        migrate(database)
        self._processes.wait_ready(f"holder-{index}" for index in range(1, 1 + len(layout.holders)))
        lanes = self._kinds_by_lane
        onboard(layout.gateway.folder / TRUST_FILE, layout.gateway.keystore(), lanes=lanes, kinds=lanes)
        for home in (*layout.holders, *layout.agencies.values()):
            home.believe(layout.gateway.trust)
        gateways = [
            Part(f"gateway-{number}", _gateway_arguments(self._gateway_config(number), "serve"), port)
            for number, port in enumerate(layout.gateway_ports, start=1)
        ]
        arguments = _gateway_arguments(self.gateway_config, "worker")
        self._processes.start(
            *gateways, *(Part(f"worker-{number}", arguments, ready_line=_READY) for number in range(1, 1 + workers))
        )
        for agency in self.agencies:
            with self.client(agency.slug) as client:
                client.contacts.put(
                    contact_id(agency.contact_name),
                    name=agency.contact_name,
                    phone=agency.contact_phone,
                    email=agency.contact_email,
                )

    def _command(self, command: str) -> "subprocess.CompletedProcess[str]":
        arguments = [sys.executable, *_gateway_arguments(self.gateway_config, command)]
        return subprocess.run(arguments, capture_output=True, text=True, timeout=_SECONDS_FOR_A_COMMAND, check=False)


def require_new(directory: Path) -> None:
    """Raise StartFailed unless a folder is new or empty: what lies there is somebody's."""
    if directory.exists() and any(directory.iterdir()):
        raise StartFailed(
            f"{directory} is not empty: a federation begins in a new directory; an earlier one may still run"
        )


def _description(running: Running) -> str:
    port = f", port {running.part.port}" if running.part.port else ""
    return f"{running.part.name} (pid {running.process.pid}{port})"


def _gateway_arguments(config: Path, command: str) -> tuple[str, ...]:
    return ("-m", "gateway", "--config", str(config), command)

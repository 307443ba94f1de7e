"""Holds a folder of releases that a test fills, and the processes that follow it, each looking when it is told to."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.core.events import EventKind
from gateway.core.policy.releases.release import Release
from gateway.ids import mint
from gateway.policies.following import PolicyReleases
from gateway.store import SqlStore
from tests.support.gateways import TrustInForce, log_to
from tests.support.releases import Officers, small_files


@dataclass
class Follower:
    """A folder of releases with a process that follows it, in the hands of a test: it looks when it is told to."""

    folder: Path
    store: SqlStore
    officers: Officers = field(default_factory=Officers)
    trust: TrustInForce = field(init=False)
    said: io.StringIO = field(default_factory=io.StringIO)
    demo: bool = False
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        """Make the folder, and believe the officers."""
        self.folder.mkdir(exist_ok=True)
        self.trust = TrustInForce(self.officers.trust)

    def start(self) -> PolicyReleases:
        """Start a process: what it obeys then follows from the folder and the database."""
        return PolicyReleases(
            folder=self.folder,
            trust=self.trust,
            store=self.store,
            log=log_to(self.said),
            mint=mint,
            broken=lambda: None,
            demo=self.demo,
            now=lambda: self.now,
            clock=self.seconds,
        )

    def seconds(self) -> float:
        """Return what its clock says."""
        return self.now.timestamp()

    def wait(self, seconds: float) -> None:
        """Let time pass, which stands still otherwise."""
        self.now += timedelta(seconds=seconds)

    def put(self, release: Release, *, name: str = "") -> Path:
        """Put a release into the folder."""
        return self.write(release.to_bytes(), name=name or release.file_name)

    def write(self, content: bytes, *, name: str) -> Path:
        """Put bytes into the folder under a name, in place of what was there."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        return path

    def next_release(self, version: int) -> Release:
        """Release the small cards in this version, after the release before, and put it into the folder."""
        made = self.officers.release(small_files(version))
        self.put(made)
        return made

    def events(self, kind: EventKind) -> list[Mapping[str, object]]:
        """Return the fields of every event of a kind, in order."""
        page = self.store.view("events", lambda view: view.events.page(after="", limit=1000))
        return [recorded.event.fields for recorded in page if recorded.event.kind is kind]

    def refusals(self) -> list[tuple[str, ...]]:
        """Return the faults for which files were refused, each time that it was told."""
        return [tuple(event["faults"]) for event in self.events(EventKind.POLICY_REFUSED)]  # type: ignore[arg-type]


def look_twice(follower: PolicyReleases) -> None:
    """Look until what is refused has stood still, and is told."""
    follower.look()
    follower.look()


def number_of(follower: PolicyReleases) -> int:
    """Return the number of the release in force; 0 when there is none."""
    release = follower.in_force.release
    return 0 if release is None else release.number

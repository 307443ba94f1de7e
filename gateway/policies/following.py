"""Decides which release of the policies is in force: follows a folder, and never goes back, not even after a restart.

A release takes effect when it passed every step of `signing` and follows the highest one that this process knows to
have been in force; the database keeps that one for the next start. Whatever else lies in the folder, or happens to it,
changes nothing: it is told once.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from os import getpid
from pathlib import Path
from typing import Final

from gateway.core.events import Event, EventKind
from gateway.core.policy import PolicySet
from gateway.core.policy.releases.faults import ReleaseFault, ReleaseRejected, rejected
from gateway.core.policy.releases.release import NO_RELEASE, Release
from gateway.core.policy.releases.releasing import Before
from gateway.core.refusals import Refused
from gateway.flows.match import GATEWAY
from gateway.flows.ports import KeptRelease, Recorded, Store, Tx
from gateway.policies.in_force import Judged, Mark, ReleaseInForce, Trust
from gateway.policies.signing import (
    VerifiedRelease,
    counting_officers,
    file_name,
    load_release,
    read_release,
    release_paths,
    verify_release,
)
from gateway.telemetry import Log, fault_of
from keys.trust import TrustList

SECONDS_BETWEEN_LOOKS: Final = 0.1


@dataclass(slots=True, kw_only=True)
class PolicyReleases:
    """Follows a folder. `in_force` is one reference, exchanged as a whole: whoever reads it waits for nobody.

    Making one raises OSError when the folder cannot be read, and Refused when the store is away. `broken` is called
    when the house contradicts itself (G42).
    """

    folder: Path
    trust: Trust
    store: Store
    log: Log
    mint: Callable[[str], str]
    broken: Callable[[], None]
    demo: bool = False
    in_force: ReleaseInForce = field(default_factory=ReleaseInForce)
    _newest: KeptRelease | None = None
    _judged: Mapping[str, Judged] = field(default_factory=dict)
    _believed: TrustList | None = None
    _closing: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __post_init__(self) -> None:
        """Look for the first time: in force is what was so last, or what follows it; nothing if the folder is empty."""
        release_paths(self.folder)  # a slip in a setting must not pass for an empty folder
        self._newest = self.store.view("newest policies", lambda view: view.policies.newest())
        self.look()
        self.look()  # what is refused is told once it has stood still
        if self.in_force.verified is None:
            self.log.warning("no policies", process=getpid())

    def policies(self) -> PolicySet:
        """Return the policies in force."""
        return self.in_force.policies

    def start(self) -> None:
        """Follow the folder in a thread of its own."""
        self._thread = threading.Thread(target=self._follow, name="policies", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop following it."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Take in what changed in the folder or in the trust list; raises Refused when the store is away."""
        try:
            files = _files(self.folder)
        except OSError:
            self.in_force = replace(self.in_force, file_gone=self.in_force.verified is not None)
            return
        before, believed, first = self._judged, self.trust.current, self._believed is None
        judged = {name: one for name, one in before.items() if files.get(name) == one.mark}
        if believed is not self._believed:
            judged = {name: one for name, one in judged.items() if not one.faults}
            judged |= self._look_at_kept(files)
        if fresh := [name for name in files if name not in judged]:
            waiting = [one.file for one in judged.values() if ReleaseFault.FOLLOWS_ANOTHER in one.faults]
            judged |= self._judge({*fresh, *waiting}, files, history=first or self._newest is None)
        self._judged = {name: self._told(one, before.get(name)) for name, one in judged.items()}
        self._believed = believed
        self._note(files)

    def _note(self, files: Mapping[str, Mark]) -> None:
        """Show an operator how the folder is."""
        refused = tuple(one for one in self._judged.values() if one.told)
        release = self.in_force.release
        gone = release is not None and release.file_name not in files
        if (gone, refused) != (self.in_force.file_gone, self.in_force.refused):
            self.in_force = replace(self.in_force, file_gone=gone, refused=refused)

    def _look_at_kept(self, files: Mapping[str, Mark]) -> dict[str, Judged]:
        """With another trust list, see whether what is in force still has its signatures; begin with it at the start.

        What is in force stays so without them, and health says it: whoever revokes an officer releases anew.
        """
        kept = self._newest
        if kept is None or not files:
            return {}
        name = f"{file_name(kept.number)} as kept"
        try:
            if self.in_force.release is None:
                self._adopt(verify_release(kept.content, self.trust.current, _now(), demo=self.demo, compared=False))
            else:
                counting_officers(self.in_force.release, self.trust.current, _now())
        except ReleaseRejected as refused:
            return {name: Judged(name, None, refused.faults)}
        return {}

    def _judge(self, names: set[str], files: Mapping[str, Mark], *, history: bool) -> dict[str, Judged]:
        """Try files, the lowest first, since each follows the one before it; the first time of all, the highest first.

        What lies there from before the newest is history and no attempt to go back, unless nothing newer lies there.
        """
        judged: dict[str, Judged] = {}
        for name in sorted(names, reverse=self._newest is None):
            passed = self._newest is not None and name < file_name(self._newest.number)
            faults = () if passed and history and name != max(files) else self._faults(name)
            judged[name] = Judged(name, files[name], faults)
        return judged

    def _faults(self, name: str) -> tuple[str, ...]:
        """Put the release in a file in force, or return why not."""
        try:
            self._try(name)
        except ReleaseRejected as refused:
            return refused.faults
        return ()

    def _try(self, name: str) -> None:
        content = self._content(name)
        release = read_release(content)
        if release.file_name != name:
            raise rejected(ReleaseFault.MISNAMED)
        trust, newest = self.trust.current, self._newest
        counting_officers(release, trust, _now())
        if newest is not None and release.digest != newest.digest and release.number <= newest.number:
            raise rejected(ReleaseFault.OLDER if release.number < newest.number else ReleaseFault.NUMBER_TAKEN)
        if self.in_force.release is not None and release.digest == self.in_force.release.digest:
            return
        # Another process, or we before a restart, may have accepted it already: then it was compared, and followed.
        accepted = self._kept(release.digest) is not None
        if not accepted and newest is not None and release.contents.follows != newest.digest:
            raise rejected(ReleaseFault.FOLLOWS_ANOTHER)
        previous = None if accepted else self._before(release)
        self._adopt(verify_release(content, trust, _now(), previous=previous, demo=self.demo, compared=not accepted))

    def _content(self, name: str) -> bytes:
        try:
            return load_release(self.folder / name)
        except OSError:
            raise rejected(ReleaseFault.UNREADABLE) from None

    def _before(self, release: Release) -> Release | Before | None:
        """Return the release that one follows, if it is at hand: in force, in the database or in the folder."""
        follows, in_force = release.contents.follows, self.in_force
        if in_force.release is not None and in_force.release.digest == follows:
            return Before(follows, in_force.policies)
        if follows == NO_RELEASE:
            return None
        if (kept := self._kept(follows)) is not None:
            return read_release(kept.content)
        try:
            beside = read_release(self._content(file_name(release.number - 1)))
        except ReleaseRejected:
            return None
        return beside if beside.digest == follows else None

    def _kept(self, digest: str) -> KeptRelease | None:
        return self.store.view("kept policies", lambda view: view.policies.one(digest))

    def _adopt(self, verified: VerifiedRelease) -> None:
        """Put a release in force. A crash before the exchange leaves it kept: the next start begins with it."""
        release = verified.release
        asked = KeptRelease(release.number, release.digest, release.to_bytes())
        kept = self.store.change("policies", lambda tx: self._keep(tx, asked, verified))
        self._newest = kept
        if kept.digest != asked.digest and kept.number >= asked.number:
            raise rejected(ReleaseFault.NUMBER_TAKEN if kept.number == asked.number else ReleaseFault.OLDER)
        self.in_force = replace(self.in_force, verified=verified, file_gone=False)
        self.log.info("policies", process=getpid(), **_said(verified))

    def _keep(self, tx: Tx, asked: KeptRelease, verified: VerifiedRelease) -> Recorded[KeptRelease]:
        """Keep it, and record that this process obeys it, unless something newer that does not descend from it won."""
        newest = tx.policies.newest()
        if newest is not None and newest.number > asked.number and tx.policies.one(asked.digest) is None:
            return Recorded(newest, ())
        kept = tx.policies.keep(asked)
        if kept.digest != asked.digest:
            return Recorded(kept, ())
        return Recorded(kept, (Event(self.mint("evt"), EventKind.POLICY_LOADED, GATEWAY, _said(verified)),))

    def _told(self, one: Judged, before: Judged | None) -> Judged:
        """Tell of a refused file once, when it has stood still from one look to the next."""
        if not one.faults or before is None or before.mark != one.mark or before.faults != one.faults:
            return one
        if not before.told:
            self._tell(one)
        return replace(one, told=True)

    def _tell(self, one: Judged) -> None:
        said: dict[str, str | tuple[str, ...]] = {"file": one.file, "faults": one.faults}
        event = Event(self.mint("evt"), EventKind.POLICY_REFUSED, GATEWAY, said)
        self.store.change("policies refused", lambda _: Recorded(None, (event,)))
        self.log.error("policies refused", process=getpid(), **said)

    def _follow(self) -> None:
        failing = False
        while not self._closing.wait(SECONDS_BETWEEN_LOOKS):
            try:
                self.look()
                failing = False
            except AssertionError as error:
                self.log.critical("contradiction", loop="policies", **fault_of(error))
                self.broken()
                return
            except Exception as error:  # noqa: BLE001 - whatever it was, the next look may do
                said = {"refusal": error.refusal.value} if isinstance(error, Refused) else fault_of(error)
                if not failing:
                    self.log.warning("round failed", loop="policies", **said)
                failing = True


def newest_release(folder: Path, trust: TrustList, *, demo: bool) -> VerifiedRelease:
    """Return the release in a folder with the highest number, verified; raises ReleaseRejected and OSError."""
    paths = release_paths(folder)
    if not paths:
        raise rejected(ReleaseFault.UNREADABLE, "there is no release")
    return verify_release(load_release(paths[-1]), trust, _now(), demo=demo, compared=False)


def _said(verified: VerifiedRelease) -> dict[str, str | int | tuple[str, ...]]:
    release = verified.release
    return {
        "number": release.number,
        "digest": release.digest,
        "assurance": release.contents.assurance.value,
        "lanes": tuple(policy.lane for policy in verified.policies.policies),
    }


def _files(folder: Path) -> dict[str, Mark]:
    """Return what lies in the folder; raises OSError when that cannot be seen."""
    files: dict[str, Mark] = {}
    for path in release_paths(folder):
        with suppress(FileNotFoundError):
            status = path.stat()
            files[path.name] = status.st_mtime_ns, status.st_size, status.st_ino
    return files


def _now() -> datetime:
    return datetime.now(UTC)

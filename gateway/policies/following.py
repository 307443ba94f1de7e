"""Decides which release of the policies is in force: follows a folder, and never goes back, not even after a restart.

A release takes effect when it passed every step of `signing` and follows the highest one that was ever in force
here, which the database keeps. Whatever else lies in the folder, or happens to it, changes nothing: it is told once.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from os import getpid
from pathlib import Path
from typing import Final

from gateway.core.events import Event, EventKind
from gateway.core.policy import PolicySet
from gateway.core.policy.releases.faults import ReleaseFault, ReleaseRejected, rejected
from gateway.core.policy.releases.release import Release
from gateway.core.policy.releases.releasing import Before
from gateway.core.refusals import Refused
from gateway.flows.matching.match import GATEWAY
from gateway.flows.ports.policies import KeptRelease
from gateway.flows.ports.store import Recorded, Store, Tx
from gateway.policies.demonstration import DemoKey, demo_keys, is_demonstration
from gateway.policies.folder import beside, content_of, files_in, released_before
from gateway.policies.in_force import Judged, Mark, ReleaseInForce, Trust
from gateway.policies.pace import Pace
from gateway.policies.signing import (
    VerifiedRelease,
    counting_officers,
    file_name,
    read_release,
    release_paths,
    verify_release,
)
from gateway.telemetry import Log, fault_of
from keys.trust import TrustList

SECONDS_BETWEEN_LOOKS: Final = 0.1
_SECONDS_BETWEEN_READS: Final = 1.0  # a whole release: too much to read at every look
_SECONDS_BETWEEN_TRIES: Final = 5.0
_SECONDS_BETWEEN_COUNTS: Final = 60.0
#: What may mend without a change to the file: a share comes back, a clock catches up with a time of signing.
_PASSING: Final = frozenset({ReleaseFault.UNREADABLE.value, ReleaseFault.TOO_FEW_SIGNATURES.value})


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
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: Callable[[], float] = time.monotonic
    in_force: ReleaseInForce = field(default_factory=ReleaseInForce)
    _newest: KeptRelease | None = None
    _judged: Mapping[str, Judged] = field(default_factory=dict)
    _amiss: Judged | None = None
    _believed: TrustList | None = None
    _demo_keys: frozenset[DemoKey] = frozenset()
    _retrying: Pace = field(init=False)
    _reading: Pace = field(init=False)
    _counting: Pace = field(init=False)
    _closing: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __post_init__(self) -> None:
        """Look for the first time: in force is what was so last, or what follows it; nothing if the folder is empty."""
        release_paths(self.folder)  # a slip in a setting must not pass for an empty folder
        self._retrying = Pace(_SECONDS_BETWEEN_TRIES, self.clock)
        self._reading = Pace(_SECONDS_BETWEEN_READS, self.clock)
        self._counting = Pace(_SECONDS_BETWEEN_COUNTS, self.clock)
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
        """Take in what changed in the folder, the database or the trust list; raises Refused when the store is away."""
        believed, retry = self.trust.current, self._retrying.due()
        anew = believed is not self._believed
        files = self._files()
        self._amiss = self._told(self._look_at_kept(files, anew=anew, retry=retry), self._amiss)
        if files is not None:
            self._look_at_files(files, anew=anew, retry=retry)
        self._believed = believed
        self._note(files)

    def _files(self) -> Mapping[str, Mark] | None:
        try:
            return files_in(self.folder)
        except OSError:
            return None

    def _look_at_files(self, files: Mapping[str, Mark], *, anew: bool, retry: bool) -> None:
        """Try what changed; with another trust list all that is refused, and now and then what may mend by itself."""
        before = self._judged
        judged = {
            name: one
            for name, one in before.items()
            if one.stands(files.get(name)) and not (one.faults and (anew or (retry and _PASSING & set(one.faults))))
        }
        if fresh := [name for name in files if name not in judged]:
            waiting = [one.file for one in judged.values() if ReleaseFault.FOLLOWS_ANOTHER in one.faults]
            history = self._believed is None or self._newest is None
            judged |= self._judge({*fresh, *waiting}, files, history=history)
        self._judged = {name: told for name, one in judged.items() if (told := self._told(one, before.get(name)))}

    def _note(self, files: Mapping[str, Mark] | None) -> None:
        """Show an operator how the folder is."""
        refused = tuple(one for one in (*self._judged.values(), self._amiss) if one is not None and one.told)
        release = self.in_force.release
        gone = release is not None and release.file_name not in (files or ())
        if (gone, refused) != (self.in_force.file_gone, self.in_force.refused):
            self.in_force = replace(self.in_force, file_gone=gone, refused=refused)

    def _look_at_kept(self, files: Mapping[str, Mark] | None, *, anew: bool, retry: bool) -> Judged | None:
        """Catch up with the database, with which a start begins too, and return what is amiss with the release it has.

        What is in force stays so without its signatures, and health says it: whoever revokes an officer releases anew.
        """
        if self._reading.due():
            self._newest = self.store.view("newest policies", lambda view: view.policies.newest()) or self._newest
        release, kept = self.in_force.release, self._newest
        if kept is not None and (release is None or release.number < kept.number):
            stands = self._amiss is not None and self._amiss.file == _as_kept(kept.number) and not (anew or retry)
            empty = release is None and not files  # an operator's switch
            return None if empty else self._amiss if stands else self._catch_up(kept)
        if release is not None and (self._counting.due() or anew):
            return self._amiss_with(release.number, lambda: self._count(release))
        return self._amiss

    def _catch_up(self, kept: KeptRelease) -> Judged | None:
        """Obey what another process accepted, or we before a restart; it was compared then, and is not again."""

        def adopt() -> None:
            trust = self.trust.current
            self._adopt(verify_release(kept.content, trust, self.now(), demo=self.demo, compared=False))

        return self._amiss_with(kept.number, adopt)

    def _count(self, release: Release) -> None:
        counting_officers(release, self.trust.current, self.now(), demo=self.demo)
        if (demonstrates := self._demonstrates(release, self._demo_keys)) != self.in_force.demonstrates:
            self.in_force = replace(self.in_force, demonstrates=demonstrates)

    def _demonstrates(self, release: Release, keys: frozenset[DemoKey]) -> bool:
        return is_demonstration(release, keys, self.trust.current, self.now(), demo=self.demo)

    def _amiss_with(self, number: int, attempt: Callable[[], object]) -> Judged | None:
        try:
            attempt()
        except ReleaseRejected as refused:
            return Judged(_as_kept(number), None, refused.faults)
        return None

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
        content = content_of(self.folder / name)
        release = read_release(content)
        if release.file_name != name:
            raise rejected(ReleaseFault.MISNAMED)
        trust, newest = self.trust.current, self._newest
        counting_officers(release, trust, self.now(), demo=self.demo)
        if newest is not None and release.digest != newest.digest and release.number <= newest.number:
            raise rejected(ReleaseFault.OLDER if release.number < newest.number else ReleaseFault.NUMBER_TAKEN)
        if self.in_force.release is not None and release.digest == self.in_force.release.digest:
            return
        # Another process, or we before a restart, may have accepted it already: then it was compared, and followed.
        accepted = self._kept(release.digest) is not None
        if not accepted and newest is not None and release.contents.follows != newest.digest:
            raise rejected(ReleaseFault.FOLLOWS_ANOTHER)
        previous = None if accepted else self._before(release)
        self._adopt(
            verify_release(content, trust, self.now(), previous=previous, demo=self.demo, compared=not accepted)
        )

    def _before(self, release: Release) -> Release | Before | None:
        """Return the release that one follows: in force, in the database, or, while nothing ever was, beside it."""
        follows, in_force = release.contents.follows, self.in_force
        if in_force.release is not None and in_force.release.digest == follows:
            return Before(follows, in_force.policies.in_house_with(in_force.release.contents.signed_for))
        if (kept := self._kept(follows)) is not None:
            return read_release(kept.content)
        return released_before(release, self.folder, self.trust.current, self.now(), demo=self.demo)

    def _kept(self, digest: str) -> KeptRelease | None:
        return self.store.view("kept policies", lambda view: view.policies.one(digest))

    def _adopt(self, verified: VerifiedRelease) -> None:
        """Put a release in force. A crash before the exchange leaves it kept: the next start begins with it."""
        release = verified.release
        keys = demo_keys(release, self._one_before)
        demonstrates = self._demonstrates(release, keys)
        if demonstrates and not self.demo:
            raise rejected(ReleaseFault.DEMO_NOT_ALLOWED)
        adopted = replace(self.in_force, verified=verified, demonstrates=demonstrates, file_gone=False)
        asked = KeptRelease(release.number, release.digest, release.to_bytes())
        kept = self.store.change("policies", lambda tx: self._keep(tx, asked, adopted))
        self._newest = kept
        if kept.digest != asked.digest and kept.number >= asked.number:
            raise rejected(ReleaseFault.NUMBER_TAKEN if kept.number == asked.number else ReleaseFault.OLDER)
        self.in_force, self._demo_keys, self._amiss = adopted, keys, None
        self.log.info("policies", process=getpid(), **_said(adopted, release))

    def _one_before(self, release: Release) -> Release | None:
        """Return the release that one follows, as the database has it or the folder; None when it is not at hand."""
        follows = release.contents.follows
        if (kept := self._kept(follows) if follows else None) is not None:
            return read_release(kept.content)
        return beside(release, self.folder) if follows else None

    def _keep(self, tx: Tx, asked: KeptRelease, adopted: ReleaseInForce) -> Recorded[KeptRelease]:
        """Keep it, and record that this process obeys it, unless something newer that does not descend from it won."""
        newest = tx.policies.newest()
        if newest is not None and newest.number > asked.number and tx.policies.one(asked.digest) is None:
            return Recorded(newest, ())
        kept = tx.policies.keep(asked)
        if kept.digest != asked.digest or adopted.release is None:
            return Recorded(kept, ())
        said = _said(adopted, adopted.release)
        return Recorded(kept, (Event(self.mint("evt"), EventKind.POLICY_LOADED, GATEWAY, said),))

    def _told(self, one: Judged | None, before: Judged | None) -> Judged | None:
        """Tell of a refused file once, when it has stood still from one look to the next."""
        if one is None or not one.faults or before is None or before != replace(one, told=before.told):
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


def _said(adopted: ReleaseInForce, release: Release) -> dict[str, str | int | tuple[str, ...]]:
    return {
        "number": release.number,
        "digest": release.digest,
        "assurance": adopted.assurance.value,
        "lanes": tuple(policy.lane for policy in adopted.policies.policies),
    }


def _as_kept(number: int) -> str:
    return f"{file_name(number)} as kept"

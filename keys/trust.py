"""Holds who may call and who may be believed: the parties of one region, their public keys, and the key manifests."""

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, Self

from keys import trust_format
from keys.durable import write_atomically
from keys.labels import KeyLabel
from keys.manifest import Manifest
from keys.parties import Algorithm, Oin, Party, PartyKey, Role
from keys.trust_format import TrustRejected

__all__ = ["Algorithm", "KnownKeys", "Party", "PartyKey", "Role", "TrustFile", "TrustList", "TrustRejected"]

SECONDS_BETWEEN_LOOKS = 1.0  # a revoked key must stop working within 60 (G19)
_PUBLIC_FILE = 0o644
FEWEST_BEHIND_AN_ALIAS = 5  # with fewer, which of them it is can be guessed (abuse case A3)


class KnownKeys(Protocol):
    """Where verification looks a key up: a `TrustList` as it stands, or a `TrustFile` that follows its file."""

    def key(self, key_id: str) -> tuple[Party, PartyKey] | None:
        """Return the party and its key, also one that no longer counts; None for a key that nobody registered."""


@dataclass(frozen=True, slots=True)
class TrustList:
    """The parties of one region and the manifests of the holders' keys, checked as a whole when it is made.

    `threshold` is how many holders evaluate; it stands here and not only in each manifest, so that one holder alone
    cannot declare itself enough. `officers` is how many officers release a policy. Raises TrustRejected with all
    problems.

    `set_aside` holds manifests that may not be used, because too few of these holders vouch for them: nothing is
    evaluated under them until they are signed anew. They never keep the rest of the list out: a list that revokes a
    holder's key must take effect, whatever that key had signed (G19).
    """

    parties: tuple[Party, ...] = ()
    manifests: tuple[Manifest, ...] = ()
    threshold: int = 1
    set_aside: tuple[Manifest, ...] = ()
    officers: int = trust_format.FOUR_EYES
    _keys: dict[str, tuple[Party, PartyKey]] = field(init=False, repr=False, compare=False)
    _parties: dict[str, Party] = field(init=False, repr=False, compare=False)
    _manifests: dict[KeyLabel, Manifest] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a list that contradicts itself, or holds a manifest that too few holders signed."""
        unfit = _unfit_manifests(self.parties, self.manifests, self.threshold)
        problems = (*_contradictions(self.parties, self.threshold, self.officers), *unfit.values())
        if problems:
            raise TrustRejected(problems)
        object.__setattr__(self, "_keys", {key.key_id: (party, key) for party in self.parties for key in party.keys})
        object.__setattr__(self, "_parties", {party.oin: party for party in self.parties})
        object.__setattr__(self, "_manifests", {manifest.label: manifest for manifest in self.manifests})

    @classmethod
    def sorted_out(
        cls, parties: tuple[Party, ...], manifests: tuple[Manifest, ...], threshold: int, officers: int
    ) -> Self:
        """Return the list with those manifests set aside that may not be used; raises TrustRejected."""
        unfit = _unfit_manifests(parties, manifests, threshold)
        fit = tuple(manifest for manifest in manifests if manifest.label not in unfit)
        aside = tuple(manifest for manifest in manifests if manifest.label in unfit)
        return cls(parties, fit, threshold, aside, officers)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file; raises TrustRejected with all problems, and OSError when it cannot be read."""
        return cls.sorted_out(*trust_format.read(path.read_bytes()))

    def save(self, path: Path) -> None:
        """Write the file at once: a reader sees the old list or the new one."""
        write_atomically(
            path,
            trust_format.write(self.parties, (*self.manifests, *self.set_aside), self.threshold, self.officers),
            mode=_PUBLIC_FILE,
        )

    def key(self, key_id: str) -> tuple[Party, PartyKey] | None:
        """Return the party and its key, also one that no longer counts; None for a key that nobody registered."""
        return self._keys.get(key_id)

    def party(self, oin: str) -> Party | None:
        """Return the party with this OIN."""
        return self._parties.get(oin)

    def holders(self) -> tuple[Party, ...]:
        """Return the key holders in order of their number."""
        return _holders(self.parties)

    def manifest(self, label: KeyLabel) -> Manifest | None:
        """Return which key belongs to a label: only with this may an evaluation be checked."""
        return self._manifests.get(label)

    def with_party(self, party: Party) -> Self:
        """Return the list with one party added, or replaced when its OIN is there."""
        others = tuple(kept for kept in self.parties if kept.oin != party.oin)
        return self._with_parties((*others, party))

    def with_revocations(self, parties: Iterable[Party]) -> Self:
        """Return this list with the revocations that stand in another one, and nothing else of it."""
        revoked = {key.key_id: key for party in parties for key in party.keys if key.revoked_at is not None}
        changed = tuple(
            replace(party, keys=tuple(_earlier_revoked(key, revoked.get(key.key_id, key)) for key in party.keys))
            for party in self.parties
        )
        return self._with_parties(changed)

    def with_manifest(self, manifest: Manifest) -> Self:
        """Return the list with one manifest added; raises TrustRejected when the label has another key already."""
        if self.manifest(manifest.label) == manifest:
            return self
        aside = tuple(kept for kept in self.set_aside if kept.label != manifest.label)
        return replace(self, manifests=(*self.manifests, manifest), set_aside=aside)

    def unfit(self) -> tuple[str, ...]:
        """Return why each manifest that was set aside may not be used."""
        return tuple(_unfit_manifests(self.parties, self.set_aside, self.threshold).values())

    def _with_parties(self, parties: tuple[Party, ...]) -> Self:
        return self.sorted_out(parties, (*self.manifests, *self.set_aside), self.threshold, self.officers)


def _earlier_revoked(key: PartyKey, other: PartyKey) -> PartyKey:
    times = [at for at in (key.revoked_at, other.revoked_at) if at is not None]
    return replace(key, revoked_at=min(times, default=None))


def _holders(parties: tuple[Party, ...]) -> tuple[Party, ...]:
    holders = (party for party in parties if party.role is Role.HOLDER)
    return tuple(sorted(holders, key=lambda holder: holder.holder_index or 0))


def _contradictions(parties: tuple[Party, ...], threshold: int, officers: int) -> Iterator[str]:
    for oin, times in Counter(party.oin for party in parties).items():
        if times > 1:
            yield f"party {oin}: stands {times} times in the list"
    for key_id, times in Counter(key.key_id for party in parties for key in party.keys).items():
        if times > 1:
            yield f"key {key_id}: stands {times} times in the list"
    for party in parties:
        if (party.kind != "") != (party.role is Role.AGENCY):
            yield f"party {party.oin}: an agency has a kind, and nobody else"
        if (party.holder_index is not None) != (party.role is Role.HOLDER):
            yield f"party {party.oin}: a holder has a number, and nobody else"
        yield from _wrong_municipality(party)
    yield from _wrong_aliases(parties)
    yield from _wrong_numbers(_holders(parties), threshold, officers)


def _wrong_municipality(party: Party) -> Iterator[str]:
    if party.municipality and party.role not in {Role.AGENCY, Role.SUPERVISOR}:
        yield f"party {party.oin}: an agency or a supervisor has a municipality, and nobody else"
    if party.role is Role.SUPERVISOR and not party.municipality:
        yield f"party {party.oin}: a supervisor has a municipality"


def _wrong_aliases(parties: tuple[Party, ...]) -> Iterator[str]:
    """Find aliases that hide nobody: of nobody, of something else than the agency is, or shared by too few."""
    by_oin = {party.oin: party for party in parties}
    for party in parties:
        if party.alias and not _may_stand_for(by_oin.get(Oin(party.alias)), party):
            yield f"party {party.oin}: its alias is an agency of its own kind, which has no alias"
    for alias, shared in Counter(party.alias for party in parties if party.alias).items():
        if shared < FEWEST_BEHIND_AN_ALIAS:
            yield f"alias {alias}: at least {FEWEST_BEHIND_AN_ALIAS} agencies share one"


def _may_stand_for(central: Party | None, party: Party) -> bool:
    if central is None or party.role is not Role.AGENCY:
        return False
    return (central.role, central.kind, central.alias) == (Role.AGENCY, party.kind, "")


def _wrong_numbers(holders: tuple[Party, ...], threshold: int, officers: int) -> Iterator[str]:
    if [holder.holder_index for holder in holders] != list(range(1, len(holders) + 1)):
        yield "holders: they are numbered from 1 without a gap"
    if threshold < 1 or (holders and len(holders) < 2 * threshold - 1):
        yield "threshold: n holders with threshold t need n >= 2t-1 >= 1"
    if officers < 1:
        yield "officers: at least one signs a release"


def _unfit_manifests(
    parties: tuple[Party, ...], manifests: tuple[Manifest, ...], threshold: int
) -> dict[KeyLabel, str]:
    """Say of which labels the manifest may not be used: for other holders, or vouched for by fewer than t of these."""
    keys = {
        holder.holder_index or 0: tuple(key.public for key in holder.keys if key.vouches)
        for holder in _holders(parties)
    }
    unfit: dict[KeyLabel, str] = {}
    times = Counter(manifest.label for manifest in manifests)
    for manifest in manifests:
        name = f"manifest {_name(manifest.label)}"
        if times[manifest.label] > 1:
            unfit[manifest.label] = f"{name}: the label has {times[manifest.label]} manifests"
        elif (manifest.threshold, manifest.holders) != (threshold, len(keys)):
            unfit[manifest.label] = f"{name}: is for {manifest.threshold} of {manifest.holders} other holders"
        elif len(manifest.valid_signers(keys)) < threshold:
            unfit[manifest.label] = f"{name}: fewer than {threshold} holders signed it"
    return unfit


def _name(label: KeyLabel) -> str:
    return "/".join((label.kind, label.owner, label.lane, str(label.epoch)))


class TrustFile:
    """The trust list of a file that may change while we run: looked at once a second, a bad change is not taken.

    While the file is torn, refused or gone, the last good list stays in force, `problems` says why, and so does one
    line in the log. One thing is always taken: a list that can be read but contradicts itself still revokes every
    key that it says is revoked (G19). Raises TrustRejected or OSError when there is no good list to begin with.
    """

    def __init__(self, path: Path, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Load the file; `monotonic` is a clock in seconds."""
        self._path = path
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._seen = self._mark()
        self._current = TrustList.load(path)
        self._looked_at = monotonic()
        self.problems: tuple[str, ...] = ()
        self._say(self._current.unfit())

    @property
    def current(self) -> TrustList:
        """The list in force now."""
        now = self._monotonic()
        if now - self._looked_at >= SECONDS_BETWEEN_LOOKS and self._lock.acquire(blocking=False):
            try:
                self._looked_at = now
                self._look()
            finally:
                self._lock.release()
        return self._current

    def key(self, key_id: str) -> tuple[Party, PartyKey] | None:
        """Return the party and its key as the list in force has them."""
        return self.current.key(key_id)

    def _look(self) -> None:
        mark = self._mark()
        if mark == self._seen:
            return
        self._seen = mark
        try:
            said = trust_format.read(self._path.read_bytes())
        except TrustRejected as rejected:
            self._say(rejected.problems)
        except OSError:
            self._say(("the file cannot be read",))
        else:
            self._take(*said)

    def _take(self, parties: tuple[Party, ...], manifests: tuple[Manifest, ...], threshold: int, officers: int) -> None:
        try:
            self._current = TrustList.sorted_out(parties, manifests, threshold, officers)
            self._say(self._current.unfit())
        except TrustRejected as rejected:
            self._current = self._current.with_revocations(parties)
            self._say(rejected.problems)

    def _say(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        if problems:
            # The log of the standard library: whoever runs us decides its form, and nothing more is imported for it.
            logging.getLogger("seinhuis.trust").warning("trust_list_rejected", extra={"problems": problems})

    def _mark(self) -> tuple[int, int, int] | None:
        """Return what changes when the file does: written in place or replaced."""
        try:
            status = os.stat(self._path)  # noqa: PTH116  # no Path made anew for every call of the hot path
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

"""Holds what a key holder knows: its seeds, the salts of each label, and the shares of keys that follow from them."""

import secrets
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from keys import group, sharing
from keys.custody import Keystore
from keys.group import Element, Scalar
from keys.hidden import Hidden
from keys.labels import KeyLabel
from keys.polynomials import Subset, known_subsets
from keys.signing_key import base64url

SALT_BYTES = 32


class LabelUnknown(LookupError):
    """No key was made for this label: this holder has not all of its salts, or has erased them."""


class SaltsDiffer(ValueError):
    """A salt for a set that has another salt already: it would be another key under the same label."""


class LabelErased(LookupError):
    """This holder erased its salts of the label, and takes no part in any key of that name again."""


class Share(NamedTuple):
    """A holder's share of one key, and its public part."""

    secret: Scalar
    public: Element

    def __repr__(self) -> str:
        """Name the type and nothing else."""
        return "Share(hidden)"


@dataclass(frozen=True, slots=True, repr=False)
class Seeds(Hidden):
    """The seeds and salts of holder `index` (from 1) of n, of whom t evaluate, in its open keystore.

    Raises KeystoreRefused when a seed is missing: the ceremony was not finished, or for another t and n.
    """

    keystore: Keystore
    index: int
    t: int
    n: int
    _seeds: Mapping[Subset, bytes] = field(init=False)
    _shares: dict[KeyLabel, Share] = field(init=False, default_factory=dict)
    _lock: threading.RLock = field(init=False, default_factory=threading.RLock)

    def __post_init__(self) -> None:
        """Read the seeds."""
        seeds = {subset: self.keystore.get(seed_entry(subset)) for subset in self.subsets()}
        object.__setattr__(self, "_seeds", seeds)

    def subsets(self) -> tuple[Subset, ...]:
        """Return the sets whose seeds this holder knows."""
        return known_subsets(self.index, self.t, self.n)

    def chosen_here(self) -> tuple[Subset, ...]:
        """Return the sets whose salts this holder chooses: where it has the lowest number of those outside."""
        return tuple(subset for subset in self.subsets() if self.chooser(subset) == self.index)

    def chooser(self, subset: Subset) -> int:
        """Return the holder that chooses the salts of a set."""
        return next(holder for holder in range(1, self.n + 1) if holder not in subset)

    def salts_to_share(self, label: KeyLabel) -> dict[Subset, bytes]:
        """Return the salts that this holder chooses for a label: the same ones whenever it is asked again.

        Raises LabelErased, as `adopt` and `agree` do.
        """
        with self._lock:
            self._check_not_erased(label)
            known = {subset: self._salt(label, subset) for subset in self.chosen_here()}
            salts = {subset: salt or secrets.token_bytes(SALT_BYTES) for subset, salt in known.items()}
            self._store(label, {subset: salts[subset] for subset, salt in known.items() if salt is None})
        return salts

    def adopt(self, label: KeyLabel, salts: Mapping[Subset, bytes]) -> None:
        """Keep the salts that other holders chose; raises SaltsDiffer when one has another salt already."""
        with self._lock:
            self._check_not_erased(label)
            known = {subset: self._salt(label, subset) for subset in salts}
            if any(salt not in {None, salts[subset]} for subset, salt in known.items()):
                raise SaltsDiffer("another salt is kept for this set")
            self._store(label, {subset: salts[subset] for subset, salt in known.items() if salt is None})

    def agree(self, label: KeyLabel, public_key: Element) -> None:
        """Keep the public key that all holders agree on: only from now on is anything evaluated under it."""
        with self._lock:
            self._check_not_erased(label)
            if self.keystore.find(_key_entry(label)) != public_key:
                self.keystore.put(_key_entry(label), public_key)

    def agreed(self, label: KeyLabel) -> Element:
        """Return the public key of a label; raises LabelUnknown when this holder has not agreed to one."""
        public_key = self.keystore.find(_key_entry(label))
        if public_key is None:
            raise LabelUnknown("this holder has not agreed to a key of this label")
        return Element(public_key)

    def erase(self, label: KeyLabel) -> None:
        """Erase this holder's salts for good: once more than n-t holders did, nobody has that label's key again.

        Whoever kept what was sealed to this holder when the label was made could bring the salts back by sending it
        once more; so the holder remembers that they were erased, before they are.
        """
        with self._lock:
            self.keystore.put(_erased_entry(label), b"")
            self._shares.pop(label, None)
            names = {_key_entry(label), *(salt_entry(label, subset) for subset in self.subsets())}
            self.keystore.remove(*names.intersection(self.keystore.names()))

    def salts(self, label: KeyLabel) -> dict[Subset, bytes]:
        """Return all salts of a label; raises LabelUnknown when one is missing."""
        found = {subset: salt for subset in self.subsets() if (salt := self._salt(label, subset)) is not None}
        if len(found) != len(self.subsets()):
            raise LabelUnknown("not all salts of this label are here")
        return found

    def commitments(self, label: KeyLabel) -> dict[Subset, Element]:
        """Return phi_S * G for each set; raises LabelUnknown."""
        salts = self.salts(label)
        return {subset: sharing.commitment(self._seeds[subset], label, salts[subset]) for subset in self.subsets()}

    def share(self, label: KeyLabel) -> Share:
        """Return this holder's share of the label's key; raises LabelUnknown. Kept in memory once computed."""
        with self._lock:
            if label not in self._shares:
                secret = sharing.share(
                    holder=self.index, seeds=self._seeds, label=label, salts=self.salts(label), t=self.t, n=self.n
                )
                self._shares[label] = Share(secret, group.multiply_base(secret))
            return self._shares[label]

    def masked_shares(self, agency_label: KeyLabel, index_label: KeyLabel) -> sharing.MaskedShares:
        """Return this holder's message to the converter; raises LabelUnknown and RatioRefused."""
        return sharing.conversion_message(
            holder=self.index,
            seeds=self._seeds,
            agency_label=agency_label,
            index_label=index_label,
            agency_salts=self.salts(agency_label),
            index_salts=self.salts(index_label),
            t=self.t,
            n=self.n,
        )

    def _check_not_erased(self, label: KeyLabel) -> None:
        if self.keystore.find(_erased_entry(label)) is not None:
            raise LabelErased("this holder erased the label")

    def _salt(self, label: KeyLabel, subset: Subset) -> bytes | None:
        return self.keystore.find(salt_entry(label, subset))

    def _store(self, label: KeyLabel, salts: Mapping[Subset, bytes]) -> None:
        if salts:
            self.keystore.put_all({salt_entry(label, subset): salt for subset, salt in salts.items()})


def seed_entry(subset: Subset) -> str:
    """Return the name under which the seed of a set lies in the keystore."""
    return f"seed/{_members(subset)}"


def salt_entry(label: KeyLabel, subset: Subset) -> str:
    """Return the name under which a label's salt for a set lies in the keystore."""
    return f"salt/{base64url(label.encode())}/{_members(subset)}"


def _key_entry(label: KeyLabel) -> str:
    return f"key/{base64url(label.encode())}"


def _erased_entry(label: KeyLabel) -> str:
    return f"erased/{base64url(label.encode())}"


def _members(subset: Iterable[int]) -> str:
    return "-".join(map(str, subset))

"""A whole federation of key holders in memory: what the tests of keys agree on as the honest case."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from keys import oprf, sharing
from keys.conversion import ConversionFactor, Converter
from keys.group import Element, Scalar
from keys.labels import KeyLabel, bsn_input, key_id
from keys.sharing import MaskedShares, Subset
from keys.tokens import PersonToken

POLICE = KeyLabel("agency", "00000000990000000001", "youth", 1)
SCHOOL = KeyLabel("agency", "00000000990000000002", "youth", 1)
INDEX = KeyLabel("index", "", "youth", 1)
PEPPER = hashlib.sha256(b"pepper of a test").digest()
DATA_KEY = hashlib.sha256(b"data key of a test").digest()


def person_numbers(count: int) -> list[str]:
    """Return the first `count` numbers that pass the 11-test; all start with three zeros, so none was ever issued."""
    weights = range(9, 1, -1)
    found: list[str] = []
    for number in range(1, 100_000):
        stem = f"{number:08d}"
        check = sum(weight * int(digit) for weight, digit in zip(weights, stem, strict=True)) % 11
        if check < 10:
            found.append(f"{stem}{check}")
        if len(found) == count:
            break
    return found


@dataclass(frozen=True)
class Federation:
    """n honest holders; every seed and salt follows from a name, so that a test can be repeated."""

    t: int
    n: int
    name: str = "a federation"

    @property
    def holders(self) -> range:
        """The numbers of the holders."""
        return range(1, self.n + 1)

    def seeds(self, holder: int) -> dict[Subset, bytes]:
        """Return the seeds that a holder knows."""
        return {subset: self._bytes("seed", subset) for subset in sharing.known_subsets(holder, self.t, self.n)}

    def salts(self, holder: int, label: KeyLabel) -> dict[Subset, bytes]:
        """Return the salts of a label that a holder knows."""
        known = sharing.known_subsets(holder, self.t, self.n)
        return {subset: self._bytes("salt", subset, label) for subset in known}

    def published(self, holder: int, label: KeyLabel) -> dict[Subset, Element]:
        """Return the commitments that a holder publishes for a label."""
        seeds, salts = self.seeds(holder), self.salts(holder, label)
        return {subset: sharing.commitment(seeds[subset], label, salts[subset]) for subset in seeds}

    def public(self, label: KeyLabel) -> tuple[Element, tuple[Element, ...]]:
        """Return a label's public key and those of its shares."""
        published = {holder: self.published(holder, label) for holder in self.holders}
        return sharing.public_keys(sharing.agreed_commitments(published, self.t, self.n), self.t, self.n)

    def share(self, holder: int, label: KeyLabel) -> Scalar:
        """Return a holder's share of a label's key."""
        return sharing.share(
            holder=holder,
            seeds=self.seeds(holder),
            label=label,
            salts=self.salts(holder, label),
            t=self.t,
            n=self.n,
        )

    def answer(self, holder: int, label: KeyLabel, elements: Sequence[Element]) -> tuple[list[Element], bytes]:
        """Return a holder's evaluation and proof."""
        secret = self.share(holder, label)
        return oprf.evaluate_and_prove(secret, self.public(label)[1][holder - 1], elements)

    def tokens(self, label: KeyLabel, bsns: Sequence[str], chosen: Sequence[int] = ()) -> list[PersonToken]:
        """Return what an agency makes of these numbers with the chosen holders, proofs checked."""
        indices = tuple(chosen) or tuple(self.holders)[: self.t]
        public, pinned = self.public(label)
        blinds, elements = oprf.blind([bsn_input(bsn) for bsn in bsns])
        evaluated = []
        for holder in indices:
            answer, proof = self.answer(holder, label, elements)
            sharing.accept_evaluation(holder=holder, pinned=pinned, elements=elements, evaluated=answer, proof=proof)
            evaluated.append(answer)
        name = key_id(label, public)
        return [PersonToken(name, element) for element in sharing.combine(indices, evaluated, blinds)]

    def message(self, holder: int, agency: KeyLabel, index: KeyLabel = INDEX) -> MaskedShares:
        """Return a holder's message to the converter."""
        return sharing.conversion_message(
            holder=holder,
            seeds=self.seeds(holder),
            agency_label=agency,
            index_label=index,
            agency_salts=self.salts(holder, agency),
            index_salts=self.salts(holder, index),
            t=self.t,
            n=self.n,
        )

    def factor(self, agency: KeyLabel, index: KeyLabel = INDEX) -> ConversionFactor:
        """Return the factor that all messages open to."""
        agency_public, index_public = self.public(agency)[0], self.public(index)[0]
        scalar = sharing.open_conversion(
            {holder: self.message(holder, agency, index) for holder in self.holders},
            agency_public=agency_public,
            index_public=index_public,
            t=self.t,
        )
        return ConversionFactor(agency, index, key_id(agency, agency_public), scalar)

    def converter(self, *agencies: KeyLabel, index: KeyLabel = INDEX) -> Converter:
        """Return the converter with the factors of these agencies."""
        factors = [self.factor(agency, index) for agency in agencies]
        return Converter(factors, {(index.lane, index.epoch): PEPPER}, DATA_KEY)

    def _bytes(self, *parts: object) -> bytes:
        return hashlib.sha256(repr((self.name, *parts)).encode()).digest()

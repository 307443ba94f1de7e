"""Decides how holders make their seeds together, offline: three rounds of files that anybody may carry.

1. `commit`: each holder draws 32 bytes for each seed it will know, and commits to them.
2. `reveal`: with *all* commitments in hand, each seals its bytes to the other holders of that seed.
3. `finish`: each opens what was sealed to it, checks it against the commitments, and keeps the seeds.

Every message is signed with the holder's key of the trust list and bound to the ceremony; a reveal also to the exact
set of commitments it answers, so a holder that shows one commitment here and another there is found out. Between
rounds a holder's own bytes wait in its keystore.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from keys import ceremony
from keys.ceremony import CeremonyRejected
from keys.custody import Keystore
from keys.holder.identity import sealing_key, signing_key
from keys.holder.seeds import seed_entry
from keys.labels import lp
from keys.polynomials import Subset, known_subsets
from keys.sealing import SealRefused, seal
from keys.sodium import ed25519_verify
from keys.trust import Algorithm, Party, TrustList
from keys.wire import MOST_HOLDERS, Bytes16, Bytes32, Bytes64, Holder, Message, Sealed
from keys.wire import Subset as SubsetField

_UNSIGNED = bytes(64)
_MOST = 10_000


class SeedCommitment(Message):
    """The commitment to one holder's part of one seed."""

    subset: SubsetField
    commitment: Bytes32


class Commitments(Message):
    """First round: what one holder commits to."""

    ceremony_id: Bytes16
    holder: Holder
    commitments: Annotated[tuple[SeedCommitment, ...], Field(max_length=_MOST)]
    signature: Bytes64

    def signed_bytes(self) -> bytes:
        """Return what the holder signs."""
        parts = (_join(bytes(one.subset), one.commitment) for one in self.commitments)
        return _join(b"hitindex-v1/ceremony-commitments", self.ceremony_id, bytes((self.holder,)), *parts)


class SealedReveal(Message):
    """One holder's part of one seed, sealed to another holder of that seed."""

    subset: SubsetField
    recipient: Holder
    sealed: Sealed


class Reveals(Message):
    """Second round: what one holder committed to, in answer to exactly the commitments of `transcript`."""

    ceremony_id: Bytes16
    holder: Holder
    transcript: Bytes32
    reveals: Annotated[tuple[SealedReveal, ...], Field(max_length=_MOST * MOST_HOLDERS)]
    signature: Bytes64

    def signed_bytes(self) -> bytes:
        """Return what the holder signs."""
        parts = (_join(bytes(one.subset), bytes((one.recipient,)), one.sealed) for one in self.reveals)
        head = (b"hitindex-v1/ceremony-reveals", self.ceremony_id, bytes((self.holder,)), self.transcript)
        return _join(*head, *parts)


@dataclass(frozen=True, slots=True)
class Participant:
    """One holder in one ceremony: number `index` of n, of whom t will evaluate. `trust` names the others' keys.

    `clock` returns the time now, with its zone: a key of the list must count when its message is read.
    """

    keystore: Keystore
    index: int
    t: int
    n: int
    ceremony_id: bytes
    trust: TrustList
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def commit(self) -> Commitments:
        """First round; the same message when asked again."""
        parts = {subset: self._drawn(subset) for subset in self._subsets()}
        self.keystore.put_all({self._entry(subset): part for subset, part in parts.items()})
        commitments = tuple(
            SeedCommitment(subset=subset, commitment=self._commitment(subset, part)) for subset, part in parts.items()
        )
        message = Commitments(
            ceremony_id=self.ceremony_id, holder=self.index, commitments=commitments, signature=_UNSIGNED
        )
        return message.model_copy(update={"signature": signing_key(self.keystore).sign(message.signed_bytes())})

    def reveal(self, commitments: Sequence[Commitments]) -> Reveals:
        """Second round, once all n commitments are in; raises CeremonyRejected, naming who disturbs it."""
        transcript = self._checked(commitments)
        if self.keystore.find(self._transcript_entry()) not in {None, transcript}:
            raise CeremonyRejected(self.index, "has revealed already, in answer to other commitments")
        self.keystore.put(self._transcript_entry(), transcript)
        sealed = tuple(
            SealedReveal(subset=subset, recipient=other, sealed=self._sealed(subset, other))
            for subset in self._subsets()
            for other in range(1, self.n + 1)
            if other not in {*subset, self.index}
        )
        message = Reveals(
            ceremony_id=self.ceremony_id,
            holder=self.index,
            transcript=transcript,
            reveals=sealed,
            signature=_UNSIGNED,
        )
        return message.model_copy(update={"signature": signing_key(self.keystore).sign(message.signed_bytes())})

    def finish(self, commitments: Sequence[Commitments], reveals: Sequence[Reveals]) -> None:
        """Third round: put the seeds in the keystore, and forget the parts; raises CeremonyRejected."""
        transcript = self._checked(commitments)
        if self.keystore.find(self._transcript_entry()) != transcript:
            raise CeremonyRejected(self.index, "did not reveal in answer to these commitments")
        revealed = self._opened(reveals, transcript)
        committed = {
            message.holder: {one.subset: one.commitment for one in message.commitments} for message in commitments
        }
        seeds = {subset: self._seed(subset, revealed, committed) for subset in self._subsets()}
        self.keystore.put_all({seed_entry(subset): seed for subset, seed in seeds.items()})
        self.keystore.remove(self._transcript_entry(), *map(self._entry, self._subsets()))

    def _seed(
        self,
        subset: Subset,
        revealed: Mapping[tuple[int, Subset], bytes],
        committed: Mapping[int, Mapping[Subset, bytes]],
    ) -> bytes:
        members = [holder for holder in range(1, self.n + 1) if holder not in subset]
        parts = {holder: revealed[holder, subset] for holder in members if (holder, subset) in revealed}
        expected = {holder: committed[holder][subset] for holder in members}
        return ceremony.open_seed(subset, parts, expected, ceremony_id=self.ceremony_id)

    def _subsets(self) -> tuple[Subset, ...]:
        return known_subsets(self.index, self.t, self.n)

    def _drawn(self, subset: Subset) -> bytes:
        return self.keystore.find(self._entry(subset)) or secrets.token_bytes(ceremony.CONTRIBUTION_BYTES)

    def _commitment(self, subset: Subset, part: bytes) -> bytes:
        return ceremony.commit(part, ceremony_id=self.ceremony_id, subset=subset, holder=self.index)

    def _checked(self, commitments: Sequence[Commitments]) -> bytes:
        """Return the digest of the commitments of all holders, each signed, for this ceremony and complete."""
        for message in commitments:
            self._check_sender(message)
            if {one.subset for one in message.commitments} != set(known_subsets(message.holder, self.t, self.n)):
                raise CeremonyRejected(message.holder, "committed to other seeds than its own")
        by_holder = {message.holder: message.signed_bytes() for message in commitments}
        for holder in range(1, self.n + 1):
            if [message.holder for message in commitments].count(holder) != 1:
                raise CeremonyRejected(holder, "has not sent exactly one set of commitments")
        return hashlib.sha256(_join(*(hashlib.sha256(by_holder[i]).digest() for i in sorted(by_holder)))).digest()

    def _check_sender(self, message: Commitments | Reveals) -> None:
        party = self._party(message.holder)
        if message.ceremony_id != self.ceremony_id:
            raise CeremonyRejected(message.holder, "sent a message of another ceremony")
        now = self.clock()
        keys = (key for key in party.keys if key.algorithm is Algorithm.ED25519 and key.counts_at(now))
        if not any(ed25519_verify(message.signature, message.signed_bytes(), key.public) for key in keys):
            raise CeremonyRejected(message.holder, "did not sign this message")

    def _party(self, holder: int) -> Party:
        found = next((party for party in self.trust.holders() if party.holder_index == holder), None)
        if found is None or not found.sealing_key:
            raise CeremonyRejected(holder, "is not on the trust list with a key to seal to")
        return found

    def _sealed(self, subset: Subset, recipient: int) -> bytes:
        part = self.keystore.get(self._entry(subset))
        return seal(self._party(recipient).sealing_key, part, purpose=self._purpose(subset, self.index, recipient))

    def _opened(self, reveals: Sequence[Reveals], transcript: bytes) -> dict[tuple[int, Subset], bytes]:
        """Return all parts revealed to this holder, its own among them."""
        opened = {(self.index, subset): self.keystore.get(self._entry(subset)) for subset in self._subsets()}
        for message in reveals:
            self._check_sender(message)
            if message.transcript != transcript:
                raise CeremonyRejected(message.holder, "saw other commitments than we did")
            for one in message.reveals:
                if one.recipient == self.index and message.holder != self.index:
                    opened[message.holder, one.subset] = self._unsealed(message.holder, one)
        return opened

    def _unsealed(self, sender: int, one: SealedReveal) -> bytes:
        try:
            return sealing_key(self.keystore).open(one.sealed, purpose=self._purpose(one.subset, sender, self.index))
        except SealRefused:
            raise CeremonyRejected(sender, "sealed something else than its part of a seed") from None

    def _purpose(self, subset: Subset, sender: int, recipient: int) -> bytes:
        return _join(b"hitindex-v1/ceremony-reveal", self.ceremony_id, bytes(subset), bytes((sender, recipient)))

    def _entry(self, subset: Subset) -> str:
        return f"ceremony/{self.ceremony_id.hex()}/{'-'.join(map(str, subset))}"

    def _transcript_entry(self) -> str:
        return f"ceremony/{self.ceremony_id.hex()}/transcript"


def conduct(participants: Sequence[Participant]) -> None:
    """Hold the ceremony among holders whose keystores are all open here: one holder, or a demonstration."""
    commitments = [participant.commit() for participant in participants]
    reveals = [participant.reveal(commitments) for participant in participants]
    for participant in participants:
        participant.finish(commitments, reveals)


def _join(*parts: bytes) -> bytes:
    return b"".join(map(lp, parts))

"""Decides how the holders outside a set make that set's seed together, so that none of them chooses it.

Each of them commits to 32 random bytes, and reveals them to the others only when all commitments are in. A commitment
binds the ceremony, the set and the holder, so that no message of another place or time fits.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping

from keys.labels import lp
from keys.polynomials import Subset

CONTRIBUTION_BYTES = 32


class CeremonyRejected(ValueError):
    """A holder's message is missing, replayed or not what it committed to: the ceremony starts again without it."""

    def __init__(self, holder: int, reason: str) -> None:
        """Name the holder and what is wrong, never the contribution."""
        super().__init__(f"holder {holder}: {reason}")
        self.holder = holder


def commit(contribution: bytes, *, ceremony_id: bytes, subset: Subset, holder: int) -> bytes:
    """Return the 32-byte commitment of one holder to its 32 random bytes for the seed of `subset`."""
    if len(contribution) != CONTRIBUTION_BYTES:
        raise ValueError(f"a contribution is {CONTRIBUTION_BYTES} bytes, not {len(contribution)}")
    parts = (b"hitindex-v1/seed-commitment", ceremony_id, _encode(subset), _encode((holder,)), contribution)
    return _hash(parts)


def open_seed(
    subset: Subset, contributions: Mapping[int, bytes], commitments: Mapping[int, bytes], *, ceremony_id: bytes
) -> bytes:
    """Return the 32-byte seed of `subset` from what its holders revealed, by holder.

    `commitments` are those that this ceremony received before the first reveal, of *all* holders outside the set.
    Raises CeremonyRejected, naming the first holder whose reveal is missing, uninvited or does not fit.
    """
    for holder in sorted(commitments.keys() | contributions.keys()):
        reason = _objection(subset, holder, contributions, commitments, ceremony_id)
        if reason is not None:
            raise CeremonyRejected(holder, reason)
    if not contributions:
        raise ValueError("a seed needs a contribution")
    revealed = (part for holder in sorted(contributions) for part in (_encode((holder,)), contributions[holder]))
    return _hash((b"hitindex-v1/seed", ceremony_id, _encode(subset), *revealed))


def _objection(
    subset: Subset,
    holder: int,
    contributions: Mapping[int, bytes],
    commitments: Mapping[int, bytes],
    ceremony_id: bytes,
) -> str | None:
    if holder in subset:
        return "has no part in the seed of a set that it is in"
    if holder not in commitments:
        return "revealed without a commitment"
    revealed = contributions.get(holder, b"")
    if len(revealed) != CONTRIBUTION_BYTES:
        return "did not reveal 32 bytes"
    expected = commit(revealed, ceremony_id=ceremony_id, subset=subset, holder=holder)
    if not hmac.compare_digest(expected, commitments[holder]):
        return "revealed what it did not commit to in this ceremony"
    return None


def _encode(holders: Iterable[int]) -> bytes:
    return b"".join(holder.to_bytes(2, "big") for holder in holders)


def _hash(parts: Iterable[bytes]) -> bytes:
    return hashlib.sha256(b"".join(map(lp, parts))).digest()

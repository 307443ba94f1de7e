"""An exclusion: who must learn nothing of a person, between whom that keeps silent, and who mediates."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.core.involvement import Oin
from gateway.core.refusals import Refusal, Refused
from gateway.protocol.messages.exclusions import ExclusionReach, ExclusionRole, ExclusionStatus
from keys.tokens import IndexToken

#: Kinds of agency that shield a person toward whoever else is involved (abuse case A2: "set by a safety desk"). What
#: any other kind records keeps silent only what it could have kept silent by not registering (ADR 0011).
SAFETY_DESKS: Final = frozenset({"shelter", "veilig_thuis"})

#: Every list of excluded has this length before it is sealed: how many there are does not show.
CONCEALED_BYTES: Final = 2048


@dataclass(frozen=True, slots=True)
class Target:
    """Who is excluded: an agency, or only the unit of it that registers with this desk.

    With `conflict_desk` it may hear, but at its conflict desk alone.
    """

    agency: Oin
    unit: str = ""
    conflict_desk: bool = False


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A registration as far as an exclusion looks at it: whose it is, and of which unit."""

    registration: str
    agency: Oin
    unit: str

    def is_one_of(self, targets: Collection[Target], *, reachable: Collection[Oin] = ()) -> bool:
        """Whether it is of an excluded agency or unit that hears nothing, not even at a conflict desk.

        `reachable` are the agencies that have such a desk. Who is excluded in both ways hears nothing.
        """
        its_own = (target for target in targets if target.agency == self.agency and target.unit in {"", self.unit})
        return any(not (target.conflict_desk and target.agency in reachable) for target in its_own)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One exclusion as the index holds it; `concealed` is who is excluded, which the index cannot read."""

    id: str
    agency: Oin
    lane: str
    case_reference: str
    contact_id: str
    mediator: Oin
    reach: ExclusionReach
    index_token: IndexToken
    concealed: bytes
    status: ExclusionStatus = ExclusionStatus.STANDING
    recorded_at: datetime | None = None
    lifted_at: datetime | None = None

    def role_of(self, agency: Oin) -> ExclusionRole:
        """Return what one of its two agencies is to it."""
        return ExclusionRole.RECORDER if agency == self.agency else ExclusionRole.MEDIATOR

    def other_than(self, agency: Oin) -> Oin:
        """Return the other of its two agencies."""
        return self.mediator if agency == self.agency else self.agency


@dataclass(frozen=True, slots=True)
class Opened:
    """A standing exclusion with whom it excludes, for as long as it takes to match."""

    exclusion: Exclusion
    targets: frozenset[Target]

    def shields(self, one: Enrolled, other: Enrolled, *, reachable: Collection[Oin] = ()) -> Enrolled | None:
        """Return which side of a meeting is shielded from the other, or None when they may meet as far as this goes.

        Of two sides that are both excluded the first one stands for both. `reachable` have a conflict desk.
        """
        sides = ((one, other), (other, one))
        return next((side for side, from_ in sides if self._keeps(side, from_, reachable)), None)

    def redirected(self, one: Enrolled, other: Enrolled) -> tuple[Oin, ...]:
        """Return the sides of a meeting that may hear of it at their conflict desk alone, or not at all."""
        return tuple(from_.agency for side, from_ in ((one, other), (other, one)) if self._keeps(side, from_, ()))

    def _keeps(self, side: Enrolled, from_: Enrolled, reachable: Collection[Oin]) -> bool:
        whose = self.exclusion.reach is ExclusionReach.PERSON or side.agency == self.exclusion.agency
        return whose and from_.is_one_of(self.targets, reachable=reachable)


@dataclass(frozen=True, slots=True)
class Withheld:
    """Who would have met an excluded agency, and when that was first so."""

    withheld_at: datetime
    agency: Oin
    contact_id: str


@dataclass(frozen=True, slots=True)
class ExclusionAlert:
    """An alert to one of the two agencies of an exclusion: there is something to look at."""

    id: str
    agency: Oin
    exclusion: str


def reach_of(kind: str) -> ExclusionReach:
    """Return how far an exclusion goes that an agency of this kind records."""
    return ExclusionReach.PERSON if kind in SAFETY_DESKS else ExclusionReach.OWN


def checked_targets(targets: Iterable[Target], *, recorder: Oin, mediator: Oin) -> frozenset[Target]:
    """Accept a list of excluded that leaves out who recorded it, and a mediator who is neither.

    Raises:
        Refused: `member_invalid` for an agency that would exclude itself, `exclusion_mediator`.
    """
    checked = frozenset(targets)
    excluded = {target.agency for target in checked}
    if recorder in excluded:
        raise Refused(Refusal.MEMBER_INVALID, member="excluded")
    if mediator == recorder or mediator in excluded:
        raise Refused(Refusal.EXCLUSION_MEDIATOR)
    return checked


def text_of(targets: Collection[Target]) -> bytes:
    """Return a list of excluded as it is sealed: of one length, whoever and how many they are."""
    rows = sorted((target.agency, target.unit, *(1,) * target.conflict_desk) for target in targets)
    text = json.dumps(rows, separators=(",", ":")).encode()
    if len(text) > CONCEALED_BYTES:
        raise AssertionError("the protocol allows no list as long as this")
    return text.ljust(CONCEALED_BYTES)


def targets_of(text: bytes) -> frozenset[Target]:
    """Return the list of excluded in an opened seal."""
    return frozenset(Target(Oin(agency), unit, bool(rest)) for agency, unit, *rest in json.loads(text))

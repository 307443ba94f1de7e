"""What both sides of a meeting are told by the policy of their lane: both something, or neither (domain rule 3).

The match decides by it, and so does everything that tells beforehand what a match would decide.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from gateway.core.policy.answers import Asking, Decision, Situation
from gateway.core.policy.card import DisclosureLevel
from gateway.core.policy.engine import LanePolicy


class Heard(NamedTuple):
    """What the policy decides for one side; `held_back` is true when it is told nothing as the other hears nothing."""

    decision: Decision
    held_back: bool

    @property
    def level(self) -> DisclosureLevel:
        """How much this side really hears."""
        return DisclosureLevel.SILENT if self.held_back else self.decision.level


def seen_from(own: Asking, other: Asking) -> Situation:
    """Give a meeting as one side sees it: it hears for the purpose for which it registered itself."""
    return Situation(own.agency_kind, other.agency_kind, own.purpose, own.flag, other.flag)


def both_told(levels: Iterable[DisclosureLevel]) -> bool:
    """Whether a meeting is told: only when neither side would hear nothing."""
    return all(level is not DisclosureLevel.SILENT for level in levels)


def heard(policy: LanePolicy, own: Asking, other: Asking, *, on: date) -> Heard:
    """Decide what one side hears of the other on a date."""
    decision = policy.decide(seen_from(own, other), on=on)
    if decision.level is DisclosureLevel.SILENT:
        return Heard(decision, held_back=False)
    back = policy.decide(seen_from(other, own), on=on)
    return Heard(decision, held_back=not both_told((decision.level, back.level)))

"""The meetings of a lane as points: who hears of whom, for which purposes and under which flags both registered."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import chain

from gateway.core.policy.answers import Asking
from gateway.core.policy.card import PolicyFile
from gateway.core.policy.questions.boxes import Point
from gateway.core.policy.tables import situations_of


def meeting_of(own: Asking, other: Asking) -> Point:
    """Give the point in which one side hears of the other: kinds, purposes and flags, each of both."""
    return own.agency_kind, other.agency_kind, own.purpose, other.purpose, own.flag, other.flag


def sides_in(point: Point) -> tuple[Asking, Asking]:
    """Give who hears in a point, and of whom."""
    recipient, other, purpose, of_other, own_flag, other_flag = point
    return Asking(recipient, purpose, own_flag), Asking(other, of_other, other_flag)


def meetings(cards: Sequence[PolicyFile], sides: Collection[Asking]) -> Iterator[Point]:
    """Give the points of these sides of which any rule speaks; of all others no card ever tells anything.

    A recipient hears for its own purpose, whatever the purpose is for which the other registered.
    """
    purposes: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for side in sides:
        purposes[side.agency_kind, side.flag].append(side.purpose)
    spoken_of = chain.from_iterable(situations_of(rule) for card in cards for rule in card.disclosure_rules)
    for recipient, other, purpose, own_flag, other_flag in dict.fromkeys(spoken_of):
        own = Asking(recipient, purpose, own_flag)
        if own in sides:
            for of_other in purposes[other, other_flag]:
                yield meeting_of(own, Asking(other, of_other, other_flag))

"""Finds every situation that two versions of a lane answer differently, and puts those with one cause together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from gateway.core.policy.cards.mistakes import Mistake, PolicyRejected
from gateway.core.policy.cards.vocabulary import Vocabulary
from gateway.core.policy.engine import LanePolicy
from gateway.core.policy.questions.boxes import Box, Point, cover_boxes
from gateway.core.policy.questions.boxes import size as size_of
from gateway.core.policy.questions.situations import Answers, Outcome, Period, Question, World, periods_of

#: Answers, over all periods; the largest real lane needs some thousands.
MOST_COMPARED: Final = 200_000


class Cause(NamedTuple):
    """What situations have in common that change together: the question, both answers, and when."""

    question: Question
    before: Outcome
    after: Outcome
    period: Period

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that decide now, and then those that decided before."""
        return tuple(dict.fromkeys((*self.after.rules, *self.before.rules)))

    @property
    def steps(self) -> int:
        """How many steps more is permitted or told than before."""
        return self.after.level - self.before.level

    def place(self) -> tuple[object, ...]:
        """Where it is told: what opens first, then what closes, then the rest; by rule and in order of time."""
        ends = tuple(str(day or "") for day in self.period)
        return (self.steps <= 0) + (self.steps == 0), self.rules, ends, self.question, repr(self)


@dataclass(frozen=True, slots=True)
class ChangedBox:
    """Situations with one cause that can be told in one sentence: every combination of the words in `box`."""

    cause: Cause
    box: Box

    @property
    def size(self) -> int:
        """How many situations these are."""
        return size_of(self.box)

    @property
    def opened(self) -> int:
        """In how many of them more is permitted or told than before."""
        return self.size if self.cause.steps > 0 else 0

    @property
    def closed(self) -> int:
        """In how many of them less is permitted or told than before."""
        return self.size if self.cause.steps < 0 else 0


@dataclass(frozen=True, slots=True)
class LaneChanges:
    """What changes in a lane, out of all that was compared: each situation of the world in each period.

    A situation that changes in two ways or in two periods that do not join is two changes.
    """

    world: World
    periods: tuple[Period, ...]
    boxes: tuple[ChangedBox, ...]

    @property
    def comparisons(self) -> int:
        """How many answers were compared."""
        return self.world.size * len(self.periods)


def changes_between(old: LanePolicy | None, new: LanePolicy | None, vocabulary: Vocabulary) -> LaneChanges:
    """Compare two versions of one lane in every situation on every day; nothing stands for a lane that is not there.

    A situation of which neither card speaks is refused without a rule by both on every day, so only the others are
    asked; `tests/properties/test_policy_difference.py` asks them all. Whoever registered under the old version is still
    there under the new one, so that a new rule about them is never missed.

    Raises PolicyRejected when two cards together have more to ask than `MOST_COMPARED`.
    """
    policies = [policy for policy in (old, new) if policy is not None]
    cards = [policy.card for policy in policies]
    world = World.of(policies, vocabulary)
    periods = periods_of(policies)
    before = Answers(old, world, old.sides() if old else frozenset())
    after = Answers(new, world, world.sides)
    groups: defaultdict[Cause, list[Box]] = defaultdict(list)
    every = ((question, box) for question in Question for box in world.spoken_of(question, cards))
    for asked, (question, box) in enumerate(every, start=1):
        if asked * len(periods) > MOST_COMPARED:
            raise _too_much(cards[-1].name)
        point = tuple(side[0] for side in box)
        for cause in _causes(question, point, periods, before, after):
            groups[cause].append(box)
    return LaneChanges(world, periods, tuple(boxes_of(groups, world)))


def _too_much(file: str) -> PolicyRejected:
    message = f"oud en nieuw samen geven meer dan {MOST_COMPARED} vergelijkingen; maak de regels korter"
    return PolicyRejected([Mistake(file, 1, 1, "", message)])


def _causes(
    question: Question, point: Point, periods: Iterable[Period], before: Answers, after: Answers
) -> Iterator[Cause]:
    """Give each change of a point; one that goes on over several periods is one change."""
    going_on: Cause | None = None
    for period in periods:
        old, new = (answers.to(question, point, on=period.day) for answers in (before, after))
        if going_on is not None and (going_on.before, going_on.after) == (old, new):
            going_on = going_on._replace(period=Period(going_on.period.from_on, period.until_on))
            continue
        if going_on is not None:
            yield going_on
        going_on = Cause(question, old, new, period) if old != new else None
    if going_on is not None:
        yield going_on


def boxes_of(groups: Mapping[Cause, Iterable[Box]], world: World) -> Iterator[ChangedBox]:
    """Cover each group exactly; what opens comes first, then what closes, then what only has another cause."""
    for cause in sorted(groups, key=Cause.place):
        for box in cover_boxes(groups[cause], world.dimensions(cause.question)):
            yield ChangedBox(cause, box)

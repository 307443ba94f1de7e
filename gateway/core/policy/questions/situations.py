"""The closed world of a lane: everything that can be asked of its policy, on which days, and what it then answers."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import chain, pairwise, product
from math import prod
from typing import Final, NamedTuple

from gateway.core.policy.answers import Asking, Denial, Permitted, Registering
from gateway.core.policy.card import PolicyFile
from gateway.core.policy.cards.vocabulary import Term, Vocabulary
from gateway.core.policy.engine import LanePolicy
from gateway.core.policy.meeting import Heard, heard
from gateway.core.policy.questions.boxes import Box, Point
from gateway.core.policy.questions.meetings import meetings, sides_in
from gateway.core.policy.tables import askings_of

ATTESTED: Final = "attested"
NOT_ATTESTED: Final = "not_attested"
_STATES: Final = (ATTESTED, NOT_ATTESTED)
_ONE_DAY: Final = timedelta(days=1)
_ASKING: Final = 3  # kind of agency, purpose and flag: the preconditions come after them


class Question(StrEnum):
    """The two things that are asked of a policy."""

    REGISTERING = "registering"
    TELLING = "telling"


class Period(NamedTuple):
    """From a day up to, not including, another; nothing where there is no such end."""

    from_on: date | None
    until_on: date | None

    @property
    def day(self) -> date:
        """One day of the period, which stands for all of them."""
        return self.from_on or (self.until_on - _ONE_DAY if self.until_on else date.min)


class Outcome(NamedTuple):
    """What a policy answers, without its sentences: how much, by which rules, on which articles.

    Who may register has level 1, who may not has level 0 and, when a rule stands in the way, `denial`. `held_back` is
    true when a recipient is told nothing because the other side of the meeting learns nothing: both or neither; the
    rules are then those that would have told it something.
    """

    level: int
    rules: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    denial: Denial | None = None
    held_back: bool = False


NOTHING: Final = Outcome(0)


@dataclass(frozen=True, slots=True)
class World:
    """Every word that can stand in a question about one lane; a point holds one word of each dimension.

    `sides` is all that an agency can have registered as under one of the policies: two of these make a situation in
    which one hears of the other.
    """

    kinds: tuple[str, ...]
    purposes: tuple[str, ...]
    flags: tuple[str, ...]
    preconditions: tuple[str, ...]
    sides: frozenset[Asking]

    @classmethod
    def of(cls, policies: Sequence[LanePolicy], vocabulary: Vocabulary) -> "World":
        """Give all kinds and purposes of the vocabulary, the flags of the cards and the preconditions of their rules.

        A word of a card that the vocabulary no longer has counts too.
        """
        cards = [policy.card for policy in policies]
        registering = [rule for card in cards for rule in card.registration_rules]
        telling = [rule for card in cards for rule in card.disclosure_rules]
        barred = [bar.agency_kinds for card in cards for bar in card.bars]
        told = [kinds for rule in telling for kinds in (rule.recipients, rule.others)]
        return cls(
            kinds=_once(_codes(vocabulary.agency_kinds), *(rule.agency_kinds for rule in registering), *barred, *told),
            purposes=_once(
                _codes(vocabulary.purposes),
                *(card.silent_purposes for card in cards),
                *(rule.purposes for rule in registering),
                *(rule.purposes for rule in telling),
            ),
            flags=_once(*(card.flags for card in cards), *(r.own_flags + r.other_flags for r in telling)),
            preconditions=_once(*(rule.preconditions for rule in registering)),
            sides=frozenset().union(*(policy.sides() for policy in policies)),
        )

    def dimensions(self, question: Question) -> tuple[tuple[str, ...], ...]:
        """Give the words that each place of a point can hold."""
        if question is Question.TELLING:
            return self.kinds, self.kinds, self.purposes, self.purposes, self.flags, self.flags
        return self.kinds, self.purposes, self.flags, *(_STATES for _ in self.preconditions)

    @property
    def size(self) -> int:
        """How many situations there are, of both questions: all that can be asked, and any side meeting any other."""
        return prod(map(len, self.dimensions(Question.REGISTERING))) + len(self.sides) ** 2

    def spoken_of(self, question: Question, cards: Sequence[PolicyFile]) -> Iterator[Box]:
        """Give what any rule of the cards speaks of, in boxes that do not overlap and in which all answers are alike.

        Of everything else no card says anything on any day.
        """
        if question is Question.REGISTERING:
            return self._registrations(cards)
        return (tuple(_alone(point)) for point in meetings(cards, self.sides))

    def _registrations(self, cards: Sequence[PolicyFile]) -> Iterator[Box]:
        """Give what is asked to register, once for each combination of the facts that some rule asks for there.

        Other facts make no difference: the box holds them attested and not attested.
        """
        asked: defaultdict[Asking, set[str]] = defaultdict(set)
        for rule in (rule for card in cards for rule in card.registration_rules):
            for asking in askings_of(rule):
                asked[asking].update(rule.preconditions)
        for asking, facts in asked.items():
            for attested in product(*(_states(fact in facts) for fact in self.preconditions)):
                yield (*_alone(asking), *attested)
        barred = dict.fromkeys(kind for card in cards for bar in card.bars for kind in bar.agency_kinds)
        for asking in map(Asking._make, product(barred, self.purposes, self.flags)):
            if asking not in asked:
                yield (*_alone(asking), *(_STATES for _ in self.preconditions))

    def attested_in(self, point: Point) -> frozenset[str]:
        """Give the preconditions that are attested in a point of registering."""
        stated = zip(self.preconditions, point[_ASKING:], strict=True)
        return frozenset(fact for fact, state in stated if state == ATTESTED)


def periods_of(policies: Sequence[LanePolicy]) -> tuple[Period, ...]:
    """Cut all time at every day on which any of the policies changes, also before the first and after the last."""
    edges = sorted({day for policy in policies for day in (*policy.starts_on, policy.valid_until_on)} - {date.min})
    ends: list[date | None] = [None, *edges, None]
    return tuple(Period(*pair) for pair in pairwise(ends))


class Answers:
    """What one version of a lane answers to points of a world; a lane without a policy refuses everything.

    `sides` is all that an agency can have registered as by then: any other meets nobody, and hears nothing.
    """

    def __init__(self, policy: LanePolicy | None, world: World, sides: Collection[Asking]) -> None:
        self._policy = policy
        self._world = world
        self._sides = sides
        self._told: dict[tuple[object, ...], Outcome] = {}

    def to(self, question: Question, point: Point, *, on: date) -> Outcome:
        """Answer one point on a day."""
        return self._registering(point, on) if question is Question.REGISTERING else self._telling(point, on)

    def _registering(self, point: Point, on: date) -> Outcome:
        if self._policy is None:
            return NOTHING
        kind, purpose, flag = point[:_ASKING]
        attested = self._world.attested_in(point)
        answer = self._policy.may_register(agency_kind=kind, purpose=purpose, flag=flag, preconditions=attested, on=on)
        return outcome_of_registering(answer, self._policy)

    def _telling(self, point: Point, on: date) -> Outcome:
        own, other = sides_in(point)
        if self._policy is None or own not in self._sides or other not in self._sides:
            return NOTHING
        told = heard(self._policy, own, other, on=on)
        key = (told.held_back, told.decision.level, told.decision.rules, told.decision.basis)
        if key not in self._told:
            self._told[key] = outcome_of_telling(told, self._policy)
        return self._told[key]


def outcome_of_registering(answer: Registering, policy: LanePolicy) -> Outcome:
    """Take out of an answer what a change in it is told by; who is denied without a rule is denied, that is all."""
    if isinstance(answer, Permitted):
        return Outcome(1, (answer.rule,), _articles(answer.basis, policy))
    return NOTHING if answer.rule is None else Outcome(0, (answer.rule,), _articles(answer.basis, policy), answer.code)


def outcome_of_telling(told: Heard, policy: LanePolicy) -> Outcome:
    """Take out of what is heard what a change in it is told by."""
    articles = _articles(told.decision.basis, policy)
    return Outcome(int(told.level), told.decision.rules, articles, held_back=told.held_back)


def _articles(names: tuple[str, ...], policy: LanePolicy) -> tuple[str, ...]:
    """Name articles as the law does: what a card calls them is no difference."""
    return tuple(f"{policy.bases[name].law} {policy.bases[name].article}" for name in names)


def _states(told_apart: bool) -> tuple[tuple[str, ...], ...]:  # noqa: FBT001  # of one fact
    return tuple(_alone(_STATES)) if told_apart else (_STATES,)


def _alone(words: Iterable[str]) -> Iterator[tuple[str]]:
    """Give each word as the only one in its place of a box."""
    return ((word,) for word in words)


def _codes(terms: Sequence[Term]) -> tuple[str, ...]:
    return tuple(term.code for term in terms)


def _once(*words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(words)))

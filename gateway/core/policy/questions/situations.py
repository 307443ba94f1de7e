"""The closed world of a lane: everything that can be asked of its policy, on which days, and what it then answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import chain, pairwise, product
from math import prod
from typing import Final, NamedTuple

from gateway.core.policy.answers import Decision, Denial, Permitted, Registering, Situation
from gateway.core.policy.card import PolicyFile
from gateway.core.policy.cards.vocabulary import Term, Vocabulary
from gateway.core.policy.engine import LanePolicy
from gateway.core.policy.questions.boxes import Point
from gateway.core.policy.tables import askings_of, situations_of

ATTESTED: Final = "attested"
NOT_ATTESTED: Final = "not_attested"
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
    true when a recipient is told nothing because the other side of the meeting learns nothing: both or neither.
    """

    level: int
    rules: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    denial: Denial | None = None
    held_back: bool = False


NOTHING: Final = Outcome(0)


@dataclass(frozen=True, slots=True)
class World:
    """Every word that can stand in a question about one lane; a point holds one word of each dimension."""

    kinds: tuple[str, ...]
    purposes: tuple[str, ...]
    flags: tuple[str, ...]
    preconditions: tuple[str, ...]

    @classmethod
    def of(cls, cards: Sequence[PolicyFile], vocabulary: Vocabulary) -> "World":
        """Give all kinds and purposes of the vocabulary, the flags of the cards and the preconditions of their rules.

        A word of a card that the vocabulary no longer has counts too.
        """
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
        )

    def dimensions(self, question: Question) -> tuple[tuple[str, ...], ...]:
        """Give the words that each place of a point can hold."""
        if question is Question.TELLING:
            return self.kinds, self.kinds, self.purposes, self.flags, self.flags
        return self.kinds, self.purposes, self.flags, *((ATTESTED, NOT_ATTESTED) for _ in self.preconditions)

    @property
    def size(self) -> int:
        """How many situations there are, of both questions."""
        return sum(prod(map(len, self.dimensions(question))) for question in Question)

    def spoken_of(self, question: Question, cards: Sequence[PolicyFile]) -> set[Point]:
        """Give the points that any rule of the cards speaks of; of all others no card says anything on any day."""
        if question is Question.TELLING:
            return set(chain.from_iterable(situations_of(rule) for card in cards for rule in card.disclosure_rules))
        barred = ((bar.agency_kinds, self.purposes, self.flags) for card in cards for bar in card.bars)
        asked = chain.from_iterable(askings_of(rule) for card in cards for rule in card.registration_rules)
        askings = {*map(tuple, asked), *chain.from_iterable(product(*of) for of in barred)}
        attestations = list(product(*self.dimensions(question)[_ASKING:]))
        return {(*asking, *attested) for asking in askings for attested in attestations}

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
    """What one version of a lane answers to points of a world; a lane without a policy refuses everything."""

    def __init__(self, policy: LanePolicy | None, world: World) -> None:
        self._policy = policy
        self._world = world
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
        if self._policy is None:
            return NOTHING
        decision = self._policy.decide(Situation._make(point), on=on)
        key = (decision.level, decision.rules, decision.basis)
        if key not in self._told:
            self._told[key] = outcome_of_telling(decision, self._policy)
        return self._told[key]


def outcome_of_registering(answer: Registering, policy: LanePolicy) -> Outcome:
    """Take out of an answer what a change in it is told by; who is denied without a rule is denied, that is all."""
    if isinstance(answer, Permitted):
        return Outcome(1, (answer.rule,), _articles(answer.basis, policy))
    return NOTHING if answer.rule is None else Outcome(0, (answer.rule,), _articles(answer.basis, policy), answer.code)


def outcome_of_telling(decision: Decision, policy: LanePolicy) -> Outcome:
    """Take out of a decision what a change in it is told by."""
    return Outcome(int(decision.level), decision.rules, _articles(decision.basis, policy))


def _articles(names: tuple[str, ...], policy: LanePolicy) -> tuple[str, ...]:
    """Name articles as the law does: what a card calls them is no difference."""
    return tuple(f"{policy.bases[name].law} {policy.bases[name].article}" for name in names)


def _codes(terms: Sequence[Term]) -> tuple[str, ...]:
    return tuple(term.code for term in terms)


def _once(*words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(words)))

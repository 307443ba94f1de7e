"""Why a policy answers as it does: rules, articles, sentences, and the nearest rule that would allow it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import product
from typing import Final

from gateway.core.policy.answers import EXPIRED, SILENT_PURPOSE, Asking, Decision, Denial, Denied, Permitted, Situation
from gateway.core.policy.card import Basis, DisclosureLevel, RegistrationRule
from gateway.core.policy.engine import LanePolicy

_ONE_DAY: Final = timedelta(days=1)


class Dimension(StrEnum):
    """What can differ between what was asked and what a rule allows; first what the asker can do most about."""

    PRECONDITION = "precondition"
    DAY = "day"
    OWN_FLAG = "own_flag"
    OTHER_FLAG = "other_flag"
    PURPOSE = "purpose"
    OTHER = "other"
    RECIPIENT = "recipient"
    AGENCY_KIND = "agency_kind"


@dataclass(frozen=True, slots=True)
class Differing:
    """One thing that would have to be otherwise: what was asked, and what would do, all in code names or ISO dates.

    Of preconditions, `asked` is empty and `needed` holds each that is still to be attested; of all others any one of
    `needed` is enough while the other differences are taken as they come first.
    """

    dimension: Dimension
    asked: str
    needed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Nearest:
    """The rule that would allow it with the fewest things otherwise."""

    rule: str
    level: DisclosureLevel | None
    differing: tuple[Differing, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why something is allowed or not; it follows from the card alone, so whoever reads it learns nothing of anyone.

    `level` is nothing when registering was asked about. `denial` is there for every refusal to register, and when a
    silent purpose or an expired policy is why nothing is told. `nearest` is there when less was allowed than wanted and
    some rule of the card would allow it.
    """

    permitted: bool
    level: DisclosureLevel | None
    denial: Denial | None
    rules: tuple[str, ...]
    bases: tuple[Basis, ...]
    explanation_nl: str
    explanation_en: str
    nearest: Nearest | None


def explain(
    policy: LanePolicy, situation: Situation, *, on: date, wanted: DisclosureLevel = DisclosureLevel.ACKNOWLEDGED
) -> Explanation:
    """Explain what a recipient learns on a day, and, when that is less than wanted, which rule comes nearest to it."""
    decision = policy.decide(situation, on=on)
    permitted = decision.level >= wanted
    return Explanation(
        permitted=permitted,
        level=decision.level,
        denial=_denial(decision),
        rules=decision.rules,
        bases=tuple(policy.bases[name] for name in decision.basis),
        explanation_nl=decision.explanation_nl,
        explanation_en=decision.explanation_en,
        nearest=None if permitted else _nearest(_tellings(policy, situation, on, wanted)),
    )


def explain_registering(
    policy: LanePolicy, asking: Asking, *, on: date, preconditions: frozenset[str] = frozenset()
) -> Explanation:
    """Explain whether an agency may register on a day, and, when it may not, which rule comes nearest to it."""
    answer = _registering(policy, asking, preconditions, on)
    denied = answer if isinstance(answer, Denied) else None
    return Explanation(
        permitted=denied is None,
        level=None,
        denial=None if denied is None else denied.code,
        rules=() if answer.rule is None else (answer.rule,),
        bases=tuple(policy.bases[name] for name in answer.basis),
        explanation_nl=answer.explanation_nl,
        explanation_en=answer.explanation_en,
        nearest=None if denied is None else _nearest(_registerings(policy, asking, preconditions, on)),
    )


def _registering(policy: LanePolicy, asking: Asking, preconditions: frozenset[str], on: date) -> Permitted | Denied:
    kind, purpose, flag = asking
    return policy.may_register(agency_kind=kind, purpose=purpose, flag=flag, preconditions=preconditions, on=on)


def _denial(decision: Decision) -> Denial | None:
    if decision is SILENT_PURPOSE:
        return Denial.PURPOSE_SILENT
    return Denial.POLICY_EXPIRED if decision is EXPIRED else None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A rule with what differs from what was asked; `works` tries the values that it asks for, in their order."""

    rule: str
    level: DisclosureLevel | None
    asked: tuple[tuple[Dimension, str], ...]
    choices: tuple[tuple[str, ...], ...]
    works: Callable[[tuple[str, ...]], bool]
    facts: tuple[str, ...] = ()

    @property
    def distance(self) -> tuple[int, tuple[int, ...]]:
        """How far it is: first the number of things that differ, then how little the asker can do about them."""
        order = list(Dimension)
        dimensions = [dimension for dimension, _ in self.asked]
        dimensions += [Dimension.PRECONDITION] * len(self.facts)
        return len(dimensions), tuple(sorted((order.index(one) for one in dimensions), reverse=True))


def _nearest(candidates: Iterator[_Candidate]) -> Nearest | None:
    """Give the nearest candidate that really works: another rule may refuse what this one allows."""
    for candidate in sorted(candidates, key=lambda one: one.distance):
        found = next(filter(candidate.works, product(*candidate.choices)), None)
        if found is not None:
            return Nearest(candidate.rule, candidate.level, tuple(_differing(candidate, found)))
    return None


def _differing(candidate: _Candidate, found: tuple[str, ...]) -> Iterator[Differing]:
    for place, (dimension, asked) in enumerate(candidate.asked):
        others = ((*found[:place], value, *found[place + 1 :]) for value in candidate.choices[place])
        yield Differing(dimension, asked, tuple(other[place] for other in others if candidate.works(other)))
    if candidate.facts:
        yield Differing(Dimension.PRECONDITION, "", candidate.facts)


_SITUATION: Final = (
    *(Dimension.RECIPIENT, Dimension.OTHER, Dimension.PURPOSE),
    *(Dimension.OWN_FLAG, Dimension.OTHER_FLAG),
)
_ASKING: Final = (Dimension.AGENCY_KIND, Dimension.PURPOSE, Dimension.OWN_FLAG)


def _tellings(policy: LanePolicy, situation: Situation, on: date, wanted: DisclosureLevel) -> Iterator[_Candidate]:
    for rule in policy.card.disclosure_rules:
        if rule.refuses or rule.level < wanted:
            continue
        sides = (rule.recipients, rule.others, rule.purposes, rule.own_flags, rule.other_flags)

        def works(values: Sequence[str], day: date, id_: str = rule.id) -> bool:
            decision = policy.decide(Situation._make(values), on=day)
            return decision.level >= wanted and id_ in decision.rules

        yield from _candidates(_Rule(rule.id, rule.level, _SITUATION, sides, works), situation, policy, on)


def _registerings(policy: LanePolicy, asking: Asking, preconditions: frozenset[str], on: date) -> Iterator[_Candidate]:
    for rule in policy.card.registration_rules:

        def works(values: Sequence[str], day: date, rule: RegistrationRule = rule) -> bool:
            answer = _registering(policy, Asking._make(values), preconditions | set(rule.preconditions), day)
            return isinstance(answer, Permitted) and answer.rule == rule.id

        facts = tuple(fact for fact in rule.preconditions if fact not in preconditions)
        sides = (rule.agency_kinds, rule.purposes, rule.flags)
        yield from _candidates(_Rule(rule.id, None, _ASKING, sides, works, facts), asking, policy, on)


@dataclass(frozen=True, slots=True)
class _Rule:
    """What both sorts of rules have in common: the values that they allow in each dimension, and whether they do."""

    id: str
    level: DisclosureLevel | None
    dimensions: tuple[Dimension, ...]
    sides: tuple[tuple[str, ...], ...]
    works: Callable[[Sequence[str], date], bool]
    facts: tuple[str, ...] = ()


def _candidates(rule: _Rule, asked: Sequence[str], policy: LanePolicy, on: date) -> Iterator[_Candidate]:
    """Give a rule with what must differ, and with one thing more, in case another rule refuses what it allows."""
    every = range(len(rule.sides))
    must = {place for place in every if asked[place] not in rule.sides[place]}
    for places in (must, *(must | {more} for more in every if more not in must)):
        yield from _on_days(rule, asked, sorted(places), policy, on)


def _on_days(
    rule: _Rule, asked: Sequence[str], places: Sequence[int], policy: LanePolicy, on: date
) -> Iterator[_Candidate]:
    """Give a rule as it stands on the day that was asked about, and on each other day on which it could."""
    differing = tuple((rule.dimensions[place], asked[place]) for place in places)
    choices = tuple(tuple(word for word in rule.sides[place] if word != asked[place]) for place in places)

    def tried(values: Sequence[str], day: date) -> bool:
        filled = list(asked)
        for place, value in zip(places, values, strict=True):
            filled[place] = value
        return rule.works(filled, day)

    yield _Candidate(rule.id, rule.level, differing, choices, lambda values: tried(values, on), rule.facts)
    days = tuple(day.isoformat() for day in _other_days(policy, on))
    yield _Candidate(
        rule.id,
        rule.level,
        (*differing, (Dimension.DAY, on.isoformat())),
        (*choices, days),
        lambda values: tried(values[:-1], date.fromisoformat(values[-1])),
        rule.facts,
    )


def _other_days(policy: LanePolicy, on: date) -> tuple[date, ...]:
    """Give the day nearest to this one in each of the policy's other times, those to come before those past."""
    edges = (*policy.starts_on, policy.valid_until_on)
    later = [start for start in policy.starts_on if start > on]
    past = [end - _ONE_DAY for end in edges[1:] if end <= on]
    return (*later, *reversed(past))

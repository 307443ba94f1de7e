"""Every situation of a lane decided twice, by our own tables and by Cedar, on every day on which something changes.

Two questions to Cedar settle a situation: the step that was decided, and the one above it. That is enough, because
whoever may not learn a step may not learn the next one either (`tests/support/cedar.py`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain, combinations, product
from typing import Final

from gateway.core.policy import Decision, Denied, DisclosureLevel, LanePolicy, Permitted, Registering, Situation
from gateway.core.policy.card import PolicyFile
from gateway.core.policy.cards.vocabulary import Term, Vocabulary
from tests.support.cedar import REGISTER, SILENT, VALIDITY, Asked, Cedar, CedarPolicy, Verdict, translate

OUTSIDER: Final = "nobody-knows-this-word"
_ONE_DAY: Final = timedelta(days=1)
_POSITIONS: Final[Mapping[str, tuple[str, ...]]] = {  # where the words of each kind can stand in a question
    "kind": ("principal", "resource"),
    "purpose": ("context.purpose",),
    "flag": ("context.own", "context.other"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that can be asked about a lane: every kind and purpose, every flag, and a word that nobody knows."""

    kinds: tuple[str, ...]
    purposes: tuple[str, ...]
    flags: tuple[str, ...]
    lane_flags: tuple[str, ...]

    def situations(self) -> Iterator[Situation]:
        """Give every situation in which something might be told; who is matched has registered with a lane's flag."""
        flags = (*self.lane_flags, OUTSIDER)
        return map(Situation._make, product(self.kinds, self.kinds, self.purposes, flags, flags))


def words_of(card: PolicyFile, vocabulary: Vocabulary) -> Words:
    """Give the words that can be asked about the lane of a card."""
    kinds, purposes, flags = map(_codes, (vocabulary.agency_kinds, vocabulary.purposes, vocabulary.flags))
    return Words(kinds, purposes, flags, card.flags)


def _codes(terms: tuple[Term, ...]) -> tuple[str, ...]:
    return (*(term.code for term in terms), OUTSIDER)


def days_of(card: PolicyFile) -> tuple[date, ...]:
    """Give every day on which anything in the card begins or no longer holds, and the day before each."""
    edges = {card.valid_from_on, card.valid_until_on}
    edges |= {edge for basis in card.bases for edge in (basis.valid_from_on, basis.valid_until_on) if edge is not None}
    return tuple(sorted(day for edge in edges for day in (edge - _ONE_DAY, edge)))


@dataclass(frozen=True, slots=True)
class Alike:
    """For every word the first one that the policies treat exactly alike: each of their lists has both or neither.

    Cedar compares words and does nothing else with them, so it cannot answer differently about the two.
    """

    kinds: Mapping[str, str]
    purposes: Mapping[str, str]
    flags: Mapping[str, str]

    def situation(self, situation: Situation) -> Situation:
        """Give the situation that stands for this one."""
        kinds, purposes, flags = self.kinds, self.purposes, self.flags
        recipient, other, purpose, own, others = situation
        return Situation(kinds[recipient], kinds[other], purposes[purpose], flags[own], flags[others])


def alike(policies: Iterable[CedarPolicy], words: Words) -> Alike:
    """Find the words that are alike."""
    policies = tuple(policies)
    return Alike(
        kinds=_representatives(policies, words.kinds, _POSITIONS["kind"]),
        purposes=_representatives(policies, words.purposes, _POSITIONS["purpose"]),
        flags=_representatives(policies, words.flags, _POSITIONS["flag"]),
    )


def _representatives(
    policies: tuple[CedarPolicy, ...], words: Iterable[str], places: tuple[str, ...]
) -> dict[str, str]:
    lists = [listed for policy in policies for place, listed in policy.lists if place in places]
    first: dict[tuple[bool, ...], str] = {}
    return {word: first.setdefault(tuple(word in listed for listed in lists), word) for word in words}


@dataclass(slots=True)
class Comparison:
    """How many situations were decided twice, with how many questions to Cedar, and where the two disagree."""

    situations: int = 0
    asked: int = 0
    differences: list[str] = field(default_factory=list)


def compare(
    policy: LanePolicy,
    vocabulary: Vocabulary,
    *,
    policies: Iterable[CedarPolicy] | None = None,
    merged: bool = True,
) -> Comparison:
    """Decide every situation of a lane by our tables and by Cedar, on every day on which something changes.

    Cedar is asked once for all situations that are alike, or for each when not `merged`; our tables always for each.
    """
    cedar = Cedar(translate(policy.card) if policies is None else policies)
    words = words_of(policy.card, vocabulary)
    same = alike(cedar.policies, words) if merged else _each(words)
    comparison = Comparison()
    _compare_telling(policy, cedar, words, same, comparison)
    _compare_registering(policy, cedar, words, same, comparison)
    comparison.asked = cedar.asked
    return comparison


def _each(words: Words) -> Alike:
    return Alike(*({word: word for word in each} for each in (words.kinds, words.purposes, words.flags)))


def _compare_telling(policy: LanePolicy, cedar: Cedar, words: Words, same: Alike, comparison: Comparison) -> None:
    refusing = {rule.id for rule in policy.card.disclosure_rules if rule.refuses}
    days = days_of(policy.card)
    decided: dict[tuple[date, Situation, int], tuple[Situation, Decision]] = {}
    for situation in words.situations():
        standing = same.situation(situation)
        for on in days:
            decision = policy.decide(situation, on=on)
            decided.setdefault((on, standing, id(decision)), (situation, decision))
            comparison.situations += 1
    verdicts = cedar.ask(
        question
        for (on, standing, _), (_, decision) in decided.items()
        for question in _settling(standing, decision.level, on)
        if question is not None
    )
    for (on, standing, _), (situation, decision) in decided.items():
        at, above = (question and verdicts[question] for question in _settling(standing, decision.level, on))
        if not _agrees(decision, refusing, at, above):
            comparison.differences.append(
                f"{on} {situation}: {decision.level.code} by {decision.rules}, Cedar {at} {above}"
            )


def _settling(situation: Situation, level: DisclosureLevel, on: date) -> tuple[Asked | None, Asked | None]:
    """Give the questions at the decided step and at the next; silence needs no permission, and the last has no next."""
    at = None if level is DisclosureLevel.SILENT else Asked(level.code, *situation, on)
    above = None if level is max(DisclosureLevel) else Asked(DisclosureLevel(level + 1).code, *situation, on)
    return at, above


def _agrees(decision: Decision, refusing: set[str], at: Verdict | None, above: Verdict | None) -> bool:
    """Whether Cedar allows the decided step by the same rules and refuses the next, by the same rules if by any."""
    rules = frozenset(decision.rules)
    allows = at is None or at == Verdict(True, rules - refusing)
    refuses = above is None or above in {Verdict(False, frozenset()), Verdict(False, rules & refusing)}
    return allows and (refuses or _whole_card_refuses(above))


def _whole_card_refuses(verdict: Verdict | None) -> bool:
    """Whether nothing is told whatever the rules say: then our tables do not say which would refuse it too."""
    return verdict is not None and not verdict.allowed and not verdict.by.isdisjoint({VALIDITY, SILENT})


def _compare_registering(policy: LanePolicy, cedar: Cedar, words: Words, same: Alike, comparison: Comparison) -> None:
    attestable = sorted({fact for rule in policy.card.registration_rules for fact in rule.preconditions})
    subsets = list(chain.from_iterable(combinations(attestable, size) for size in range(len(attestable) + 1)))
    asked: list[tuple[Asked, Registering]] = []
    for kind, purpose, flag, attested, on in product(
        words.kinds, words.purposes, words.flags, subsets, days_of(policy.card)
    ):
        answer = policy.may_register(
            agency_kind=kind, purpose=purpose, flag=flag, on=on, preconditions=frozenset(attested)
        )
        place = (same.kinds[kind], OUTSIDER, same.purposes[purpose], same.flags[flag], OUTSIDER)
        asked.append((Asked(REGISTER, *place, on, attested), answer))
    comparison.situations += len(asked)
    bars = {bar.id for bar in policy.card.bars}
    verdicts = cedar.ask(question for question, _ in asked)
    comparison.differences += [
        f"{question}: {answer}, Cedar {verdicts[question]}"
        for question, answer in asked
        if not _agrees_about_registering(answer, verdicts[question], bars)
    ]


def _agrees_about_registering(answer: Registering, verdict: Verdict, bars: set[str]) -> bool:
    """Whether both permit, by a rule that Cedar names too, or both refuse, by the same bar if by one."""
    match answer:
        case Permitted(rule=rule):
            return verdict.allowed and rule in verdict.by
        case Denied(rule=rule):
            return not verdict.allowed and (rule not in bars or rule in verdict.by)

"""Measures what a decision costs beside Cedar, what comparing a lane costs, and how soon a release is obeyed."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Final, NamedTuple

from gateway.app import POLICIES
from gateway.core.policy import DisclosureLevel, LanePolicy, Permitted, PolicySet, compile_policy
from gateway.core.policy.cards.collection import VOCABULARY
from gateway.core.policy.cards.vocabulary import load_vocabulary
from gateway.core.policy.questions.difference import compare
from gateway.core.policy.tables import entries_of
from gateway.policies.directory import load_policies
from load_tests import policy_releases
from load_tests.crypto import cpu_seconds
from load_tests.policy_cards import ON, card_of, questions_for
from load_tests.report import Row, Table
from tests.support.cedar import REGISTER, Asked, Cedar, translate
from tests.support.second_opinion import OUTSIDER
from tests.support.second_opinion import compare as compare_with_cedar

SIZES: Final = (50, 200, 1_000)
_QUESTIONS: Final = 4_000
_ASKED_OF_CEDAR: Final = 40  # of those, in each round: it takes its time
_ROUNDS: Final = 7
_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of decision on one card: a way to have all questions decided by us, and a few by Cedar."""

    name: str
    questions: int
    ours: Callable[[], object]
    cedar: Callable[[], object]


class Rates(NamedTuple):
    """Decisions per CPU-second in one round."""

    ours: float
    cedar: float


def measure(*, seed: int, scale: float) -> tuple[Table, ...]:
    """Measure decisions on generated cards, the difference of the largest lane, and releases in a federation."""
    return (
        decisions(seed=seed, scale=scale),
        comparing(),
        policy_releases.measure(scale=scale),
    )


def decisions(*, seed: int, scale: float, sizes: Sequence[int] = SIZES) -> Table:
    """Measure both sorts of decision on cards of these sizes, the smallest first, beside Cedar."""
    policies = [compile_policy(card_of(rules, seed=seed)) for rules in sizes]
    seconds = _SECONDS * scale
    tables = [
        _beside_each_other([sort(policy, seed=seed) for policy in policies], seconds=seconds)
        for sort in (_telling, _registering)
    ]
    compiling = [_compiling(policy, seconds=seconds) for policy in policies]
    how = (
        f"one core, generated cards, half of the rules about telling and half about registering; {_QUESTIONS:,}"
        f" questions, half of them about what a rule speaks of; {_ROUNDS} rounds of ours and of Cedar (batches of"
        f" {_ASKED_OF_CEDAR}, policies parsed ahead, one question for each situation), alternating; medians. *Times the"
        f" smallest* is the rate over that of the card of {sizes[0]} rules."
    )
    return Table("policies", "Decisions of the policy", how, (*chain.from_iterable(tables), *compiling))


def _compiling(policy: LanePolicy, *, seconds: float) -> Row:
    spent = [cpu_seconds(partial(compile_policy, policy.card), seconds) for _ in range(_ROUNDS)]
    return Row(f"{_rules(policy):,} rules, compiling", {"CPU-ms": statistics.median(spent) * 1e3})


def _beside_each_other(sorts: Sequence[Sort], *, seconds: float) -> list[Row]:
    """Measure one sort of decision on cards of all sizes in turns: only neighbors in time can be compared."""
    rounds = [[_once(sort, seconds=seconds) for sort in sorts] for _ in range(_ROUNDS)]
    return [_row(sort, [each[at] for each in rounds], [each[0] for each in rounds]) for at, sort in enumerate(sorts)]


def _once(sort: Sort, *, seconds: float) -> Rates:
    return Rates(sort.questions / cpu_seconds(sort.ours, seconds), _ASKED_OF_CEDAR / cpu_seconds(sort.cedar, seconds))


def _row(sort: Sort, found: Sequence[Rates], smallest: Sequence[Rates]) -> Row:
    ratios = [one.ours / least.ours for one, least in zip(found, smallest, strict=True)]
    figures = {
        "decisions per CPU-second": statistics.median(one.ours for one in found),
        "times the smallest": statistics.median(ratios),
        "Cedar, per CPU-second": statistics.median(one.cedar for one in found),
        "times Cedar": statistics.median(one.ours / one.cedar for one in found),
    }
    return Row(sort.name, figures)


def _telling(policy: LanePolicy, *, seed: int) -> Sort:
    situations = questions_for(policy.card, _QUESTIONS, seed=seed).telling

    def ours() -> None:
        decide = policy.decide
        for situation in situations:
            decide(situation, on=ON)

    few = situations[:_ASKED_OF_CEDAR]
    levels = [policy.decide(situation, on=ON).level for situation in few]
    asked = [
        Asked(max(level, DisclosureLevel.ACKNOWLEDGED).code, *situation, ON)
        for level, situation in zip(levels, few, strict=True)
    ]
    return Sort(
        f"{_rules(policy):,} rules, telling",
        len(situations),
        ours,
        by_cedar(policy, asked, [bool(level) for level in levels]),
    )


def _registering(policy: LanePolicy, *, seed: int) -> Sort:
    askings = questions_for(policy.card, _QUESTIONS, seed=seed).registering

    def ours() -> None:
        may_register = policy.may_register
        for kind, purpose, flag in askings:
            may_register(agency_kind=kind, purpose=purpose, flag=flag, on=ON)

    few = askings[:_ASKED_OF_CEDAR]
    answers = [
        policy.may_register(agency_kind=one.agency_kind, purpose=one.purpose, flag=one.flag, on=ON) for one in few
    ]
    asked = [Asked(REGISTER, one.agency_kind, OUTSIDER, one.purpose, one.flag, OUTSIDER, ON) for one in few]
    cedar = by_cedar(policy, asked, [isinstance(one, Permitted) for one in answers])
    return Sort(f"{_rules(policy):,} rules, registering", len(askings), ours, cedar)


def _rules(policy: LanePolicy) -> int:
    return len(policy.card.registration_rules) + len(policy.card.disclosure_rules)


def by_cedar(policy: LanePolicy, asked: list[Asked], expected: list[bool]) -> Callable[[], object]:
    """Give a call in which Cedar decides these questions; a figure of another engine's other answers is no figure."""
    cedar = Cedar(translate(policy.card))
    assert expected == [verdict.allowed for verdict in cedar.decide(asked)]
    return lambda: cedar.decide(asked)


def comparing() -> Table:
    """Compare the largest lane with itself without its first rule about telling, and with what Cedar makes of it."""
    vocabulary = load_vocabulary((POLICIES / VOCABULARY).read_bytes(), name=VOCABULARY)
    policy = max(load_policies(POLICIES).policies, key=lambda one: entries_of(one.card))
    changed = replace(policy.card, version=policy.version + 1, disclosure_rules=policy.card.disclosure_rules[1:])
    before, after = PolicySet((policy,), "before"), PolicySet((compile_policy(changed),), "after")
    started = time.process_time()
    found = compare(before, after, vocabulary)
    compared = time.process_time()
    second = compare_with_cedar(policy, vocabulary)
    judged = time.process_time()
    assert second.differences == []
    rows = (
        Row(
            "what a changed card changes",
            {
                "CPU-seconds": compared - started,
                "situations": found.situations,
                "comparisons": found.comparisons,
                "opened": found.opened,
                "closed": found.closed,
            },
        ),
        Row(
            "decided by Cedar too",
            {
                "CPU-seconds": judged - compared,
                "comparisons": second.situations,
                "asked of Cedar": second.asked,
                "differences": len(second.differences),
            },
        ),
    )
    how = (
        f"`{policy.lane}`, in every situation, once: compared with the same card without its first rule about telling,"
        " and decided by Cedar too, on every day on which something changes and the day before (situations that its"
        " policies treat alike are asked once)."
    )
    return Table("policies", "Comparing the largest lane", how, rows)

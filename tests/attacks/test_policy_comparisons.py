"""Nobody can write a card whose comparison takes the officers' machine, or the gateway, out of service.

Work is counted in calls of functions, not in seconds: a count is the same on every machine.
"""

import random
import sys
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import Any, Final, TypeVar

import pytest

from gateway.core.policy import PolicySet, compile_policy
from gateway.core.policy.card import PolicyFile, RegistrationRule
from gateway.core.policy.cards.file import load_policy_file
from gateway.core.policy.cards.mistakes import PolicyRejected
from gateway.core.policy.cards.vocabulary import Term, Vocabulary
from gateway.core.policy.questions.boxes import Point, cover, points_of
from gateway.core.policy.questions.difference import compare
from tests.support.cards import VOCABULARY, changed, load

T = TypeVar("T")

#: What a machine does in some seconds, and no more.
MOST_CALLS: Final = 5_000_000
FACTS: Final = tuple(f"fact-{number}" for number in range(20))


def worded(facts: int) -> Vocabulary:
    """Give a vocabulary with this many preconditions."""
    return replace(VOCABULARY, preconditions=tuple(Term(f, f, f, f, "Betekenis.", "Bron.") for f in FACTS[:facts]))


def asking_for(*facts: str, rules: int = 1) -> PolicyFile:
    """Give the youth card with rules of registering that each ask for one of these facts, in every way there is."""
    card = load(changed())
    first = card.registration_rules[0]
    every = [replace(first, id=f"R{number}-{fact}", preconditions=(fact,)) for number in range(rules) for fact in facts]
    return replace(card, registration_rules=tuple(every))


def everywhere(card: PolicyFile) -> PolicyFile:
    """Let everyone register for every purpose with every flag by each of its rules."""

    def widened(rule: RegistrationRule) -> RegistrationRule:
        kinds, purposes, flags = (
            tuple(term.code for term in terms)
            for terms in (VOCABULARY.agency_kinds, VOCABULARY.purposes, VOCABULARY.flags)
        )
        return replace(rule, agency_kinds=kinds, purposes=purposes, flags=flags)

    return replace(card, registration_rules=tuple(map(widened, card.registration_rules)), bars=())


def work_of(call: Callable[[], T]) -> tuple[int, T | PolicyRejected]:
    """Count the calls of functions that a call makes; it may end in a mistake of the cards."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        found: T | PolicyRejected = call()
    except PolicyRejected as rejected:
        found = rejected
    finally:
        sys.setprofile(before)
    return calls, found


def compared(old: PolicyFile, new: PolicyFile) -> Callable[[], object]:
    """Give the comparison of two cards."""
    before, after = (PolicySet((compile_policy(card),), "") for card in (old, new))
    return lambda: compare(before, after, worded(len(FACTS)))


def test_a_card_with_a_ninth_precondition_does_not_load() -> None:
    """Each doubles what can be asked; the mistake says how many there may be, at the rule that goes too far."""

    def ask(content: dict[str, Any]) -> None:
        first = content["registreren"][0]
        content["registreren"] = [
            {**first, "regel": f"R{n}", "wie": [first["wie"][n]], "doelen": ["jeugd-afstemming"], "eist": [FACTS[n]]}
            for n in range(9)
        ]
        content["registreren"] = [
            {**rule, "vlaggen": ["betrokken"], "uitleg": {"nl": "Ja.", "en": "Yes."}}
            | {"grondslag": ["jeugdwet-7.1.4.1"]}
            for rule in content["registreren"]
        ]

    with pytest.raises(PolicyRejected) as rejected:
        load_policy_file(changed(ask), name="card.yaml", vocabulary=worded(9))
    (mistake,) = rejected.value.mistakes
    assert ("registreren[8].eist", "de kaart eist samen meer dan 8 verschillende voorwaarden") == (
        mistake.path,
        mistake.message,
    )


def test_eight_preconditions_cost_no_more_than_they_must() -> None:
    """Twelve kinds of agency, 256 ways to attest: thousands of answers, and not a sentence more than it takes."""
    calls, found = work_of(compared(asking_for(*FACTS[:8]), asking_for(*FACTS[:7])))
    assert not isinstance(found, PolicyRejected)
    assert calls < MOST_CALLS


def test_what_no_rule_there_asks_for_costs_nothing() -> None:
    """A fact of one rule is told apart for the askings of that rule alone."""
    one, other = asking_for(FACTS[0]), asking_for(*FACTS[1:8])
    spread = replace(
        other,
        registration_rules=tuple(
            replace(rule, agency_kinds=(kind,))
            for rule, kind in zip(other.registration_rules, other.registration_rules[0].agency_kinds, strict=False)
        ),
    )
    few, _ = work_of(compared(one, spread))
    many, _ = work_of(compared(one, other))
    assert few * 5 < many


def test_two_versions_with_too_much_to_compare_are_refused_before_it_is_done() -> None:
    """Sixteen facts in all, for everyone in every way: millions of answers, of which no more are asked than allowed."""
    old, new = everywhere(asking_for(*FACTS[:8])), everywhere(asking_for(*FACTS[8:16]))
    calls, found = work_of(compared(old, new))
    assert isinstance(found, PolicyRejected)
    assert "vergelijkingen" in str(found)
    assert calls < 4 * MOST_CALLS


@pytest.mark.parametrize("dimensions", [2, 6, 11, 19])
def test_joining_boxes_costs_no_more_for_more_dimensions(dimensions: int) -> None:
    """Scattered points join badly in any order; the orders that there could be are not all tried."""
    drawn = random.Random(dimensions)
    points: set[Point] = {tuple(drawn.choice("ab") for _ in range(dimensions)) for _ in range(64)}
    calls, boxes = work_of(lambda: cover(points, [("a", "b")] * dimensions))
    assert not isinstance(boxes, PolicyRejected)
    assert sorted(points) == sorted(point for box in boxes for point in points_of(box))
    assert calls < 60_000 * dimensions


def test_one_box_is_joined_once() -> None:
    """Nothing is left to join, however many dimensions there are."""
    calls, _ = work_of(lambda: cover([("a",) * 19], [("a", "b")] * 19))
    assert calls < 2_000

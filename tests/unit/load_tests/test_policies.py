"""Generated cards are the same for the same seed, as large as asked, and decided alike by Cedar."""

import pytest

from gateway.core.policy import DisclosureLevel, Permitted, compile_policy
from load_tests.policies import by_cedar, decisions
from load_tests.policy_cards import ON, VALID_UNTIL_ON, card_of, questions_for
from tests.support.cedar import Asked, Cedar, translate

SEED = 7


@pytest.mark.parametrize("rules", [2, 51])
def test_a_card_has_as_many_rules_as_asked(rules: int) -> None:
    """Half of them about registering, half about telling, some of which refuse."""
    card = card_of(rules, seed=SEED)
    assert rules == len(card.registration_rules) + len(card.disclosure_rules)
    assert any(rule.refuses for rule in card.disclosure_rules)


def test_the_same_seed_makes_the_same_card_and_questions() -> None:
    """And another one others."""
    card = card_of(20, seed=SEED)
    assert card == card_of(20, seed=SEED) != card_of(20, seed=SEED + 1)
    assert questions_for(card, 10, seed=SEED) == questions_for(card, 10, seed=SEED)


def test_what_is_asked_is_permitted_often_and_refused_often() -> None:
    """A rate of nothing but refusals would mean little."""
    policy = compile_policy(card_of(50, seed=SEED))
    asked = questions_for(policy.card, 400, seed=SEED)
    told = [policy.decide(situation, on=ON).level > DisclosureLevel.SILENT for situation in asked.telling]
    answers = [policy.may_register(**one._asdict(), on=ON) for one in asked.registering]
    permitted = [isinstance(answer, Permitted) for answer in answers]
    assert (400, 400) == (len(told), len(permitted))
    assert all(0.1 < sum(each) / 400 < 0.9 for each in (told, permitted))


def test_cedar_decides_the_generated_card_alike() -> None:
    """The figures compare two engines that give the same answers."""
    policy = compile_policy(card_of(50, seed=SEED))
    situations = questions_for(policy.card, 100, seed=SEED).telling
    cedar = Cedar(translate(policy.card))
    for level in DisclosureLevel:
        if level is not DisclosureLevel.SILENT:
            verdicts = cedar.decide([Asked(level.code, *situation, ON) for situation in situations])
            told = [policy.decide(situation, on=ON).level >= level for situation in situations]
            assert told == [verdict.allowed for verdict in verdicts]


def test_a_measurement_of_other_answers_is_refused() -> None:
    """A figure of an engine that answers something else compares nothing."""
    policy = compile_policy(card_of(10, seed=SEED))
    (situation,) = questions_for(policy.card, 2, seed=SEED).telling[:1]
    asked = [Asked(max(DisclosureLevel).code, *situation, VALID_UNTIL_ON)]
    by_cedar(policy, asked, [False])
    with pytest.raises(AssertionError):
        by_cedar(policy, asked, [True])


def test_a_small_measurement_gives_every_figure() -> None:
    """Rows for every size and sort, with figures of more than nothing."""
    table = decisions(seed=SEED, scale=0.001, sizes=(4, 8))
    assert ["4 rules, telling", "8 rules, telling", "4 rules, registering", "8 rules, registering"] == [
        row.subject for row in table.rows[:4]
    ]
    assert all(value > 0 for row in table.rows for value in row.figures.values())

"""Cedar, an independent engine, decides every situation of every lane as our own tables do.

Origin of the judge: cedar-policy/cedar by way of `cedarpy`. Its policies are written from the card that a privacy
officer signs, not from what our compiler makes of it (`tests/support/cedar.py` and `second_opinion.py`).
"""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import pytest
from cedarpy import policies_to_json_str
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.core.policy import DisclosureLevel, compile_policy
from gateway.core.policy.card import Bar, Basis, DisclosureRule, PolicyFile, RegistrationRule
from gateway.core.policy.cards.vocabulary import Term
from tests.support.cards import POLICIES, VOCABULARY, changed, load, telling
from tests.support.cedar import LADDER, REGISTER, translate, write
from tests.support.second_opinion import alike, compare, words_of

CARDS: Final = sorted(path.name for path in POLICIES.glob("*.yaml") if path.name != "vocabulary.yaml")
PURPOSE: Final = "youth-coordination"


def only(terms: tuple[Term, ...], *codes: str) -> tuple[Term, ...]:
    """Give the terms with these code names."""
    found = tuple(term for term in terms if term.code in codes)
    assert len(codes) == len(found)
    return found


SMALL: Final = replace(
    VOCABULARY,
    agency_kinds=only(VOCABULARY.agency_kinds, "police", "school", "shelter", "veilig_thuis", "hospital"),
    purposes=only(VOCABULARY.purposes, PURPOSE, "screening"),
    flags=only(VOCABULARY.flags, "involved", "care_report"),
    preconditions=only(VOCABULARY.preconditions, "consent_valid"),
)

Fault = Callable[[PolicyFile], PolicyFile]


def real(name: str) -> PolicyFile:
    """Load one of the real cards."""
    return load((POLICIES / name).read_bytes())


def busy() -> PolicyFile:
    """Give a card in which everything occurs: refusals, flags, preconditions, bars, a basis that ends."""

    def second_rule(content: dict[str, Any]) -> None:
        rule = {"regel": "R2", "wie": ["school"], "vlaggen": ["zorgmelding"], "eist": ["toestemming-geldig"]}
        content["registreren"].append({**deepcopy(content["registreren"][0]), **rule})
        shown = {"wie": "school", "doel": "jeugd-afstemming", "vlag": "zorgmelding", "eist": ["toestemming-geldig"]}
        examples = content["voorbeelden"]["registreren"]
        examples[:] = [example for example in examples if "zorgmelding" not in example.values()]
        examples.append({**shown, "dan": "mag", "door": "R2"})

    def flags_in_examples(content: dict[str, Any]) -> None:
        content["wederkerig"] = "nee"
        for example in content["voorbeelden"]["vertellen"]:
            example["als"] = {"eigen": "betrokken", "ander": "betrokken"}
        content["grondslagen"]["jeugdwet-7.1.4.3"].update({"reikt-tot": "vlag", "tot-en-met": "2028-05-31"})

    ward = {"van": ["vrouwenopvang"], "aan": ["politie"], "mag-niet": "contact"}
    wider = {"van": ["school"], "aan": ["veilig-thuis"], "mag": "vlag", "grondslag": ["jeugdwet-7.1.4.3"]}
    return load(changed(second_rule, telling("V2", ward), telling("V3", wider), flags_in_examples))


def telling_of(card: PolicyFile, at: int, **changes: Any) -> PolicyFile:
    """Give a card of which one rule about telling says something else."""
    rules = list(card.disclosure_rules)
    rules[at] = replace(rules[at], **changes)
    return replace(card, disclosure_rules=tuple(rules))


def registering_of(card: PolicyFile, at: int, **changes: Any) -> PolicyFile:
    """Give a card of which one rule about registering says something else."""
    rules = list(card.registration_rules)
    rules[at] = replace(rules[at], **changes)
    return replace(card, registration_rules=tuple(rules))


def basis_of(card: PolicyFile, at: int, **changes: Any) -> PolicyFile:
    """Give a card of which one basis says something else."""
    bases = list(card.bases)
    bases[at] = replace(bases[at], **changes)
    return replace(card, bases=tuple(bases))


@pytest.mark.parametrize("name", CARDS)
def test_cedar_decides_every_situation_of_a_lane_alike(name: str) -> None:
    """What is told, by which rules, and who may register: no difference, on any day on which something changes."""
    found = compare(compile_policy(real(name)), VOCABULARY)
    assert [] == found.differences
    assert found.situations > len(VOCABULARY.agency_kinds) ** 2
    assert found.asked > 0


def test_there_are_lanes_to_compare() -> None:
    """An empty set of cards is a failure, not a pass."""
    assert "youth.yaml" in CARDS


def test_a_card_in_which_everything_occurs_is_decided_alike() -> None:
    """The faults below are found in this card, so it must be without one itself."""
    assert [] == compare(compile_policy(busy()), SMALL).differences


FAULTS: Final[dict[str, Fault]] = {
    "a refusal read as a permission": lambda card: telling_of(card, 1, refuses=False, basis=card.bases[0:0]),
    "a permission read as a refusal": lambda card: telling_of(card, 2, refuses=True),
    "one step too many": lambda card: telling_of(card, 0, level=DisclosureLevel.FLAG),
    "one step too few": lambda card: telling_of(card, 2, level=DisclosureLevel.CONTACT),
    "a refusal from one step higher": lambda card: telling_of(card, 1, level=DisclosureLevel.FLAG),
    "giver and taker exchanged": lambda card: telling_of(
        card, 2, others=card.disclosure_rules[2].recipients, recipients=card.disclosure_rules[2].others
    ),
    "a flag overlooked": lambda card: telling_of(card, 0, own_flags=("involved",)),
    "the other's flag overlooked": lambda card: telling_of(card, 0, other_flags=("involved",)),
    "a rule forgotten": lambda card: replace(card, disclosure_rules=card.disclosure_rules[:2]),
    "a kind forgotten": lambda card: registering_of(card, 0, agency_kinds=card.registration_rules[0].agency_kinds[1:]),
    "a precondition forgotten": lambda card: registering_of(card, 1, preconditions=()),
    "a basis forgotten": lambda card: telling_of(card, 0, basis=()),
    "a bar forgotten": lambda card: replace(
        registering_of(card, 0, agency_kinds=(*card.registration_rules[0].agency_kinds, "hospital")), bars=card.bars[:1]
    ),
    "a purpose not silent": lambda card: replace(
        registering_of(card, 0, purposes=(*card.registration_rules[0].purposes, "screening")),
        silent_purposes=tuple(purpose for purpose in card.silent_purposes if purpose != "screening"),
    ),
    "a day too early": lambda card: replace(card, valid_from_on=card.valid_from_on - timedelta(days=1)),
    "a day too late": lambda card: replace(card, valid_until_on=card.valid_until_on + timedelta(days=1)),
    "a day short": lambda card: replace(card, valid_until_on=card.valid_until_on - timedelta(days=1)),
    "a basis a day too long": lambda card: basis_of(card, 1, valid_until_on=date(2028, 6, 2)),
    "a basis a day too short": lambda card: basis_of(card, 1, valid_until_on=date(2028, 5, 31)),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_on_one_side_is_a_difference(fault: Fault) -> None:
    """Our tables are made of another card than Cedar's policies: the comparison must notice."""
    card = busy()
    assert compare(compile_policy(fault(card)), SMALL, policies=translate(card)).differences


@pytest.mark.parametrize("name", CARDS)
def test_words_that_are_merged_are_alike_to_cedar(name: str) -> None:
    """With a word and the one that stands for it in each other's place, the text of all policies is the same."""
    card = real(name)
    policies = translate(card)
    same = alike(policies, words_of(card, VOCABULARY))
    text = write(policies)
    for words in (same.kinds, same.purposes, same.flags):
        for word, standing in words.items():
            assert text == write(policy.swapped(word, standing) for policy in policies)


def test_a_merge_of_words_that_are_not_alike_would_show() -> None:
    """The proof above can fail: police and hospital are not treated alike."""
    policies = translate(busy())
    assert write(policies) != write(policy.swapped("police", "hospital") for policy in policies)


@pytest.mark.parametrize("name", CARDS)
def test_whoever_may_not_learn_a_step_may_not_learn_the_next(name: str) -> None:
    """Two questions settle a situation: each permit covers the ladder up to a step, each forbid from a step on."""
    document = json.loads(policies_to_json_str(write(translate(real(name)))))
    for policy in document["staticPolicies"].values():
        actions = tuple(action["id"] for action in policy["action"].get("entities", ()))
        end = LADDER[: len(actions)] if policy["effect"] == "permit" else LADDER[len(LADDER) - len(actions) :]
        assert actions in {(REGISTER,), end}


KINDS: Final = ["police", "school", "shelter"]
FLAGS: Final = ["involved", "care_report"]
DAYS: Final = st.dates(date(2027, 1, 1), date(2027, 1, 8))
TINY: Final = replace(SMALL, agency_kinds=only(SMALL.agency_kinds, *KINDS))


def some(words: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """Give some of these words, at least one."""
    return st.lists(st.sampled_from(words), min_size=1, unique=True).map(tuple)


@st.composite
def cards(draw: st.DrawFn) -> PolicyFile:
    """Give the youth card with other rules, bases and days, whether or not they make sense."""
    base = busy()
    names = ["one", "two"]
    starts = [draw(DAYS) for _ in names]
    ends = [draw(st.none() | DAYS) for _ in names]
    law = base.bases[0]
    bases: list[Basis] = [
        replace(law, name=name, valid_from_on=start, valid_until_on=end)
        for name, start, end in zip(names, starts, ends, strict=True)
    ]
    registering = [
        RegistrationRule(
            f"R{at}", draw(some(KINDS)), (PURPOSE,), draw(some(FLAGS)), draw(facts()), draw(some(names)), "nl", "en"
        )
        for at in range(draw(st.integers(1, 3)))
    ]
    told = [
        DisclosureRule(
            id=f"V{at}",
            others=draw(some(KINDS)),
            recipients=draw(some(KINDS)),
            purposes=(PURPOSE,),
            own_flags=draw(some(FLAGS)),
            other_flags=draw(some(FLAGS)),
            level=draw(st.sampled_from(list(DisclosureLevel)[1:])),
            refuses=draw(st.booleans()),
            basis=draw(some(names)),
            police=None,
            explanation_nl="nl",
            explanation_en="en",
        )
        for at in range(draw(st.integers(0, 6)))
    ]
    return replace(
        base,
        valid_from_on=draw(DAYS),
        valid_until_on=draw(DAYS),
        bases=tuple(bases),
        registration_rules=tuple(registering),
        bars=(Bar("N1", draw(some(KINDS)), "nl", "en"),) if draw(st.booleans()) else (),
        disclosure_rules=tuple(told),
    )


def facts() -> st.SearchStrategy[tuple[str, ...]]:
    """Give preconditions, or none."""
    return st.sampled_from([(), ("consent_valid",)])


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(card=cards())
def test_cedar_decides_any_card_alike(card: PolicyFile) -> None:
    """Also cards that contradict themselves, end before they begin, or rest on bases that never meet."""
    found = compare(compile_policy(card), TINY)
    assert [] == found.differences


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
@given(card=cards())
def test_asking_for_each_situation_finds_what_merging_finds(card: PolicyFile) -> None:
    """Without the merge nothing differs either, and no fewer situations are decided."""
    merged, each = (compare(compile_policy(card), TINY, merged=merge) for merge in (True, False))
    assert ([], []) == (merged.differences, each.differences)
    assert (merged.situations, True) == (each.situations, merged.asked <= each.asked)

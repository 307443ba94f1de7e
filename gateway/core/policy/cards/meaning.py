"""Whether a card whose words are sound also makes sense: alive, within its bases, symmetric if so promised, true."""

from collections.abc import Iterator, Mapping
from typing import Final

from gateway.core.policy.answers import Permitted, Situation
from gateway.core.policy.card import (
    Bar,
    DisclosureExample,
    DisclosureRule,
    ParentRule,
    PolicyFile,
    RegistrationExample,
    RegistrationRule,
)
from gateway.core.policy.cards.mistakes import Findings
from gateway.core.policy.cards.text import Place
from gateway.core.policy.engine import LanePolicy, compile_policy
from gateway.core.policy.tables import entries_of, situations_of

#: A few words can stand for millions of situations, times the number of days on which a basis begins or ends.
MAX_ENTRIES: Final = 500_000

#: Each doubles the questions that can be asked: every one of them is attested or not.
MAX_FACTS: Final = 8

_Example = RegistrationExample | DisclosureExample
_Allowing = RegistrationRule | DisclosureRule | ParentRule
_Problem = tuple[object, str]  # the rule or example, and what is wrong with it


def check_meaning(card: PolicyFile, places: Mapping[object, tuple[Place, str]], findings: Findings) -> None:
    """Write down every rule and example of the card that does not hold, at the place where it stands."""
    if (ninth := _one_fact_too_many(card)) is not None:
        place, path = places[ninth]
        findings.add(place, f"{path}.eist", f"de kaart eist samen meer dan {MAX_FACTS} verschillende voorwaarden")
        return
    if entries_of(card) > MAX_ENTRIES:
        findings.add(Place(1, 1), "", f"de regels samen beslissen meer dan {MAX_ENTRIES} situaties; maak ze korter")
        return
    policy = compile_policy(card)
    for check in _CHECKS:
        for subject, message in check(policy):
            place, path = places[subject]
            findings.add(place, path, message)


def _one_fact_too_many(card: PolicyFile) -> RegistrationRule | None:
    """Give the rule with which a card comes to ask for more facts than it may."""
    facts: set[str] = set()
    for rule in card.registration_rules:
        facts.update(rule.preconditions)
        if len(facts) > MAX_FACTS:
            return rule
    return None


def _contradictions(policy: LanePolicy) -> Iterator[_Problem]:
    admitted = {kind: rule.id for rule in policy.card.registration_rules for kind in rule.agency_kinds}
    for bar in policy.card.bars:
        if both := sorted({admitted[kind] for kind in bar.agency_kinds if kind in admitted}):
            yield bar, f"spreekt regel {', '.join(both)} tegen: wie nooit mag, kan niet ook mogen"
    rules: tuple[RegistrationRule | DisclosureRule, ...]
    rules = (*policy.card.registration_rules, *policy.card.disclosure_rules)
    for rule in rules:
        if not set(rule.purposes).isdisjoint(policy.card.silent_purposes):
            yield rule, "noemt een doel dat altijd stil is"


def _wider_than_basis(policy: LanePolicy) -> Iterator[_Problem]:
    for rule in policy.card.disclosure_rules:
        for name in () if rule.refuses else rule.basis:
            if rule.level > policy.bases[name].reaches:
                yield rule, f"regel {rule.id} gaat verder dan grondslag {name} reikt"


def _never_in_force(policy: LanePolicy) -> Iterator[_Problem]:
    """A rule whose bases never all hold within the card's own dates decides nothing, though it reads as if it did."""
    card = policy.card
    allowing: list[_Allowing] = [rule for rule in card.disclosure_rules if not rule.refuses]
    parents = () if card.parent_rule is None else (card.parent_rule,)
    for rule in (*card.registration_rules, *allowing, *parents):
        bases = [policy.bases[name] for name in rule.basis]
        starts_on = max([card.valid_from_on, *(basis.valid_from_on for basis in bases)])
        if starts_on >= card.valid_until_on or not all(basis.in_force(starts_on) for basis in bases):
            yield rule, "geldt op geen enkele dag: de grondslagen gelden nooit samen binnen de geldigheid van de kaart"


def _undecided(policy: LanePolicy) -> Iterator[_Problem]:
    """A rule that other rules always leave without a say is unreachable: it reads as if it decided something."""
    deciding = policy.deciding_rules()
    lifeless = {rule for rule, _ in _never_in_force(policy)}
    rules: tuple[_Allowing, ...] = (*policy.card.registration_rules, *policy.card.disclosure_rules)
    for rule in rules:
        if rule.id not in deciding and rule not in lifeless:
            yield rule, "is onbereikbaar: andere regels beslissen altijd al in haar plaats"


def _without_example(policy: LanePolicy) -> Iterator[_Problem]:
    card = policy.card
    examples: tuple[_Example, ...] = (*card.registration_examples, *card.disclosure_examples)
    rules: tuple[_Allowing | Bar, ...] = (*card.registration_rules, *card.bars, *card.disclosure_rules)
    shown = {example.rule for example in examples}
    for rule in rules:
        if rule.id not in shown:
            yield rule, "geen voorbeeld laat deze regel zien"


def _one_sided(policy: LanePolicy) -> Iterator[_Problem]:
    """In a symmetric lane a rule must be answered by one the other way round, on every day."""
    if not policy.card.symmetric:
        return
    for rule in policy.card.disclosure_rules:
        if not all(map(policy.tells_both_alike, situations_of(rule))):
            yield rule, "is niet wederkerig: de ene kant hoort hierdoor meer dan de andere"


def _untrue_examples(policy: LanePolicy) -> Iterator[_Problem]:
    """What is told is told by a rule that allows, and what is not, if by any, by one that refuses."""
    refusing = {rule.id for rule in policy.card.disclosure_rules if rule.refuses}
    for registration in policy.card.registration_examples:
        answer = policy.may_register(
            agency_kind=registration.agency_kind,
            purpose=registration.purpose,
            flag=registration.flag,
            preconditions=frozenset(registration.preconditions),
            on=registration.on,
        )
        by = () if answer.rule is None else (answer.rule,)
        yield from _untrue(registration, permitted=isinstance(answer, Permitted), rules=by)
    for telling in policy.card.disclosure_examples:
        situation = Situation(telling.recipient, telling.other, telling.purpose, telling.own_flag, telling.other_flag)
        decision = policy.decide(situation, on=telling.on)
        permitted = decision.level >= telling.level
        sort = tuple(name for name in decision.rules if (name in refusing) is not permitted)
        named = sort if permitted == telling.permitted else decision.rules
        yield from _untrue(telling, permitted=permitted, rules=named)


def _untrue(example: _Example, *, permitted: bool, rules: tuple[str, ...]) -> Iterator[_Problem]:
    by = f"door {', '.join(rules)}" if rules else "zonder regel"
    if permitted != example.permitted:
        yield example, f"voorbeeld klopt niet: de kaart zegt {'mag' if permitted else 'mag-niet'} ({by})"
    elif example.rule is not None and example.rule not in rules:
        yield example, f"voorbeeld klopt niet: dit komt {by}, niet door {example.rule}"


_CHECKS = (
    *(_contradictions, _undecided, _wider_than_basis, _never_in_force),
    *(_without_example, _one_sided, _untrue_examples),
)

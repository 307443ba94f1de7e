"""The tables that a card is compiled into: in each era who may register and who learns what; and why not."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from math import prod

from gateway.core.policy.answers import DENIALS, Asking, Decision, Denial, Denied, Permitted, Situation
from gateway.core.policy.card import Bar, Basis, DisclosureLevel, DisclosureRule, PolicyFile, RegistrationRule


class Permit:
    """A rule of registering, ready to answer. An answer depends on the day alone, so that of a day is made once."""

    __slots__ = ("_ends_on", "_of_day", "_terms", "policy", "rule")

    def __init__(self, rule: RegistrationRule, card: PolicyFile, bases: Mapping[str, Basis]) -> None:
        self.rule = rule
        self.policy = card.digest
        self._terms = card.terms
        self._ends_on = [end for name in rule.basis if (end := bases[name].valid_until_on) is not None]
        self._of_day: tuple[date, Permitted] | None = None

    def on(self, day: date) -> Permitted:
        """Permit from this day on; two threads that make the same answer at once do no harm."""
        kept = self._of_day
        if kept is None or kept[0] != day:
            kept = self._of_day = (day, self._made(day))
        return kept[1]

    def _made(self, day: date) -> Permitted:
        """No registration outlives its basis: when a basis ends its lane is purged (domain rule 21)."""
        latest = min([self._terms.maximum.after(day), *self._ends_on])
        return Permitted(
            policy=self.policy,
            rule=self.rule.id,
            basis=self.rule.basis,
            latest_valid_until_on=latest,
            default_valid_until_on=min(self._terms.default.after(day), latest),
            explanation_nl=self.rule.explanation_nl,
            explanation_en=self.rule.explanation_en,
        )


@dataclass(frozen=True, slots=True)
class Era:
    """What holds between two dates; permits in the order of their rules on the card."""

    permitting: Mapping[tuple[str, str, str], tuple[Permit, ...]]  # by what is asked
    decisions: Mapping[Situation, Decision]


@dataclass(frozen=True, slots=True)
class Admission:
    """What the card admits at any time, to tell a caller the first thing that stands in the way, and what would not."""

    barred: Mapping[str, Denied]
    other_purpose: Mapping[str, Denied]  # by kind of agency
    other_flag: Mapping[tuple[str, str], Denied]  # by kind of agency and purpose
    lapsed: Mapping[Asking, Denied]


def entries_of(card: PolicyFile) -> int:
    """Count, without laying them out, what can be asked of the rules of a card at most, in each of its eras.

    Telling: a recipient may meet an other with each purpose of the lane. Registering: each fact is attested or not.
    """
    purposes = {purpose for rule in card.registration_rules for purpose in rule.purposes}
    facts = {fact for rule in card.registration_rules for fact in rule.preconditions}
    telling = (
        (rule.recipients, rule.others, rule.purposes, rule.own_flags, rule.other_flags, purposes)
        for rule in card.disclosure_rules
    )
    registering = ((rule.agency_kinds, rule.purposes, rule.flags) for rule in card.registration_rules)
    told, asked = (sum(prod(map(len, sides)) for sides in every) for every in (telling, registering))
    return len(era_starts(card)) * (told + (asked << len(facts)))  # doubled by each fact


def era_starts(card: PolicyFile) -> Sequence[date]:
    """Give the days on which the card or one of its bases begins or ends, as long as the card is in force."""
    edges = {edge for basis in card.bases for edge in (basis.valid_from_on, basis.valid_until_on) if edge is not None}
    return sorted({card.valid_from_on} | {edge for edge in edges if card.valid_from_on < edge < card.valid_until_on})


def era_of(card: PolicyFile, bases: Mapping[str, Basis], on: date) -> Era:
    """Compile what holds from a day on, until the next edge."""
    in_force = {name for name, basis in bases.items() if basis.in_force(on)}
    barred = {kind for bar in card.bars for kind in bar.agency_kinds}
    permitting: defaultdict[Asking, list[Permit]] = defaultdict(list)
    for permitted in card.registration_rules:
        if in_force.issuperset(permitted.basis):
            permit = Permit(permitted, card, bases)
            for asking in askings_of(permitted):
                if asking.agency_kind not in barred:
                    permitting[asking].append(permit)
    concerning: defaultdict[Situation, list[DisclosureRule]] = defaultdict(list)
    for rule in card.disclosure_rules:
        if rule.refuses or in_force.issuperset(rule.basis):  # a refusal needs no basis to hold
            for situation in situations_of(rule):
                concerning[situation].append(rule)
    return Era(
        {asking: tuple(permits) for asking, permits in permitting.items()},
        {situation: _decision(rules) for situation, rules in concerning.items()},
    )


def _decision(rules: Sequence[DisclosureRule]) -> Decision:
    """Take the highest step that a rule allows, held below the lowest that a rule refuses; name first what decided."""
    refusing = [rule for rule in rules if rule.refuses]
    allowing = [rule for rule in rules if not rule.refuses]
    allowed = max((rule.level for rule in allowing), default=DisclosureLevel.SILENT)
    ceiling = DisclosureLevel(min((rule.level - 1 for rule in refusing), default=max(DisclosureLevel)))
    level = min(allowed, ceiling)
    holding = [rule for rule in refusing if rule.level - 1 == ceiling]
    carrying = [rule for rule in allowing if rule.level >= level > DisclosureLevel.SILENT]
    telling = [*holding, *carrying] if ceiling < allowed else [*carrying, *holding]
    return Decision(
        level=level,
        rules=tuple(rule.id for rule in telling),
        basis=tuple(dict.fromkeys(name for rule in carrying for name in rule.basis)),
        explanation_nl=telling[0].explanation_nl,
        explanation_en=telling[0].explanation_en,
    )


def admission_of(card: PolicyFile) -> Admission:
    """Compile why a registration is not permitted, whatever the day."""
    asked = [(rule, asking) for rule in card.registration_rules for asking in askings_of(rule)]
    purposes: defaultdict[str, dict[str, None]] = defaultdict(dict)
    flags: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for _, (kind, purpose, flag) in asked:
        purposes[kind][purpose] = flags[kind, purpose][flag] = None
    return Admission(
        barred={kind: _barred(bar) for bar in card.bars for kind in bar.agency_kinds},
        other_purpose={kind: _denied_but_for(Denial.PURPOSE_NOT_ADMITTED, found) for kind, found in purposes.items()},
        other_flag={place: _denied_but_for(Denial.FLAG_NOT_ADMITTED, found) for place, found in flags.items()},
        lapsed={asking: _lapsed(rule) for rule, asking in reversed(asked)},
    )


def askings_of(rule: RegistrationRule) -> Iterator[Asking]:
    """Give everything that a rule permits."""
    return map(Asking._make, product(rule.agency_kinds, rule.purposes, rule.flags))


def situations_of(rule: DisclosureRule) -> Iterator[Situation]:
    """Give every situation that a rule speaks of."""
    every = product(rule.recipients, rule.others, rule.purposes, rule.own_flags, rule.other_flags)
    return map(Situation._make, every)


def recipients_of_message(card: PolicyFile) -> frozenset[Asking]:
    """Give those whom a rule of telling names and no rule lets register, as if they were registered in any way."""
    named = {kind for rule in card.disclosure_rules for kind in (*rule.recipients, *rule.others)}
    purposes = {purpose for rule in card.registration_rules for purpose in rule.purposes}
    return frozenset(map(Asking._make, product(named.difference(card.registering_kinds), purposes, card.flags)))


def heard(permits: Sequence[Permit]) -> Iterator[str]:
    """Give those rules, in their order, that are not preceded by one that requires no more than they do."""
    rules = [permit.rule for permit in permits]
    for index, rule in enumerate(rules):
        if not any(set(rule.preconditions).issuperset(earlier.preconditions) for earlier in rules[:index]):
            yield rule.id


def unattested(rule: RegistrationRule, attested: frozenset[str]) -> Denied:
    """Name the first rule that would permit it, and what it requires besides what was attested."""
    missing = tuple(fact for fact in rule.preconditions if fact not in attested)
    return replace(DENIALS[Denial.PRECONDITION_MISSING], rule=rule.id, basis=rule.basis, allowed=missing)


def _denied_but_for(denial: Denial, allowed: Iterable[str]) -> Denied:
    return replace(DENIALS[denial], allowed=tuple(allowed))


def _lapsed(rule: RegistrationRule) -> Denied:
    return replace(DENIALS[Denial.BASIS_NOT_IN_FORCE], rule=rule.id, basis=rule.basis)


def _barred(bar: Bar) -> Denied:
    return Denied(Denial.AGENCY_KIND_NOT_ADMITTED, bar.id, bar.explanation_nl, bar.explanation_en)

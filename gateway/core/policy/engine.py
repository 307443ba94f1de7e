"""The policy in force: rule cards compiled into tables that decide, before anything is looked up, who may know what.

A card is cut into eras at the dates on which it or one of its bases begins or ends. Within an era nothing depends on
the date, so a decision is one lookup however many rules there are. Refuse beats allow; no rule means refused.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import product
from types import MappingProxyType
from typing import Final

from gateway.core.deadlines import add_working_days
from gateway.core.ladder import StepDays
from gateway.core.policy.answers import (
    DENIALS,
    EXPIRED,
    NO_RULE,
    SILENT_PURPOSE,
    Asking,
    Decision,
    Denial,
    Denied,
    Permitted,
    Registering,
    Situation,
)
from gateway.core.policy.card import Bar, Basis, DisclosureLevel, DisclosureRule, PolicyFile, RegistrationRule

#: The parts of the house on which cards can rely (`vergt`) and that exist.
BUILT: Final[frozenset[str]] = frozenset({"ban_clock", "case_list", "consent_register"})


@dataclass(frozen=True, slots=True)
class _Era:
    """What holds between two dates; rules of registering in the order of the card."""

    permitting: Mapping[Asking, tuple[RegistrationRule, ...]]
    decisions: Mapping[Situation, Decision]


@dataclass(frozen=True, slots=True)
class _Admission:
    """What the card admits at any time, to tell a caller the first thing that stands in the way, and what would not."""

    barred: Mapping[str, Denied]
    purposes: Mapping[str, tuple[str, ...]]  # by kind of agency
    flags: Mapping[tuple[str, str], tuple[str, ...]]  # by kind of agency and purpose
    lapsed: Mapping[Asking, Denied]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LanePolicy:
    """One lane's card, ready to decide; made by `compile_policy` only, and never changed afterwards."""

    card: PolicyFile
    bases: Mapping[str, Basis]
    starts_on: tuple[date, ...]  # of each era
    _eras: tuple[_Era, ...]
    _admission: _Admission

    def __repr__(self) -> str:
        """Name the policy; its tables are too large to show."""
        return f"LanePolicy({self.card.lane!r}, version={self.card.version})"

    @property
    def lane(self) -> str:
        """The lane that this is the policy of."""
        return self.card.lane

    @property
    def version(self) -> int:
        """The version of the card."""
        return self.card.version

    @property
    def digest(self) -> str:
        """The SHA-256 of the card's file, in hex."""
        return self.card.digest

    @property
    def valid_from_on(self) -> date:
        """The first day of the policy."""
        return self.card.valid_from_on

    @property
    def valid_until_on(self) -> date:
        """The first day on which everything is refused again."""
        return self.card.valid_until_on

    def may_register(
        self,
        *,
        agency_kind: str,
        purpose: str,
        flag: str,
        on: date,
        preconditions: frozenset[str] = frozenset(),
    ) -> Registering:
        """Decide whether an agency of this kind, which attests these preconditions, may register, and until when.

        `PURPOSE_SILENT` comes before every other refusal: it is to be answered as no-hit and raises an alarm.
        """
        if purpose in self.card.silent_purposes:
            return DENIALS[Denial.PURPOSE_SILENT]
        era = self._era(on)
        if era is None:
            return DENIALS[Denial.POLICY_EXPIRED]
        asking = Asking(agency_kind, purpose, flag)
        rules = era.permitting.get(asking, ())
        rule = next((rule for rule in rules if preconditions.issuperset(rule.preconditions)), None)
        if rule is not None:
            return self._permitted(rule, on)
        return self._unattested(rules[0], preconditions) if rules else self._denied(asking)

    def decide(self, situation: Situation, *, on: date) -> Decision:
        """Decide how much the recipient learns of the other on a date; everything not written down is silent."""
        era = self._era(on)
        if era is not None and (decision := era.decisions.get(situation)) is not None:
            return decision
        if situation.purpose in self.card.silent_purposes:  # no rule can name one: the card would not have loaded
            return SILENT_PURPOSE
        return EXPIRED if era is None else NO_RULE

    def contact_deadline(self, from_at: datetime) -> date:
        """Give the last working day on which the parties of a match found at this moment must make contact."""
        return add_working_days(from_at, self.card.terms.contact_working_days)

    def step_days(self, from_at: datetime) -> StepDays:
        """Give the last working day before each step of the ladder, for a match found at this moment."""
        ladder = self.card.terms.ladder
        steps = (ladder.deputy_working_days, ladder.coordinator_working_days, ladder.supervisor_working_days)
        return StepDays(*(None if days is None else add_working_days(from_at, days) for days in steps))

    def tells_both_alike(self, situation: Situation) -> bool:
        """Whether on every day of the policy both sides learn the same of one another."""
        mirrored = situation.mirrored
        return all(self.decide(situation, on=on).level == self.decide(mirrored, on=on).level for on in self.starts_on)

    def deciding_rules(self) -> frozenset[str]:
        """Give the ids of the rules that decide something on some day; a rule that is not among them has no say."""
        telling = (id_ for era in self._eras for decision in era.decisions.values() for id_ in decision.rules)
        registering = (id_ for era in self._eras for rules in era.permitting.values() for id_ in _heard(rules))
        return frozenset((*telling, *registering))

    def has_basis(self, on: date) -> bool:
        """Whether any article that the lane rests on is in force; once none is, it is purged (domain rule 21)."""
        return any(basis.in_force(on) for basis in self.card.bases)

    def _era(self, on: date) -> _Era | None:
        index = bisect_right(self.starts_on, on) - 1
        return None if index < 0 or on >= self.card.valid_until_on else self._eras[index]

    def _permitted(self, rule: RegistrationRule, on: date) -> Permitted:
        """No registration outlives its basis: when a basis ends its lane is purged (domain rule 21)."""
        ends = [end for name in rule.basis if (end := self.bases[name].valid_until_on) is not None]
        latest = min([self.card.terms.maximum.after(on), *ends])
        return Permitted(
            policy=self.digest,
            rule=rule.id,
            basis=rule.basis,
            latest_valid_until_on=latest,
            default_valid_until_on=min(self.card.terms.default.after(on), latest),
            explanation_nl=rule.explanation_nl,
            explanation_en=rule.explanation_en,
        )

    def _denied(self, asking: Asking) -> Denied:
        """Name the first thing that stands in the way: the kind of agency, the purpose, the flag, or else the basis."""
        kind, purpose, _ = asking
        admission = self._admission
        if kind in admission.barred:
            return admission.barred[kind]
        if kind not in admission.purposes:
            return DENIALS[Denial.AGENCY_KIND_NOT_ADMITTED]
        if (kind, purpose) not in admission.flags:
            return replace(DENIALS[Denial.PURPOSE_NOT_ADMITTED], allowed=admission.purposes[kind])
        if asking not in admission.lapsed:
            return replace(DENIALS[Denial.FLAG_NOT_ADMITTED], allowed=admission.flags[kind, purpose])
        return admission.lapsed[asking]

    def _unattested(self, rule: RegistrationRule, attested: frozenset[str]) -> Denied:
        """Name the first rule that would permit it, and what it requires besides what was attested."""
        missing = tuple(fact for fact in rule.preconditions if fact not in attested)
        return replace(DENIALS[Denial.PRECONDITION_MISSING], rule=rule.id, basis=rule.basis, allowed=missing)


@dataclass(frozen=True, slots=True)
class PolicySet:
    """All lanes with a policy, under the digest of every file they come from; without lanes everything is refused.

    `mechanisms` are the parts of the house that exist: a lane whose card relies on another one is refused, because it
    could not be run as its card promises.
    """

    policies: tuple[LanePolicy, ...]
    digest: str
    mechanisms: frozenset[str] = BUILT
    _by_lane: Mapping[str, LanePolicy] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lay the lanes out by name."""
        object.__setattr__(self, "_by_lane", {policy.lane: policy for policy in self.policies})

    def lane(self, lane: str) -> LanePolicy | None:
        """Give the policy of a lane, or nothing: then nothing is allowed in it."""
        return self._by_lane.get(lane)

    def may_register(
        self,
        *,
        lane: str,
        agency_kind: str,
        purpose: str,
        flag: str,
        on: date,
        preconditions: frozenset[str] = frozenset(),
    ) -> Registering:
        """Decide as the lane's own policy does; a lane without one, or that cannot be run as it says, is denied."""
        policy = self.lane(lane)
        if policy is None:
            return DENIALS[Denial.UNKNOWN_LANE]
        if not self.mechanisms.issuperset(policy.card.mechanisms):
            return DENIALS[Denial.LANE_NOT_BUILT]
        return policy.may_register(
            agency_kind=agency_kind, purpose=purpose, flag=flag, on=on, preconditions=preconditions
        )


def compile_policy(card: PolicyFile) -> LanePolicy:
    """Turn a card, whose words were checked by `load_policy_file`, into the tables that decide."""
    bases = MappingProxyType({basis.name: basis for basis in card.bases})
    starts_on = tuple(_era_starts(card))
    eras = tuple(_era(card, {name for name, basis in bases.items() if basis.in_force(on)}) for on in starts_on)
    return LanePolicy(card, bases, starts_on, eras, _admission(card))


def _era_starts(card: PolicyFile) -> Iterable[date]:
    edges = {edge for basis in card.bases for edge in (basis.valid_from_on, basis.valid_until_on) if edge is not None}
    return sorted({card.valid_from_on} | {edge for edge in edges if card.valid_from_on < edge < card.valid_until_on})


def _era(card: PolicyFile, in_force: set[str]) -> _Era:
    barred = {kind for bar in card.bars for kind in bar.agency_kinds}
    permitting: defaultdict[Asking, list[RegistrationRule]] = defaultdict(list)
    for permit in card.registration_rules:
        if in_force.issuperset(permit.basis):
            for asking in askings_of(permit):
                if asking.agency_kind not in barred:
                    permitting[asking].append(permit)
    concerning: defaultdict[Situation, list[DisclosureRule]] = defaultdict(list)
    for rule in card.disclosure_rules:
        if rule.refuses or in_force.issuperset(rule.basis):  # a refusal needs no basis to hold
            for situation in situations_of(rule):
                concerning[situation].append(rule)
    return _Era(
        {asking: tuple(rules) for asking, rules in permitting.items()},
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


def _admission(card: PolicyFile) -> _Admission:
    asked = [(rule, asking) for rule in card.registration_rules for asking in askings_of(rule)]
    purposes: defaultdict[str, dict[str, None]] = defaultdict(dict)
    flags: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for _, (kind, purpose, flag) in asked:
        purposes[kind][purpose] = flags[kind, purpose][flag] = None
    return _Admission(
        barred={kind: _barred(bar) for bar in card.bars for kind in bar.agency_kinds},
        purposes={kind: tuple(found) for kind, found in purposes.items()},
        flags={place: tuple(found) for place, found in flags.items()},
        lapsed={asking: _lapsed(rule) for rule, asking in reversed(asked)},
    )


def askings_of(rule: RegistrationRule) -> Iterator[Asking]:
    """Give everything that a rule permits."""
    return map(Asking._make, product(rule.agency_kinds, rule.purposes, rule.flags))


def situations_of(rule: DisclosureRule) -> Iterator[Situation]:
    """Give every situation that a rule speaks of."""
    every = product(rule.recipients, rule.others, rule.purposes, rule.own_flags, rule.other_flags)
    return map(Situation._make, every)


def _heard(rules: Sequence[RegistrationRule]) -> Iterator[str]:
    """Give those rules, in their order, that are not preceded by one that requires no more than they do."""
    for index, rule in enumerate(rules):
        if not any(set(rule.preconditions).issuperset(earlier.preconditions) for earlier in rules[:index]):
            yield rule.id


def _lapsed(rule: RegistrationRule) -> Denied:
    return replace(DENIALS[Denial.BASIS_NOT_IN_FORCE], rule=rule.id, basis=rule.basis)


def _barred(bar: Bar) -> Denied:
    return Denied(Denial.AGENCY_KIND_NOT_ADMITTED, bar.id, bar.explanation_nl, bar.explanation_en)

"""The policy in force: rule cards compiled into tables that decide, before anything is looked up, who may know what.

A card is cut into eras at the dates on which it or one of its bases begins or ends. Within an era nothing depends on
the date, so a decision is one lookup however many rules there are. Refuse beats allow; no rule means refused.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import product
from types import MappingProxyType

from gateway.core.deadlines import add_months, add_working_days
from gateway.core.policy_answers import (
    DENIALS,
    EXPIRED,
    NO_RULE,
    SILENT_PURPOSE,
    Decision,
    Denial,
    Denied,
    Permitted,
    Registering,
    Situation,
)
from gateway.core.policy_card import Bar, Basis, DisclosureLevel, DisclosureRule, PolicyFile, RegistrationRule

__all__ = [
    "Decision",
    "Denial",
    "Denied",
    "DisclosureLevel",
    "LanePolicy",
    "Permitted",
    "PolicySet",
    "Registering",
    "Situation",
    "compile_policy",
]

_Asked = tuple[str, str, str]  # agency kind, purpose, flag; or recipient, other, purpose


@dataclass(frozen=True, slots=True)
class _Era:
    """What holds between two dates."""

    permitting: Mapping[_Asked, RegistrationRule]
    decisions: Mapping[_Asked, Decision]


@dataclass(frozen=True, slots=True)
class _Admission:
    """What the card admits at any time, to tell a caller the first thing that stands in the way."""

    barred: Mapping[str, Denied]
    kinds: frozenset[str]
    purposes: frozenset[tuple[str, str]]  # agency kind, purpose
    lapsed: Mapping[_Asked, Denied]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LanePolicy:
    """One lane's card, ready to decide; made by `compile_policy` only, and never changed afterwards."""

    card: PolicyFile
    bases: Mapping[str, Basis]
    _starts_on: tuple[date, ...]
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

    def may_register(self, *, agency_kind: str, purpose: str, flag: str, on: date) -> Registering:
        """Decide whether an agency of this kind may register today, and until when.

        `PURPOSE_SILENT` comes before every other refusal: it is to be answered as no-hit and raises an alarm.
        """
        if purpose in self.card.silent_purposes:
            return DENIALS[Denial.PURPOSE_SILENT]
        era = self._era(on)
        if era is None:
            return DENIALS[Denial.POLICY_EXPIRED]
        rule = era.permitting.get((agency_kind, purpose, flag))
        return self._denied(agency_kind, purpose, flag) if rule is None else self._permitted(rule, on)

    def decide(self, situation: Situation, *, on: date) -> Decision:
        """Decide how much the recipient learns of the other on a date; everything not written down is silent."""
        if situation.purpose in self.card.silent_purposes:
            return SILENT_PURPOSE
        era = self._era(on)
        if era is None:
            return EXPIRED
        return era.decisions.get((situation.recipient_kind, situation.other_kind, situation.purpose), NO_RULE)

    def contact_deadline(self, from_at: datetime) -> date:
        """Give the last working day on which the parties of a match found at this moment must make contact."""
        return add_working_days(from_at, self.card.terms.contact_working_days)

    def tells_both_alike(self, situation: Situation) -> bool:
        """Whether on every day of the policy both sides learn the same of one another."""
        mirrored = Situation(situation.other_kind, situation.recipient_kind, situation.purpose)
        return all(self.decide(situation, on=on).level == self.decide(mirrored, on=on).level for on in self._starts_on)

    def _era(self, on: date) -> _Era | None:
        index = bisect_right(self._starts_on, on) - 1
        return None if index < 0 or on >= self.card.valid_until_on else self._eras[index]

    def _permitted(self, rule: RegistrationRule, on: date) -> Permitted:
        """No registration outlives its basis: when a basis ends its lane is purged (domain rule 21)."""
        ends = [end for name in rule.basis if (end := self.bases[name].valid_until_on) is not None]
        latest = min([add_months(on, self.card.terms.maximum_months), *ends])
        return Permitted(
            rule=rule.id,
            basis=rule.basis,
            latest_valid_until_on=latest,
            default_valid_until_on=min(add_months(on, self.card.terms.default_months), latest),
            explanation_nl=rule.explanation_nl,
            explanation_en=rule.explanation_en,
        )

    def _denied(self, agency_kind: str, purpose: str, flag: str) -> Denied:
        """Name the first thing that stands in the way: the kind of agency, the purpose, the flag, or else the basis."""
        admission = self._admission
        if agency_kind in admission.barred:
            return admission.barred[agency_kind]
        if agency_kind not in admission.kinds:
            return DENIALS[Denial.AGENCY_KIND_NOT_ADMITTED]
        if (agency_kind, purpose) not in admission.purposes:
            return DENIALS[Denial.PURPOSE_NOT_ADMITTED]
        return admission.lapsed.get((agency_kind, purpose, flag), DENIALS[Denial.FLAG_NOT_ADMITTED])


@dataclass(frozen=True, slots=True)
class PolicySet:
    """All lanes with a policy, under the digest of every file they come from; without lanes everything is refused."""

    policies: tuple[LanePolicy, ...]
    digest: str

    def lane(self, lane: str) -> LanePolicy | None:
        """Give the policy of a lane, or nothing: then nothing is allowed in it."""
        return next((policy for policy in self.policies if policy.card.lane == lane), None)

    def may_register(self, *, lane: str, agency_kind: str, purpose: str, flag: str, on: date) -> Registering:
        """Decide as the lane's own policy does; a lane without one is denied."""
        policy = self.lane(lane)
        if policy is None:
            return DENIALS[Denial.UNKNOWN_LANE]
        return policy.may_register(agency_kind=agency_kind, purpose=purpose, flag=flag, on=on)


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
    permitting = {
        asked: rule
        for rule in reversed(card.registration_rules)  # the first rule in the file is the one that is named
        if in_force.issuperset(rule.basis)
        for asked in _asked(rule)
        if asked[0] not in barred
    }
    concerning: defaultdict[_Asked, list[DisclosureRule]] = defaultdict(list)
    for rule in card.disclosure_rules:
        if rule.refuses or in_force.issuperset(rule.basis):  # a refusal needs no basis to hold
            for situation in product(rule.recipients, rule.others, rule.purposes):
                concerning[situation].append(rule)
    return _Era(permitting, {situation: _decision(rules) for situation, rules in concerning.items()})


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
    asked = [(rule, situation) for rule in card.registration_rules for situation in _asked(rule)]
    return _Admission(
        barred={kind: _barred(bar) for bar in card.bars for kind in bar.agency_kinds},
        kinds=frozenset(kind for _, (kind, _, _) in asked),
        purposes=frozenset((kind, purpose) for _, (kind, purpose, _) in asked),
        lapsed={situation: _lapsed(rule) for rule, situation in reversed(asked)},
    )


def _asked(rule: RegistrationRule) -> Iterable[_Asked]:
    return product(rule.agency_kinds, rule.purposes, rule.flags)


def _lapsed(rule: RegistrationRule) -> Denied:
    return replace(DENIALS[Denial.BASIS_NOT_IN_FORCE], rule=rule.id)


def _barred(bar: Bar) -> Denied:
    return Denied(Denial.AGENCY_KIND_NOT_ADMITTED, bar.id, bar.explanation_nl, bar.explanation_en)

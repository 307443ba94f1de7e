"""The policy in force: rule cards compiled into tables that decide, before anything is looked up, who may know what.

A card is cut into eras at the dates on which it or one of its bases begins or ends. Within an era nothing depends on
the date, so a decision is one lookup however many rules there are. Refuse beats allow; no rule means refused.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
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
    Registering,
    Situation,
)
from gateway.core.policy.card import Basis, PolicyFile
from gateway.core.policy.cards.vocabulary import Vocabulary
from gateway.core.policy.tables import (
    Admission,
    Era,
    admission_of,
    era_of,
    era_starts,
    heard,
    recipients_of_message,
    unattested,
)

#: The parts of the house on which cards can rely (`vergt`) and that exist.
BUILT: Final[frozenset[str]] = frozenset({"ban_clock", "case_list", "consent_register", "emergency_procedure"})

#: The part of the house that brings a message to an agency that registered nothing.
ONE_MESSAGE: Final = "one_shot_message"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LanePolicy:
    """One lane's card, ready to decide; made by `compile_policy` only, and never changed afterwards."""

    card: PolicyFile
    bases: Mapping[str, Basis]
    starts_on: tuple[date, ...]  # of each era
    _eras: tuple[Era, ...]
    _admission: Admission

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
        permits = era.permitting.get((agency_kind, purpose, flag), ())
        for permit in permits:
            if preconditions.issuperset(permit.rule.preconditions):
                return permit.on(on)
        if permits:
            return unattested(permits[0].rule, preconditions)
        return self._denied(Asking(agency_kind, purpose, flag))

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

    def sides(self) -> frozenset[Asking]:
        """Give all that an agency can register as on some day; whoever cannot, meets nobody in this lane.

        But for a lane that brings one message to whoever its rules name: they are told without having registered.
        """
        registered = frozenset(Asking._make(asking) for era in self._eras for asking in era.permitting)
        return registered | recipients_of_message(self.card) if ONE_MESSAGE in self.card.mechanisms else registered

    def deciding_rules(self) -> frozenset[str]:
        """Give the ids of the rules that decide something on some day; a rule that is not among them has no say."""
        telling = (id_ for era in self._eras for decision in era.decisions.values() for id_ in decision.rules)
        registering = (id_ for era in self._eras for permits in era.permitting.values() for id_ in heard(permits))
        return frozenset((*telling, *registering))

    def carries(self, bases: Iterable[str], on: date) -> bool:
        """Whether what was told on these bases may still be shown: the card and each of them are in force."""
        in_force = self.card.valid_from_on <= on < self.card.valid_until_on
        return in_force and all(name in self.bases and self.bases[name].in_force(on) for name in bases)

    def has_basis(self, on: date) -> bool:
        """Whether any article that the lane rests on is in force, or will be; once none is, it is purged (rule 21)."""
        return any(basis.valid_until_on is None or on < basis.valid_until_on for basis in self.card.bases)

    def _era(self, on: date) -> Era | None:
        index = bisect_right(self.starts_on, on) - 1
        return None if index < 0 or on >= self.card.valid_until_on else self._eras[index]

    def _denied(self, asking: Asking) -> Denied:
        """Name the first thing that stands in the way: the kind of agency, the purpose, the flag, or else the basis."""
        kind, purpose, _ = asking
        admission = self._admission
        if kind in admission.barred:
            return admission.barred[kind]
        if kind not in admission.other_purpose:
            return DENIALS[Denial.AGENCY_KIND_NOT_ADMITTED]
        if (kind, purpose) not in admission.other_flag:
            return admission.other_purpose[kind]
        return admission.lapsed.get(asking) or admission.other_flag[kind, purpose]


@dataclass(frozen=True, slots=True)
class PolicySet:
    """All lanes with a policy, under the digest of every file they come from; without lanes everything is refused.

    `mechanisms` are the parts of the house that exist: a lane whose card relies on another one is refused, because it
    could not be run as its card promises. `vocabulary` holds the words that the cards are written in.
    """

    policies: tuple[LanePolicy, ...]
    digest: str
    mechanisms: frozenset[str] = BUILT
    vocabulary: Vocabulary | None = None
    _by_lane: Mapping[str, LanePolicy] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lay the lanes out by name."""
        object.__setattr__(self, "_by_lane", {policy.lane: policy for policy in self.policies})

    def in_house_with(self, mechanisms: Iterable[str]) -> "PolicySet":
        """Give these policies for a house with these parts and no other."""
        return replace(self, mechanisms=frozenset(mechanisms))

    def lane(self, lane: str) -> LanePolicy | None:
        """Give the policy of a lane, to read what its card says; whether it may be used, `open_lane` says."""
        return self._by_lane.get(lane)

    def open_lane(self, lane: str) -> LanePolicy | None:
        """Give the policy of a lane that can be run as its card says, or nothing: then nothing is told in it."""
        policy = self._by_lane.get(lane)
        return policy if policy is not None and self.mechanisms.issuperset(policy.card.mechanisms) else None

    def is_silent(self, purpose: str) -> bool:
        """Whether a card names this purpose as always silent."""
        return any(purpose in policy.card.silent_purposes for policy in self.policies)

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
        if self.open_lane(lane) is None:
            return DENIALS[Denial.LANE_NOT_BUILT]
        return policy.may_register(
            agency_kind=agency_kind, purpose=purpose, flag=flag, on=on, preconditions=preconditions
        )


def compile_policy(card: PolicyFile) -> LanePolicy:
    """Turn a card, whose words were checked by `load_policy_file`, into the tables that decide."""
    bases = MappingProxyType({basis.name: basis for basis in card.bases})
    starts_on = tuple(era_starts(card))
    eras = tuple(era_of(card, bases, on) for on in starts_on)
    return LanePolicy(card, bases, starts_on, eras, admission_of(card))

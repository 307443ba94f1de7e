"""An independent judge: a rule card told to Cedar, which then decides every situation that our own tables decide.

Only the card is translated, never what our compiler makes of it. The ladder becomes actions: an allowing rule permits
each step up to its own, a refusing rule forbids each from its own, so that whoever may not learn a step may not learn
the next one either.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import Final, NamedTuple

from cedarpy import AuthzResult, PolicySet, is_authorized_batch

from gateway.core.policy import DisclosureLevel
from gateway.core.policy.card import Bar, Basis, DisclosureRule, PolicyFile, RegistrationRule

REGISTER: Final = "register"
LADDER: Final = tuple(level.code for level in DisclosureLevel if level is not DisclosureLevel.SILENT)
VALIDITY: Final = "#validity"
SILENT: Final = "#silent"
_BATCH: Final = 20_000

Lists = tuple[tuple[str, tuple[str, ...]], ...]  # where a word stands, and the words that may stand there


@dataclass(frozen=True, slots=True)
class CedarPolicy:
    """One policy of Cedar; without actions it is about all of them.

    `days` are periods, from the first up to, not including, the second; the policy holds in all of them or, when it
    is about days `outside`, in none.
    """

    name: str
    permits: bool
    actions: tuple[str, ...]
    lists: Lists = ()
    days: tuple[tuple[date, date | None], ...] = ()
    outside: bool = False
    attested: tuple[str, ...] = ()

    def swapped(self, one: str, other: str) -> "CedarPolicy":
        """Give the same policy with two words in each other's place."""
        turn = {one: other, other: one}
        lists = tuple((place, tuple(turn.get(word, word) for word in words)) for place, words in self.lists)
        return replace(self, lists=lists)

    def __str__(self) -> str:
        """Write it in Cedar's language; lists in the order of the alphabet, since none of them has an order."""
        actions = f"action in [{', '.join(_entity('Action', name) for name in self.actions)}]"
        head = f"principal, {actions if self.actions else 'action'}, resource"
        attested = [f"context.attested.containsAll({_words(self.attested)})"] if self.attested else []
        conditions = [f"{_among(place, words)}.contains({place})" for place, words in self.lists] + attested
        days = " && ".join(chain.from_iterable(map(_within, self.days)))
        conditions += [f"!({days})" if self.outside else days] if days else []
        when = f" when {{ {' && '.join(conditions)} }}" if conditions else ""
        return f"@id({json.dumps(self.name)}) {'permit' if self.permits else 'forbid'} ({head}){when};"


def translate(card: PolicyFile) -> tuple[CedarPolicy, ...]:
    """Tell a card to Cedar, rule by rule; what no policy permits, Cedar refuses, and a forbid beats every permit."""
    bases = {basis.name: basis for basis in card.bases}
    return (
        CedarPolicy(VALIDITY, False, (), days=((card.valid_from_on, card.valid_until_on),), outside=True),
        CedarPolicy(SILENT, False, (), (("context.purpose", card.silent_purposes),)),
        *(_registering(rule, bases) for rule in card.registration_rules),
        *map(_barring, card.bars),
        *(_telling(rule, bases) for rule in card.disclosure_rules),
    )


def write(policies: Iterable[CedarPolicy]) -> str:
    """Write policies as one text."""
    return "\n".join(map(str, policies))


def _registering(rule: RegistrationRule, bases: Mapping[str, Basis]) -> CedarPolicy:
    lists = (
        ("principal", rule.agency_kinds),
        ("context.purpose", rule.purposes),
        ("context.own", rule.flags),
    )
    return CedarPolicy(rule.id, True, (REGISTER,), lists, _days(rule.basis, bases), attested=rule.preconditions)


def _barring(bar: Bar) -> CedarPolicy:
    return CedarPolicy(bar.id, False, (REGISTER,), (("principal", bar.agency_kinds),))


def _telling(rule: DisclosureRule, bases: Mapping[str, Basis]) -> CedarPolicy:
    lists = (
        ("principal", rule.recipients),
        ("resource", rule.others),
        ("context.purpose", rule.purposes),
        ("context.own", rule.own_flags),
        ("context.other", rule.other_flags),
    )
    if rule.refuses:  # whatever became of its bases
        return CedarPolicy(rule.id, False, LADDER[LADDER.index(rule.level.code) :], lists)
    return CedarPolicy(rule.id, True, LADDER[: LADDER.index(rule.level.code) + 1], lists, _days(rule.basis, bases))


def _days(names: Iterable[str], bases: Mapping[str, Basis]) -> tuple[tuple[date, date | None], ...]:
    return tuple((bases[name].valid_from_on, bases[name].valid_until_on) for name in names)


def _among(place: str, words: Iterable[str]) -> str:
    if not place.startswith("context."):
        return f"[{', '.join(_entity('Kind', word) for word in sorted(words))}]"
    return _words(words)


def _words(words: Iterable[str]) -> str:
    return f"[{', '.join(map(json.dumps, sorted(words)))}]"


def _within(days: tuple[date, date | None]) -> Iterator[str]:
    from_on, until_on = days
    yield f"context.day >= {from_on.toordinal()}"
    if until_on is not None:
        yield f"context.day < {until_on.toordinal()}"


def _entity(kind: str, name: str) -> str:
    return f"{kind}::{json.dumps(name)}"


class Asked(NamedTuple):
    """One question to Cedar; whoever registers does so about nobody, under no other flag."""

    action: str
    recipient: str
    other: str
    purpose: str
    own_flag: str
    other_flag: str
    on: date
    attested: tuple[str, ...] = ()

    def as_request(self) -> dict[str, str]:
        """Give it as the library takes it."""
        context = {
            "purpose": self.purpose,
            "own": self.own_flag,
            "other": self.other_flag,
            "day": self.on.toordinal(),
            "attested": self.attested,
        }
        return {
            "principal": _entity("Kind", self.recipient),
            "action": _entity("Action", self.action),
            "resource": _entity("Kind", self.other),
            "context": json.dumps(context),
        }


class Verdict(NamedTuple):
    """What Cedar says: allowed by all of these policies, or refused by them, or refused by none."""

    allowed: bool
    by: frozenset[str]


class Cedar:
    """Cedar with the policies of one card."""

    def __init__(self, policies: Iterable[CedarPolicy]) -> None:
        self.policies = tuple(policies)
        self._policies = PolicySet.from_str(write(self.policies))
        self._verdicts: dict[Asked, Verdict] = {}

    @property
    def asked(self) -> int:
        """How many questions were asked."""
        return len(self._verdicts)

    def decide(self, questions: Sequence[Asked]) -> list[Verdict]:
        """Give the verdict on each question, in order."""
        verdicts: list[Verdict] = []
        for start in range(0, len(questions), _BATCH):
            requests = [question.as_request() for question in questions[start : start + _BATCH]]
            verdicts += map(_verdict, is_authorized_batch(requests, self._policies, "[]"))
        return verdicts

    def ask(self, questions: Iterable[Asked]) -> Mapping[Asked, Verdict]:
        """Give the verdict on each question, among those on earlier ones; none is asked twice."""
        fresh = list(dict.fromkeys(question for question in questions if question not in self._verdicts))
        self._verdicts.update(zip(fresh, self.decide(fresh), strict=True))
        return self._verdicts


def _verdict(answer: AuthzResult) -> Verdict:
    """Read an answer; a policy that Cedar could not evaluate would silently not count, so there may be none."""
    if answer.diagnostics.errors:
        raise AssertionError(answer.diagnostics.errors)
    return Verdict(answer.allowed, frozenset(answer.diagnostics.id_annotations_by_reason.values()))

"""Tells a change in one sentence, in Dutch and in English: who, of whom, when, what it becomes, and what it was."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.core.policy.answers import Denial
from gateway.core.policy.card import DisclosureLevel, PolicyFile
from gateway.core.policy.engine import LanePolicy
from gateway.core.policy.questions.changes import ChangedBox
from gateway.core.policy.questions.situations import ATTESTED, Outcome, Period, Question, World
from gateway.core.policy.questions.words import Words

_FORBIDS: Final = ("regel {} verbiedt het", "rule {} forbids it")
_DENIED: Final[Mapping[Denial, tuple[str, str]]] = {
    Denial.PRECONDITION_MISSING: ("regel {} eist dat er meer wordt verklaard", "rule {} requires more to be attested"),
    Denial.BASIS_NOT_IN_FORCE: (
        "de grondslag van regel {} geldt dan niet",
        "the basis of rule {} is not in force then",
    ),
}


@dataclass(frozen=True, slots=True)
class Teller:
    """What the sentences about one lane need to know besides the change itself.

    `participants` are those whom the rules of registering name, where both versions agree on them. `always` is the time
    in which either version is in force: a change that holds all that time is told without its period.
    """

    lane: str
    world: World
    participants: tuple[str, ...]
    always: Period

    @classmethod
    def of(cls, lane: str, world: World, old: LanePolicy | None, new: LanePolicy | None) -> "Teller":
        """Take from two versions of a lane, of which one may not be there, what their changes are told with."""
        cards = [policy.card for policy in (old, new) if policy is not None]
        named = [_participants(card) for card in cards]
        starts, ends = [card.valid_from_on for card in cards], [card.valid_until_on for card in cards]
        agreed = named[0] if named and set(named[0]) == set(named[-1]) else ()
        return cls(lane, world, agreed, Period(min(starts, default=None), max(ends, default=None)))

    def sentence(self, change: ChangedBox, words: Words, *, counted: str = "") -> str:
        """Tell a change; `counted` says of how much it is true, when that is not the number of situations."""
        tell = self._registering if change.cause.question is Question.REGISTERING else self._telling
        rules = change.cause.rules
        named = words.say("Regel", "Rule") if len(rules) == 1 else words.say("Regels", "Rules")
        cause = f"{named} {words.listing(rules)}" if rules else words.say("Zonder regel", "Without a rule")
        counted = counted or words.situations(change.size)
        return f"{cause} ({words.lane(self.lane)}): {tell(change, words)}. {counted[0].upper()}{counted[1:]}."

    def _registering(self, change: ChangedBox, words: Words) -> str:
        kinds, purposes, flags, *attestations = change.box
        before, after = change.cause.before, change.cause.after
        several = len(kinds) > 1
        may = words.say("mogen" if several else "mag", "may")
        verb = _REGISTER[before.level, after.level]
        conditions = [
            self._purposes(purposes, words),
            self._flags(flags, words, "met vlag", "with flag"),
            *self._attested(attestations, words),
        ]
        who = self._kinds(kinds, words)
        where = "".join(f", {said}" for said in (self._when(change, words), *conditions) if said)
        now, was = (_registering_by(outcome, words) for outcome in (after, before))
        return f"{who} {may} {words.say(*verb)}{where}: {now} ({words.say('was', 'it was')}: {was})"

    def _telling(self, change: ChangedBox, words: Words) -> str:
        recipients, others, purposes, of_others, own, other = change.box
        before, after = change.cause.before, change.cause.after
        hears = words.say("horen" if len(recipients) > 1 else "hoort", "learn" if len(recipients) > 1 else "learns")
        conditions = [
            self._purposes(purposes, words),
            self._of_others(others, of_others, words),
            self._flags_of(recipients, own, words, "met eigen vlag", "with own flag"),
            self._flags_of(others, other, words, "met vlag van de ander", "with the other's flag"),
        ]
        parties = f"{self._kinds(recipients, words)} {hears} {words.say('van', 'of')} {self._kinds(others, words)}"
        where = "".join(f", {said}" for said in (self._when(change, words), *conditions) if said)
        steps = (after.level > before.level) - (after.level < before.level)
        now, was = (_telling_by(outcome, words) for outcome in (after, before))
        return f"{parties}{where}, {words.say(*_MORE_OR_LESS[steps])}: {now} ({words.say('was', 'it was')}: {was})"

    def _of_others(self, kinds: tuple[str, ...], codes: tuple[str, ...], words: Words) -> str:
        """Name the purposes of the others, unless it is every purpose for which they can have registered."""
        if {side.purpose for side in self.world.sides if side.agency_kind in kinds}.issubset(codes):
            return ""
        named = words.labels(words.vocabulary.purposes, codes)
        return words.say("met doel van de ander", "with the other's purpose") + f" {named}"

    def _flags_of(self, kinds: tuple[str, ...], codes: tuple[str, ...], words: Words, nl: str, en: str) -> str:
        """Name the flags, unless it is every flag with which these kinds of agency can have registered."""
        if {side.flag for side in self.world.sides if side.agency_kind in kinds}.issubset(codes):
            return ""
        return self._flags(codes, words, nl, en)

    def _kinds(self, codes: tuple[str, ...], words: Words) -> str:
        return words.kinds(codes, everyone=self.world.kinds, participants=self.participants)

    def _purposes(self, codes: tuple[str, ...], words: Words) -> str:
        if len(codes) == len(self.world.purposes):
            return words.say("voor elk doel", "for any purpose")
        many = len(codes) > 1
        noun = words.say("voor de doelen" if many else "voor doel", "for purposes" if many else "for purpose")
        return f"{noun} {words.labels(words.vocabulary.purposes, codes)}"

    def _flags(self, codes: tuple[str, ...], words: Words, nl: str, en: str) -> str:
        """Name the flags, unless it is every flag of the lane."""
        if len(codes) == len(self.world.flags):
            return ""
        return f"{words.say(nl, en)} {words.labels(words.vocabulary.flags, codes)}"

    def _attested(self, sides: Collection[tuple[str, ...]], words: Words) -> Iterator[str]:
        for fact, side in zip(self.world.preconditions, sides, strict=True):
            label = words.label(words.vocabulary.preconditions, fact)
            if len(side) == 1 and side[0] == ATTESTED:
                yield words.say(f"als is verklaard: {label}", f"when attested: {label}")
            elif len(side) == 1:
                yield words.say(f"als niet is verklaard: {label}", f"when not attested: {label}")

    def _when(self, change: ChangedBox, words: Words) -> str:
        """Name the period, but for an end at which no version is in force anyway."""
        start, end = change.cause.period
        start = None if start == self.always.from_on else start
        return words.period(Period(start, None if end == self.always.until_on else end))


_REGISTER: Final[Mapping[tuple[int, int], tuple[str, str]]] = {
    (0, 1): ("voortaan wel registreren", "now register"),
    (1, 0): ("voortaan niet meer registreren", "no longer register"),
    (1, 1): ("nog steeds registreren", "still register"),
    (0, 0): ("nog steeds niet registreren", "still not register"),
}
_MORE_OR_LESS: Final[Mapping[int, tuple[str, str]]] = {
    1: ("voortaan meer", "now more"),
    -1: ("voortaan minder", "now less"),
    0: ("nog steeds evenveel", "still as much"),
}


def _registering_by(outcome: Outcome, words: Words) -> str:
    if not outcome.rules:
        return words.say("mag niet, geen regel staat het toe", "not allowed, no rule allows it")
    rule = outcome.rules[0]
    if outcome.level:
        return words.say("mag", "allowed") + _by(outcome, words)
    nl, en = _FORBIDS if outcome.denial is None else _DENIED.get(outcome.denial, _FORBIDS)
    return words.say("mag niet, ", "not allowed, ") + words.say(nl, en).format(rule)


def _telling_by(outcome: Outcome, words: Words) -> str:
    if outcome.held_back:
        return words.say(
            "niets, want de ander hoort niets en beiden horen iets of geen van beiden",
            "nothing, because the other learns nothing, and both are told or neither",
        )
    if not outcome.rules:
        return words.say("niets, geen regel staat het toe", "nothing, no rule allows it")
    level = words.say("niets", "nothing") if outcome.level == DisclosureLevel.SILENT else words.level(outcome.level)
    return level + _by(outcome, words)


def _by(outcome: Outcome, words: Words) -> str:
    many = len(outcome.rules) > 1
    rules = words.say("door regels" if many else "door regel", "by rules" if many else "by rule")
    articles = "".join(f"; {article}" for article in outcome.articles)
    return f", {rules} {words.listing(outcome.rules)}{articles}"


def _participants(card: PolicyFile) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kind for rule in card.registration_rules for kind in rule.agency_kinds))

"""Tells for each kind of agency what it hears of which other: every decision of the card, in few exact sentences."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from gateway.core.policy.answers import Decision
from gateway.core.policy.card import DisclosureLevel
from gateway.core.policy.engine import LanePolicy
from gateway.core.policy.meeting import heard
from gateway.core.policy.questions.boxes import Box, Point, cover
from gateway.core.policy.questions.meetings import meetings, sides_in
from gateway.reading.bases import because
from gateway.reading.facts import purposes_of
from gateway.reading.page import Block, Bullets, Line, Run, bullets, heading, line, paragraph
from gateway.reading.rules import parties
from gateway.reading.voice import Voice

Heard = tuple[str, Decision, Box]  # the recipient, what it is told, and of whom, for which purposes and flags


def sides(policy: LanePolicy, voice: Voice) -> Iterator[Block]:
    """Tell it for the first day of the card, and again for each later day on which it changes."""
    yield heading(1, voice.say("Per soort instantie: wat zij hoort", "By kind of agency: what it hears"))
    yield paragraph(
        voice.say("Van wie hier niet genoemd wordt, hoort men niets.", "Of whoever is not named here nothing is heard.")
    )
    before: Bullets | None = None
    for on in policy.starts_on:
        told = bullets(_sentence(policy, one, voice) for one in heard_on(policy, on))
        if told != before:
            yield heading(2, voice.say("Vanaf ", "From "), voice.day(on))
            yield told if told.lines else paragraph(voice.say("Niemand hoort iets.", "Nobody hears anything."))
        before = told


def heard_on(policy: LanePolicy, on: date) -> Iterator[Heard]:
    """Give what each recipient hears on a date, the most first; every situation in which it hears something, once."""
    dimensions = _dimensions(policy)
    for recipient, by_decision in _decided(policy, on).items():
        for decision, points in sorted(by_decision.items(), key=lambda told: -told[0].level):
            for box in cover(points, dimensions):
                yield recipient, decision, box


def _decided(policy: LanePolicy, on: date) -> Mapping[str, Mapping[Decision, list[Point]]]:
    found: defaultdict[str, defaultdict[Decision, list[Point]]] = defaultdict(lambda: defaultdict(list))
    for point in meetings([policy.card], policy.sides()):
        own, other = sides_in(point)
        told = heard(policy, own, other, on=on)
        if told.level > DisclosureLevel.SILENT:
            found[own.agency_kind][told.decision].append(point[1:])
    return found


def _dimensions(policy: LanePolicy) -> tuple[tuple[str, ...], ...]:
    """Give the others, the purposes and the flags of both sides, in the order of the card."""
    others = tuple(dict.fromkeys(kind for rule in policy.card.disclosure_rules for kind in rule.others))
    purposes, flags = purposes_of(policy.card), policy.card.flags
    return others, purposes, purposes, flags, flags


def _sentence(policy: LanePolicy, heard_of: Heard, voice: Voice) -> Line:
    recipient, decision, (others, *conditions) = heard_of
    return line(
        Run(voice.short_kind(recipient), strong=True),
        voice.say(" hoort van ", " hears of "),
        parties(policy, others, voice),
        ": ",
        Run(voice.level(decision.level).lower(), strong=True),
        f" ({voice.rules(decision.rules)})",
        *_conditions(policy, (recipient, *others), conditions, voice),
        because(policy, decision.basis, voice),
    )


def _conditions(
    policy: LanePolicy, kinds: Sequence[str], stated: Sequence[tuple[str, ...]], voice: Voice
) -> Iterator[str]:
    """Say for which purposes and flags a sentence holds, but where it holds for all with which they can register."""
    recipient, *others = ({side for side in policy.sides() if side.agency_kind == kind} for kind in kinds)
    other = set().union(*others)
    purposes, of_others, own_flags, other_flags = stated
    own_flag = voice.say(", als haar eigen vlag is: ", ", if its own flag is: ")
    other_flag = voice.say(", als de vlag van de ander is: ", ", if the flag of the other is: ")
    of_other = voice.say(", als het doel van de ander is: ", ", if the purpose of the other is: ")
    said = (
        (purposes, set(purposes_of(policy.card)), voice.say(", voor ", ", for ") + voice.each(voice.purpose, purposes)),
        (of_others, {side.purpose for side in other}, of_other + voice.either(voice.purpose, of_others)),
        (own_flags, {side.flag for side in recipient}, own_flag + voice.either(voice.flag, own_flags)),
        (other_flags, {side.flag for side in other}, other_flag + voice.either(voice.flag, other_flags)),
    )
    for some, all_there_are, words in said:
        if not all_there_are.issubset(some):
            yield words

"""Turns the examples of a card, which are its tests, into questions with the answer that the card gives."""

from collections.abc import Iterator

from gateway.core.policy.answers import Decision, Registering, Situation
from gateway.core.policy.card import DisclosureExample, DisclosureLevel, RegistrationExample
from gateway.core.policy.engine import LanePolicy
from gateway.reading.page import Block, Line, Run, bullets, heading, line, paragraph
from gateway.reading.voice import Voice


def questions(policy: LanePolicy, voice: Voice) -> Iterator[Block]:
    """Ask each example and answer it."""
    yield heading(1, voice.say("Vragen en antwoorden", "Questions and answers"))
    yield paragraph(
        voice.say(
            "Dit zijn de voorbeelden van de kaart. De kaart laadt alleen als elk antwoord klopt.",
            "These are the examples of the card. The card loads only if every answer is true.",
        )
    )
    yield heading(2, voice.say("Over registreren", "About registering"))
    yield bullets(_registering(policy, example, voice) for example in policy.card.registration_examples)
    yield heading(2, voice.say("Over wat de ander hoort", "About what the other hears"))
    yield bullets(_telling(policy, example, voice) for example in policy.card.disclosure_examples)


def _registering(policy: LanePolicy, example: RegistrationExample, voice: Voice) -> Line:
    kind, flag = voice.short_kind(example.agency_kind), voice.flag(example.flag)
    purpose, on = voice.purpose(example.purpose), voice.day(example.on)
    attested = voice.each(voice.precondition, example.preconditions) if example.preconditions else ""
    answer = policy.may_register(
        agency_kind=example.agency_kind,
        purpose=example.purpose,
        flag=example.flag,
        preconditions=frozenset(example.preconditions),
        on=example.on,
    )
    rules = () if answer.rule is None else (answer.rule,)
    return line(
        voice.say(
            f"Mag {kind} op {on} registreren voor “{purpose}”, met de vlag “{flag}”",
            f"May {kind} register on {on} for “{purpose}”, with the flag “{flag}”",
        ),
        voice.say(f", als zij verklaart: {attested}", f", if it attests: {attested}") if attested else "",
        "? ",
        *_answered(rules, answer, voice, permitted=example.permitted),
    )


def _telling(policy: LanePolicy, example: DisclosureExample, voice: Voice) -> Line:
    recipient, other, on = voice.short_kind(example.recipient), voice.short_kind(example.other), voice.day(example.on)
    level, purpose = voice.level(example.level).lower(), voice.purpose(example.purpose)
    decision = policy.decide(
        Situation(example.recipient, example.other, example.purpose, example.own_flag, example.other_flag),
        on=example.on,
    )
    return line(
        voice.say(
            f"Hoort {recipient} op {on} van {other} voor “{purpose}”",
            f"Does {recipient} hear of {other} on {on} for “{purpose}”",
        ),
        _flags(policy, example, voice),
        f": {level}? ",
        *_heard(decision, voice, permitted=example.permitted),
    )


def _heard(decision: Decision, voice: Voice, *, permitted: bool) -> Line:
    """Answer; where something is told, but less than was asked, its explanation speaks of what is told."""
    if permitted or decision.level is DisclosureLevel.SILENT:
        return _answered(decision.rules, decision, voice, permitted=permitted)
    level, rules = voice.level(decision.level).lower(), voice.rules(decision.rules)
    less = voice.say(f", niet meer dan {level}, door {rules}.", f", no more than {level}, by {rules}.")
    return line(Run(voice.say("Nee", "No"), strong=True), less)


def _flags(policy: LanePolicy, example: DisclosureExample, voice: Voice) -> str:
    """Name the flags of both sides where the lane has more than one."""
    if len(policy.card.flags) < 2:  # noqa: PLR2004 - one flag is no choice
        return ""
    own, other = voice.flag(example.own_flag), voice.flag(example.other_flag)
    return voice.say(
        f", als de ontvanger “{own}” heeft geregistreerd en de ander “{other}”",
        f", if the recipient registered “{own}” and the other “{other}”",
    )


def _answered(rules: tuple[str, ...], answer: Registering | Decision, voice: Voice, *, permitted: bool) -> Line:
    verdict = Run(voice.say("Ja", "Yes") if permitted else voice.say("Nee", "No"), strong=True)
    by = voice.say(", door ", ", by ") + voice.rules(rules) if rules else ""
    if permitted:
        return line(verdict, by, ".")
    return line(verdict, by, ". ", voice.say(answer.explanation_nl, answer.explanation_en))

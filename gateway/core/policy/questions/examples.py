"""What happens to the examples of a card: which of its tests a new version drops, and which it turns around."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gateway.core.policy.card import DisclosureExample, PolicyFile, RegistrationExample
from gateway.core.policy.engine import LanePolicy
from gateway.core.policy.questions.words import Words

_Example = RegistrationExample | DisclosureExample
_Asked = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class ExampleChange:
    """Examples that are no longer there, or one that says the opposite; both are told, since they are the tests."""

    lane: str
    removed: int
    reversed: int
    sentence_nl: str
    sentence_en: str


def examples_of(
    lane: str, old: LanePolicy | None, new: LanePolicy | None, *, dutch: Words, english: Words
) -> Iterator[ExampleChange]:
    """Tell each example of the old version that the new one drops or reverses; a lane that goes drops all at once.

    An example that names no day is of the first day of its card, whichever that is.
    """
    if old is None:
        return
    before = _by_question(old.card)
    if new is None:
        told = (_all_gone(lane, len(before), words) for words in (dutch, english))
        yield ExampleChange(lane, len(before), 0, *told)
        return
    after = _by_question(new.card)
    for asked, example in before.items():
        now = after.get(asked)
        if now is None:
            yield ExampleChange(lane, 1, 0, *(_gone(lane, example, words) for words in (dutch, english)))
        elif now.permitted is not example.permitted:
            yield ExampleChange(lane, 0, 1, *(_reversed(lane, now, words) for words in (dutch, english)))


def _by_question(card: PolicyFile) -> Mapping[_Asked, _Example]:
    every: Sequence[_Example] = (*card.registration_examples, *card.disclosure_examples)
    return {_asked(example, card.valid_from_on): example for example in every}


def _asked(example: _Example, first_on: date) -> _Asked:
    """Give what an example asks, without what it answers."""
    on = None if example.on == first_on else example.on
    if isinstance(example, RegistrationExample):
        return example.agency_kind, example.purpose, example.flag, frozenset(example.preconditions), on
    sides = (example.recipient, example.other, example.purpose, example.own_flag, example.other_flag)
    return *sides, example.level, on


def _all_gone(lane: str, count: int, words: Words) -> str:
    name, number = words.lane(lane), words.number(count)
    return words.say(
        f"{name}: alle {number} voorbeelden vervallen met de stroom.",
        f"{name}: all {number} examples go with the lane.",
    )


def _gone(lane: str, example: _Example, words: Words) -> str:
    said = f"{_question(example, words)} {_answer(example, words)}"
    return words.say(f"{words.lane(lane)}: weg is “{said}”.", f"{words.lane(lane)}: gone is “{said}”.")


def _reversed(lane: str, now: _Example, words: Words) -> str:
    answer = _answer(now, words)
    by = words.say(f", door regel {now.rule}", f", by rule {now.rule}") if now.rule else ""
    turned = words.say(f"is nu {answer}{by}", f"is now {answer}{by}")
    return f"{words.lane(lane)}: “{_question(now, words)}” {turned}; " + words.say(
        "het was het omgekeerde.", "it was the opposite."
    )


def _answer(example: _Example, words: Words) -> str:
    return words.say("ja", "yes") if example.permitted else words.say("nee", "no")


def _question(example: _Example, words: Words) -> str:
    vocabulary = words.vocabulary
    purpose, on = words.label(vocabulary.purposes, example.purpose), words.day(example.on)
    if isinstance(example, RegistrationExample):
        kind = words.label(vocabulary.agency_kinds, example.agency_kind)
        flag = words.label(vocabulary.flags, example.flag)
        facts = words.labels(vocabulary.preconditions, example.preconditions)
        attested = words.say(f", als is verklaard: {facts}", f", when attested: {facts}") if facts else ""
        return words.say(
            f"Mag {kind} op {on} registreren voor {purpose}, met vlag {flag}{attested}?",
            f"May {kind} register on {on} for {purpose}, with flag {flag}{attested}?",
        )
    recipient, other = (words.label(vocabulary.agency_kinds, kind) for kind in (example.recipient, example.other))
    own, others = (words.label(vocabulary.flags, flag) for flag in (example.own_flag, example.other_flag))
    level = words.level(example.level)
    return words.say(
        f"Hoort {recipient} op {on} van {other} voor {purpose}, met eigen vlag {own} en vlag van de ander {others}: "
        f"{level}?",
        f"Does {recipient} hear of {other} on {on} for {purpose}, with own flag {own} and the other's flag {others}: "
        f"{level}?",
    )

"""Decides what is shown of the examples of a card: each as it was written, and whether the card bears it out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gateway.core.policy import LanePolicy
    from gateway.core.policy.card import DisclosureExample, RegistrationExample
    from gateway.core.policy.cards.mistakes import Mistake
    from gateway.core.policy.cards.text import Tree

_SECTIONS: Final = ("registreren", "vertellen")
_OF_EXAMPLES: Final = ("voorbeeld klopt niet", "geen voorbeeld laat deze regel zien")


@dataclass(frozen=True, slots=True)
class Trial:
    """One example: where it stands, what it tries in the words of the card, and which rule decided.

    `problem` says why the card does not bear it out; it is empty when it does. `rule` may be empty: no rule decided.
    """

    place: str
    example: str
    passed: bool
    rule: str
    problem: str = ""


def trials_of(
    raw: bytes, file: str, *, policy: "LanePolicy | None", mistakes: "Sequence[Mistake]"
) -> tuple[Trial, ...]:
    """Return every example of a card that loads (`policy`), or that was rejected for its examples (`mistakes`)."""
    from gateway.core.policy.cards.text import read_tree  # noqa: PLC0415

    problems = {mistake.path: mistake.message for mistake in mistakes}
    decided = _decided(policy) if policy else {}
    tried = dict(_rows(read_tree(raw)))
    unshown = (
        Trial(f"{file}:{each.line}", each.path, passed=False, rule="", problem=each.message)
        for each in mistakes
        if each.path not in tried
    )
    return (*(_trial(path, row, file, decided, problems) for path, row in tried.items()), *unshown)


def for_examples_only(mistakes: "Sequence[Mistake]") -> bool:
    """Whether a card was rejected for nothing but examples: one that is not true, or a rule without one."""
    return all(mistake.message.startswith(_OF_EXAMPLES) for mistake in mistakes)


def _trial(path: str, row: "Tree", file: str, decided: Mapping[str, str], problems: Mapping[str, str]) -> Trial:
    said = _said(row)
    return Trial(
        place=f"{file}:{row.place.line}",
        example=_told(said),
        passed=path not in problems,
        rule=decided.get(path, said.get("door", "")),
        problem=problems.get(path, ""),
    )


def _rows(tree: "Tree") -> "Iterator[tuple[str, Tree]]":
    """Give each example with its path, as the mistakes name it."""
    examples = _entries(_entries(tree)["voorbeelden"])
    for section in _SECTIONS:
        for index, row in enumerate(_items(examples[section])):
            yield f"voorbeelden.{section}[{index}]", row


def _entries(tree: "Tree") -> "dict[str, Tree]":
    return {key.text: value for key, value in getattr(tree, "entries", ())}


def _items(tree: "Tree") -> "tuple[Tree, ...]":
    return tuple(getattr(tree, "items", ()))


def _said(row: "Tree") -> dict[str, str]:
    return {key: _text(value) for key, value in _entries(row).items()}


def _text(tree: "Tree") -> str:
    """Write a value as it stands in the file."""
    if entries := _entries(tree):
        return ", ".join(f"{key} {_text(value)}" for key, value in entries.items())
    return getattr(tree, "text", "") or ", ".join(map(_text, _items(tree)))


def _told(said: Mapping[str, str]) -> str:
    who = f"{said['van']} -> {said['aan']}" if "van" in said else said.get("wie", "")
    rest = (said.get("doel"), said.get("vlag"), said.get("als"), said.get("eist"), said.get("wat"), said.get("op"))
    return f"{', '.join(filter(None, (who, *rest)))}: {said.get('dan', '')}"


def _decided(policy: "LanePolicy") -> dict[str, str]:
    """Give the rules that decide each example."""
    card = policy.card
    registering = [_registering(policy, example) for example in card.registration_examples]
    telling = [_telling(policy, example) for example in card.disclosure_examples]
    pairs = zip(_SECTIONS, (registering, telling), strict=True)
    return {f"voorbeelden.{name}[{index}]": rule for name, rules in pairs for index, rule in enumerate(rules)}


def _registering(policy: "LanePolicy", example: "RegistrationExample") -> str:
    answer = policy.may_register(
        agency_kind=example.agency_kind,
        purpose=example.purpose,
        flag=example.flag,
        preconditions=frozenset(example.preconditions),
        on=example.on,
    )
    return answer.rule or ""


def _telling(policy: "LanePolicy", example: "DisclosureExample") -> str:
    from gateway.core.policy import Situation  # noqa: PLC0415

    asked = Situation(example.recipient, example.other, example.purpose, example.own_flag, example.other_flag)
    return ", ".join(policy.decide(asked, on=example.on).rules)

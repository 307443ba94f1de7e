"""The real policy files, and the youth card with changes: what a privacy officer might write, or write wrong."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from gateway.core.policy import LanePolicy, compile_policy
from gateway.core.policy.cards.file import Mistake, PolicyFile, PolicyRejected, load_policy_file
from gateway.core.policy.cards.vocabulary import load_vocabulary

POLICIES: Final = Path(__file__).parents[2] / "policies"
YOUTH: Final = (POLICIES / "youth.yaml").read_text("utf-8")
VOCABULARY_TEXT: Final = (POLICIES / "vocabulary.yaml").read_text("utf-8")
VOCABULARY: Final = load_vocabulary(VOCABULARY_TEXT, name="vocabulary.yaml")

Change = Callable[[dict[str, Any]], object]


def changed(*changes: Change) -> str:
    """Give the youth card after some changes to its content."""
    content = yaml.safe_load(YOUTH)
    for change in changes:
        change(content)
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def load(text: str | bytes) -> PolicyFile:
    """Load a card against the real vocabulary."""
    return load_policy_file(text, name="card.yaml", vocabulary=VOCABULARY)


def policy(*changes: Change) -> LanePolicy:
    """Compile the youth card after some changes."""
    return compile_policy(load(changed(*changes)))


def mistakes(text: str | bytes) -> tuple[Mistake, ...]:
    """Give the mistakes for which a card is rejected; a card that loads has none."""
    try:
        load(text)
    except PolicyRejected as rejected:
        return rejected.mistakes
    return ()


def messages(*changes: Change) -> list[tuple[str, str]]:
    """Give path and message of each mistake in the youth card after some changes."""
    return [(mistake.path, mistake.message) for mistake in mistakes(changed(*changes))]


def basis_until(name: str, last_day: str) -> Change:
    """Make a change that ends a basis, and takes out the examples of later days."""

    def change(content: dict[str, Any]) -> None:
        content["grondslagen"][name]["tot-en-met"] = last_day
        for examples in content["voorbeelden"].values():
            examples[:] = [example for example in examples if "op" not in example]

    return change


def telling(rule: str, words: Mapping[str, Any], *, example: bool = True) -> Change:
    """Make a change that adds a rule about telling and, unless told not to, an example that shows it."""
    done = "mag" if "mag" in words else "mag-niet"
    why = {"nl": "Omdat.", "en": "Because."}
    shown = {"van": words["van"][0], "aan": words["aan"][0], "doel": "jeugd-afstemming", "wat": words[done]}

    def change(content: dict[str, Any]) -> None:
        content["vertellen"].append({"regel": rule, "doelen": ["jeugd-afstemming"], "uitleg": why, **words})
        content["voorbeelden"]["vertellen"] += [{**shown, "dan": done, "door": rule}] if example else []

    return change

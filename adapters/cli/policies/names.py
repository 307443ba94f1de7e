"""Holds the names of the policy commands, each with what it does and an example, in the order of a review."""

from collections.abc import Callable
from typing import Any, Final

from adapters.cli.policies import writing

_Entry = tuple[str, Callable[..., Any], tuple[str, str], str]

POLICY: Final[tuple[_Entry, ...]] = (
    (
        "new",
        writing.new,
        (
            "Begin een kaart; de plekken om in te vullen zijn gemerkt.",
            "Begin a card; the places to fill in are marked.",
        ),
        "policy new --lane jeugd --out youth.yaml",
    ),
    (
        "lint",
        writing.lint,
        ("Noem elke fout in een kaart of map tegelijk.", "Name every mistake in a card or folder at once."),
        "policy lint kaarten",
    ),
    (
        "test",
        writing.try_examples,
        ("Probeer de voorbeelden van de kaarten.", "Try the examples of the cards."),
        "policy test kaarten",
    ),
)

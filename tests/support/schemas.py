"""The published schemas of the policy files; `python -m tests.support.schemas` writes them anew."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gateway.core.policy.cards.schema import as_text, card_schema, vocabulary_schema
from tests.support.cards import POLICIES, VOCABULARY

REWRITE: Final = "python -m tests.support.schemas"


def published() -> Mapping[Path, str]:
    """Give each schema file with the text that it should have."""
    folder = POLICIES / "schema"
    return {
        folder / "card.schema.json": as_text(card_schema(VOCABULARY)),
        folder / "vocabulary.schema.json": as_text(vocabulary_schema()),
    }


if __name__ == "__main__":
    for path, text in published().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")

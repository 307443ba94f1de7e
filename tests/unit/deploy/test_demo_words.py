"""The demo's words: Dutch where the locale is, English otherwise, and both fill in the same."""

import string
from dataclasses import fields

import pytest

from deploy.demo_words import DUTCH, ENGLISH, Words, words_for


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, ENGLISH),
        ({"LANG": "C.UTF-8"}, ENGLISH),
        ({"LANG": "nl_NL.UTF-8"}, DUTCH),
        ({"LANG": "nl_NL.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, ENGLISH),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "nl_BE.UTF-8"}, DUTCH),
    ],
)
def test_the_locale_decides_the_language(environment: dict[str, str], words: Words) -> None:
    """As POSIX says: LC_ALL before LC_MESSAGES before LANG."""
    assert words is words_for(environment)


@pytest.mark.parametrize("name", [field.name for field in fields(Words) if field.name != "dutch"])
def test_both_languages_fill_in_the_same(name: str) -> None:
    """Each sentence has the same places in both."""
    english, dutch = (_places(getattr(words, name)) for words in (ENGLISH, DUTCH))
    assert english == dutch


def _places(sentence: str) -> set[str | None]:
    return {place for _, place, _, _ in string.Formatter().parse(sentence)} - {None}

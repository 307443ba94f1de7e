"""The published schemas: they are made from the grammar and the vocabulary, and never refuse what the gateway loads."""

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from gateway.core.policy.cards.mistakes import PolicyRejected
from gateway.core.policy.cards.schema import card_schema, vocabulary_schema
from gateway.core.policy.cards.vocabulary import load_vocabulary
from tests.support.cards import POLICIES, VOCABULARY, VOCABULARY_TEXT, load, mistakes
from tests.support.schemas import REWRITE, published

Content = dict[str, Any]
Spoil = Callable[[Any, Any], None]

CARDS: Final = sorted(path for path in POLICIES.glob("*.yaml") if path.name != "vocabulary.yaml")
CARD: Final = Draft202012Validator(dict(card_schema(VOCABULARY)), format_checker=FormatChecker(["date"]))
WORDS: Final = Draft202012Validator(dict(vocabulary_schema()))

#: What only the gateway can know of a word that stands alone: the names that a card gives itself.
NAMED_BY_THE_CARD: Final = {
    "registreren[].regel",
    "registreren[].grondslag[]",
    "nooit-registreren[].regel",
    "vertellen[].regel",
    "vertellen[].grondslag[]",
    "voorbeelden.registreren[].door",
    "voorbeelden.vertellen[].door",
}


def as_read(path: Path) -> Content:
    """Read a card as our reader does: every scalar is a word."""
    content: Content = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 - makes nothing but words
    return content


def as_edited(path: Path) -> Any:
    """Read a card as an editor does: numbers are numbers; YAML 1.2 has no dates."""

    def undated(tree: Any) -> Any:
        match tree:
            case dict():
                return {key: undated(value) for key, value in tree.items()}
            case list():
                return [undated(item) for item in tree]
            case date():
                return tree.isoformat()
            case _:
                return tree

    return undated(yaml.safe_load(path.read_text("utf-8")))


def refused(content: Content) -> bool:
    """Whether the gateway refuses a card."""
    return mistakes(json.dumps(content, ensure_ascii=False)) != ()  # JSON is YAML, and sooner written


def complaints(content: Any) -> list[str]:
    """Give what the schema says against a card."""
    return [error.json_path for error in CARD.iter_errors(content)]


def places(tree: Any, path: str = "") -> Iterator[tuple[str, list[Any], Any]]:
    """Give every place of a tree, as a path without numbers, as steps, and with its value."""
    entries: Any = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in entries:
        step = "[]" if isinstance(tree, list) else f".{key}" if path else str(key)
        yield path + step, [key], value
        for place, steps, found in places(value, path + step):
            yield place, [key, *steps], found


def one_of_each_place(content: Content) -> Mapping[str, tuple[list[Any], Any]]:
    """Give the first of all places that have the same path."""
    found: dict[str, tuple[list[Any], Any]] = {}
    for path, steps, value in places(content):
        found.setdefault(path, (steps, value))
    return found


def spoiled(content: Content, spoil: Spoil) -> Iterator[tuple[str, Content]]:
    """Give the card once for each place, spoiled there."""
    for path, (steps, _) in one_of_each_place(content).items():
        copy = deepcopy(content)
        table: Any = copy
        for step in steps[:-1]:
            table = table[step]
        spoil(table, steps[-1])
        yield path, copy


@cache
def verdicts(spoil: Spoil) -> Mapping[str, tuple[bool, bool]]:
    """Give for each place of the home ban card whether the schema and the gateway refuse it when spoiled there."""
    content = as_read(POLICIES / "home_ban.yaml")  # the card that uses most of the grammar
    return {path: (complaints(edit) != [], refused(edit)) for path, edit in spoiled(content, spoil)}


def leave_out(table: Any, key: Any) -> None:
    """Take one key or item away."""
    del table[key]


def misspell(table: Any, key: Any) -> None:
    """Put a word in its place that means nothing; a table or list becomes that word as well."""
    table[key] = "onzin"


def empty(table: Any, key: Any) -> None:
    """Leave the key without its content."""
    table[key] = type(table[key])()


def intrude(table: Any, key: Any) -> None:
    """Put something beside it that no file has."""
    if isinstance(table, dict):
        table["onzin"] = "onzin"
    else:
        table.insert(0, "onzin")


class TestTheRealFiles:
    """What is published, and what it is for."""

    @pytest.mark.parametrize("path", published(), ids=lambda path: path.name)
    def test_the_published_schema_is_in_step(self, path: Path) -> None:
        """A new word or key is in the schema as well."""
        assert published()[path] == path.read_text("utf-8"), f"run: {REWRITE}"

    @pytest.mark.parametrize("schema", [card_schema(VOCABULARY), vocabulary_schema()], ids=["card", "vocabulary"])
    def test_it_is_a_schema(self, schema: Mapping[str, Any]) -> None:
        """By the rules of JSON Schema 2020-12 itself."""
        Draft202012Validator.check_schema(dict(schema))
        assert "https://json-schema.org/draft/2020-12/schema" == schema["$schema"]

    @pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
    def test_every_card_fits(self, path: Path) -> None:
        """As our reader reads it, and as an editor does."""
        assert ([], []) == (complaints(as_read(path)), complaints(as_edited(path)))

    def test_the_vocabulary_fits(self) -> None:
        """The word list is written with the help of its own schema."""
        assert [] == list(WORDS.iter_errors(as_read(POLICIES / "vocabulary.yaml")))

    @pytest.mark.parametrize("path", sorted(POLICIES.glob("*.yaml")), ids=lambda path: path.stem)
    def test_every_file_tells_editors_its_schema(self, path: Path) -> None:
        """The first line of each file leads to a schema that is there."""
        first = path.read_text("utf-8").splitlines()[0]
        schema = "vocabulary" if path.stem == "vocabulary" else "card"
        assert f"# yaml-language-server: $schema=schema/{schema}.schema.json" == first
        assert POLICIES / "schema" / f"{schema}.schema.json" in published()

    def test_every_key_and_every_word_is_explained(self) -> None:
        """An editor shows what a key means and what each word means."""
        schema = json.loads((POLICIES / "schema" / "card.schema.json").read_text("utf-8"))
        tables = [found for _, _, found in places(schema) if isinstance(found, dict) and "properties" in found]
        own = [table["properties"] for table in (schema, *tables) if table.get("additionalProperties") is False]
        assert [] == [key for keys in own for key, value in keys.items() if not value.get("description")]
        kinds = schema["$defs"]["soort-instantie"]
        assert [term.meaning for term in VOCABULARY.agency_kinds] == kinds["enumDescriptions"]
        assert "politie: De politie in haar taak" in kinds["description"]


class TestMistakes:
    """What the schema refuses, the gateway refuses; and the other way around for all that stands in one place."""

    @pytest.mark.parametrize("spoil", [leave_out, misspell, empty, intrude])
    def test_the_schema_refuses_nothing_that_loads(self, spoil: Spoil) -> None:
        """Whatever is spoiled, wherever: an editor never calls a card wrong that is right."""
        assert [] == [path for path, verdict in verdicts(spoil).items() if verdict == (True, False)]

    def test_the_schema_knows_every_word_but_the_names_a_card_gives(self) -> None:
        """A word that means nothing is refused by both, except where the card itself gives the names."""
        assert NAMED_BY_THE_CARD == {path for path, verdict in verdicts(misspell).items() if verdict == (False, True)}

    @pytest.mark.parametrize("spoil", [empty, intrude])
    def test_the_schema_knows_every_key(self, spoil: Spoil) -> None:
        """A key that no table has and a value that is empty are refused by both."""
        unnoticed = {path for path, verdict in verdicts(spoil).items() if verdict == (False, True)}
        assert set() == unnoticed - NAMED_BY_THE_CARD

    @pytest.mark.parametrize(
        ("card", "old", "new"),
        [
            ("youth", "stroom: jeugd", "stroom: jeugdd"),
            ("youth", "versie: 1\n", "versie: 0\n"),
            ("youth", "versie: 1\n", "versie: 10000\n"),
            ("youth", "van: 2026-01-01", "van: 2026-02-30"),
            ("youth", "van: 2026-01-01", "van: 20260101"),
            ("youth", "tot-en-met: 2028-12-31", "tot-en-met: onbepaald"),
            ("youth", "ten-hoogste: 2 jaar", "ten-hoogste: 2 werkdagen"),
            ("youth", "ten-hoogste: 2 jaar", "ten-hoogste: 0 jaar"),
            ("youth", "binnen: 5 werkdagen", "binnen: 5"),
            ("youth", "zonder-regel: mag-niet", "zonder-regel: mag"),
            ("youth", "wederkerig: ja", "wederkerig: waar"),
            ("youth", "leeftijd: {jonger-dan: 23}", "leeftijd: {}"),
            ("youth", "screening, bulk-analyse]", "screening]"),
            ("youth", "vlaggen: [betrokken]", "vlaggen: [betrokken, betrokken]"),
            ("youth", "vlaggen: [betrokken]", "vlaggen: betrokken"),
            ("youth", "doelen: [jeugd-afstemming]", "doelen: [opsporing]"),
            ("youth", "    mag: contact\n", "    mag: stil\n"),
            ("youth", "    mag: contact\n", ""),
            ("youth", "    mag: contact\n", "    mag: contact\n    mag-niet: vlag\n"),
            ("youth", "  aan: naar-leeftijd\n", "  aan: niemand\n"),
            ("youth", "  uitstel: 2 weken\n", ""),
            ("youth", "opschalen: {achtervang: 5 werkdagen, ", "opschalen: {achterwacht: 5 werkdagen, "),
            ("youth", "dan: mag, door: V1}", "dan: mag}"),
            ("veilig_thuis", "als: {eigen: [zorgmelding]}", "als: {zelf: [zorgmelding]}"),
            ("veilig_thuis", "als: {eigen: [zorgmelding]}", "als: {eigen: zorgmelding}"),
            ("veilig_thuis", "    wpg-20-2: ", "    wpg-20: "),
            ("veilig_thuis", "      ontvangers: Alleen Veilig Thuis.\n", ""),
            ("veilig_thuis", "    mag: bevestigd\n    grondslag: [wmo-4.1.1, wmo-5.1.6]\n", "    mag: bevestigd\n"),
            ("adult", "vergt: [toestemmingsregister]", "vergt: [toestemmingsbord]"),
            ("adult", "    eist: [toestemming-geldig]\n", "    eist: []\n"),
            ("adult", "leeftijd: {vanaf: 23}", "leeftijd: {vanaf: 23 jaar}"),
        ],
    )
    def test_a_mistake_is_seen_in_the_editor_and_at_the_door(self, card: str, old: str, new: str) -> None:
        """The same mistake is refused by the schema and by the gateway."""
        text = (POLICIES / f"{card}.yaml").read_text("utf-8")
        assert old in text
        wrong = text.replace(old, new)
        content = yaml.load(wrong, yaml.BaseLoader)  # noqa: S506 - makes nothing but words
        assert (True, True) == (complaints(content) != [], mistakes(wrong) != ())

    def test_a_card_may_be_written_with_numbers(self) -> None:
        """A law or an article that looks like a number is a word to our reader, and no mistake to an editor."""
        text = (POLICIES / "home_ban.yaml").read_text("utf-8").replace("artikel: '2'", "artikel: 2")
        assert "home_ban" == load(text).lane
        assert [] == complaints(yaml.load(text, yaml.BaseLoader) | {"versie": 1})  # noqa: S506 - nothing but words

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("code: sealed_exchange", "code: everything"),
            ("    altijd-stil: ja\n", "    altijd-stil: misschien\n"),
            ("    bron: Politiewet 2012, artikel 3\n", ""),
            ("woordenlijst: 1", "woorden: 1"),
            ("    nl: Politie\n", "    nl: Politie\n    fr: Police\n"),
            ("    nl: Politie\n", "    nl: Politie\n    altijd-stil: ja\n"),
        ],
    )
    def test_a_mistake_in_the_vocabulary_is_seen_by_both(self, old: str, new: str) -> None:
        """The word list is checked as strictly as the cards."""
        assert old in VOCABULARY_TEXT
        wrong = VOCABULARY_TEXT.replace(old, new)
        assert list(WORDS.iter_errors(yaml.load(wrong, yaml.BaseLoader)))  # noqa: S506 - nothing but words
        with pytest.raises(PolicyRejected):
            load_vocabulary(wrong, name="vocabulary.yaml")

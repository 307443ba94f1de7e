"""Hostile texts in the place of a rule card or the vocabulary: rejected by the loader's own error, at little cost."""

import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from types import FrameType
from typing import Any, Final

import pytest

from gateway.core.policy.cards.file import PolicyRejected
from gateway.core.policy.cards.meaning import check_meaning
from gateway.core.policy.cards.mistakes import Findings
from gateway.core.policy.cards.text import MAX_BYTES, MAX_DEPTH, UnreadableText, read_tree
from gateway.core.policy.cards.vocabulary import load_vocabulary
from tests.support.cards import POLICIES, VOCABULARY, YOUTH, changed, load
from tests.support.cards import mistakes as mistakes_in

Loader = Callable[[str | bytes], Any]

CALLS: Final = 20_000
CALLS_PER_BYTE: Final = 80
REAL: Final = {path.name: path.read_bytes() for path in sorted(POLICIES.glob("*.yaml"))}
HOSTILE: Final[dict[str, str | bytes]] = {
    "block lists in each other": "- " * 30_000,
    "block tables in each other": "".join(f"{' ' * depth}a:\n" for depth in range(300)),
    "flow tables in each other": "{a: " * 16_000,
    "keys in each other": "? " * 30_000,
    "closed brackets": "]" * 30_000,
    "an alias to itself": "&a [*a]\n",
    "an anchor that nobody names": "stroom: &x jeugd\n",
    "a merge of an anchor": "a: &a {b: c}\nd: {<<: *a}\n",
    "a table of merges": "<<: [{a: b}, {c: d}]\n",
    "a tag of the standard": "stroom: !!binary amV1Z2Q=\n",
    "a tag of one's own": "stroom: !jeugd jeugd\n",
    "a verbatim tag": "stroom: !<tag:yaml.org,2002:python/object/apply:os.system> [x]\n",
    "a tag by directive": "%TAG !e! tag:yaml.org,2002:\n---\nstroom: !e!str jeugd\n",
    "a tag without a name": "stroom: ! jeugd\n",
    "a directive nobody knows": "%HELLO there\n---\n",
    "two directives": "%YAML 1.1\n%YAML 1.1\n---\na: b\n",
    "a document that ends and goes on": "a: b\n...\nc: d\n",
    "two documents": "---\na: b\n---\na: b\n",
    "an empty document": "---\n...\n",
    "an open quote": "stroom: 'jeugd\n",
    "an escape that YAML does not know": 'stroom: "\\q"\n',
    "an escape beyond all characters": 'stroom: "\\U7FFFFFFF"\n',
    "half a surrogate pair by escape": 'stroom: "\\uD83D"\n',
    "half a surrogate pair": "stroom: \ud83d\n",
    "a surrogate pair in bytes": b"stroom: \xed\xa0\xbd\xed\xb8\x80\n",
    "an overlong slash": b"stroom: \xc0\xaf\n",
    "a NUL": "stroom: jeugd\x00\n",
    "nothing but NULs": b"\x00" * 1_000,
    "a bell": "stroom: \x07\n",
    "an escape to the terminal": "stroom: \x1b[2J\n",
    "a mark of byte order in the middle": "stroom: jeugd\nversie: \ufeff1\n",
    "UTF-16 with a mark": YOUTH.encode("utf-16"),
    "UTF-16 without one": YOUTH.encode("utf-16-le"),
    "UTF-32": YOUTH.encode("utf-32"),
    "Latin-1": YOUTH.replace("jeugd", "jeugdé").encode("latin-1"),
    "a key of a thousand characters": f"{'x' * 1_000}: y\n",
    "a key of many lines": f"? |\n  {'x' * 100}\n  {'y' * 100}\n: z\n",
    "a key that is empty": "'': x\n",
    "a block text as large as may be": "doel: |\n" + "  x\n" * 16_000,
    "a number of many digits": f"versie: {'9' * 60_000}\n",
    "thousands of keys": "".join(f"k{number}: v\n" for number in range(6_000)),
    "thousands of the same key": "stroom: jeugd\n" * 4_000,
    "thousands of entries": "stroom: [" + "a, " * 20_000 + "]\n",
    "thousands of unknown words": "altijd-stil: [" + ", ".join(f"screenin{number}" for number in range(3_500)) + "]\n",
    "comments and nothing else": "# x\n" * 16_000,
    "tabs": "\t" * 1_000,
    "carriage returns": "\r" * 1_000,
    "separators of lines and paragraphs": "\u2028\u2029\x85" * 1_000,
}
TRAPS: Final = {  # a line of the youth card, and what might stand there instead
    "wederkerig: ja": "yes|on|true|y|1|Ja|JA|~|null|no|off|n|false",
    "versie: 1": "1e3|0x10|0b1|01_0|+1|1.0|1:30|190:20:30|.inf|.nan|~|''|",
    "van: 2026-01-01": "2026-1-1|2026-01-01T00:00:00Z|2026-01-01 00:00:00|20260101|1767225600",
    "jonger-dan: 23": "0o27|0x17|2_3|23.0|2.3e1|twenty|-23|٢٣",
    "binnen: 4 weken": "4|0x4 weken|4e0 weken|4:00 weken|-4 weken|4  weken|weken 4",
    "zonder-regel: mag-niet": "mag|no|off|false|null|''",
}


def loaders() -> dict[str, Loader]:
    """Give whatever reads a file of policies."""
    return {"card": load, "vocabulary": lambda raw: load_vocabulary(raw, name="vocabulary.yaml")}


def loader_of(name: str) -> Loader:
    """Give the loader for a file of this name."""
    return loaders()["vocabulary" if name == "vocabulary.yaml" else "card"]


def small_card() -> bytes:
    """Give a card that is small enough to try every byte of it."""

    def leave_out(content: dict[str, Any]) -> None:
        del content["nooit-registreren"], content["leeftijd"]
        content["registreren"][0]["wie"] = ["politie", "school"]
        for rule in (*content["registreren"], *content["vertellen"], content["mededeling"]):
            rule["uitleg"] = {"nl": "Omdat.", "en": "Because."}
        for examples in content["voorbeelden"].values():
            del examples[1:]

    return changed(leave_out).encode()


def rejects(loader: Loader, raw: str | bytes) -> bool:
    """Whether a text is rejected, with mistakes that all have a place; anything else that is raised passes through."""
    try:
        loader(raw)
    except PolicyRejected as rejected:
        return bool(rejected.mistakes) and all(one.line >= 1 and one.column >= 1 for one in rejected.mistakes)
    return False


@pytest.mark.parametrize("loader", loaders().values(), ids=loaders())
@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_rejected(raw: str | bytes, loader: Loader) -> None:
    """By the loader's own error and by nothing else."""
    assert rejects(loader, raw)


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("before", ["", "\ufeff"], ids=["without a mark", "with a mark"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_how_an_editor_saves_a_file_changes_nothing_but_its_digest(name: str, before: str, line_end: str) -> None:
    """Line ends of another system, and the mark of byte order that some editors put first."""
    raw, loader = REAL[name].decode(), loader_of(name)
    saved = before + raw.replace("\n", line_end)
    assert replace(loader(raw), digest="") == replace(loader(saved), digest="")


@pytest.mark.parametrize("name", REAL)
def test_a_file_may_be_64_kib_and_not_a_byte_more(name: str) -> None:
    """Padded with a comment up to the bound it loads; one more and it is rejected before it is read."""
    full = REAL[name] + b"#" * (MAX_BYTES - len(REAL[name]))
    assert (MAX_BYTES, False) == (len(full), rejects(loader_of(name), full))
    assert rejects(loader_of(name), full + b"#")


@pytest.mark.parametrize(("depth", "rejected"), [(MAX_DEPTH, False), (MAX_DEPTH + 1, True)])
def test_nesting_ends_at_its_bound(depth: int, rejected: bool) -> None:
    """As deep as may be is a tree, one deeper is none; what a card may hold is another matter."""
    raw = f"{'[' * (depth - 1)}x{']' * (depth - 1)}".encode()
    with pytest.raises(UnreadableText) if rejected else nullcontext():
        read_tree(raw)


@pytest.mark.timeout(600)  # two thousand cards on a busy machine
def test_a_card_cut_off_at_any_byte_is_rejected() -> None:
    """Or has lost no more than the end of its last line, which says nothing (guarantee G20)."""
    raw = small_card()
    assert [] == [at for at in range(len(raw.strip())) if not rejects(load, raw[:at])]


@pytest.mark.parametrize(("line", "trap"), [(line, trap) for line, traps in TRAPS.items() for trap in traps.split("|")])
def test_no_word_is_taken_for_a_truth_a_number_or_a_date(line: str, trap: str) -> None:
    """What YAML 1.1 would make of it is nothing to us: where a word is expected, only that word will do."""
    key, _, _ = line.partition(": ")
    (mistake,) = mistakes_in(YOUTH.replace(line, f"{key}: {trap}", 1))
    assert 1 + YOUTH[: YOUTH.index(line)].count("\n") == mistake.line


@pytest.mark.parametrize("key", ["on", "no", "y", "null", "~", "1", "0x10", "2026-01-01", "<<", "="])
def test_a_key_is_a_word_too(key: str) -> None:
    """A key that YAML 1.1 would take for something else is an unknown word, like any other."""
    assert [f"onbekend woord '{key}'"] == [mistake.message for mistake in mistakes_in(f"{YOUTH}{key}: x\n")]


@pytest.mark.parametrize("loader", loaders().values(), ids=loaders())
@pytest.mark.parametrize("raw", [*HOSTILE.values(), *REAL.values()], ids=[*HOSTILE, *REAL])
def test_what_a_text_costs_is_bounded_by_its_size(raw: str | bytes, loader: Loader) -> None:
    """So many calls of functions for each byte, whatever stands there: nothing in a file can stand for much more."""
    size = len(raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw)
    assert calls_of(lambda: rejects(loader, raw)) <= CALLS + CALLS_PER_BYTE * size


def test_a_text_that_costs_more_than_its_size_would_show() -> None:
    """The count above can fail: what looks at every earlier byte for each byte is far above the bound."""

    def look(byte: int) -> int:
        return byte

    def quadratic() -> None:
        for end in range(300):
            for byte in b"x" * end:
                look(byte)

    assert calls_of(quadratic) > CALLS + CALLS_PER_BYTE * 300


def calls_of(action: Callable[[], object]) -> int:
    """Count the calls of Python functions while something is done."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("ten-hoogste: 2 jaar", "9999 jaar"),
        ("ten-hoogste: 2 jaar", "1201 maanden"),
        ("match: 2 jaar", "101 jaar"),
        ("binnen: 4 weken", "9999 weken"),
        ("binnen: 5 werkdagen", "9999 werkdagen"),
    ],
)
def test_nothing_lasts_longer_than_a_calendar(line: str, value: str) -> None:
    """A term after which no date can be told is refused when the card is read, not when somebody registers."""
    assert [YOUTH[: YOUTH.index(line)].count("\n") + 1] == [
        mistake.line for mistake in mistakes_in(YOUTH.replace(line, f"{line.partition(':')[0]}: {value}"))
    ]


def test_few_words_that_stand_for_too_many_situations_are_refused_before_they_are_laid_out() -> None:
    """Every kind, purpose and flag on both sides, and a basis that begins on every day of a month."""
    card = load(YOUTH)
    kinds, purposes, flags = (
        tuple(term.code for term in terms) for terms in (VOCABULARY.agency_kinds, VOCABULARY.purposes, VOCABULARY.flags)
    )
    wide = replace(
        card.disclosure_rules[0],
        others=kinds,
        recipients=kinds,
        purposes=purposes,
        own_flags=flags,
        other_flags=flags,
    )
    bases = tuple(replace(card.bases[0], name=f"b{day}", valid_from_on=date(2027, 1, day)) for day in range(1, 32))
    bomb = replace(card, disclosure_rules=(wide,), bases=(*card.bases, *bases))
    findings = Findings("card.yaml")
    assert calls_of(lambda: check_meaning(bomb, {}, findings)) < CALLS
    with pytest.raises(PolicyRejected, match="situaties"):
        findings.raise_any()

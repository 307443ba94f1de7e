"""Whatever is in a policy file: it loads as it stands, or it is rejected with its mistakes; nothing else happens."""

import json
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.policy.card import PolicyFile
from gateway.core.policy.cards.file import PolicyRejected
from gateway.core.policy.cards.vocabulary import load_vocabulary
from tests.support.cards import POLICIES, YOUTH, load

pytestmark = pytest.mark.timeout(900)  # the thorough profile reads thousands of cards

RAW = YOUTH.encode()
YAML_LIKE = st.text(st.sampled_from(list("ab:-?[]{}#&*!|>'\"%@`,\\ \t\n0é\x00\ud800")), max_size=60)


def decides(card: PolicyFile) -> tuple[object, ...]:
    """Give everything of a card that a decision depends on."""
    rules = (card.registration_rules, card.bars, card.disclosure_rules, card.silent_purposes, card.bases)
    return (*rules, card.lane, card.terms, card.valid_from_on, card.valid_until_on)


def loads_alike_or_not_at_all(text: str | bytes) -> bool:
    """Whether a damaged youth card is rejected with a place, or else decides as the whole one."""
    try:
        card = load(text)
    except PolicyRejected as rejected:
        return (
            all(mistake.line >= 1 and mistake.column >= 1 for mistake in rejected.mistakes) and rejected.mistakes != ()
        )
    return decides(load(RAW)) == decides(card)


@given(text=st.one_of(st.binary(max_size=200), st.text(max_size=200), YAML_LIKE))
def test_no_text_loads_by_accident(text: str | bytes) -> None:
    """Any bytes and any characters are rejected by the loader's own error, for cards and vocabulary alike."""
    with pytest.raises(PolicyRejected):
        load(text)
    with pytest.raises(PolicyRejected):
        load_vocabulary(text, name="vocabulary.yaml")


@given(at=st.integers(0, len(RAW) - 1))
def test_a_torn_card_never_opens_access(at: int) -> None:
    """Cut off at any byte it is rejected, or has lost no more than examples (guarantee G20)."""
    assert loads_alike_or_not_at_all(RAW[:at])


@pytest.mark.parametrize("line", range(1, len(YOUTH.splitlines()), 4))
def test_a_card_torn_at_a_line_never_opens_access(line: int) -> None:
    """A cut between two lines reads best, and deceives best."""
    assert loads_alike_or_not_at_all("".join(YOUTH.splitlines(keepends=True)[:line]))


@given(at=st.integers(0, len(YOUTH) - 1), inserted=YAML_LIKE, removed=st.integers(0, 40))
def test_a_damaged_card_raises_nothing_but_its_mistakes(at: int, inserted: str, removed: int) -> None:
    """Something cut out and something else put in: the loader answers or rejects."""
    with suppress(PolicyRejected):
        load(YOUTH[:at] + inserted + YOUTH[at + removed :])


@given(word=st.text(min_size=1), place=st.sampled_from(["versie: 1", "mag: contact", "regel: R1", "wet: Jeugdwet"]))
def test_any_word_may_stand_anywhere_without_harm(word: str, place: str) -> None:
    """Keys and values are only ever looked up."""
    key = place.partition(":")[0]
    with suppress(PolicyRejected):
        load(YOUTH.replace(place, f"{key}: {word!r}").replace("uitleg:", f"{word!r}:", 1))


FILES = {path.name: path.read_bytes() for path in sorted(POLICIES.glob("*.yaml"))}
FLIPS = st.lists(st.tuples(st.integers(0), st.integers(1, 255)), min_size=1, max_size=3)


def loads_or_says_where(name: str, raw: bytes) -> bool:
    """Whether a damaged file loads, or each of its mistakes has a place; whatever else is raised passes through."""
    try:
        load_vocabulary(raw, name=name) if name == "vocabulary.yaml" else load(raw)
    except PolicyRejected as rejected:
        return bool(rejected.mistakes) and all(one.line >= 1 and one.column >= 1 for one in rejected.mistakes)
    return True


@given(name=st.sampled_from(sorted(FILES)), flips=FLIPS)
def test_flipped_bits_raise_nothing_but_mistakes(name: str, flips: list[tuple[int, int]]) -> None:
    """In any file of policies, up to three bytes of it."""
    raw = bytearray(FILES[name])
    for at, mask in flips:
        raw[at % len(raw)] ^= mask
    assert loads_or_says_where(name, bytes(raw))


@given(name=st.sampled_from(sorted(FILES)), at=st.integers(0), other=st.integers(0))
def test_exchanged_lines_raise_nothing_but_mistakes(name: str, at: int, other: int) -> None:
    """A line in another's place, as a slip in an editor leaves it."""
    lines = FILES[name].splitlines(keepends=True)
    at, other = at % len(lines), other % len(lines)
    lines[at], lines[other] = lines[other], lines[at]
    assert loads_or_says_where(name, b"".join(lines))


@given(name=st.sampled_from(sorted(FILES)), cut=st.integers(0))
def test_any_file_cut_off_anywhere_raises_nothing_but_mistakes(name: str, cut: int) -> None:
    """The same for every lane and for the words."""
    assert loads_or_says_where(name, FILES[name][: cut % len(FILES[name])])


@given(name=st.sampled_from(sorted(FILES)), data=st.data())
def test_exchanged_subtrees_raise_nothing_but_mistakes(name: str, data: st.DataObject) -> None:
    """A rule where a date belongs, a list where a word does: whatever is well-formed YAML is read to its end."""
    content = json.loads(json.dumps(yaml.safe_load(FILES[name]), default=str))
    places = [*places_in(content)]
    (one, key), (other, at) = data.draw(st.tuples(st.sampled_from(places), st.sampled_from(places)))
    one[key], other[at] = deepcopy(other[at]), deepcopy(one[key])
    assert loads_or_says_where(name, yaml.safe_dump(content, allow_unicode=True, sort_keys=False).encode())


def places_in(content: Any) -> Iterator[tuple[Any, Any]]:
    """Give every place in a tree, as what it stands in and its key or index there."""
    entries = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in entries:
        yield content, key
        yield from places_in(value)

"""Whatever is in a policy file: it loads as it stands, or it is rejected with its mistakes; nothing else happens."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.policy.card import PolicyFile
from gateway.core.policy.file import PolicyRejected
from gateway.core.policy.vocabulary import load_vocabulary
from tests.support.cards import YOUTH, load

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

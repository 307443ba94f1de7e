"""A card opens parent matches with one line: for municipalities, on bases, and told to whoever signs."""

from datetime import date
from typing import Any

import pytest

from gateway.core.policy import Decision, DisclosureLevel, LanePolicy, PolicySet, Situation
from gateway.core.policy.answers import NO_RULE
from gateway.core.policy.parents import admits_parents, decide_by_parents
from gateway.core.policy.questions.difference import compare
from gateway.reading.lane import reading_version
from gateway.reading.matrix import matrix_html
from tests.support.cards import VOCABULARY, Change, basis_until, messages, policy
from tests.support.families import by_parents

ON = date(2026, 6, 1)
MEETING = Situation("police", "school", "youth-coordination", "involved", "involved")


def _decided(card: LanePolicy, *municipalities: str, on: date = ON) -> Decision:
    return decide_by_parents(card.decide(MEETING, on=on), card, municipalities, on=on)


def test_without_the_line_nothing_is_told_and_nobody_named() -> None:
    """It is off on every card that does not say otherwise."""
    assert not admits_parents(policy(), ("rijnstad",), on=ON)
    assert NO_RULE == _decided(policy(), "rijnstad", "rijnstad")


def test_it_holds_only_between_agencies_of_its_municipalities() -> None:
    """Both of them, and whoever has no municipality falls under "all" alone."""
    card = policy(by_parents(gemeenten=["rijnstad", "maasdorp"]))
    assert DisclosureLevel.CONTACT is _decided(card, "rijnstad", "maasdorp").level
    for other in ("elders", ""):
        assert DisclosureLevel.SILENT is _decided(card, "rijnstad", other).level
    assert DisclosureLevel.CONTACT is _decided(policy(by_parents()), "", "elders").level


def test_it_holds_while_its_bases_do() -> None:
    """When one ends so does it, on that day."""
    card = policy(by_parents(), basis_until("jeugdwet-7.1.4.1", "2026-12-31"))
    assert admits_parents(card, (), on=date(2026, 12, 31))
    assert not admits_parents(card, (), on=date(2027, 1, 1))


def test_it_never_tells_more_than_its_bases_reach() -> None:
    """Nor anything where nothing would be told of one and the same child."""

    def lower(content: dict[str, Any]) -> None:
        words = {key: str(word) for key, word in content["grondslagen"]["jeugdwet-7.1.4.1"].items()}
        content["grondslagen"]["ouders"] = {**words, "reikt-tot": "bevestigd"}

    card = policy(lower, by_parents(grondslag=["ouders"]))
    assert DisclosureLevel.ACKNOWLEDGED is _decided(card).level
    stranger = card.decide(MEETING._replace(other_kind="housing"), on=ON)
    assert DisclosureLevel.SILENT is decide_by_parents(stranger, card, (), on=ON).level


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ({"gemeenten": ["alle", "rijnstad"]}, "oudermatch.gemeenten"),
        ({"gemeenten": ["rijnstad", "rijnstad"]}, "oudermatch.gemeenten"),
        ({"gemeenten": ["Rijnstad aan Zee"]}, "oudermatch.gemeenten"),
        ({"gemeenten": []}, "oudermatch.gemeenten"),
        ({"grondslag": ["nergens"]}, "oudermatch.grondslag[0]"),
        ({"regel": "V1"}, "oudermatch.regel"),
        ({"adres": "ja"}, "oudermatch.adres"),
    ],
)
def test_a_line_that_is_wrong_does_not_load(words: dict[str, object], path: str) -> None:
    """There is no word for an address in it either."""
    assert path in [place for place, _ in messages(by_parents(**words))]


def _opened(*changes: Change, earlier: tuple[Change, ...] = ()) -> list[str]:
    old, new = (PolicySet((policy(*some),), "digest", vocabulary=VOCABULARY) for some in (earlier, changes))
    told = compare(old, new, VOCABULARY)
    return [one.sentence_en for one in told.particulars]


def test_a_change_that_opens_it_is_told_as_opening() -> None:
    """So is another municipality; what only closes is told as a line of the card."""
    opens = "opens for parent matches"
    assert any(opens in one for one in _opened(by_parents(gemeenten=["rijnstad"])))
    wider = _opened(by_parents(), earlier=(by_parents(gemeenten=["rijnstad"]),))
    assert any(opens in one for one in wider)
    closed = _opened(earlier=(by_parents(),))
    assert any("parent match: no" in one for one in closed)
    assert not any(opens in one for one in closed)


def test_who_reads_the_card_reads_of_it() -> None:
    """In the reading version and beside the matrix, with where and on which basis; and not on a card without it."""
    for pages in (
        [reading_version(one, VOCABULARY, "en") for one in (policy(by_parents(gemeenten=["rijnstad"])), policy())],
        [matrix_html(one, VOCABULARY, "en", on=ON) for one in (policy(by_parents(gemeenten=["rijnstad"])), policy())],
    ):
        with_it, without = pages
        assert "Children with a parent in common" in with_it
        assert "rijnstad" in with_it
        assert "Children with a parent in common" not in without

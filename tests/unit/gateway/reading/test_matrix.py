"""The matrix as people see it: exact, readable without color, without sight, in the dark, and without a network."""

from collections import Counter
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import product
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest

from gateway.core.policy import DisclosureLevel, LanePolicy, Permitted, Situation, compile_policy
from gateway.core.policy.questions.words import Language
from gateway.reading.grid import grids
from gateway.reading.matrix import matrix_html, matrix_svg
from gateway.reading.picture import DARK_PAPER, DARK_SILENT, PAPER, SHADES, Shade
from tests.support.cards import VOCABULARY, policy, telling
from tests.support.lanes import LANES

BASIS: Final = "jeugdwet-7.1.4.3"
TODAY: Final = date(2027, 4, 20)
SVG: Final = "{http://www.w3.org/2000/svg}"
EACH_LANE: Final = pytest.mark.parametrize("lane", LANES, ids=lambda lane: lane.lane)
LANGUAGES: Final = pytest.mark.parametrize("language", ["nl", "en"])
ATTACK: Final = '<script>alert("1")</script><img src=x onerror=alert(1)> & ]]>'


class Reader(HTMLParser):
    """Collects what stands in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count a tag, and keep it open until its end."""
        self.tags[tag] += 1
        self.attributes += [(tag, name, found or "") for name, found in attrs]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count a tag that closes itself."""
        self.tags[tag] += 1
        self.attributes += [(tag, name, found or "") for name, found in attrs]

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        self.text += data

    def values(self, name: str) -> list[str]:
        """Give the values of an attribute, wherever it stands."""
        return [found for _, attribute, found in self.attributes if attribute == name]


def html(lane: LanePolicy, language: Language = "nl") -> Reader:
    """Read the page of a lane."""
    return Reader(matrix_html(lane, VOCABULARY, language, on=TODAY))


def svg(lane: LanePolicy, language: Language = "nl") -> ET.Element:
    """Parse the picture of a lane, which must be XML."""
    return ET.fromstring(matrix_svg(lane, VOCABULARY, language, on=TODAY))  # noqa: S314 - our own text


def contrast(shade: Shade) -> float:
    """Compute the contrast of ink on a fill (WCAG 2.2, relative luminance)."""

    def luminance(color: str) -> float:
        parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(shade.fill), luminance(shade.ink)))
    return (high + 0.05) / (low + 0.05)


def can_register(lane: LanePolicy) -> list[tuple[str, str, str]]:
    """Ask of every kind, purpose and flag whether it may register on the day; what one message tells, is told."""
    words = (VOCABULARY.agency_kinds, VOCABULARY.purposes)
    every = product(*([term.code for term in terms] for terms in words), lane.card.flags)
    facts = frozenset(term.code for term in VOCABULARY.preconditions)
    by_message = {"school"} if "one_shot_message" in lane.card.mechanisms else set()
    return [
        (kind, purpose, flag)
        for kind, purpose, flag in every
        if kind in by_message
        or isinstance(
            lane.may_register(agency_kind=kind, purpose=purpose, flag=flag, preconditions=facts, on=TODAY), Permitted
        )
    ]


def told_by_matches(lane: LanePolicy) -> dict[tuple[str, ...], tuple[DisclosureLevel, tuple[str, ...]]]:
    """Give what each side of each meeting hears, when both hear something."""
    found: dict[tuple[str, ...], tuple[DisclosureLevel, tuple[str, ...]]] = {}
    for (kind, purpose, flag), (other, of_other, other_flag) in product(can_register(lane), repeat=2):
        there = lane.decide(Situation(kind, other, purpose, flag, other_flag), on=TODAY)
        back = lane.decide(Situation(other, kind, of_other, other_flag, flag), on=TODAY)
        if there.level > 0 and back.level > 0:
            found[kind, other, purpose, of_other, flag, other_flag] = (there.level, there.rules)
    return found


def only_police(content: dict[str, Any]) -> None:
    """Leave the one rule of telling to the police among themselves."""
    content["wederkerig"] = "nee"
    content["vertellen"][0] |= {"van": ["politie"], "aan": ["politie"]}
    shown = {"van": "politie", "aan": "politie", "doel": "jeugd-afstemming", "wat": "contact", "dan": "mag"}
    content["voorbeelden"]["vertellen"] = [{**shown, "door": "V1"}]


class TestGrids:
    """What the pictures and tables are drawn from."""

    @EACH_LANE
    def test_the_grids_say_exactly_what_a_match_would_tell(self, lane: LanePolicy) -> None:
        """Every meeting of two who can register, on one day: with its level, or silent when either side is."""
        shown: dict[tuple[str, ...], tuple[DisclosureLevel, tuple[str, ...]]] = {}
        for grid in grids(lane, on=TODAY):
            for recipient, cells in zip(grid.recipients, grid.cells, strict=True):
                for other, cell in zip(grid.others, cells, strict=True):
                    for ends in product(grid.purposes, grid.other_purposes, grid.own_flags, grid.other_flags):
                        assert shown.setdefault((recipient, other, *ends), (cell.level, cell.rules)) is not None
        heard = {meeting: told for meeting, told in shown.items() if told[0] > 0}
        assert heard
        assert told_by_matches(lane) == heard

    def test_a_rule_whose_other_side_is_silent_tells_nothing(self) -> None:
        """Both or neither: the square is silent, and says by which rule that is not enough."""
        one_way = telling("V2", {"van": ["school"], "aan": ["ggz"], "mag": "contact", "grondslag": [BASIS]})
        lane = policy(only_police, one_way)
        [alone] = grids(lane, on=TODAY)
        squares = [square for row in alone.cells for square in row]
        assert [(0, ("V2",), True), (2, ("V1",), False)] == sorted(
            (int(one.level), one.rules, one.held_back) for one in squares if one.rules
        )
        assert "because the other hears nothing" in matrix_html(
            policy(only_police, one_way), VOCABULARY, "en", on=TODAY
        )
        back = telling("V3", {"van": ["ggz"], "aan": ["school"], "mag": "contact", "grondslag": [BASIS]})
        [grid] = grids(policy(only_police, one_way, back), on=TODAY)
        assert {"police", "school", "mental_health"} == set(grid.recipients)
        assert not any(square.held_back for row in grid.cells for square in row)

    def test_out_of_force_there_is_nothing_to_show(self) -> None:
        """A page for a day after the card says that nobody hears anything."""
        late = date(2029, 1, 1)
        assert grids(policy(), on=late) == ()
        page = matrix_html(policy(), VOCABULARY, "en", on=late)
        assert ("On this day nobody hears anything." in page, "Nobody on this day." in page) == (True, True)
        assert "nobody hears anything" in matrix_svg(policy(), VOCABULARY, "en", on=late)


class TestPage:
    """One page that anyone can use."""

    @EACH_LANE
    @LANGUAGES
    def test_it_needs_nothing_from_elsewhere_and_runs_nothing(self, lane: LanePolicy, language: Language) -> None:
        """No script, no handler, no address; the browser is told so as well."""
        page = html(lane, language)
        assert [page.tags[tag] for tag in ("script", "link", "img", "iframe", "object", "form", "a")] == [0] * 7
        assert [name for _, name, _ in page.attributes if name.startswith("on") or name in {"src", "href"}] == []
        assert "default-src 'none'; style-src 'unsafe-inline'" in page.values("content")
        assert "url(" not in page.text
        assert "@import" not in page.text

    @EACH_LANE
    @LANGUAGES
    def test_it_has_a_language_headings_and_tables_with_headers(self, lane: LanePolicy, language: Language) -> None:
        """What a screen reader goes by; every name that is referred to exists once."""
        page = html(lane, language)
        shown = grids(lane, on=TODAY)
        assert (page.open, page.tags["h1"], page.tags["title"]) == ([], 1, 1 + len(shown))
        assert ("html", "lang", language) in page.attributes
        assert page.tags["caption"] == page.tags["table"] == 1 + len(shown)
        assert set(page.values("scope")) == {"col", "row"}
        assert page.values("scope").count("row") == len(lane.card.registration_rules) + sum(
            len(grid.recipients) for grid in shown
        )
        ids = page.values("id")
        assert len(ids) == len(set(ids))
        assert {name for names in page.values("aria-labelledby") for name in names.split()} <= set(ids)

    @EACH_LANE
    def test_each_picture_has_its_twin(self, lane: LanePolicy) -> None:
        """As many pictures as tables of what is heard, with the same numbers in both."""
        page = html(lane)
        cells = [cell for grid in grids(lane, on=TODAY) for row in grid.cells for cell in row]
        marked = Counter(found for found in page.values("class") if found.startswith("step "))
        expected = Counter(f"step s{int(cell.level)}" for cell in cells) + Counter(f"step s{n}" for n in range(6))
        assert marked == expected
        assert page.tags["svg"] == len(grids(lane, on=TODAY))

    @pytest.mark.parametrize("place", ["card", "vocabulary"])
    def test_no_text_of_people_becomes_part_of_the_page(self, place: str) -> None:
        """A rule's name, a file's name and a label are shown as they are, in the page and in the picture."""
        lane, words = _hostile(), VOCABULARY
        if place == "vocabulary":
            kinds = tuple(replace(term, label_nl=ATTACK, meaning=ATTACK) for term in VOCABULARY.agency_kinds)
            words = replace(VOCABULARY, agency_kinds=kinds)
        page = Reader(matrix_html(lane, words, "nl", on=TODAY))
        assert (page.tags["script"], page.tags["img"], page.open) == (0, 0, [])
        assert ATTACK in page.text
        ET.fromstring(matrix_svg(lane, words, "nl", on=TODAY))  # noqa: S314 - our own text


def _hostile() -> LanePolicy:
    """Give the youth lane with names of rules that no card could have: printing does not rely on reading."""
    card = policy().card
    told = tuple(replace(rule, id=ATTACK) for rule in card.disclosure_rules)
    permitted = tuple(replace(rule, id=f"{ATTACK}2") for rule in card.registration_rules)
    return compile_policy(replace(card, disclosure_rules=told, registration_rules=permitted))


class TestPicture:
    """The drawing by itself."""

    @EACH_LANE
    @LANGUAGES
    def test_it_has_a_title_and_words(self, lane: LanePolicy, language: Language) -> None:
        """Every drawing, the whole and each grid, is named and described by elements that it contains."""
        whole = svg(lane, language)
        drawings = [whole, *whole.iter(f"{SVG}svg")]
        assert len(drawings) >= 2
        for drawing in drawings:
            title, words = drawing.find(f"{SVG}title"), drawing.find(f"{SVG}desc")
            assert title is not None
            assert words is not None
            assert (drawing.get("role"), drawing.get("aria-labelledby")) == (
                "img",
                f"{title.get('id')} {words.get('id')}",
            )
            assert all((title.text, words.text))

    @EACH_LANE
    def test_color_is_never_the_only_carrier(self, lane: LanePolicy) -> None:
        """Each square has the number of its step written on it, in the ink that goes with its color."""
        squares = [
            (box.get("fill"), text.text, text.get("fill"))
            for grid in svg(lane).findall(f"{SVG}svg")
            for box, text in zip(list(grid), list(grid)[1:], strict=False)
            if box.tag == f"{SVG}rect" and box.get("rx")
        ]
        expected = {(shade.fill, str(int(level)), shade.ink) for level, shade in SHADES.items()}
        assert squares
        assert set(squares) <= expected

    @pytest.mark.parametrize("shade", [*SHADES.values(), PAPER, DARK_PAPER, DARK_SILENT], ids=lambda shade: shade.fill)
    def test_what_is_written_can_be_read(self, shade: Shade) -> None:
        """At least 4.5 to 1 (WCAG 2.2, success criterion 1.4.3)."""
        assert contrast(shade) >= 4.5

    def test_the_names_of_rules_are_in_the_squares(self) -> None:
        """A long name is cut in the picture and whole in the table."""
        texts = [text.text for text in svg(policy()).iter(f"{SVG}text")]
        assert texts.count("V1") == 144

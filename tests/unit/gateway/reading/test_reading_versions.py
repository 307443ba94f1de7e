"""The reading versions in the folder are those of the cards, and what a card says stands on its page."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

import pytest

from gateway.core.policy import LanePolicy, compile_policy
from gateway.core.policy.questions.words import Language
from gateway.reading import reading_files, reading_version
from gateway.reading.markdown import escaped
from gateway.reading.matrix import matrix_svg
from gateway.reading.page import printable
from tests.support.cards import POLICIES, VOCABULARY, basis_until, policy
from tests.support.lanes import CARDS, LANES

FOLDER: Final = POLICIES / "reading"
PICTURE: Final = POLICIES.parent / "docs" / "pictures" / "who-hears-what.svg"
RENEW: Final = "renew them with: seinhuis policy render --reading policies/reading"
EACH_LANE: Final = pytest.mark.parametrize("lane", LANES, ids=lambda lane: lane.lane)
LANGUAGES: Final = pytest.mark.parametrize("language", ["nl", "en"])


def on_page(text: str) -> str:
    """Write a text of a card as Markdown prints it."""
    return escaped(printable(text)).strip()


def section(page: str, title: str) -> str:
    """Give what stands on a page under a heading."""
    return page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


class TestTheFolder:
    """The files that officers read."""

    def test_the_reading_versions_are_those_of_the_cards(self) -> None:
        """Exactly the files of today's cards, in both languages, word for word."""
        made = dict(reading_files(LANES, VOCABULARY))
        kept = {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()}
        stale = sorted(name for name in {*made, *kept} if made.get(name) != kept.get(name))
        assert stale == [], f"these reading versions are not those of the cards; {RENEW}"

    def test_every_lane_has_both_languages(self) -> None:
        """A folder that lost its cards would compare nothing with nothing."""
        expected = {f"{path.stem}.{language}.md" for path in CARDS for language in ("nl", "en")}
        assert {path.name for path in FOLDER.iterdir()} == expected
        assert "youth.nl.md" in expected

    @pytest.mark.parametrize("code", ["../youth", "a/b", "", "jeugd.nl", "jeugd\n", "ÿ"])
    def test_a_file_is_never_named_outside_its_folder(self, code: str) -> None:
        """A lane's code is text that people write; it must not become a path."""
        odd = compile_policy(replace(policy().card, lane=code))
        with pytest.raises(ValueError, match="code"):
            reading_files([odd], VOCABULARY)


def test_the_picture_of_the_front_page_is_that_of_the_card() -> None:
    """What a visitor sees first is what the lane of Veilig Thuis decides."""
    [lane] = (lane for lane in LANES if lane.lane == "veilig_thuis")
    made = matrix_svg(lane, VOCABULARY, "en", on=date(2026, 11, 24))
    renew = "seinhuis policy matrix --lane veilig-thuis --format svg --on 2026-11-24 --language en --out"
    assert made == PICTURE.read_text("utf-8"), f"renew it with: {renew} docs/pictures/who-hears-what.svg"


class TestWhatStandsOnThePage:
    """Everything that the card says, in the reader's language."""

    @EACH_LANE
    @LANGUAGES
    def test_every_rule_and_basis_is_told(self, lane: LanePolicy, language: Language) -> None:
        """Each rule under its own heading with its explanation; each basis with what is still open about it."""
        page, card = reading_version(lane, VOCABULARY, language), lane.card
        rule_word = {"nl": "Regel", "en": "Rule"}[language]
        told: list[Any] = [*card.registration_rules, *card.bars, *card.disclosure_rules]
        assert [page.count(f"\n### {rule_word} {on_page(rule.id)}\n") for rule in told] == [1] * len(told)
        explained = [rule.explanation_nl if language == "nl" else rule.explanation_en for rule in told]
        assert [text for text in explained if on_page(text) not in page] == []
        assert [basis.name for basis in card.bases if on_page(basis.to_confirm) not in page] == []
        assert [basis.name for basis in card.bases if on_page(basis.law) not in page] == []

    @EACH_LANE
    def test_the_rule_carries_its_own_bases(self, lane: LanePolicy) -> None:
        """A lawyer who reads one rule need not look elsewhere."""
        page = reading_version(lane, VOCABULARY, "nl")
        rules: list[Any] = [*lane.card.registration_rules, *lane.card.disclosure_rules]
        for rule in rules:
            under = page.partition(f"\n### Regel {on_page(rule.id)}\n")[2].partition("\n#")[0]
            open_lines = [on_page(lane.bases[name].to_confirm) for name in rule.basis]
            assert [text for text in open_lines if text not in under] == []

    @EACH_LANE
    @LANGUAGES
    def test_the_five_elements_of_a_police_decision_are_told(self, lane: LanePolicy, language: Language) -> None:
        """Wpg, article 20, second paragraph: each element once, where the card has them."""
        page = reading_version(lane, VOCABULARY, language)
        decisions = [rule.police for rule in lane.card.disclosure_rules if rule.police is not None]
        law = {"nl": "- Wpg, artikel 20, tweede lid, ", "en": "- Wpg, article 20(2), "}[language]
        assert page.count(law) == 5 * len(decisions)
        for decision in decisions:
            texts = (decision.interest, decision.partnership, decision.data, decision.conditions, decision.recipients)
            assert [text for text in texts if on_page(text) not in page] == []

    @EACH_LANE
    def test_every_example_is_a_question_with_its_answer(self, lane: LanePolicy) -> None:
        """As many answers as examples, and the verdict of each."""
        asked = section(reading_version(lane, VOCABULARY, "nl"), "Vragen en antwoorden")
        examples: list[Any] = [*lane.card.registration_examples, *lane.card.disclosure_examples]
        permitted = [example.permitted for example in examples]
        assert (asked.count("**Ja**"), asked.count("**Nee**")) == (permitted.count(True), permitted.count(False))

    @EACH_LANE
    def test_every_silent_purpose_is_named(self, lane: LanePolicy) -> None:
        """Nobody signs a page that leaves one out."""
        silent = section(reading_version(lane, VOCABULARY, "en"), "What is always silent")
        labels = [term.label_en for term in VOCABULARY.purposes if term.code in lane.card.silent_purposes]
        assert [label for label in labels if f"**{on_page(label)}**" not in silent] == []

    def test_what_one_side_hears_is_a_sentence(self) -> None:
        """Who hears what of whom, by which rule and because of which article."""
        heard = section(reading_version(policy(), VOCABULARY, "nl"), "Per soort instantie: wat zij hoort")
        told, because = "- **School** hoort van alle deelnemers: **contact** (regel V1)", "Jeugdwet, artikel 7.1.4.3."
        assert f"{told}, omdat dit rust op {because}" in heard.splitlines()

    def test_a_day_on_which_what_is_heard_changes_is_told_apart(self) -> None:
        """When a basis ends within the card's dates, the page says from when nobody hears anything."""
        ending = policy(basis_until("jeugdwet-7.1.4.3", "2027-08-31"))
        heard = section(reading_version(ending, VOCABULARY, "nl"), "Per soort instantie: wat zij hoort")
        assert heard.endswith("### Vanaf 1 september 2027\n\nNiemand hoort iets.\n")

    def test_dutch_stays_dutch_and_says_so(self) -> None:
        """The English page marks the texts that a card has in Dutch only; the Dutch one marks nothing."""
        english, dutch = (reading_version(policy(), VOCABULARY, language) for language in ("en", "nl"))
        aim = on_page(policy().card.aim)
        assert f"“{aim}” *(in Dutch)*" in english
        assert "(in Dutch)" not in dutch

    def test_a_lane_says_what_it_waits_for(self) -> None:
        """What is not built is named as such, until it is."""
        waiting = next(lane for lane in LANES if "consent_register" in lane.card.mechanisms)
        title, part = "Waar deze stroom op wacht", "**Toestemmingsregister**"
        without = section(reading_version(waiting, VOCABULARY, "nl", built=frozenset()), title)
        built = frozenset(waiting.card.mechanisms)
        assert f"{part} (nog niet gebouwd)" in without
        assert f"{part} (bestaat)" in section(reading_version(waiting, VOCABULARY, "nl", built=built), title)


class TestTextsOfPeople:
    """A card is text by people, and must not write a part of the page by itself."""

    @pytest.mark.parametrize(
        "text",
        [
            "# Kop",
            "- **vet** _schuin_ `code`",
            "1. eerst | tweede",
            "<script>alert(1)</script> & ![x](https://example.org/x.png)",
            "~~weg~~ [link](javascript:alert(1)) \\",
            "> citaat",
        ],
    )
    def test_no_text_of_a_card_is_markup(self, text: str) -> None:
        """Whatever is written in a card comes out as those very signs."""
        page = reading_version(policy(lambda card: card.update(doel=text)), VOCABULARY, "nl")
        shown = next(line for line in page.splitlines() if line.startswith("- **Waarvoor:** "))
        for sign in "#*_`<>[]|~&!":
            power = [place for place, found in enumerate(shown[16:]) if found == sign and sign != "!"]
            assert all(shown[16:][place - 1] == "\\" for place in power)
        assert shown[16:].replace("\\", "") == text.replace("\\", "")

    def test_a_line_of_a_card_cannot_start_a_line_of_the_page(self) -> None:
        """Line ends and turns of the writing direction are folded into spaces."""
        assert printable("a\n# b\u202ec\u2028d") == "a # b c d"

    @pytest.mark.parametrize(
        ("text", "expected"), [("1. eerst", "- 1\\. eerst"), ("- dan", "- \\- dan"), ("+ nog", "- \\+ nog")]
    )
    def test_a_text_that_begins_like_a_list_is_no_list(self, text: str, expected: str) -> None:
        """It would open a list within the list, and read as if the page said so."""
        page = reading_version(policy(lambda card: card["mededeling"]["uitleg"].update(nl=text)), VOCABULARY, "nl")
        assert expected in page.splitlines()

    def test_a_table_keeps_its_columns(self) -> None:
        """A bar in a text does not open a new column."""

        def barred(card: dict[str, Any]) -> None:
            card["grondslagen"]["jeugdwet-7.1.4.1"]["te-bevestigen"] = "links | rechts"

        table = section(reading_version(policy(barred), VOCABULARY, "nl"), "De grondslagen bij elkaar")
        rows = [line.replace("\\|", "") for line in table.splitlines() if line.startswith("|")]
        assert {row.count("|") for row in rows} == {7}


def test_lengths_of_time_are_said_as_a_lawyer_would() -> None:
    """Years as years, and days with the weeks that they make."""

    def lasting(card: dict[str, Any]) -> None:
        card["termijn"] = {"ten-hoogste": "24 maanden", "standaard": "28 dagen"}

    page = reading_version(policy(lasting), VOCABULARY, "en")
    assert "lasts 2 years at most, and 28 days (4 weeks) if the agency says nothing else" in page

"""A rule card loads whole or not at all, and says everything that is wrong with it at once."""

from copy import deepcopy
from functools import partial
from typing import Any

import pytest
import yaml

from gateway.core.policy.card import DisclosureLevel, Ladder, Span, Told
from tests.support.cards import YOUTH, Change, changed, load, messages, mistakes, telling

Content = dict[str, Any]
REQUIRED = sorted(set(yaml.safe_load(YOUTH)) - {"leeftijd", "nooit-registreren"})


def places(change: Change) -> list[str]:
    """Give where the mistakes are in the youth card after a change."""
    return [path for path, _ in messages(change)]


def set_ladder(steps: dict[str, str], content: Content) -> None:
    """Escalate by these steps."""
    content["contact"]["opschalen"] = steps


def two_flags(content: Content) -> None:
    """Let everyone register with one of two flags."""
    content["registreren"][0]["vlaggen"] = ["betrokken", "zorgmelding"]
    examples = content["voorbeelden"]["registreren"]
    examples[:] = [example for example in examples if example["vlag"] == "betrokken"]


class TestTheRealCard:
    """The youth card as it is released."""

    def test_it_loads(self) -> None:
        """The youth card is sound, and all its examples hold."""
        assert "youth" == load(YOUTH).lane

    def test_it_says_what_the_law_allows(self) -> None:
        """Contact only, symmetric, without a flag beyond "involved", for at most two years, until 23."""
        card = load(YOUTH)
        assert {DisclosureLevel.CONTACT} == {rule.level for rule in card.disclosure_rules}
        assert {"involved"} == {flag for rule in card.registration_rules for flag in rule.flags}
        assert (True, 23, Span(months=24)) == (card.symmetric, card.under_age, card.terms.maximum)

    def test_every_basis_says_what_a_lawyer_must_confirm(self) -> None:
        """No basis passes for settled law."""
        assert all(basis.to_confirm and basis.review_before_on for basis in load(YOUTH).bases)

    def test_its_digest_changes_with_every_byte(self) -> None:
        """Another comment is another file."""
        assert load(YOUTH).digest != load(YOUTH + "# nog eens\n").digest

    def test_text_and_bytes_are_one_file(self) -> None:
        """The digest is that of the bytes."""
        assert load(YOUTH) == load(YOUTH.encode())


class TestWords:
    """Keys and values, each on its own."""

    @pytest.mark.parametrize("key", REQUIRED)
    def test_nothing_may_be_left_out(self, key: str) -> None:
        """Rules, examples, bases, explanations and the end date are all required."""
        assert (key, "ontbreekt") in messages(lambda content: content.pop(key))

    @pytest.mark.parametrize(
        ("path", "key"),
        [
            (("geldig",), "tot-en-met"),
            (("registreren", 0), "grondslag"),
            (("registreren", 0), "uitleg"),
            (("registreren", 0, "uitleg"), "en"),
            (("vertellen", 0), "grondslag"),
            (("vertellen", 0), "uitleg"),
            (("grondslagen", "jeugdwet-7.1.4.1"), "tot-en-met"),
            (("grondslagen", "jeugdwet-7.1.4.1"), "herzien-voor"),
            (("voorbeelden",), "vertellen"),
        ],
    )
    def test_nothing_inside_may_be_left_out(self, path: tuple[str | int, ...], key: str) -> None:
        """A rule without a basis or an explanation, a basis without dates: the card does not load."""

        def leave_out(content: Any) -> None:
            for step in path:
                content = content[step]
            del content[key]

        assert "ontbreekt" in {message for place, message in messages(leave_out) if place.endswith(key)}

    @pytest.mark.parametrize("key", ["registreren", "vertellen", "grondslagen", "verantwoordelijken", "altijd-stil"])
    def test_nothing_may_be_empty(self, key: str) -> None:
        """An empty set of rules is a failure, not a pass."""
        assert key in {path for path, _ in messages(lambda content: content.update({key: type(content[key])()}))}

    @pytest.mark.parametrize("name", ["R1,R2", "R 1", "1", "-R", "R" * 21, "R1\u200b"])
    def test_a_rule_has_a_name_that_can_stand_in_a_list(self, name: str) -> None:
        """One word of letters, digits and dashes."""
        told = messages(lambda content: content["registreren"][0].update(regel=name))
        assert ("registreren[0].regel", "een regel heet één woord van letters, cijfers en streepjes") in told

    def test_every_mistake_is_told_at_once_with_its_place(self) -> None:
        """Line, column, path, message and the word that was meant, in the order of the file."""
        text = YOUTH.replace("zonder-regel: mag-niet ", "zonder-regel: mag-niett ")
        text = text.replace("wederkerig: ja", "wederkering: ja").replace("      - politie\n", "      - polite\n")
        text = text.replace("van: 2026-01-01", "van: 2026-02-30")
        lines = text.splitlines()
        expected = [
            (6, 15, "geldig.van", "'2026-02-30' bestaat niet, of ligt buiten 1800 tot en met 2100", ""),
            (11, 15, "zonder-regel", "onbekend woord 'mag-niett'", "mag-niet"),
            (12, 1, "wederkering", "onbekend woord 'wederkering'", "wederkerig"),
            (1 + lines.index("      - polite"), 9, "registreren[0].wie[0]", "onbekend woord 'polite'", "politie"),
        ]
        found = [(m.line, m.column, m.path, m.message, m.suggestion) for m in mistakes(text)]
        assert expected == [place for place in found if place[3] != "ontbreekt"]

    def test_a_mistake_reads_as_a_line_for_an_editor(self) -> None:
        """File, line and column come first."""
        found = mistakes(YOUTH.replace("zonder-regel: mag-niet ", "zonder-regel: mag-nit "))
        assert ["card.yaml:11:15: zonder-regel: onbekend woord 'mag-nit'; bedoelde u 'mag-niet'?"] == [
            str(m) for m in found
        ]

    @pytest.mark.parametrize(
        ("old", "new", "path"),
        [
            ("stroom: jeugd", "stroom: jeugdd", "stroom"),
            ("versie: 1", "versie: nul", "versie"),
            ("versie: 1", "versie: 0", "versie"),
            ("versie: 1", "versie: 10000", "versie"),
            ("versie: 1", "versie: ١", "versie"),
            ("versie: 1", "versie: [1]", "versie"),
            ("van: 2026-01-01", "van: 20260101", "geldig.van"),
            ("van: 2026-01-01", "van: 2026-W01-1", "geldig.van"),
            ("van: 2026-01-01", "van: 0001-01-01", "geldig.van"),
            ("tot-en-met: 2028-12-31", "tot-en-met: 2025-12-31", "geldig.tot-en-met"),
            ("tot-en-met: 2028-12-31", "tot-en-met: 9999-12-31", "geldig.tot-en-met"),
            ("tot-en-met: 2028-12-31", "tot-en-met: onbepaald", "geldig.tot-en-met"),
            ("ten-hoogste: 2 jaar", "ten-hoogste: 2 werkdagen", "termijn.ten-hoogste"),
            ("ten-hoogste: 2 jaar", "ten-hoogste: jaar", "termijn.ten-hoogste"),
            ("standaard: 18 maanden", "standaard: 3 jaar", "termijn.standaard"),
            ("binnen: 5 werkdagen", "binnen: 5", "contact.binnen"),
            ("wederkerig: ja", "wederkerig: true", "wederkerig"),
            ("jonger-dan: 23", "jonger-dan: 23 jaar", "leeftijd.jonger-dan"),
            ("mag: contact", "mag: stil", "vertellen[0].mag"),
            ("vlaggen: [betrokken]", "vlaggen: betrokken", "registreren[0].vlaggen"),
            ("vlaggen: [betrokken]", "vlaggen: [betrokken, betrokken]", "registreren[0].vlaggen[1]"),
            ("vlaggen: [betrokken]", "vlaggen: [[betrokken]]", "registreren[0].vlaggen"),
            ("doelen: [jeugd-afstemming]", "doelen: [opsporing]", "registreren[0].doelen"),
            ("screening, bulk-analyse]", "screening]", "altijd-stil"),
            ("regel: N2", "regel: N1", "nooit-registreren[1].regel"),
            ("grondslag: [jeugdwet-7.1.4.3]", "grondslag: [jeugdwet-7.1.4.4]", "vertellen[0].grondslag[0]"),
            ("door: V1}", "door: V9}", "voorbeelden.vertellen[0].door"),
            ("dan: mag, door: V1}", "dan: mag}", "voorbeelden.vertellen[0].door"),
            ("    mag: contact\n", "", "vertellen[0].mag"),
            ("    mag: contact\n", "    mag: contact\n    mag-niet: vlag\n", "vertellen[0].mag"),
            ("nl: Een ziekenhuis registreert in deze stroom alleen via de spoedeisende hulp.", "nl: ' '", "uitleg.nl"),
        ],
    )
    def test_a_wrong_word_is_named_where_it_stands(self, old: str, new: str, path: str) -> None:
        """No value is taken for what it is not."""
        assert old in YOUTH
        assert any(mistake.path.endswith(path) for mistake in mistakes(YOUTH.replace(old, new)))

    def test_a_doubled_key_is_refused(self) -> None:
        """The last one does not silently win."""
        (mistake,) = mistakes(YOUTH.replace("versie: 1\n", "versie: 1\nversie: 2\n"))
        assert (6, 1, "sleutel 'versie' staat er dubbel") == (mistake.line, mistake.column, mistake.message)

    def test_the_number_of_mistakes_is_bounded(self) -> None:
        """A file full of nonsense costs no more than its first two hundred mistakes."""
        nonsense = YOUTH.replace("      - politie\n", "      - onzin\n" * 3_000)
        assert 200 == len(mistakes(nonsense))


class TestWhatALaneNeeds:
    """Parts of the house, facts to attest, flags, police, notice and escalation."""

    def test_a_card_says_on_which_parts_of_the_house_it_relies(self) -> None:
        """By their code names; a part that the vocabulary does not know is a mistake, and so is an empty list."""
        card = load(changed(lambda content: content.update({"vergt": ["toestemmingsregister"]})))
        assert (("consent_register",), ()) == (card.mechanisms, load(YOUTH).mechanisms)
        assert ["vergt[0]"] == places(lambda content: content.update({"vergt": ["toestemmingsboek"]}))
        assert ["vergt"] == places(lambda content: content.update({"vergt": []}))

    def test_a_rule_says_what_must_be_attested(self) -> None:
        """Then an example without it must be refused, and one with it shows the rule."""

        def demand(content: Content) -> None:
            content["registreren"][0]["eist"] = ["casus-aangenomen"]
            for example in content["voorbeelden"]["registreren"]:
                example["eist"] = ["casus-aangenomen"]

        def forget(content: Content) -> None:
            del content["voorbeelden"]["registreren"][0]["eist"]

        assert [("intake_accepted",)] == [rule.preconditions for rule in load(changed(demand)).registration_rules]
        expected = ("voorbeelden.registreren[0]", "voorbeeld klopt niet: de kaart zegt mag-niet (door R1)")
        assert [expected] == messages(demand, forget)

    @pytest.mark.parametrize("word", ["casus-aangenome", "betrokken", ""])
    def test_what_must_be_attested_is_a_word_of_the_vocabulary(self, word: str) -> None:
        """In a rule and in an example."""
        assert any(
            path.startswith("registreren[0].eist")
            for path in places(lambda content: content["registreren"][0].update({"eist": [word]}))
        )
        assert any(
            path.startswith("voorbeelden.registreren[0].eist")
            for path in places(lambda content: content["voorbeelden"]["registreren"][0].update({"eist": [word]}))
        )

    def test_a_rule_says_under_which_flags_it_holds(self) -> None:
        """What it leaves out holds for every flag of the lane."""

        def condition(content: Content) -> None:
            content["vertellen"][0]["als"] = {"ander": ["zorgmelding"]}
            content["voorbeelden"]["vertellen"] = [
                {**example, "als": {"eigen": "betrokken", "ander": "zorgmelding"}}
                for example in content["voorbeelden"]["vertellen"]
            ]
            content["wederkerig"] = "nee"

        (rule,) = load(changed(two_flags, condition)).disclosure_rules
        assert (("involved", "care_report"), ("care_report",)) == (rule.own_flags, rule.other_flags)

    @pytest.mark.parametrize(
        ("stated", "path"),
        [
            ({"eigen": ["zorgmelding"]}, "vertellen[0].als.eigen[0]"),  # no flag of this lane
            ({"eigen": []}, "vertellen[0].als.eigen"),
            ({"eigen": "betrokken"}, "vertellen[0].als.eigen"),
            ({"zelf": ["betrokken"]}, "vertellen[0].als.zelf"),
            (["betrokken"], "vertellen[0].als"),
        ],
    )
    def test_a_condition_names_flags_of_the_lane(self, stated: object, path: str) -> None:
        """A flag with which nobody registers would make a rule that never holds."""
        assert path in places(lambda content: content["vertellen"][0].update({"als": stated}))

    def test_an_example_of_telling_names_both_flags_where_there_are_more(self) -> None:
        """Otherwise nobody could say which situation it tries."""
        message = "noem 'eigen' en 'ander': deze stroom kent meer dan één vlag"
        found = messages(two_flags)
        assert ("voorbeelden.vertellen[0].als", message) in found
        assert len(load(YOUTH).disclosure_examples) == len(found)

    def test_an_example_names_both_flags_or_none(self) -> None:
        """Half a situation is none."""
        half = {"als": {"eigen": "betrokken"}}
        found = messages(lambda content: content["voorbeelden"]["vertellen"][0].update(half))
        assert [("voorbeelden.vertellen[0].als.ander", "ontbreekt")] == found

    def test_what_is_told_of_the_police_rests_on_a_decision(self) -> None:
        """Without it the rule does not load; a rule that only refuses, or that does not tell of them, needs none."""
        message = "ontbreekt: deze regel vertelt iets van de politie (Wpg 20, tweede lid)"
        assert [("vertellen[0].wpg-20-2", message)] == messages(lambda content: content["vertellen"][0].pop("wpg-20-2"))
        to_police = {"van": ["school"], "aan": ["politie"], "mag": "contact", "grondslag": ["jeugdwet-7.1.4.3"]}
        assert () == mistakes(changed(telling("V2", to_police)))
        refusing = {"van": ["politie", "school"], "aan": ["politie", "school"], "mag-niet": "vlag"}
        assert () == mistakes(changed(telling("V2", refusing)))

    @pytest.mark.parametrize("element", ["belang", "samenwerkingsverband", "gegevens", "voorwaarden", "ontvangers"])
    def test_the_decision_has_all_five_elements(self, element: str) -> None:
        """Wpg, article 20, second paragraph."""
        found = messages(lambda content: content["vertellen"][0]["wpg-20-2"].pop(element))
        assert [(f"vertellen[0].wpg-20-2.{element}", "ontbreekt")] == found

    def test_a_card_may_say_that_nobody_is_told(self) -> None:
        """Then it has no terms for it; in every other case it has both."""
        nobody = {"aan": "niemand", "uitleg": {"nl": "Omdat.", "en": "Because."}}
        notice = load(changed(lambda content: content.update({"mededeling": nobody}))).notice
        assert (Told.NOBODY, None, None) == (notice.to, notice.within, notice.deferral)
        assert ["mededeling.binnen", "mededeling.uitstel"] == places(
            lambda content: content["mededeling"].update({"aan": "niemand"})
        )
        assert ["mededeling.binnen", "mededeling.uitstel"] == places(
            lambda content: content.update({"mededeling": {**nobody, "aan": "betrokkene"}})
        )
        assert ["mededeling.aan"] == places(lambda content: content["mededeling"].update({"aan": "iedereen"}))

    @pytest.mark.parametrize(
        "steps",
        [
            {"achtervang": "7 werkdagen", "coordinator": "5 werkdagen", "regievoerder": "10 werkdagen"},
            {"achtervang": "5 werkdagen", "regievoerder": "5 werkdagen"},
            {"coordinator": "11 werkdagen", "regievoerder": "10 werkdagen"},
        ],
    )
    def test_each_step_of_the_ladder_comes_later(self, steps: dict[str, str]) -> None:
        """Whatever the order in which they are written."""
        turned = dict(reversed(steps.items()))
        message = "elke trap komt later dan de vorige: achtervang, coordinator, regievoerder"
        for written in (steps, turned):
            ladder: Change = partial(set_ladder, written)
            assert [("contact.opschalen", message)] == messages(ladder)

    def test_the_ladder_ends_with_the_match_supervisor(self) -> None:
        """The other steps may be left out."""
        short = {"regievoerder": "1 werkdag"}
        ladder = load(changed(lambda content: content["contact"].update({"opschalen": short}))).terms.ladder
        assert Ladder(None, None, 1) == ladder
        assert ["contact.opschalen.regievoerder"] == places(
            lambda content: content["contact"].update({"opschalen": {"achtervang": "5 werkdagen"}})
        )

    @pytest.mark.parametrize(
        ("written", "span"),
        [
            ("1 dag", Span(days=1)),
            ("28 dagen", Span(days=28)),
            ("1 week", Span(days=7)),
            ("10 weken", Span(days=70)),
            ("1 maand", Span(months=1)),
            ("18 maanden", Span(months=18)),
            ("2 jaar", Span(months=24)),
        ],
    )
    def test_a_term_is_written_in_days_weeks_months_or_years(self, written: str, span: Span) -> None:
        """A week is seven days, a year twelve months."""
        assert span == load(changed(lambda content: content["bewaren"].update({"match": written}))).terms.match

    @pytest.mark.parametrize("written", ["0 dagen", "1,5 jaar", "2 uren", "dagen", "10dagen", "10  dagen", "-1 dag"])
    def test_a_term_that_is_no_term_is_refused(self, written: str) -> None:
        """Nothing is guessed."""
        assert ["bewaren.match"] == places(lambda content: content["bewaren"].update({"match": written}))

    def test_terms_are_compared_whatever_they_are_written_in(self) -> None:
        """Ten weeks are longer than two months, four weeks are not."""

        def terms(longest: str, usual: str) -> list[str]:
            return places(lambda content: content.update({"termijn": {"ten-hoogste": longest, "standaard": usual}}))

        assert ["termijn.standaard"] == terms("2 maanden", "10 weken")
        assert [] == terms("2 maanden", "4 weken")


class TestText:
    """Text that is no tree of words at all."""

    @pytest.mark.parametrize(
        ("text", "line", "column"),
        [
            ("", 1, 1),
            ("# niets\n", 1, 1),
            ("versie: &a 1\n", 1, 9),
            ("a: 1\nversie: *a\n", 2, 9),
            ("a: 1\nversie: !!python/object:os.system x\n", 2, 9),
            ("a: !!str x\n", 1, 4),
            ("? [a]\n: b\n", 1, 3),
            ("a: 1\n---\nb: 2\n", 2, 1),
            ("a: [1\n", 2, 1),
            ("a: 1\n\tb: 2\n", 2, 1),
            ("a: 1\nb: x\x07\n", 2, 5),
            ('a: "\\UFFFFFFFF"\n', 1, 1),
            ("%YAML " + "9" * 5_000 + ".1\n---\na\n", 1, 1),
            ("a: " + "[" * 8 + "\n", 1, 11),
            ("[" * 30_000, 1, 9),
            ("a" * 70_000, 1, 1),
            ("é: \ud800\n", 1, 4),
        ],
    )
    def test_text_that_is_no_plain_tree_is_refused_with_its_place(self, text: str, line: int, column: int) -> None:
        """Aliases, tags, several documents, depth, size and broken characters: one mistake, nothing else happens."""
        (mistake,) = mistakes(text)
        assert (line, column) == (mistake.line, mistake.column)

    def test_an_alias_bomb_is_refused_before_it_grows(self) -> None:
        """A few lines that stand for a billion words stop at the first anchor."""
        bomb = "a: &a [x, x]\n" + "".join(
            f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
        )
        assert [(1, 4)] == [(mistake.line, mistake.column) for mistake in mistakes(bomb)]

    def test_bytes_that_are_no_utf8_are_refused_with_their_place(self) -> None:
        """The place counts characters, not bytes."""
        assert [(2, 5)] == [(m.line, m.column) for m in mistakes("a: é\nb: é".encode() + b"\xff")]

    @pytest.mark.parametrize("text", ["[]", "jeugd", "- stroom: jeugd"])
    def test_a_file_that_is_no_card_is_told_so_once(self, text: str) -> None:
        """Not a list of everything that is missing."""
        assert ["verwacht een tabel van sleutels en waarden"] == [mistake.message for mistake in mistakes(text)]


class TestMeaning:
    """Words that are sound, and what they mean together."""

    def test_a_rule_may_not_be_wider_than_its_basis(self) -> None:
        """A basis that carries contact cannot carry a flag."""
        found = messages(lambda content: content["vertellen"][0].update({"mag": "vlag"}))
        assert ("vertellen[0]", "regel V1 gaat verder dan grondslag jeugdwet-7.1.4.3 reikt") in found

    def test_a_rule_whose_basis_ended_is_reported(self) -> None:
        """It would decide nothing though it reads as if it did."""
        found = messages(
            lambda content: content["grondslagen"]["jeugdwet-7.1.4.1"].update({"tot-en-met": "2025-12-31"})
        )
        assert any(path == "registreren[0]" and "geen enkele dag" in message for path, message in found)

    def test_every_rule_has_an_example(self) -> None:
        """Without it nobody has shown what the rule does; a torn file would go unnoticed too."""
        extra = telling("V2", {"van": ["school"], "aan": ["ggz"], "mag-niet": "vlag"}, example=False)
        assert [("vertellen[1]", "geen voorbeeld laat deze regel zien")] == messages(extra)

    def test_an_example_that_is_not_true_stops_the_card(self) -> None:
        """Examples are tests."""

        def wrong(content: Content) -> None:
            content["voorbeelden"]["registreren"][5].update({"dan": "mag", "door": "R1"})
            content["voorbeelden"]["registreren"][6].update({"door": "N1"})
            content["voorbeelden"]["vertellen"][0].update({"wat": "vlag"})

        expected = [
            ("voorbeelden.registreren[5]", "voorbeeld klopt niet: de kaart zegt mag-niet (zonder regel)"),
            ("voorbeelden.registreren[6]", "voorbeeld klopt niet: dit komt door N2, niet door N1"),
            ("voorbeelden.vertellen[0]", "voorbeeld klopt niet: de kaart zegt mag-niet (door V1)"),
        ]
        assert expected == [found for found in messages(wrong) if found[0].startswith("voorbeelden")]

    def test_a_rule_that_never_decides_is_unreachable(self) -> None:
        """A second rule that asks more for the same, or tells less, reads as if it mattered."""
        message = "is onbereikbaar: andere regels beslissen altijd al in haar plaats"

        def ask_more(content: Content) -> None:
            stricter = {"regel": "R2", "wie": ["school"], "eist": ["casus-aangenomen"]}
            content["registreren"].append(deepcopy(content["registreren"][0]) | stricter)

        assert ("registreren[1]", message) in messages(ask_more)
        less = {"van": ["school"], "aan": ["ggz"], "mag": "bevestigd", "grondslag": ["jeugdwet-7.1.4.3"]}
        assert ("vertellen[1]", message) in messages(telling("V2", less))

    def test_a_rule_that_asks_more_is_reachable_before_the_one_that_asks_less(self) -> None:
        """The first rule whose facts are attested decides."""

        def ask_more(content: Content) -> None:
            stricter = {"regel": "R2", "wie": ["school"], "eist": ["casus-aangenomen"]}
            content["registreren"].insert(0, deepcopy(content["registreren"][0]) | stricter)
            example = {"wie": "school", "doel": "jeugd-afstemming", "vlag": "betrokken", "eist": ["casus-aangenomen"]}
            content["voorbeelden"]["registreren"].append({**example, "dan": "mag", "door": "R2"})

        assert () == mistakes(changed(ask_more))

    @pytest.mark.parametrize(("done", "rule"), [("mag", "V2"), ("mag-niet", "V1")])
    def test_an_example_names_a_rule_of_its_own_sort(self, done: str, rule: str) -> None:
        """What is told is told by a rule that allows; what is not, by one that refuses."""
        ward = telling("V2", {"van": ["ggz"], "aan": ["ggz"], "mag-niet": "vlag"})
        shown = {"van": "ggz", "aan": "ggz", "doel": "jeugd-afstemming", "dan": done, "door": rule}
        shown["wat"] = "contact" if done == "mag" else "vlag"
        (found,) = messages(ward, lambda content: content["voorbeelden"]["vertellen"].append(shown))
        assert f"niet door {rule}" in found[1]

    def test_who_never_may_cannot_also_be_admitted(self) -> None:
        """A contradiction is a mistake, though refuse would win."""
        found = messages(lambda content: content["registreren"][0]["wie"].append("om"))
        assert ("nooit-registreren[0]", "spreekt regel R1 tegen: wie nooit mag, kan niet ook mogen") in found

    def test_a_symmetric_card_tells_both_sides_alike(self) -> None:
        """A rule that tells one side less is refused, unless the card says that it is asymmetric."""
        one_way = telling("V2", {"van": ["ggz"], "aan": ["school"], "mag-niet": "contact"})
        message = "is niet wederkerig: de ene kant hoort hierdoor meer dan de andere"
        assert ("vertellen[1]", message) in messages(one_way)
        assert () == mistakes(changed(one_way, lambda content: content.update({"wederkerig": "nee"})))

    def test_a_card_may_silence_more_but_then_no_rule_may_speak_of_it(self) -> None:
        """A purpose is silent or it has rules."""
        found = messages(lambda content: content["altijd-stil"].append("jeugd-afstemming"))
        assert ("registreren[0]", "noemt een doel dat altijd stil is") in found


class TestPlainDutch:
    """What is wrong is said to those who sign, who read no YAML by trade."""

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ("stroom: jeugd", "stroom: jeugd: x", "hier hoort geen dubbele punt"),
            ("stroom: jeugd", "stroom: [jeugd", "een lijst of tabel tussen haken is niet afgesloten"),
            ("stroom: jeugd", "\tstroom: jeugd", "een tab telt niet als inspringen"),
            ("van: 2026-01-01", "van: 2026-02-30", "'2026-02-30' bestaat niet"),
        ],
    )
    def test_a_slip_of_the_pen_is_named(self, old: str, new: str, said: str) -> None:
        """Whatever the reader of YAML calls it in English."""
        first = mistakes(YOUTH.replace(old, new, 1))[0]
        assert said in first.message
        assert "expected" not in first.message

    def test_people_count_from_one(self) -> None:
        """The first rule of a list is number one."""
        (mistake, *_) = mistakes(YOUTH.replace("mag: contact", "mag: contcat", 1))
        assert "vertellen[1].mag: onbekend woord" in str(mistake)

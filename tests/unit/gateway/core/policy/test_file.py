"""A rule card loads whole or not at all, and says everything that is wrong with it at once."""

from typing import Any

import pytest
import yaml

from gateway.core.policy.card import DisclosureLevel, Span
from tests.support.cards import YOUTH, changed, load, messages, mistakes, telling

Content = dict[str, Any]
REQUIRED = sorted(set(yaml.safe_load(YOUTH)) - {"leeftijd", "nooit-registreren"})


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

    def test_every_mistake_is_told_at_once_with_its_place(self) -> None:
        """Line, column, path, message and the word that was meant, in the order of the file."""
        text = YOUTH.replace("zonder-regel: mag-niet ", "zonder-regel: mag-niett ")
        text = text.replace("wederkerig: ja", "wederkering: ja").replace("      - politie\n", "      - polite\n")
        text = text.replace("van: 2026-01-01", "van: 2026-02-30")
        lines = text.splitlines()
        expected = [
            (6, 15, "geldig.van", "verwacht een datum zoals 2027-03-01", ""),
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
        assert ("vertellen[0]", "gaat verder dan grondslag jeugdwet-7.1.4.3 reikt") in found

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

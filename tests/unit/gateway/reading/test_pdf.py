"""The pages that officers sign are PDF/UA-1, say what the cards say, and take no orders from them."""

import re
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest

from gateway.core.policy.questions.words import Language
from gateway.reading.matrix import matrix_pdf
from gateway.reading.page import Page, bullets, heading, line, paragraph
from gateway.reading.pdf import page_pdf, policy_pdf, settable
from tests.support.cards import VOCABULARY, policy

TODAY: Final = date(2027, 4, 20)
NAMES: Final = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "ua": "http://www.aiim.org/pdfua/ns/id/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
}
ATTACKS: Final = [
    '#panic("read")',
    '#read("/etc/hostname")',
    "*vet* _schuin_ `code` $x^2$",
    "= Kop",
    '"aanhalingstekens" en \\ schuin',
    "<label> @verwijzing // opmerking /* en */ ]",
]
ESCAPE: Final = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
LITERAL: Final = re.compile(rb"\(((?:\\.|[^\\)])*)\)", re.DOTALL)
SHOWING: Final = re.compile(rb"/(f\d+) [\d.]+ Tf |\[((?:[^\[\]()]|\((?:\\.|[^\\)])*\))*)\]TJ", re.DOTALL)
CONTROLS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def metadata(pdf: bytes) -> ET.Element:
    """Read the XMP packet, which a PDF carries as it is."""
    found = re.search(rb"<x:xmpmeta.*?</x:xmpmeta>", pdf, re.DOTALL)
    assert found is not None
    return ET.fromstring(found.group())  # noqa: S314 - our own bytes


def value(pdf: bytes, path: str) -> str:
    """Give the text at a path of the metadata."""
    return "".join(metadata(pdf).find(f".//{path}", NAMES).itertext())  # type: ignore[union-attr]


def unescaped(literal: bytes) -> bytes:
    """Read a literal string (ISO 32000-1, section 7.3.4.2)."""

    def sign(found: re.Match[bytes]) -> bytes:
        code = found.group(1)
        return bytes([int(code, 8)]) if len(code) == 3 else CONTROLS.get(code, code)

    return ESCAPE.sub(sign, literal)


def streams(pdf: bytes) -> dict[bytes, bytes]:
    """Give every stream by the number of its object, inflated."""
    found = re.findall(rb"(?:^|\n)(\d+) 0 obj\n<<((?:(?!endobj).)*?)>>\nstream\n(.*?)\nendstream", pdf, re.DOTALL)
    return {number: zlib.decompress(raw) if b"FlateDecode" in about else raw for number, about, raw in found}


def signs_of(table: bytes) -> dict[int, str]:
    """Read which signs each glyph stands for (ISO 32000-1, section 9.10.3)."""
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", table.partition(b"beginbfchar")[2])
    return {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}


def said(pdf: bytes) -> str:
    """Read the text as a screen reader does: from glyphs, by way of the tables that say which signs they stand for."""
    inflated = streams(pdf)
    tables = dict(re.findall(rb"\n(\d+) 0 obj\n<</Type/Font/Subtype/Type0.*?/ToUnicode (\d+) 0 R", pdf))
    resources = dict(re.findall(rb"\n(\d+) 0 obj\n<<[^\n]*?/Font<<(.*?)>>", pdf))
    text, font = "", b""
    for own, content in re.findall(rb"<</Type/Page/Resources (\d+) 0 R[^\n]*/Contents (\d+) 0 R", pdf):
        fonts = dict(re.findall(rb"/(f\d+) (\d+) 0 R", resources[own]))
        signs = {name: signs_of(inflated[tables[number]]) for name, number in fonts.items()}
        for name, shown in SHOWING.findall(inflated[content]):
            font, glyphs = name or font, b"".join(map(unescaped, LITERAL.findall(shown)))
            codes = [int.from_bytes(glyphs[place : place + 2]) for place in range(0, len(glyphs), 2)]
            text += "".join(signs[font][code] for code in codes)
    return re.sub(r"\s", "", text)


class TestAccessible:
    """PDF/UA-1 (ISO 14289-1): whoever cannot see the page can have it read out."""

    @pytest.mark.parametrize("language", ["nl", "en"])
    def test_a_card_is_a_tagged_and_titled_page_in_a_language(self, language: Language) -> None:
        """The metadata claim the standard, and the document has structure, a language and a title that is shown."""
        pdf = policy_pdf(policy(), VOCABULARY, language)
        assert (value(pdf, "ua:part"), value(pdf, "dc:language")) == ("1", language)
        label = {
            "nl": "Jeugd (verwijsindex risicojongeren, SISA)",
            "en": "Youth (referral index for young people at risk)",
        }
        assert label[language] in value(pdf, "dc:title")
        for mark in (
            b"/Lang(%s)" % language.encode(),
            b"/MarkInfo<</Marked true",
            b"/StructTreeRoot",
            b"/DisplayDocTitle true",
        ):
            assert mark in pdf
        for tag in (b"/S/H1", b"/S/H2", b"/S/LI", b"/S/TH", b"/S/Caption"):
            assert tag in pdf

    def test_words_in_another_language_are_marked(self) -> None:
        """An English voice must not read Dutch as English."""
        english, dutch = policy_pdf(policy(), VOCABULARY, "en"), policy_pdf(policy(), VOCABULARY, "nl")
        assert (english.count(b"/Lang(nl)") > 0, dutch.count(b"/Lang(en)")) == (True, 0)

    def test_the_picture_of_the_matrix_has_words(self) -> None:
        """What a picture shows is said, and a table with headers says it in full."""
        pdf = matrix_pdf(policy(), VOCABULARY, "nl", on=TODAY)
        assert value(pdf, "ua:part") == "1"
        assert (pdf.count(b"/S/Figure") > 0, pdf.count(b"/Alt") > 0, pdf.count(b"/S/TH") >= 12) == (True, True, True)


class TestFaithful:
    """The page says what the card says."""

    @pytest.mark.parametrize("language", ["nl", "en"])
    def test_every_explanation_can_be_read_out_of_the_bytes(self, language: Language) -> None:
        """Read with nothing but the standard of the format."""
        card = policy().card
        rules: list[Any] = [*card.registration_rules, *card.bars, *card.disclosure_rules]
        texts = [rule.explanation_nl if language == "nl" else rule.explanation_en for rule in rules]
        read = said(policy_pdf(policy(), VOCABULARY, language))
        assert [text for text in (*texts, card.aim) if re.sub(r"\s", "", text) not in read] == []

    def test_the_same_card_gives_the_same_bytes(self) -> None:
        """What was signed can be made again; another moment is another file."""
        first, again = (policy_pdf(policy(), VOCABULARY, "nl", made_at_seconds=1_800_000_000) for _ in range(2))
        assert first == again
        assert value(first, "xmp:CreateDate") == datetime.fromtimestamp(1_800_000_000, UTC).isoformat()
        assert first != policy_pdf(policy(), VOCABULARY, "nl", made_at_seconds=1_800_000_001)


class TestAttacks:
    """A card is text by people: none of it is an order to the typesetter."""

    @pytest.mark.parametrize("attack", ATTACKS)
    def test_what_looks_like_markup_comes_out_literally(self, attack: str) -> None:
        """In a title, a heading, a paragraph and a list."""
        pdf = page_pdf(Page(attack, "nl", (heading(1, attack), paragraph(attack), bullets([line(attack)]))))
        assert value(pdf, "dc:title") == attack
        assert said(pdf).count(re.sub(r"\s", "", attack)) >= 4

    @pytest.mark.parametrize("attack", ATTACKS)
    def test_so_it_does_in_a_card_and_in_the_vocabulary(self, attack: str) -> None:
        """By the way that a card takes."""
        lane = replace(VOCABULARY.lanes[0], label_nl=attack)
        others = tuple(term for term in VOCABULARY.lanes if term.code != "youth")
        words = replace(VOCABULARY, lanes=(replace(lane, code="youth"), *others))
        pdf = policy_pdf(policy(lambda card: card.update(doel=attack)), words, "nl")
        assert value(pdf, "dc:title").endswith(attack)
        assert re.sub(r"\s", "", f"Waarvoor: {attack}") in said(pdf)

    def test_a_sign_that_the_font_lacks_is_told_by_its_number(self) -> None:
        """Nothing is dropped, and no card can make its own page impossible."""
        pdf = page_pdf(Page("😀", "nl", (paragraph("漢 en e\u0301"),)))
        assert value(pdf, "dc:title") == "[U+1F600]"
        assert "[U+6F22]ene[U+0301]" in said(pdf)

    def test_every_sign_that_is_said_to_be_in_the_font_is_there(self) -> None:
        """Also where it is bold; PDF/UA refuses a page with one that is not."""
        signs = "".join(sign for sign in map(chr, range(0x20, 0x3000)) if sign.isprintable() and settable(sign) == sign)
        assert len(signs) > 900
        pdf = page_pdf(Page(signs, "en", (heading(1, signs), paragraph(signs))))
        assert value(pdf, "ua:part") == "1"

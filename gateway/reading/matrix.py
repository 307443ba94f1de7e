"""The matrix of a lane on a date, for people: who may register, and who learns what of whom, in pictures and tables."""

from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from textwrap import wrap
from typing import Final

from gateway.core.policy.card import DisclosureLevel, RegistrationRule
from gateway.core.policy.cards.vocabulary import Vocabulary
from gateway.core.policy.engine import LanePolicy
from gateway.core.policy.questions.words import Language
from gateway.reading.grid import Cell, Grid, grids
from gateway.reading.html import page_html
from gateway.reading.page import (
    Block,
    Line,
    Page,
    Picture,
    Run,
    Table,
    bullets,
    heading,
    line,
    paragraph,
    printable,
)
from gateway.reading.parents import by_parents
from gateway.reading.pdf import page_pdf
from gateway.reading.picture import FONT, PAPER, STYLE, grid_svg, grid_title, grid_words, size_of
from gateway.reading.voice import Voice

_LEAST_WIDTH: Final = 640
_SIGN_WIDTH: Final = 8
_TITLE_LINE: Final = 22
_MARGIN: Final = 16


def matrix_html(policy: LanePolicy, vocabulary: Vocabulary, language: Language, *, on: date) -> str:
    """Write one page that needs nothing from elsewhere: each picture with the table that says the same."""
    return page_html(matrix_page(policy, vocabulary, language, on=on))


def matrix_pdf(
    policy: LanePolicy, vocabulary: Vocabulary, language: Language, *, on: date, made_at_seconds: int = 0
) -> bytes:
    """Set the same page as PDF/UA-1, on wide paper."""
    return page_pdf(matrix_page(policy, vocabulary, language, on=on), made_at_seconds=made_at_seconds, wide=True)


def matrix_svg(policy: LanePolicy, vocabulary: Vocabulary, language: Language, *, on: date) -> str:
    """Draw all grids of a date under one another, each below its own title, as one picture."""
    voice = Voice(vocabulary, language)
    shown = grids(policy, on=on)
    width = max([_LEAST_WIDTH, *(size_of(grid)[0] for grid in shown)])
    parts, height = _stacked(shown, voice, width)
    nothing = voice.say("Op deze dag hoort niemand iets.", "On this day nobody hears anything.")
    words = " ".join(grid_words(grid, voice) for grid in shown) or nothing
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" lang="{language}" '
        f'aria-labelledby="matrix-title matrix-words" font-family="{FONT}">'
    )
    return "".join(
        [
            opening,
            f'<title id="matrix-title">{escape(printable(_title(policy, voice)))}</title>',
            f'<desc id="matrix-words">{escape(printable(words))}</desc>',
            f"<style>{STYLE}</style>",
            f'<rect class="paper" width="{width}" height="{height}" fill="{PAPER.fill}"/>',
            *(parts or _title_lines([nothing], 0)),
            "</svg>",
        ]
    )


def _stacked(shown: Sequence[Grid], voice: Voice, width: int) -> tuple[list[str], int]:
    parts: list[str] = []
    top = _MARGIN
    for index, grid in enumerate(shown):
        title = wrap(printable(grid_title(grid, voice)), (width - 2 * _MARGIN) // _SIGN_WIDTH)
        parts += _title_lines(title, top)
        top += len(title) * _TITLE_LINE
        across, down = size_of(grid)
        place = f'x="0" y="{top}" width="{across}" height="{down}" '
        parts.append(grid_svg(grid, voice, name=f"grid-{index + 1}", place=place))
        top += down + _MARGIN
    return parts, max(top, 4 * _MARGIN)


def _title_lines(lines: Sequence[str], top: int) -> list[str]:
    return [
        f'<text class="ink" fill="{PAPER.ink}" font-size="15" font-weight="600" x="{_MARGIN}" '
        f'y="{top + _TITLE_LINE * (index + 1) - 4}">{escape(text)}</text>'
        for index, text in enumerate(lines)
    ]


def matrix_page(policy: LanePolicy, vocabulary: Vocabulary, language: Language, *, on: date) -> Page:
    """Lay the matrix of a date out as a page, for any form of print."""
    voice = Voice(vocabulary, language)
    return Page(
        title=_title(policy, voice),
        language=language,
        blocks=(
            *_preface(policy, voice, on),
            *_steps(voice),
            *_registering(policy, voice, on),
            *_telling(policy, voice, on),
            *by_parents(policy.card, voice),
            *_silent(policy, voice),
            paragraph(
                voice.say("Vingerafdruk van de kaart", "Fingerprint of the card"), f" (SHA-256): {policy.card.digest}"
            ),
        ),
    )


def _title(policy: LanePolicy, voice: Voice) -> str:
    return voice.say("Wie hoort wat van wie: ", "Who hears what of whom: ") + voice.lane(policy.lane)


def _preface(policy: LanePolicy, voice: Voice, on: date) -> Iterator[Block]:
    card = policy.card
    first, last = voice.day(card.valid_from_on), voice.last_day(card.valid_until_on)
    yield paragraph(
        voice.say(
            f"Zo beslist versie {card.version} van de kaart {card.name} op {voice.day(on)}. De kaart geldt van {first} "
            f"tot en met {last}. Wat hier niet staat, mag niet.",
            f"This is how version {card.version} of the card {card.name} decides on {voice.day(on)}. The card holds "
            f"from {first} up to and including {last}. What is not written here is not allowed.",
        )
    )


def _steps(voice: Voice) -> Iterator[Block]:
    yield heading(1, voice.say("De treden", "The steps"))
    yield paragraph(
        voice.say(
            "Hoe hoger het getal, hoe meer iemand hoort. Elke trede omvat de treden eronder.",
            "The higher the number, the more is heard. Each step includes those below it.",
        )
    )
    yield bullets(
        line(_number(level), Run(f" {voice.level(level)}", strong=True), ": ", *voice.meaning(
            voice.vocabulary.levels, level.code))
        for level in DisclosureLevel
    )  # fmt: skip


def _registering(policy: LanePolicy, voice: Voice, on: date) -> Iterator[Block]:
    yield heading(1, voice.say("Wie mag registreren", "Who may register"))
    rules = [rule for rule in policy.card.registration_rules if _in_force(policy, rule, on)]
    if not rules:
        yield paragraph(voice.say("Op deze dag niemand.", "Nobody on this day."))
        return
    columns = (
        voice.say("regel", "rule"),
        voice.say("wie", "who"),
        voice.say("doelen", "purposes"),
        voice.say("vlaggen", "flags"),
        voice.say("moet verklaren", "must attest"),
    )
    yield Table(
        caption=line(voice.say("Registreren, regel voor regel", "Registering, rule by rule")),
        columns=tuple(line(column) for column in columns),
        rows=tuple(_permit(rule, voice) for rule in rules),
    )


def _permit(rule: RegistrationRule, voice: Voice) -> tuple[Line, ...]:
    nothing = voice.say("niets", "nothing")
    return (
        line(rule.id),
        line(voice.each(voice.kind, rule.agency_kinds)),
        line(voice.each(voice.purpose, rule.purposes)),
        line(voice.either(voice.flag, rule.flags)),
        line(voice.each(voice.precondition, rule.preconditions) if rule.preconditions else nothing),
    )


def _in_force(policy: LanePolicy, rule: RegistrationRule, on: date) -> bool:
    valid = policy.valid_from_on <= on < policy.valid_until_on
    return valid and all(policy.bases[name].in_force(on) for name in rule.basis)


def _telling(policy: LanePolicy, voice: Voice, on: date) -> Iterator[Block]:
    yield heading(1, voice.say("Wie hoort wat van wie", "Who hears what of whom"))
    shown = grids(policy, on=on)
    if not shown:
        yield paragraph(voice.say("Op deze dag hoort niemand iets.", "On this day nobody hears anything."))
        return
    yield paragraph(
        voice.say(
            "De rij hoort van de kolom. In elk vak staan de trede en de regels die beslissen. Beiden horen iets of "
            "geen van beiden: een regel die is doorgestreept, vertelt niets, want de ander hoort niets. Wie in een "
            "tabel geen rij of kolom heeft, hoort daar niets, wordt er niet genoemd of kan zo niet registreren.",
            "The row hears of the column. Each cell has the step and the rules that decide. Both hear something, or "
            "neither: a rule that is struck through tells nothing, because the other hears nothing. Whoever has no row "
            "or column in a table hears nothing there, is not heard of, or cannot register so.",
        )
    )
    for index, grid in enumerate(shown):
        yield heading(2, grid_title(grid, voice))
        yield Picture(grid_svg(grid, voice, name=f"grid-{index + 1}"), grid_words(grid, voice))
        yield _twin(grid, voice)


def _twin(grid: Grid, voice: Voice) -> Table:
    """The table that says what the picture shows."""
    return Table(
        caption=line(voice.say("Dezelfde gegevens als tabel: ", "The same as a table: "), grid_title(grid, voice)),
        columns=(
            line(voice.say("hoort ↓ van →", "hears ↓ of →")),
            *(line(voice.short_kind(kind)) for kind in grid.others),
        ),
        rows=tuple(
            (line(Run(voice.short_kind(kind), strong=True)), *(_heard(cell, voice) for cell in cells))
            for kind, cells in zip(grid.recipients, grid.cells, strict=True)
        ),
    )


def _heard(cell: Cell, voice: Voice) -> Line:
    rules = f" ({', '.join(cell.rules)})" if cell.rules else ""
    if cell.held_back:
        rules += voice.say(", want de ander hoort niets", ", because the other hears nothing")
    return line(_number(cell.level), f" {voice.level(cell.level)}{rules}")


def _number(level: DisclosureLevel) -> Run:
    return Run(str(int(level)), strong=True, step=level)


def _silent(policy: LanePolicy, voice: Voice) -> Iterator[Block]:
    yield heading(1, voice.say("Altijd stil", "Always silent"))
    yield paragraph(
        voice.say("Voor deze doelen hoort niemand ooit iets: ", "For these purposes nobody ever hears anything: "),
        voice.each(voice.purpose, policy.card.silent_purposes),
        ".",
    )

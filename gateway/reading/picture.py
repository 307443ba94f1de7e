"""Draws one grid of the matrix: a row hears of a column as much as its square says, in color and in number."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from textwrap import shorten, wrap
from typing import Final

from gateway.core.policy.card import DisclosureLevel
from gateway.reading.grid import Cell, Grid
from gateway.reading.page import printable
from gateway.reading.voice import Voice

_CELL_WIDTH: Final = 58
_CELL_HEIGHT: Final = 42
_ROWS_WIDTH: Final = 218
_HEAD_HEIGHT: Final = 142
_SLOPE_WIDTH: Final = 110  # the last column's name leans out this far
_LEGEND_HEIGHT: Final = 48
_LEGEND_LEAST: Final = 2  # names of steps beside one another
_LEGEND_STEP: Final = 232
_MARGIN: Final = 16
_LABEL_WIDTH: Final = 26
_LABEL_LINES: Final = 2
_RULES_WIDTH: Final = 9
FONT: Final = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"


@dataclass(frozen=True, slots=True)
class Shade:
    """The color of a step and of what is written on it, at a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""

    fill: str
    ink: str


SHADES: Final[Mapping[DisclosureLevel, Shade]] = {
    DisclosureLevel.SILENT: Shade("#f3f4f6", "#4b5563"),
    DisclosureLevel.ACKNOWLEDGED: Shade("#dbe7f3", "#111827"),
    DisclosureLevel.CONTACT: Shade("#8fbbe3", "#111827"),
    DisclosureLevel.FLAG: Shade("#f6c667", "#111827"),
    DisclosureLevel.FACT: Shade("#b0440c", "#ffffff"),
    DisclosureLevel.SEALED_EXCHANGE: Shade("#5c1a33", "#ffffff"),
}
DARK_SILENT: Final = Shade("#272d37", "#c3cbd6")
PAPER: Final = Shade("#ffffff", "#1f2933")
DARK_PAPER: Final = Shade("#14181f", "#e5e7eb")
STYLE: Final = (
    f"@media screen and (prefers-color-scheme: dark) {{ .paper {{ fill: {DARK_PAPER.fill} }} "
    f".ink {{ fill: {DARK_PAPER.ink} }} .silent {{ fill: {DARK_SILENT.fill} }} "
    f".on-silent {{ fill: {DARK_SILENT.ink} }} }}"
)


def grid_svg(grid: Grid, voice: Voice, *, name: str, place: str = "") -> str:
    """Draw a grid; `name` makes the ids of title and description differ from those of other pictures on a page."""
    width, height = size_of(grid)
    title = voice.say("Wie hoort wat van wie: ", "Who hears what of whom: ") + grid_title(grid, voice)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {place}viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="{name}-title {name}-words" font-family="{FONT}">'
    )
    return "".join(
        [
            opening,
            f'<title id="{name}-title">{escape(printable(title))}</title>',
            f'<desc id="{name}-words">{escape(printable(grid_words(grid, voice)))}</desc>',
            f"<style>{STYLE}</style>",
            f'<rect class="paper" width="{width}" height="{height}" fill="{PAPER.fill}"/>',
            *_column_names(grid, voice),
            *_rows(grid, voice),
            *_legend(grid, voice, width=width),
            "</svg>",
        ]
    )


def grid_title(grid: Grid, voice: Voice) -> str:
    """Name a grid by its purposes, and by what else of each side is meant where that is not all of the lane."""
    of_others = voice.either(voice.purpose, grid.other_purposes)
    purpose = voice.say(f"; doel van de ander: {of_others}", f"; purpose of the other: {of_others}")
    own, other = voice.either(voice.flag, grid.own_flags), voice.either(voice.flag, grid.other_flags)
    conditions = (
        (grid.own_flags, voice.say(f"; eigen vlag: {own}", f"; own flag: {own}")),
        (grid.other_flags, voice.say(f"; vlag van de ander: {other}", f"; flag of the other: {other}")),
    )
    stated = "".join(words for flags, words in conditions if set(flags) != set(grid.lane_flags))
    of_other = purpose if set(grid.other_purposes) != set(grid.lane_purposes) else ""
    return voice.each(voice.purpose, grid.purposes) + of_other + stated


def grid_words(grid: Grid, voice: Voice) -> str:
    """Say what a picture shows, for whoever cannot see it; the table with it says everything."""
    highest = max((cell.level for row in grid.cells for cell in row), default=DisclosureLevel.SILENT)
    return voice.say(
        f"{len(grid.recipients)} soorten instanties die horen (rijen) tegen {len(grid.others)} van wie gehoord wordt "
        f"(kolommen). Het meeste dat iemand hoort, is trede {int(highest)}: {voice.level(highest)}. "
        "De tabel bij deze tekening zegt hetzelfde.",
        f"{len(grid.recipients)} kinds of agency that hear (rows) against {len(grid.others)} that are heard of "
        f"(columns). The most that anyone hears is step {int(highest)}: {voice.level(highest)}. "
        "The table with this picture says the same.",
    )


def size_of(grid: Grid) -> tuple[int, int]:
    """Give the width and height of a grid's picture."""
    width = 2 * _MARGIN + _ROWS_WIDTH + len(grid.others) * _CELL_WIDTH + _SLOPE_WIDTH
    width = max(width, 2 * _MARGIN + _LEGEND_LEAST * _LEGEND_STEP)
    legend_rows = -(-len(_levels(grid)) // _legend_columns(width))
    return width, _legend_top(grid) + legend_rows * _LEGEND_HEIGHT + _MARGIN


def _legend_columns(width: int) -> int:
    return (width - 2 * _MARGIN) // _LEGEND_STEP


def _legend_top(grid: Grid) -> int:
    return _MARGIN + _HEAD_HEIGHT + len(grid.recipients) * _CELL_HEIGHT + _MARGIN


def _column_names(grid: Grid, voice: Voice) -> Iterator[str]:
    yield (
        f'<text class="ink" fill="{PAPER.ink}" font-size="12.5" font-style="italic" text-anchor="end" '
        f'x="{_MARGIN + _ROWS_WIDTH - 10}" y="{_MARGIN + _HEAD_HEIGHT - 10}">'
        f"{voice.say('de rij hoort van de kolom', 'the row hears of the column')}</text>"
    )
    for index, kind in enumerate(grid.others):
        x = _MARGIN + _ROWS_WIDTH + index * _CELL_WIDTH + _CELL_WIDTH // 2 - 4
        y = _MARGIN + _HEAD_HEIGHT - 8
        spans = "".join(
            f'<tspan x="0" y="{place}">{escape(text)}</tspan>'
            for place, text in _label(voice.short_kind(kind), bottom=True)
        )
        yield (
            f'<text class="ink" fill="{PAPER.ink}" font-size="12.5" transform="translate({x} {y}) rotate(-42)">'
            f"{spans}</text>"
        )


def _rows(grid: Grid, voice: Voice) -> Iterator[str]:
    for index, (kind, cells) in enumerate(zip(grid.recipients, grid.cells, strict=True)):
        top = _MARGIN + _HEAD_HEIGHT + index * _CELL_HEIGHT
        yield from _row_name(voice.short_kind(kind), top)
        for column, cell in enumerate(cells):
            yield from _square(cell, _MARGIN + _ROWS_WIDTH + column * _CELL_WIDTH, top)


def _row_name(label: str, top: int) -> Iterator[str]:
    middle = top + _CELL_HEIGHT // 2 + 4
    for place, text in _label(label, bottom=False):
        yield (
            f'<text class="ink" fill="{PAPER.ink}" font-size="13" text-anchor="end" '
            f'x="{_MARGIN + _ROWS_WIDTH - 10}" y="{middle + place}">{escape(text)}</text>'
        )


def _square(cell: Cell, left: int, top: int) -> Iterator[str]:
    shade = SHADES[cell.level]
    silent = cell.level is DisclosureLevel.SILENT
    box, ink = ('class="silent" ', 'class="on-silent" ') if silent else ("", "")
    middle = left + _CELL_WIDTH // 2
    yield (
        f'<rect {box}x="{left + 1}" y="{top + 1}" width="{_CELL_WIDTH - 2}" height="{_CELL_HEIGHT - 2}" rx="4" '
        f'fill="{shade.fill}"/>'
    )
    yield (
        f'<text {ink}x="{middle}" y="{top + (19 if cell.rules else 26)}" text-anchor="middle" font-size="15" '
        f'font-weight="700" fill="{shade.ink}">{int(cell.level)}</text>'
    )
    if cell.rules:
        struck = ' text-decoration="line-through"' if cell.held_back else ""
        yield (
            f'<text {ink}x="{middle}" y="{top + 34}" text-anchor="middle" font-size="11"{struck} fill="{shade.ink}">'
            f"{escape(_rules(cell.rules))}</text>"
        )


def _legend(grid: Grid, voice: Voice, *, width: int) -> Iterator[str]:
    for index, level in enumerate(_levels(grid)):
        row, column = divmod(index, _legend_columns(width))
        left, top = _MARGIN + column * _LEGEND_STEP, _legend_top(grid) + row * _LEGEND_HEIGHT
        yield from _square(Cell(level, ()), left, top)
        yield (
            f'<text class="ink" fill="{PAPER.ink}" font-size="13" x="{left + _CELL_WIDTH + 6}" y="{top + 26}">'
            f"{escape(shorten(printable(voice.level(level)), _LABEL_WIDTH, placeholder='…'))}</text>"
        )


def _levels(grid: Grid) -> list[DisclosureLevel]:
    return sorted({cell.level for row in grid.cells for cell in row} | {DisclosureLevel.SILENT})


def _label(label: str, *, bottom: bool) -> Iterable[tuple[int, str]]:
    """Give at most two lines of a label with their places, around the middle or upward from the bottom."""
    lines = wrap(printable(label), _LABEL_WIDTH, max_lines=_LABEL_LINES, placeholder=" …") or [""]
    upward = 14 * (len(lines) - 1)
    start = -upward if bottom else -upward // 2
    return [(start + 14 * index, text) for index, text in enumerate(lines)]


def _rules(rules: tuple[str, ...]) -> str:
    first = printable(rules[0])
    more = f" +{len(rules) - 1}" if len(rules) > 1 else ""
    room = _RULES_WIDTH - len(more)
    return (first if len(first) <= room else f"{first[: room - 1]}…") + more

"""The command that shows who learns what of whom: as a table on a terminal, or as a page, a picture or a print."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.options import AsJson, day
from adapters.cli.policies import cards
from adapters.cli.policies.options import CardsFolder, InLanguage, LaneName, OnDay, OutFile, chosen
from adapters.cli.policies.output import put

if TYPE_CHECKING:
    from gateway.core.policy import LanePolicy
    from gateway.core.policy.cards.vocabulary import Vocabulary
    from gateway.reading.grid import Cell, Grid

_HERE: Final = ZoneInfo("Europe/Amsterdam")


class MatrixForm(StrEnum):
    """How the matrix is shown."""

    TEXT = "text"
    HTML = "html"
    SVG = "svg"
    PDF = "pdf"


def matrix(
    *,
    lane: LaneName,
    form: Annotated[MatrixForm, typer.Option("--format", help=words("vorm", "form"))] = MatrixForm.TEXT,
    on: OnDay = None,
    language: InLanguage = None,
    out: OutFile = None,
    folder: CardsFolder = None,
    as_json: AsJson = False,
) -> None:
    """Show who learns what of whom on a day."""
    from gateway.reading.matrix import matrix_html, matrix_pdf, matrix_svg  # noqa: PLC0415

    policy, vocabulary = cards.policy_of(folder, lane, as_json=as_json)
    on_day, tongue = day(on) or datetime.now(_HERE).date(), chosen(language)
    match form:
        case MatrixForm.TEXT:
            _show(policy, vocabulary, on_day, tongue, as_json=as_json)
        case MatrixForm.HTML:
            put(matrix_html(policy, vocabulary, tongue, on=on_day), out, as_json=as_json)
        case MatrixForm.SVG:
            put(matrix_svg(policy, vocabulary, tongue, on=on_day), out, as_json=as_json)
        case MatrixForm.PDF:
            seconds = int(datetime.now(UTC).timestamp())
            put(matrix_pdf(policy, vocabulary, tongue, on=on_day, made_at_seconds=seconds), out, as_json=as_json)
    cards.tell_if_shut(policy, vocabulary)
    talk.next_step(f"seinhuis policy explain --lane {lane} --from A --to B")


def _show(policy: "LanePolicy", vocabulary: "Vocabulary", on: date, tongue: Any, *, as_json: bool) -> None:  # noqa: ANN401  # "nl" or "en"
    from gateway.reading.grid import grids  # noqa: PLC0415
    from gateway.reading.picture import grid_title  # noqa: PLC0415
    from gateway.reading.voice import Voice  # noqa: PLC0415

    shown, voice = grids(policy, on=on), Voice(vocabulary, tongue)
    console = Console(highlight=False)
    if as_json or not console.is_terminal:
        talk.data([row for grid in shown for row in _rows(grid)], as_json=as_json)
        return
    for grid in shown:
        console.print(Text(grid_title(grid, voice), style="bold"))
        console.print(_table(grid, voice))
    console.print(Text(voice.say("Treden: ", "Steps: ") + _ladder(voice)))
    if not shown:
        console.print(voice.say("Op deze dag hoort niemand iets.", "On this day nobody hears anything."))


def _rows(grid: "Grid") -> Iterator[dict[str, object]]:
    """Give one row for each pair, in code names."""
    for recipient, row in zip(grid.recipients, grid.cells, strict=True):
        for other, cell in zip(grid.others, row, strict=True):
            yield {
                "recipient": recipient,
                "other": other,
                "purposes": list(grid.purposes),
                "otherPurposes": list(grid.other_purposes),
                "ownFlags": list(grid.own_flags),
                "otherFlags": list(grid.other_flags),
                "level": cell.level.code,
                "rules": list(cell.rules),
                "heldBack": cell.held_back,
            }


def _table(grid: "Grid", voice: Any) -> Table:  # noqa: ANN401  # a voice of the gateway, which is imported late
    """Return a grid whose columns are numbered as its rows: thirteen kinds of agency fit in eighty columns."""
    kinds = tuple(dict.fromkeys((*grid.others, *grid.recipients)))
    number = {kind: str(place) for place, kind in enumerate(kinds, start=1)}
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column(voice.say("hoort (rij) van (kolom)", "hears (row) of (column)"), overflow="fold")
    for other in grid.others:
        table.add_column(number[other], justify="right", no_wrap=True)
    for kind in kinds:
        cells = grid.cells[grid.recipients.index(kind)] if kind in grid.recipients else ()
        levels = [_sign(cell) for cell in cells] or ["."] * len(grid.others)
        table.add_row(Text(f"{number[kind]} {voice.kind(kind).partition(' (')[0]}"), *levels)
    return table


def _sign(cell: "Cell") -> str:
    if cell.held_back:
        return "-"
    return str(int(cell.level)) if cell.rules else "."


def _ladder(voice: Any) -> str:  # noqa: ANN401  # the same
    from gateway.core.policy import DisclosureLevel  # noqa: PLC0415

    steps = (f"{int(level)} {voice.level(level).lower()}" for level in DisclosureLevel)
    nothing = voice.say("geen regel", "no rule")
    held_back = voice.say("niets, want de ander hoort niets", "nothing, because the other hears nothing")
    return f"{', '.join(steps)}; . {nothing}; - {held_back}"

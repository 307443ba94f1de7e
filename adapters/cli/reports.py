"""Holds the commands for whoever may see aggregates: what came of the matches of a year, and who takes part."""

import csv
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.options import CONFIG, AsJson, Config, open_gateway
from adapters.cli.report_picture import picture
from adapters.cli.screen import Column, Listing
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.usefulness import LaneUsefulness, OutcomesOfLane, StepsOfLane, Usefulness

HIDDEN = "-"
_LISTING = Listing(
    columns=(
        Column("stroom", "lane", ("lane",)),
        Column("matches", "matches", ("matches",)),
        Column("contact", "contact", ("contactMade",)),
        Column("contact %", "contact %", ("contactRatePercent",)),
        Column("onbeantwoord", "unanswered", ("unanswered",)),
        Column("werkdagen (helft)", "working days (half)", ("medianWorkingDays",)),
        Column("werkdagen (9 op 10)", "working days (9 in 10)", ("p90WorkingDays",)),
    ),
)

Year = Annotated[int, typer.Option("--year", help=words("kalenderjaar dat voorbij is", "calendar year that is over"))]
Municipality = Annotated[
    str, typer.Option("--municipality", help=words("gemeente, als functionaris", "municipality, as an officer"))
]
AsCsv = Annotated[bool, typer.Option("--csv", help=words("CSV op standaarduitvoer", "CSV on standard output"))]
Picture = Annotated[
    Path | None, typer.Option("--picture", help=words("zet er een SVG-plaatje bij", "put an SVG picture beside it"))
]


def usefulness(
    *,
    year: Year,
    municipality: Municipality = "",
    as_csv: AsCsv = False,
    picture_file: Picture = None,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Show what came of the matches of a year."""
    with open_gateway(config) as gateway:
        figures = gateway.reports.usefulness(year, municipality=municipality)
    if picture_file is not None:
        picture_file.write_text(picture(figures), encoding="utf-8")
    if as_json:
        talk.data(figures, as_json=True)
        return
    rows = [_row(lane) for lane in figures.lanes]
    if as_csv:
        _write_csv(rows)
    else:
        talk.data(rows, as_json=False, listing=_LISTING)
    _say(figures)


def coverage(*, as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Show who takes part."""
    with open_gateway(config) as gateway:
        talk.data(gateway.reports.coverage(), as_json=as_json)


def _say(figures: Usefulness) -> None:
    few = figures.fewest
    talk.say(
        f"{HIDDEN}: verborgen, want minder dan {few} of nodig om dat te verbergen.",
        f"{HIDDEN}: hidden, being fewer than {few} or needed to hide that.",
    )
    talk.say(figures.coverage.why.nl, figures.coverage.why.en)


def _row(lane: LaneUsefulness) -> dict[str, Any]:
    """Return every figure of a lane by its name, with a mark for each that is hidden."""
    nested: dict[str, type[Message]] = {"outcomes": OutcomesOfLane, "furthest_steps": StepsOfLane}
    figures = [(name, getattr(lane, name)) for name in LaneUsefulness.model_fields if name not in nested]
    for group, fields in nested.items():
        figures += [(f"{group}.{name}", getattr(getattr(lane, group), name)) for name in fields.model_fields]
    return {_camel(name): HIDDEN if value is None else str(value) for name, value in figures}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in others)


def _write_csv(rows: list[dict[str, Any]]) -> None:
    names = list(rows[0]) if rows else ["lane"]
    writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)

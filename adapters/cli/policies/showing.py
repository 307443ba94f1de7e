"""The commands that show a card as people read it: a page, a picture of who learns what, what a register asks for."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.options import AsJson
from adapters.cli.policies import cards
from adapters.cli.policies.options import CardsFolder, InLanguage, LaneName, OutFile, chosen
from adapters.cli.policies.output import put


class PageForm(StrEnum):
    """How a page is written."""

    MARKDOWN = "md"
    PDF = "pdf"


def render(
    *,
    lane: LaneName = "",
    form: Annotated[PageForm, typer.Option("--format", help=words("vorm", "form"))] = PageForm.MARKDOWN,
    language: InLanguage = None,
    out: OutFile = None,
    reading: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help=words("map voor de leesversies van alle kaarten", "folder for the reading versions of all cards"),
        ),
    ] = None,
    folder: CardsFolder = None,
    as_json: AsJson = False,
) -> None:
    """Write a page, or those of all lanes."""
    if bool(lane) == (reading is not None):
        raise typer.BadParameter(
            words("noem --lane STROOM, of --reading MAP voor alle", "name --lane LANE, or --reading FOLDER for all")
        )
    if reading is not None:
        _render_all(reading, folder, as_json=as_json)
        return
    policy, vocabulary = cards.policy_of(folder, lane, as_json=as_json)
    if form is PageForm.PDF:
        from gateway.reading.pdf import policy_pdf  # noqa: PLC0415

        put(policy_pdf(policy, vocabulary, chosen(language)), out, as_json=as_json)
    else:
        from gateway.reading import reading_version  # noqa: PLC0415

        put(reading_version(policy, vocabulary, chosen(language)), out, as_json=as_json)
    talk.next_step(f"seinhuis policy matrix --lane {lane}")


def _render_all(reading: Path, folder: Path | None, *, as_json: bool) -> None:
    from gateway.reading import reading_files  # noqa: PLC0415

    policies, vocabulary = cards.policies_in(folder, as_json=as_json)
    files = reading_files(policies.policies, vocabulary)
    reading.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (reading / name).write_text(text, encoding="utf-8")
    talk.data([{"file": str(reading / name)} for name in files], as_json=as_json)
    talk.next_step("seinhuis policy matrix --help")

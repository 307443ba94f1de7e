"""Holds the options that several policy commands share."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from adapters.cli.locale import language, words


class Language(StrEnum):
    """The two languages in which pages and differences are written."""

    DUTCH = "nl"
    ENGLISH = "en"


CardsFolder = Annotated[
    Path | None,
    typer.Option(
        "--cards",
        metavar="FOLDER",
        envvar="SEINHUIS_CARDS",
        help=words(
            "map met kaarten; anders kaarten of policies hier, anders die van deze versie",
            "folder of cards; otherwise kaarten or policies here, otherwise those of this version",
        ),
    ),
]
LaneName = Annotated[str, typer.Option("--lane", help=words("stroom, zoals jeugd", "lane, like jeugd or youth"))]
InLanguage = Annotated[
    Language | None, typer.Option("--language", help=words("anders die van de machine", "otherwise the machine's"))
]
OnDay = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help=words("dag, zoals 2027-03-01; anders vandaag", "day; otherwise today")),
]
OutFile = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help=words("bestand; anders het scherm", "file; else the screen")),
]


def chosen(given: Language | None) -> Literal["nl", "en"]:
    """Return the language that was asked for, or else that of the machine."""
    return "nl" if (given.value if given else language()) == "nl" else "en"

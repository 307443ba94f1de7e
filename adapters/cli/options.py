"""Holds the options that several commands share, and how a command gets at its gateway."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from typer.models import OptionInfo

from adapters.cli.locale import language, words
from adapters.cli.vocabulary import completed_from, one_of
from adapters.client import Gateway
from adapters.identity import Person
from adapters.involvement import notice_deferred, notice_given
from adapters.settings import CONFIG_VARIABLE, DEFAULT_CONFIG, Settings
from adapters.unnumbered import Unnumbered, person_from_file
from gateway.protocol.messages.notices import DeferralReason, SubjectNotice

DAY: Final = ["%Y-%m-%d"]
_NUMBER: Final = re.compile(r"[0-9][0-9 .]*")

Config = Annotated[
    Path,
    typer.Option("--config", envvar=CONFIG_VARIABLE, help=words("instellingen van de organisatie", "agency settings")),
]
CONFIG: Final = Path(DEFAULT_CONFIG)
AsJson = Annotated[bool, typer.Option("--json", help=words("JSON op standaarduitvoer", "JSON on standard output"))]
PersonFile = Annotated[
    str,
    typer.Option(
        "--person",
        metavar="FILE|-",
        help=words(
            'bestand met het BSN, kaal of als {"bsn": ..., "birthDate": ...}; - is standaardinvoer',
            'file with the person number, bare or as {"bsn": ..., "birthDate": ...}; - is standard input',
        ),
    ),
]
ParentFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--parent",
        metavar="FILE",
        help=words(
            "bestand met het BSN van een ouder; ten hoogste twee, alleen waar de kaart oudermatches kent",
            "file with the person number of a parent; two at most, only where the card has parent matches",
        ),
    ),
]
Case = Annotated[str, typer.Option("--case", help=words("eigen zaakkenmerk", "your own case reference"))]
GivenOn = Annotated[
    datetime | None,
    typer.Option(formats=DAY, help=words("dag waarop de persoon is ingelicht", "day on which the person was told")),
]
Deferred = Annotated[
    DeferralReason | None,
    typer.Option("--notice-deferred", help=words("waarom de mededeling wacht", "why the notice waits")),
]
ReviewOn = Annotated[
    datetime | None,
    typer.Option(formats=DAY, help=words("dag waarop het uitstel wordt bezien", "day on which that is looked at")),
]
ValidUntil = Annotated[
    datetime | None,
    typer.Option(
        formats=DAY,
        help=words(
            "eerste dag waarop het niet meer geldt; youth: hooguit de 23e verjaardag, die volgt uit een birthDate",
            "first day it no longer holds; youth: the 23rd birthday at most, which follows from a birthDate",
        ),
    ),
]
ArchiveUntil = Annotated[
    datetime | None,
    typer.Option(
        formats=DAY,
        help=words(
            "dag vanaf wanneer niets bewaard mag zijn, gesteld op de eerste van de maand; volgt uit een birthDate",
            "day from which nothing may be kept, brought back to the first of the month; follows from a birthDate",
        ),
    ),
]


def _code_word(option: str, kind: str, metavar: str, says: str) -> OptionInfo:
    """Make an option that takes one word of the vocabulary: completed while typing, refused with what was meant."""
    made: OptionInfo = typer.Option(
        option, metavar=metavar, callback=one_of(kind, option), autocompletion=completed_from(kind), help=says
    )
    return made


Lane = Annotated[
    str,
    _code_word(
        "--lane",
        "lanes",
        words("STROOM", "LANE"),
        words(
            "stroom, zoals veilig_thuis; anders die van de instellingen",
            "lane, like veilig_thuis; else that of the settings",
        ),
    ),
]
Purpose = Annotated[
    str,
    _code_word(
        "--purpose",
        "purposes",
        words("DOEL", "PURPOSE"),
        words(
            "doel van de stroom, zoals vt-radar; anders dat van de instellingen",
            "purpose of the lane, like vt-radar; else that of the settings",
        ),
    ),
]
Flag = Annotated[
    str,
    _code_word(
        "--flag",
        "flags",
        words("VLAG", "FLAG"),
        words("hoe u betrokken bent, zoals care_report", "how you are involved, like care_report"),
    ),
]
Attest = Annotated[
    bool,
    typer.Option(
        "--attest",
        help=words(
            "verklaart dat aan het criterium van de stroom is voldaan (verplicht)",
            "attests that the criterion of the lane is met (required)",
        ),
    ),
]

Preconditions = Annotated[
    list[str] | None,
    typer.Option(
        "--precondition",
        metavar=words("NAAM", "NAME"),
        autocompletion=completed_from("preconditions"),
        help=words(
            "wat de regel verder eist en u verklaart, zoals de kaart het noemt; mag vaker",
            "what the rule requires besides and you attest, as the card names it; may be repeated",
        ),
    ),
]


def open_gateway(config: Path, *, purpose: str = "", patience_seconds: float = 5.0) -> Gateway:
    """Open the client of the settings file, or of another purpose; problems are told in the language of the locale.

    Somebody waits at the keyboard: `patience_seconds` is how long a busy gateway is asked again.
    """
    settings = Settings.load(config)
    agency = settings.agency()
    agency.language, agency.patience_seconds = language(), patience_seconds
    return Gateway(agency.for_purpose(purpose), ca_file=settings.ca_file)


def person_in(file: str, *, option: str = "--person") -> Person:
    """Read the person; a number itself on the command line is refused without repeating it."""
    return Person.from_file(_no_number(file, option))


def anybody_in(file: str) -> Person | Unnumbered:
    """Read the person, who may be without a number."""
    return person_from_file(_no_number(file, "--person"))


def _no_number(file: str, option: str) -> str:
    if _NUMBER.fullmatch(file) and not Path(file).is_file():
        raise typer.BadParameter(
            words(
                "geef een bestand of -, nooit een nummer: opdrachten blijven leesbaar voor anderen",
                "name a file or -, never a number: others can read commands",
            ),
            param_hint=option,
        )
    return file


def day(moment: datetime | None) -> date | None:
    """Return the day that was given."""
    return moment.date() if moment else None


def notice(given_on: datetime | None, deferred: DeferralReason | None, review_on: datetime | None) -> SubjectNotice:
    """Return the notice that was given or deferred; exactly one of the two must be said (domain rule 7)."""
    match (given_on, deferred, review_on):
        case (datetime() as on, None, None):
            return notice_given(on.date())
        case (None, DeferralReason() as reason, datetime() as on):
            return notice_deferred(reason, review_on=on.date())
        case _:
            raise typer.BadParameter(
                words(
                    "zeg --notice-given-on DAG, of --notice-deferred REDEN met --review-on DAG",
                    "say --notice-given-on DAY, or --notice-deferred REASON with --review-on DAY",
                )
            )


def require_attestation(*, attest: bool) -> None:
    """Refuse to go on without the attestation (domain rule 6)."""
    if not attest:
        raise typer.BadParameter(
            words("zonder --attest wordt niets geregistreerd", "nothing is registered without --attest"),
            param_hint="--attest",
        )

"""The commands with which an agency begins and finds out what is wrong."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from adapters.cli import talk
from adapters.cli.locale import language, words
from adapters.cli.options import CONFIG, AsJson, Config, Lane, Purpose
from adapters.cli.problems import EVERY_PROBLEM
from adapters.cli.shown import FINDINGS, PROBLEMS
from adapters.cli.vocabulary import kinds
from adapters.doctor import Health, diagnose
from adapters.enrollment import enroll
from adapters.settings import Settings
from keys.trust import TrustRejected

_OIN: Final = re.compile(r"[0-9]{20}")
_ADDRESS: Final = re.compile(r"https?://[^/\s?#@]+(?<!/)/?")


def init(
    *,
    folder: Annotated[Path, typer.Argument(metavar="DIRECTORY")],
    oin: Annotated[str, typer.Option(help=words("OIN van de organisatie, 20 cijfers", "OIN of the agency, 20 digits"))],
    name: Annotated[str, typer.Option(help=words("naam van de organisatie", "name of the agency"))],
    kind: Annotated[
        str,
        typer.Option(
            help=words(
                "soort organisatie, zoals school; `help` toont alle",
                "kind of agency, like school; `help` shows all",
            )
        ),
    ],
    gateway: Annotated[str, typer.Option(help=words("adres van het knooppunt", "address of the gateway"))],
    purpose: Purpose = "youth-coordination",
    user_role: Annotated[str, typer.Option(help=words("rol", "role"))] = "reporter",
    lane: Lane = "youth",
    as_json: AsJson = False,
) -> None:
    """Make the files of a new agency."""
    _check(oin, name, kind, gateway)
    try:
        made = enroll(
            folder,
            oin=oin,
            name=name,
            kind=kind,
            gateway_url=gateway,
            purpose=purpose,
            user_role=user_role,
            lane=lane,
            on=datetime.now(UTC).replace(microsecond=0),
        )
    except TrustRejected as rejected:
        raise typer.BadParameter(_places(rejected)) from None
    told = {"config": str(made.config), "request": str(made.request), "keyId": made.key_id}
    talk.data(told, as_json=as_json)
    talk.say(
        f"Stuur {made.request} aan de regio en leg haar antwoord neer als {made.trust}.",
        f"Send {made.request} to the region and put its answer at {made.trust}.",
    )
    talk.next_step(f"seinhuis doctor --config {made.config}")


def _check(oin: str, name: str, kind: str, gateway: str) -> None:
    """Say in plain words what the region could not read, before anything is made."""
    known = kinds()
    if known and kind not in known:
        width = max(map(len, known))
        listed = "".join(f"\n  {code:<{width}}  {label}" for code, label in known.items())
        raise typer.BadParameter(words("kies een van:", "choose one of:") + listed, param_hint="--kind")
    if not _OIN.fullmatch(oin):
        raise typer.BadParameter(words("een OIN is twintig cijfers", "an OIN is twenty digits"), param_hint="--oin")
    if not name.strip():
        raise typer.BadParameter(words("geef de naam", "give the name"), param_hint="--name")
    if not _ADDRESS.fullmatch(gateway):
        raise typer.BadParameter(
            words(
                "geef het adres zoals https://knooppunt.example, zonder /v1",
                "give the address like https://gateway.example, without /v1",
            ),
            param_hint="--gateway",
        )


def _places(rejected: TrustRejected) -> str:
    """Name what is wrong by its place: patterns are for programs."""
    places = ", ".join(problem.partition(":")[0] for problem in rejected.problems)
    return words(f"de regio kan dit niet lezen: {places}", f"the region cannot read this: {places}")


def doctor(*, as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Show a table of findings; exit code 5 when one of them stops work."""
    at = 0 if language() == "nl" else 1
    rows = []
    worst = Health.GOOD
    for finding in diagnose(Settings.load(config)):
        rows.append(
            {
                "about": finding.about,
                "health": finding.health.value,
                "found": finding.found[at],
                "remedy": finding.remedy[at],
            }
        )
        worst = Health.BAD if Health.BAD in {worst, finding.health} else worst
    talk.data(rows, as_json=as_json, listing=FINDINGS)
    if worst is Health.BAD:
        raise typer.Exit(5)
    talk.next_step("seinhuis register --help")


def errors(*, code: Annotated[str | None, typer.Argument(metavar="CODE")] = None, as_json: AsJson = False) -> None:
    """Show one problem of the catalogue, or all."""
    if code is not None and code not in EVERY_PROBLEM:
        talk.say(f"Er is geen probleem {code}.", f"There is no problem {code}.")
        raise typer.Exit(4)
    chosen = [EVERY_PROBLEM[code]] if code else list(EVERY_PROBLEM.values())
    rows = [
        {"code": one.code, "status": one.status, "title": one.title(language()), "fix": one.fix(language())}
        for one in chosen
    ]
    talk.data(rows[0] if code else rows, as_json=as_json, listing=PROBLEMS)
    if not code:
        talk.next_step("seinhuis errors CODE")

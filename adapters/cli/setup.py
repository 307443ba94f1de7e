"""The commands with which an agency begins and finds out what is wrong."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli import talk
from adapters.cli.options import CONFIG, AsJson, Config
from adapters.cli.talk import language, words
from adapters.doctor import Health, diagnose
from adapters.enrollment import enroll
from adapters.errors import CATALOGUE
from adapters.settings import Settings
from keys.trust import TrustRejected


def init(
    *,
    folder: Annotated[Path, typer.Argument(metavar="DIRECTORY")],
    oin: Annotated[str, typer.Option(help=words("OIN van de organisatie, 20 cijfers", "OIN of the agency, 20 digits"))],
    name: Annotated[str, typer.Option(help=words("naam van de organisatie", "name of the agency"))],
    kind: Annotated[str, typer.Option(help=words("soort organisatie, zoals school", "kind of agency, like school"))],
    gateway: Annotated[str, typer.Option(help=words("adres van het knooppunt", "address of the gateway"))],
    purpose: Annotated[str, typer.Option(help=words("doel", "purpose"))] = "youth-coordination",
    user_role: Annotated[str, typer.Option(help=words("rol", "role"))] = "reporter",
    lane: Annotated[str, typer.Option(help=words("stroom", "lane"))] = "youth",
    as_json: AsJson = False,
) -> None:
    """Make the files of a new agency."""
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
        raise typer.BadParameter("; ".join(rejected.problems)) from None
    told = {"config": str(made.config), "request": str(made.request), "keyId": made.key_id}
    talk.data(told, as_json=as_json)
    talk.say(
        f"Stuur {made.request} aan de regio en leg haar antwoord neer als {made.trust}.",
        f"Send {made.request} to the region and put its answer at {made.trust}.",
    )
    talk.next_step(f"seinhuis doctor --config {made.config}")


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
    talk.data(rows, as_json=as_json)
    if worst is Health.BAD:
        raise typer.Exit(5)
    talk.next_step("seinhuis register --help")


def errors(*, code: Annotated[str | None, typer.Argument(metavar="CODE")] = None, as_json: AsJson = False) -> None:
    """Show one problem of the catalogue, or all."""
    if code is not None and code not in CATALOGUE:
        talk.say(f"Er is geen probleem {code}.", f"There is no problem {code}.")
        raise typer.Exit(4)
    chosen = [CATALOGUE[code]] if code else list(CATALOGUE.values())
    rows = [
        {"code": one.code, "status": one.status, "title": one.title(language()), "fix": one.fix(language())}
        for one in chosen
    ]
    talk.data(rows[0] if code else rows, as_json=as_json)

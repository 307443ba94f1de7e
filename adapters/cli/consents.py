"""The commands by which an agency records what a person consents to, and that the person withdrew it."""

from datetime import datetime
from typing import Annotated

import typer

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.options import (
    CONFIG,
    AsJson,
    Attest,
    Case,
    Config,
    Lane,
    PersonFile,
    Purpose,
    ValidUntil,
    day,
    open_gateway,
    person_in,
    require_attestation,
)
from adapters.cli.shown import CONSENTS
from adapters.cli.vocabulary import completed_from


def record(
    *,
    person: PersonFile,
    case: Case,
    given_on: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d"], help=words("dag waarop de toestemming is gegeven", "day it was given")),
    ],
    toward: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=completed_from("agency_kinds"),
            help=words("soort instantie die het mag horen; mag vaker", "kind of agency that may hear; repeat"),
        ),
    ] = None,
    toward_agency: Annotated[
        list[str] | None,
        typer.Option(metavar="OIN", help=words("instantie die het mag horen; mag vaker", "agency that may; repeat")),
    ] = None,
    lane: Lane = "",
    purpose: Purpose = "",
    valid_until: ValidUntil = None,
    attest: Attest = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Record a consent."""
    who = person_in(person)
    require_attestation(attest=attest)
    with open_gateway(config, purpose=purpose) as gateway:
        recorded = gateway.consents.record(
            who,
            case=case,
            given_on=given_on.date(),
            kinds=toward or (),
            agencies=toward_agency or (),
            lane=lane,
            valid_until=day(valid_until),
        )
    talk.data(recorded, as_json=as_json)
    talk.next_step("seinhuis register --precondition consent_valid")


def list_consents(*, as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Show the consents that this agency recorded."""
    with open_gateway(config) as gateway:
        talk.data(gateway.consents.list(), as_json=as_json, listing=CONSENTS)


def withdraw(
    *,
    consent: Annotated[str, typer.Argument(metavar="CNS_ID")],
    case: Case,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Erase what rests on a consent."""
    with open_gateway(config) as gateway:
        talk.data(gateway.consents.withdraw(consent, case=case), as_json=as_json)

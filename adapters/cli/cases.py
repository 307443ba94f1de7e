"""The commands by which an agency keeps the accepted cases in which it takes part."""

from datetime import datetime
from typing import Annotated

import typer

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.options import CONFIG, AsJson, Attest, Config, Lane, Purpose, open_gateway, require_attestation
from adapters.cli.shown import CASES


def open_case(
    *,
    reference: Annotated[str, typer.Argument(metavar="REFERENCE")],
    accepted_on: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help=words("dag van aanname", "day of acceptance"))
    ],
    participant: Annotated[
        list[str] | None, typer.Option(metavar="OIN", help=words("deelnemer; mag vaker", "participant; repeat"))
    ] = None,
    coordinator: Annotated[str, typer.Option(metavar="OIN", help=words("wie de leiding heeft", "who leads"))] = "",
    lane: Lane = "",
    purpose: Purpose = "",
    attest: Attest = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Put an accepted case on the list."""
    require_attestation(attest=attest)
    with open_gateway(config, purpose=purpose) as gateway:
        opened = gateway.cases.open(
            reference,
            participants=participant or (),
            accepted_on=accepted_on.date(),
            coordinator=coordinator,
            lane=lane,
        )
    talk.data(opened, as_json=as_json)
    talk.next_step("seinhuis register --precondition intake_accepted")


def list_cases(*, as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Show the cases in which this agency takes part."""
    with open_gateway(config) as gateway:
        talk.data(gateway.cases.list(), as_json=as_json, listing=CASES)


def close_case(
    *, case: Annotated[str, typer.Argument(metavar="CAS_ID")], as_json: AsJson = False, config: Config = CONFIG
) -> None:
    """Close a case."""
    with open_gateway(config) as gateway:
        talk.data(gateway.cases.close(case), as_json=as_json)

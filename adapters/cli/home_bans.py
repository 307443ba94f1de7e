"""The commands by which a ban desk records a home ban and extends it."""

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
    Deferred,
    GivenOn,
    PersonFile,
    Purpose,
    ReviewOn,
    notice,
    open_gateway,
    person_in,
    require_attestation,
)

_DAY = ["%Y-%m-%d"]


def impose(
    *,
    person: PersonFile,
    case: Case,
    starts_on: Annotated[
        datetime, typer.Option(formats=_DAY, help=words("eerste dag van het verbod", "first day of the ban"))
    ],
    led_by: Annotated[
        str, typer.Option(metavar="OIN", help=words("instantie die de leiding heeft", "agency that leads"))
    ] = "",
    contact: Annotated[str, typer.Option(help=words("loket dat gebeld mag worden", "desk that may be called"))] = "",
    purpose: Purpose = "",
    notice_given_on: GivenOn = None,
    notice_deferred: Deferred = None,
    review_on: ReviewOn = None,
    attest: Attest = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Record a home ban."""
    who, told = person_in(person), notice(notice_given_on, notice_deferred, review_on)
    require_attestation(attest=attest)
    with open_gateway(config, purpose=purpose) as gateway:
        receipt = gateway.home_bans.impose(
            who, case=case, starts_on=starts_on.date(), notice=told, led_by=led_by, contact=contact
        )
    talk.data(receipt, as_json=as_json)
    talk.next_step("seinhuis inbox tail")


def extend(
    *,
    ban: Annotated[str, typer.Argument(metavar="REG_ID")],
    case: Case,
    until: Annotated[
        datetime,
        typer.Option(formats=_DAY, help=words("eerste dag waarop het niet meer geldt", "first day it no longer holds")),
    ],
    notice_given_on: GivenOn = None,
    notice_deferred: Deferred = None,
    review_on: ReviewOn = None,
    attest: Attest = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Extend a home ban."""
    told = notice(notice_given_on, notice_deferred, review_on)
    require_attestation(attest=attest)
    with open_gateway(config) as gateway:
        talk.data(gateway.home_bans.extend(ban, case=case, until=until.date(), notice=told), as_json=as_json)

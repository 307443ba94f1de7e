"""The commands by which a register of persons says that somebody died or moved."""

from datetime import datetime
from typing import Annotated

import typer

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.options import (
    CONFIG,
    DAY,
    AsJson,
    Attest,
    Case,
    Config,
    Lane,
    PersonFile,
    open_gateway,
    person_in,
    require_attestation,
)

On = Annotated[datetime, typer.Option(formats=DAY, help=words("dag waarop het gebeurde", "day on which it happened"))]


def death(
    *,
    person: PersonFile,
    on: On,
    case: Case,
    lane: Lane = "",
    attest: Attest = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Say that a person died."""
    who = person_in(person)
    require_attestation(attest=attest)
    with open_gateway(config) as gateway:
        talk.data(gateway.life_notices.death(who, on=on.date(), case=case, lane=lane), as_json=as_json)


def move(
    *,
    person: PersonFile,
    on: On,
    case: Case,
    lane: Lane = "",
    attest: Attest = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Say that a person moved."""
    who = person_in(person)
    require_attestation(attest=attest)
    with open_gateway(config) as gateway:
        talk.data(gateway.life_notices.move(who, on=on.date(), case=case, lane=lane), as_json=as_json)

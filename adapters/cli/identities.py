"""The commands by which an agency settles whom a registration without a person number is about."""

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
    anybody_in,
    open_gateway,
    require_attestation,
)
from adapters.cli.registrations import Registration
from gateway.protocol.messages.identities import Finding


def resolve(
    *,
    registration: Registration,
    person: PersonFile,
    case: Case,
    ambiguous: Annotated[
        bool,
        typer.Option(
            "--ambiguous", help=words("het kunnen twee mensen zijn", "it could be two people: a twin or a namesake")
        ),
    ] = False,
    lane: Lane = "",
    attest: Attest = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Say that it is one person, or that it could be two."""
    who = anybody_in(person)
    require_attestation(attest=attest)
    finding = Finding.AMBIGUOUS if ambiguous else Finding.CONFIRMED
    with open_gateway(config) as gateway:
        resolved = gateway.registrations.resolve_identity(registration, who, case=case, finding=finding, lane=lane)
    talk.data(resolved, as_json=as_json)


def identify(
    *,
    registration: Registration,
    person: PersonFile,
    case: Case,
    lane: Lane = "",
    attest: Attest = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Give the person number that has become known."""
    who = anybody_in(person)
    require_attestation(attest=attest)
    with open_gateway(config) as gateway:
        known = gateway.registrations.resolve_identity(registration, who, case=case, finding=Finding.EXACT, lane=lane)
    talk.data(known, as_json=as_json)

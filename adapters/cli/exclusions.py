"""The commands by which an agency says who must learn nothing of a person, and by which that is mediated."""

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
    open_gateway,
    person_in,
    require_attestation,
)
from adapters.cli.shown import EXCLUSIONS, WITHHELD

_Exclusion = Annotated[str, typer.Argument(metavar="EXC_ID")]


def record(
    *,
    person: PersonFile,
    case: Case,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OIN[/LOKET]",
            help=words("instantie of team dat niets mag horen; mag vaker", "agency or unit to hear nothing; repeat"),
        ),
    ] = None,
    conflict_desk: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OIN[/LOKET]",
            help=words("hoort het alleen bij zijn conflictloket; mag vaker", "hears at its conflict desk only; repeat"),
        ),
    ] = None,
    mediator: Annotated[
        str, typer.Option(metavar="OIN", help=words("instantie die bemiddelt", "agency that mediates"))
    ],
    lane: Lane = "",
    contact: Annotated[str, typer.Option(help=words("loket voor de bemiddelaar", "desk for the mediator"))] = "",
    attest: Attest = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Record an exclusion."""
    who = person_in(person)
    require_attestation(attest=attest)
    with open_gateway(config) as gateway:
        recorded = gateway.exclusions.record(
            who,
            case=case,
            excluded=exclude or (),
            at_conflict_desk=conflict_desk or (),
            mediator=mediator,
            lane=lane,
            contact=contact,
        )
    talk.data(recorded, as_json=as_json)
    talk.next_step("seinhuis register")


def list_exclusions(*, as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Show the exclusions that this agency recorded or mediates."""
    with open_gateway(config) as gateway:
        talk.data(gateway.exclusions.list(), as_json=as_json, listing=EXCLUSIONS)


def show(*, exclusion: _Exclusion, as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Show one exclusion, and to its mediator what it withheld."""
    with open_gateway(config) as gateway:
        found = gateway.exclusions.show(exclusion)
    talk.data(found if as_json else found.model_copy(update={"withheld": None}), as_json=as_json)
    if not as_json:
        talk.data(found.withheld or (), as_json=as_json, listing=WITHHELD)


def lift(*, exclusion: _Exclusion, case: Case, as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Let what an exclusion withheld be told."""
    with open_gateway(config) as gateway:
        talk.data(gateway.exclusions.lift(exclusion, case=case), as_json=as_json)

"""The commands by which Veilig Thuis hands safety oversight over, and a local team takes it or not."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.options import CONFIG, AsJson, Case, Config, Purpose, open_gateway
from adapters.cli.shown import HANDOVERS
from gateway.protocol.messages.oversight import (
    HandoverRefusalReason,
    HandoverRole,
    HandoverState,
    HandoverWithdrawalReason,
)

Handover = Annotated[str, typer.Argument(metavar="HOV_ID")]
Registration = Annotated[str, typer.Argument(metavar="REG_ID")]
OwnCase = Annotated[str, typer.Option("--case", help=words("eigen zaakkenmerk", "your own case reference"))]
Conditions = Annotated[
    Path,
    typer.Option(
        exists=True,
        dir_okay=False,
        help=words(
            "bestand met de veiligheidsvoorwaarden; alleen het kenmerk ervan (SHA-256) gaat naar het knooppunt",
            "file with the safety conditions; only its digest (SHA-256) goes to the gateway",
        ),
    ),
]


def begin(
    *,
    registration: Registration,
    case: Case,
    purpose: Purpose = "",
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Say that we hold safety oversight by an open report."""
    with open_gateway(config, purpose=purpose) as gateway:
        talk.data(gateway.handovers.begin(registration, case=case), as_json=as_json)
    talk.next_step("seinhuis handover offer REG_ID --match MAT_ID --conditions FILE --case CASE")


def offer(
    *,
    registration: Registration,
    match: Annotated[str, typer.Option(metavar="MAT_ID", help=words("match met het wijkteam", "match with the team"))],
    conditions: Conditions,
    case: Case,
    purpose: Purpose = "",
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Offer safety oversight to the local team of a match."""
    with open_gateway(config, purpose=purpose) as gateway:
        offered = gateway.handovers.offer(registration, match, conditions=conditions.read_bytes(), case=case)
    talk.data(offered, as_json=as_json)
    talk.say(
        "U houdt zicht op veiligheid tot het aanbod is aanvaard.", "You hold safety oversight until it is accepted."
    )
    talk.next_step("seinhuis handover list")


def accept(
    *,
    handover: Handover,
    conditions: Conditions,
    case: OwnCase = "",
    purpose: Purpose = "",
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Take safety oversight under the conditions that were offered."""
    with open_gateway(config, purpose=purpose) as gateway:
        accepted = gateway.handovers.accept(handover, conditions=conditions.read_bytes(), case=case)
    talk.data(accepted, as_json=as_json)
    talk.say("U houdt nu zicht op veiligheid.", "You hold safety oversight now.")


def refuse(
    *,
    handover: Handover,
    reason: Annotated[HandoverRefusalReason, typer.Option(help=words("waarom", "why"))],
    case: OwnCase = "",
    purpose: Purpose = "",
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Do not take it; whoever offered it still holds it."""
    with open_gateway(config, purpose=purpose) as gateway:
        talk.data(gateway.handovers.refuse(handover, reason=reason, case=case), as_json=as_json)


def withdraw(
    *,
    handover: Handover,
    reason: Annotated[HandoverWithdrawalReason, typer.Option(help=words("waarom", "why"))],
    case: OwnCase = "",
    purpose: Purpose = "",
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Take an open offer back."""
    with open_gateway(config, purpose=purpose) as gateway:
        talk.data(gateway.handovers.withdraw(handover, reason=reason, case=case), as_json=as_json)


def list_handovers(*, as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Show the handovers of this agency."""
    with open_gateway(config) as gateway:
        handovers = gateway.handovers.list()
    talk.data(handovers, as_json=as_json, listing=HANDOVERS)
    waiting = [one for one in handovers if one.state is HandoverState.OFFERED and one.role is HandoverRole.TAKING]
    if waiting:
        talk.next_step(f"seinhuis handover accept {waiting[0].id} --conditions FILE")
    elif not handovers:
        talk.say("Er zijn geen overdrachten.", "There are no handovers.")

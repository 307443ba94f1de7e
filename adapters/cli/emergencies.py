"""The commands by which an agency breaks the glass with two people, and officers judge whether that was justified."""

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
    ReviewOn,
    notice,
    open_gateway,
    person_in,
    require_attestation,
)
from adapters.cli.shown import EMERGENCIES, EMERGENCIES_TO_REVIEW
from gateway.protocol.messages.emergencies import EmergencyReason, Verdict

User = Annotated[
    str,
    typer.Option(
        help=words("eigen pseudoniem van wie dit doet, nooit een naam", "own pseudonym of who does this, never a name")
    ),
]
Emergency = Annotated[str, typer.Argument(metavar="REG_ID")]


def break_glass(
    *,
    person: PersonFile,
    case: Case,
    reason: Annotated[EmergencyReason, typer.Option(help=words("waarom het niet kan wachten", "why it cannot wait"))],
    user: User,
    hours: Annotated[int | None, typer.Option(help=words("na zoveel uren voorbij", "over after so many hours"))] = None,
    contact: Annotated[str, typer.Option(help=words("loket dat dienst heeft", "desk that is on call"))] = "",
    notice_given_on: GivenOn = None,
    notice_deferred: Deferred = None,
    review_on: ReviewOn = None,
    attest: Attest = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Break the glass for a person in immediate danger."""
    who, told = person_in(person), notice(notice_given_on, notice_deferred, review_on)
    require_attestation(attest=attest)
    with open_gateway(config) as gateway:
        broken = gateway.emergencies.break_glass(
            who, case=case, reason=reason, user=user, notice=told, hours=hours, contact=contact
        )
    talk.data(broken, as_json=as_json)
    talk.next_step(f"seinhuis emergency confirm {broken.id} --user ... --attest")


def confirm(
    *, emergency: Emergency, user: User, attest: Attest = False, as_json: AsJson = False, config: Config = CONFIG
) -> None:
    """Confirm broken glass as another person."""
    require_attestation(attest=attest)
    with open_gateway(config) as gateway:
        talk.data(gateway.emergencies.confirm(emergency, user=user), as_json=as_json)
    talk.next_step("seinhuis inbox tail")


def list_emergencies(*, as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Show for what we broke the glass."""
    with open_gateway(config) as gateway:
        talk.data(gateway.emergencies.list(), as_json=as_json, listing=EMERGENCIES)


def list_to_review(*, as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Show, as an officer, what is to be reviewed."""
    with open_gateway(config) as gateway:
        talk.data(gateway.emergencies.to_review(), as_json=as_json, listing=EMERGENCIES_TO_REVIEW)


def judge(
    *,
    emergency: Emergency,
    verdict: Annotated[Verdict, typer.Option(help=words("uw oordeel", "your verdict"))],
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Judge, as an officer, whether breaking the glass was justified."""
    with open_gateway(config) as gateway:
        talk.data(gateway.emergencies.judge(emergency, verdict=verdict), as_json=as_json)

"""The commands by which a desk takes a person's request, agencies advise, and the municipality decides and answers."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli import talk
from adapters.cli.locale import language, words
from adapters.cli.options import (
    CONFIG,
    DAY,
    AsJson,
    Case,
    Config,
    Lane,
    PersonFile,
    open_gateway,
    person_in,
    require_attestation,
)
from adapters.cli.shown import REQUEST_ITEMS, REQUESTS
from adapters.exercising import age_class
from gateway.protocol.messages.subject_requests import (
    Advice,
    AdviceReason,
    Asker,
    DecisionReason,
    ExtensionReason,
    ItemDecision,
    SubjectRight,
    WrongPart,
)

RequestArgument = Annotated[str, typer.Argument(metavar="SRQ_ID")]
ItemArgument = Annotated[str, typer.Argument(metavar="SRI_ID")]
OwnCase = Annotated[str, typer.Option("--case", help=words("eigen zaakkenmerk", "your own case reference"))]


def take(
    *,
    person: PersonFile,
    case: Case,
    right: Annotated[SubjectRight, typer.Option(help=words("waarom gevraagd wordt", "what is asked for"))],
    born_on: Annotated[
        datetime,
        typer.Option(
            formats=DAY, help=words("geboortedatum; gaat nergens heen", "birth date; it is not sent anywhere")
        ),
    ],
    asked_by: Annotated[
        list[Asker], typer.Option(help=words("wie aan het loket staat; mag vaker", "who asks; may be repeated"))
    ],
    wrong: Annotated[
        WrongPart | None, typer.Option(help=words("wat er niet klopt, bij rectificatie", "what is wrong"))
    ] = None,
    lane: Lane = "",
    seen: Annotated[
        bool,
        typer.Option(
            "--attest", help=words("verklaart dat u zag wie het vraagt", "attests that you saw who asks (required)")
        ),
    ] = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Take a request at the desk."""
    who = person_in(person)
    require_attestation(attest=seen)
    age = age_class(born_on.date(), today_on=datetime.now().astimezone().date())
    with open_gateway(config) as gateway:
        asked = [asker.value for asker in asked_by]
        said = "" if wrong is None else wrong.value
        taken = gateway.rights.take(who, right=right.value, age=age, asked_by=asked, case=case, lane=lane, wrong=said)
    talk.data(taken, as_json=as_json)
    talk.next_step(f"seinhuis rights answer {taken.id} --to FILE")


def list_requests(*, as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Show the requests of this desk."""
    with open_gateway(config) as gateway:
        found = gateway.rights.list()
    talk.data(found, as_json=as_json, listing=REQUESTS)
    if not found:
        talk.say("Er zijn geen verzoeken.", "There are no requests.")


def extend(
    *,
    request: RequestArgument,
    reason: Annotated[ExtensionReason, typer.Option(help=words("waarom", "why"))],
    told: Annotated[
        bool, typer.Option("--attest", help=words("verklaart dat de persoon het weet", "attests that the person knows"))
    ] = False,
    case: OwnCase = "",
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Take two months longer."""
    require_attestation(attest=told)
    with open_gateway(config) as gateway:
        talk.data(gateway.rights.extend(request, reason=reason.value, case=case), as_json=as_json)


def answer(
    *,
    request: RequestArgument,
    to: Annotated[Path, typer.Option(metavar="FILE", help=words("PDF om te overhandigen", "PDF to hand over"))],
    case: OwnCase = "",
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Write the letter to hand over, in the language of the locale."""
    with open_gateway(config) as gateway:
        found = gateway.rights.answer(request, language=language(), case=case)
    to.write_bytes(found.pdf)
    said = {"id": found.id, "file": str(to), "statement": found.statement, "signature": found.signature}
    talk.data(said, as_json=as_json)
    talk.say("Geef dit zelf aan wie het vroeg.", "Hand this over yourself to whoever asked.")


def list_items(
    *,
    registration: Annotated[str, typer.Option(metavar="REG_ID", help=words("alleen hierover", "only about this"))] = "",
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Show what waits for our advice or our decision."""
    with open_gateway(config) as gateway:
        found = gateway.rights.items(registration=registration)
    talk.data(found, as_json=as_json, listing=REQUEST_ITEMS)
    if not found:
        talk.say("Er wacht niets.", "Nothing waits.")


def advise(
    *,
    item: ItemArgument,
    advice: Annotated[Advice, typer.Option(help=words("advies", "advice"))],
    reason: Annotated[AdviceReason, typer.Option(help=words("waarom", "why"))],
    case: OwnCase = "",
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Advise on a request about our own registration."""
    with open_gateway(config) as gateway:
        talk.data(gateway.rights.advise(item, advice=advice.value, reason=reason.value, case=case), as_json=as_json)


def decide(
    *,
    item: ItemArgument,
    decision: Annotated[ItemDecision, typer.Option(help=words("beslissing", "decision"))],
    reason: Annotated[DecisionReason, typer.Option(help=words("waarom", "why"))],
    case: OwnCase = "",
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Decide what comes of a request for one registration; it is carried out at once."""
    with open_gateway(config) as gateway:
        decided = gateway.rights.decide(item, decision=decision.value, reason=reason.value, case=case)
    talk.data(decided, as_json=as_json)

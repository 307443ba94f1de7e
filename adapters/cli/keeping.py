"""The commands by which an agency keeps a registration in order: its notice, a restriction, what the archive told."""

from datetime import datetime
from typing import Annotated

import typer

from adapters.cli import talk
from adapters.cli.hearing import AnyCase
from adapters.cli.locale import words
from adapters.cli.options import CONFIG, DAY, AsJson, Case, Config, Purpose, open_gateway
from adapters.cli.registrations import Registration
from adapters.cli.shown import HINTS
from adapters.involvement import notice_deferred, notice_given
from gateway.protocol.messages.notices import DeferralReason
from gateway.protocol.messages.registrations import RestrictionReason


def give_notice(
    *,
    registration: Registration,
    case: Case,
    on: Annotated[
        datetime,
        typer.Option("--on", formats=DAY, help=words("dag waarop de persoon is ingelicht", "day of the notice")),
    ],
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Say that the person was told."""
    with open_gateway(config) as gateway:
        told = gateway.registrations.record_notice(registration, case=case, notice=notice_given(on.date()))
    talk.data(told, as_json=as_json)


def defer_notice(
    *,
    registration: Registration,
    case: Case,
    reason: Annotated[DeferralReason, typer.Option(help=words("waarom de mededeling wacht", "why the notice waits"))],
    review_on: Annotated[
        datetime,
        typer.Option(formats=DAY, help=words("dag waarop het uitstel wordt bezien", "day on which it is looked at")),
    ],
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Put the notice off until another day."""
    notice = notice_deferred(reason, review_on=review_on.date())
    with open_gateway(config) as gateway:
        put_off = gateway.registrations.record_notice(registration, case=case, notice=notice)
    talk.data(put_off, as_json=as_json)


def restrict(
    *,
    registration: Registration,
    case: Case,
    reason: Annotated[RestrictionReason, typer.Option(help=words("waarom", "why"))] = RestrictionReason.OBJECTION,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Take one registration out of matching."""
    with open_gateway(config) as gateway:
        restricted = gateway.registrations.restrict(registration, case=case, reason=reason)
    talk.data(restricted, as_json=as_json)
    talk.next_step(f"seinhuis restriction lift {registration} --case {case}")


def lift(*, registration: Registration, case: Case, as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Let one registration match again."""
    with open_gateway(config) as gateway:
        lifted = gateway.registrations.lift_restriction(registration, case=case)
    talk.data(lifted, as_json=as_json)


def show_hints(
    *,
    registration: Registration,
    case: AnyCase = "",
    purpose: Purpose = "",
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Show who was involved before."""
    with open_gateway(config, purpose=purpose) as gateway:
        hints = gateway.registrations.archive_hints(registration, case=case)
    talk.data(hints, as_json=as_json, listing=HINTS)
    if not hints:
        talk.say("Het archief vertelde hier niets.", "The archive told nothing here.")

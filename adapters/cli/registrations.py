"""The commands by which an agency says that it is involved, still is, or no longer is."""

from typing import Annotated

import typer

from adapters.cli import talk
from adapters.cli.locale import language, words
from adapters.cli.options import (
    CONFIG,
    ArchiveUntil,
    AsJson,
    Attest,
    Case,
    Config,
    Deferred,
    Flag,
    GivenOn,
    Lane,
    ParentFiles,
    PersonFile,
    Preconditions,
    Purpose,
    ReviewOn,
    ValidUntil,
    anybody_in,
    day,
    notice,
    open_gateway,
    person_in,
    require_attestation,
)
from adapters.cli.shown import REGISTRATIONS
from adapters.hearing import refused_by
from adapters.involvement import INVOLVED
from gateway.protocol.messages.registrations import WithdrawalReason

Registration = Annotated[str, typer.Argument(metavar="REG_ID")]


def register(
    *,
    person: PersonFile,
    case: Case,
    notice_given_on: GivenOn = None,
    notice_deferred: Deferred = None,
    review_on: ReviewOn = None,
    lane: Lane = "",
    purpose: Purpose = "",
    flag: Flag = INVOLVED,
    contact: Annotated[str, typer.Option(help=words("loket dat gebeld mag worden", "desk that may be called"))] = "",
    valid_until: ValidUntil = None,
    archive_until: ArchiveUntil = None,
    precondition: Preconditions = None,
    parent: ParentFiles = None,
    confidential_address: Annotated[
        bool, typer.Option("--confidential-address", help=words("het adres is geheim", "the address is secret"))
    ] = False,
    attest: Attest = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=words("alleen controleren", "only check"))] = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Register one person, or with --dry-run only ask the policy."""
    parents = [person_in(file, option="--parent") for file in parent or ()]
    who, told = anybody_in(person), notice(notice_given_on, notice_deferred, review_on)
    with open_gateway(config, purpose=purpose) as gateway:
        if dry_run:
            checked = gateway.check_policy(lane=lane, flag=flag, preconditions=precondition or ())
            talk.data(checked, as_json=as_json)
            if not checked.permitted:
                raise refused_by(checked, language())
            return
        require_attestation(attest=attest)
        receipt = gateway.registrations.register(
            who,
            lane=lane,
            flag=flag,
            case=case,
            contact=contact,
            notice=told,
            valid_until=day(valid_until),
            archive_until=day(archive_until),
            preconditions=precondition or (),
            parents=parents,
            confidential_address=confidential_address,
        )
    talk.data(receipt, as_json=as_json)
    talk.next_step("seinhuis inbox tail")


def renew(
    *,
    registration: Registration,
    case: Case,
    notice_given_on: GivenOn = None,
    notice_deferred: Deferred = None,
    review_on: ReviewOn = None,
    valid_until: ValidUntil = None,
    precondition: Preconditions = None,
    attest: Attest = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Renew one registration."""
    told = notice(notice_given_on, notice_deferred, review_on)
    require_attestation(attest=attest)
    with open_gateway(config) as gateway:
        renewed = gateway.registrations.renew(
            registration, case=case, notice=told, valid_until=day(valid_until), preconditions=precondition or ()
        )
    talk.data(renewed, as_json=as_json)


def withdraw(
    *,
    registration: Registration,
    case: Case,
    reason: Annotated[WithdrawalReason, typer.Option(help=words("waarom", "why"))],
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Withdraw one registration."""
    with open_gateway(config) as gateway:
        withdrawn = gateway.registrations.withdraw(registration, case=case, reason=reason)
    talk.data(withdrawn, as_json=as_json)


def list_registrations(
    *,
    registration: Annotated[str, typer.Argument(metavar="[REG_ID]")] = "",
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Show all registrations of this agency, or one with its statutory clocks."""
    with open_gateway(config) as gateway:
        if registration:
            talk.data(gateway.registrations.show(registration), as_json=as_json)
        else:
            talk.data(gateway.registrations.list(), as_json=as_json, listing=REGISTRATIONS)

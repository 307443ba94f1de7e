"""Registrations over HTTP: one, many in a batch, renewed, withdrawn, and the caller's own."""

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from gateway.api.caller import announced_lines, lines_of, message_of_line, signed, signed_bare, signed_lines
from gateway.api.exchange import NDJSON, Endpoint, Reply, Request, paged
from gateway.api.front import Front, today_on
from gateway.api.problems import language_of, refused_check, refused_row
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import json_of
from gateway.flows.deciding.check_policy import check_policy
from gateway.flows.registering.list_own import own_registration, own_registrations
from gateway.flows.registering.record_notice import Notice, record_notice
from gateway.flows.registering.register import Outcome, Prepared, Row, RowAnswer, prepare
from gateway.flows.registering.renew import Renewal, renew
from gateway.flows.registering.resolve_identity import Resolution, resolve_identity
from gateway.flows.registering.restrict import Lifting, Restriction, lift, restrict
from gateway.flows.registering.show_hints import show_hints
from gateway.flows.registering.withdraw import Withdrawal, withdraw
from gateway.protocol.messages.archive import ArchiveHints
from gateway.protocol.messages.identities import ResolveIdentity
from gateway.protocol.messages.notices import SubjectNotice
from gateway.protocol.messages.policy import CheckPolicy, PolicyChecked
from gateway.protocol.messages.registrations import (
    BatchReceipt,
    BatchRow,
    LiftRestriction,
    OwnRegistration,
    OwnRegistrations,
    Receipt,
    RegisterInvolvement,
    RenewRegistration,
    RestrictRegistration,
    Withdrawn,
    WithdrawRegistration,
)
from keys.signing import Verified

ROWS_AT_ONCE: Final = 200
SINGLE: Final = 0
BATCH_SECONDS: Final = 300.0

_NOTICE: Final = (Refusal.NOTICE_INCOMPLETE, Refusal.NOTICE_PUT_OFF_TOO_LONG)
_PERMISSION: Final = (
    Refusal.LANE_UNKNOWN,
    Refusal.LANE_NOT_BUILT,
    Refusal.AGENCY_NOT_ADMITTED,
    Refusal.PURPOSE_NOT_ADMITTED,
    Refusal.FLAG_NOT_ADMITTED,
    Refusal.PRECONDITION_MISSING,
    Refusal.BASIS_NOT_IN_FORCE,
    Refusal.POLICY_EXPIRED,
    Refusal.TERM_TOO_LONG,
    Refusal.TERM_PAST,
    *_NOTICE,
    Refusal.MONITORING_WITHOUT_HANDOVER,
)
_TOKEN: Final = (
    Refusal.TOKEN_KEY_UNKNOWN,
    Refusal.TOKEN_OTHER_AGENCY,
    Refusal.TOKEN_OTHER_LANE,
    Refusal.TOKEN_INVALID,
)


async def _register(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, RegisterInvolvement)
    prepared = prepare(verified.carry((Row(SINGLE, asked),)), front.house, today_on=today_on())
    (answer,) = _accepted(await front.group.submit(prepared))
    if isinstance(answer, Refused):
        raise answer
    return Reply(201, answer, headers=(("location", f"/v1/registrations/{json.loads(answer)['id']}"),))


def _accepted(outcome: Outcome) -> tuple[RowAnswer, ...]:
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


async def _register_batch(request: Request, front: Front) -> Reply:
    announced = announced_lines(request, front)
    with front.batches.taken(announced.party.oin):
        verified, body = await signed_lines(announced, request, front)
        answers = await _write_batch(verified, body, front)
    language = language_of(request.header("accept-language"))
    return Reply(201, await front.threads.run(verified.party.oin, _batch_receipt, answers, language))


async def _write_batch(verified: Verified, body: bytes, front: Front) -> list[RowAnswer]:
    """Write a batch in chunks, the next being prepared while the last is written.

    The first chunk goes alone: it holds the nonce, and a replayed or reused call must change nothing.
    """
    answers: list[RowAnswer] = []
    writing: asyncio.Task[Outcome] | None = None
    chunks = _chunks(lines_of(body))
    try:
        for number, lines in enumerate(chunks):
            first_row = number * ROWS_AT_ONCE + 1
            prepared = await front.threads.run(
                verified.party.oin, _prepare_chunk, verified, lines, front, first_row=first_row
            )
            if writing is not None:
                answers += _accepted(await writing)
            writing = asyncio.create_task(front.group.submit(prepared))
            if number == 0:
                answers, writing = [*_accepted(await writing)], None
        if writing is not None:
            answers += _accepted(await writing)
    finally:
        if writing is not None and not writing.done():
            writing.cancel()
    return answers


def _chunks(lines: Iterator[bytes]) -> Iterator[tuple[bytes, ...]]:
    while chunk := tuple(islice(lines, ROWS_AT_ONCE)):
        yield chunk


def _prepare_chunk(verified: Verified, lines: Sequence[bytes], front: Front, *, first_row: int) -> Prepared:
    rows = tuple(Row(number, _asked(line)) for number, line in enumerate(lines, first_row))
    return prepare(verified.carry(rows), front.house, today_on=today_on(), first=first_row == 1)


def _asked(line: bytes) -> RegisterInvolvement | Refused:
    try:
        return message_of_line(RegisterInvolvement, line)
    except Refused as refused:
        return refused


def _batch_receipt(answers: Iterable[RowAnswer], language: str) -> bytes:
    rows = tuple(_batch_row(row, answer, language) for row, answer in enumerate(answers, 1))
    refused = sum(row.problem is not None for row in rows)
    return json_of(BatchReceipt(accepted=len(rows) - refused, refused=refused, rows=rows))


def _batch_row(row: int, answer: RowAnswer, language: str) -> BatchRow:
    if isinstance(answer, Refused):
        return BatchRow(row=row, problem=refused_row(answer, language))
    return BatchRow(row=row, receipt=Receipt.model_validate_json(answer))


async def _renew(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, RenewRegistration)
    call = verified.carry(Renewal(request.ids[0], asked))
    return Reply(201, await front.threads.run(call.caller.oin, renew, call, front.house, today_on=today_on()))


async def _withdraw(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, WithdrawRegistration)
    call = verified.carry(Withdrawal(request.ids[0], asked))
    return Reply(201, await front.threads.run(call.caller.oin, withdraw, call, front.house))


async def _record_notice(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, SubjectNotice)
    call = verified.carry(Notice(request.ids[0], asked))
    return Reply(201, await front.threads.run(call.caller.oin, record_notice, call, front.house, today_on=today_on()))


async def _restrict(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, RestrictRegistration)
    call = verified.carry(Restriction(request.ids[0], asked))
    return Reply(201, await front.threads.run(call.caller.oin, restrict, call, front.house))


async def _lift(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, LiftRestriction)
    call = verified.carry(Lifting(request.ids[0], asked))
    return Reply(201, await front.threads.run(call.caller.oin, lift, call, front.house))


async def _resolve_identity(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, ResolveIdentity)
    call = verified.carry(Resolution(request.ids[0], asked))
    return Reply(201, await front.threads.run(call.caller.oin, resolve_identity, call, front.house))


async def _show_hints(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    hints = await front.threads.run(call.caller.oin, show_hints, call, front.house, request.ids[0])
    return Reply(200, json_of(hints))


async def _list(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    after, limit = request.text("after"), request.number("limit")
    page = await front.threads.run(call.caller.oin, own_registrations, call, front.house, after=after, limit=limit)
    return Reply(200, json_of(page))


async def _show(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    found = await front.threads.run(call.caller.oin, own_registration, call, front.house, request.ids[0])
    return Reply(200, json_of(found))


async def _check_policy(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, CheckPolicy)
    call = verified.carry(asked)
    answer = await front.threads.run(call.caller.oin, check_policy, call, front.house, today_on=today_on())
    return Reply(200, json_of(refused_check(answer) if isinstance(answer, Refused) else answer))


ENDPOINTS: Final = (
    Endpoint(
        name="register",
        method="POST",
        path="/registrations",
        summary="Say that you are involved with a person.",
        serve=_register,
        takes=RegisterInvolvement,
        answers=Receipt,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(
            *_PERMISSION,
            *_TOKEN,
            Refusal.PARENTS_NOT_ADMITTED,
            Refusal.PARENTS_INVALID,
            Refusal.BAN_UNDATED,
            Refusal.CASE_MISSING,
            Refusal.EMERGENCY_GLASS,
            Refusal.CONSENT_MISSING,
            Refusal.CONTACT_UNKNOWN,
            Refusal.PURPOSE_DIFFERS,
        ),
    ),
    Endpoint(
        name="listRegistrations",
        method="GET",
        path="/registrations",
        summary="List your own registrations, in order of id.",
        serve=_list,
        answers=OwnRegistrations,
        query=paged("reg"),
    ),
    Endpoint(
        name="showRegistration",
        method="GET",
        path="/registrations/{registrationId}",
        summary="Show one of your own registrations.",
        serve=_show,
        answers=OwnRegistration,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND,),
    ),
    Endpoint(
        name="renewRegistration",
        method="POST",
        path="/registrations/{registrationId}/renewals",
        summary="Attest anew and give a registration a new term.",
        serve=_renew,
        takes=RenewRegistration,
        answers=OwnRegistration,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(
            Refusal.NOT_FOUND,
            Refusal.NOT_ACTIVE,
            *_PERMISSION,
            Refusal.BAN_TERM,
            Refusal.CONSENT_MISSING,
            Refusal.EMERGENCY_GLASS,
        ),
    ),
    Endpoint(
        name="withdrawRegistration",
        method="POST",
        path="/registrations/{registrationId}/withdrawals",
        summary="Say that you are no longer involved, and why.",
        serve=_withdraw,
        takes=WithdrawRegistration,
        answers=Withdrawn,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND, Refusal.NOT_ACTIVE),
    ),
    Endpoint(
        name="recordSubjectNotice",
        method="POST",
        path="/registrations/{registrationId}/subject-notices",
        summary="Say that the person was told of a registration, or why this is put off and until when.",
        serve=_record_notice,
        takes=SubjectNotice,
        answers=OwnRegistration,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND, Refusal.NOT_ACTIVE, *_NOTICE),
    ),
    Endpoint(
        name="restrictRegistration",
        method="POST",
        path="/registrations/{registrationId}/restrictions",
        summary="Take a registration out of matching while an objection is pending; it does not end.",
        serve=_restrict,
        takes=RestrictRegistration,
        answers=OwnRegistration,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND, Refusal.NOT_ACTIVE),
    ),
    Endpoint(
        name="liftRestriction",
        method="POST",
        path="/registrations/{registrationId}/restriction-liftings",
        summary="Let a restricted registration match again.",
        serve=_lift,
        takes=LiftRestriction,
        answers=OwnRegistration,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND, Refusal.NOT_RESTRICTED, Refusal.RESTRICTION_BINDS),
    ),
    Endpoint(
        name="resolveIdentity",
        method="POST",
        path="/registrations/{registrationId}/identities",
        summary="Say what an official found about whom a registration without a person number is about.",
        serve=_resolve_identity,
        takes=ResolveIdentity,
        answers=OwnRegistration,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND, Refusal.NOT_ACTIVE, Refusal.IDENTITY_SETTLED, *_TOKEN),
    ),
    Endpoint(
        name="showArchiveHints",
        method="GET",
        path="/archive-hints/{registrationId}",
        summary="Show what the archive told when you made a registration: who was involved before.",
        serve=_show_hints,
        answers=ArchiveHints,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND, Refusal.PURPOSE_DIFFERS),
    ),
    Endpoint(
        name="registerBatch",
        method="POST",
        path="/registration-batches",
        summary="Register up to 10,000 involvements, one JSON object a line. Not atomic: each line has its own answer.",
        serve=_register_batch,
        takes=RegisterInvolvement,
        content_type=NDJSON,
        answers=BatchReceipt,
        status=201,
        changes=True,
        refusals=(Refusal.TOO_MANY_ROWS,),
        seconds=BATCH_SECONDS,
    ),
    Endpoint(
        name="checkPolicy",
        method="POST",
        path="/policy-checks",
        summary="Ask what the policy would answer to a registration; nothing is looked up.",
        serve=_check_policy,
        takes=CheckPolicy,
        answers=PolicyChecked,
    ),
)

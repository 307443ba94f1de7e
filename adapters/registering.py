"""Decides how an agency registers, renews and withdraws: the plans behind `gateway.registrations`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, islice
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from adapters.age_limits import limit_on
from adapters.agency import Agency
from adapters.errors import SeinhuisError, problem_named
from adapters.hearing import check_policy
from adapters.holder_circle import Lie
from adapters.identifiers import identifier
from adapters.identity import Person
from adapters.involvement import INVOLVED, Involvement, draft, member_refused, with_tokens
from adapters.person_token import PERSONS_PER_CALL, derive_tokens
from adapters.signed_call import NDJSON, Question, ask, change, new_idempotency_key
from adapters.transport import Plan, compute
from adapters.unnumbered import Unnumbered
from gateway.protocol.messages.notices import SubjectNotice
from gateway.protocol.messages.registrations import (
    BatchReceipt,
    BatchRow,
    OwnRegistration,
    OwnRegistrations,
    Receipt,
    RegisterInvolvement,
    RenewRegistration,
    WithdrawalReason,
    Withdrawn,
    WithdrawRegistration,
)
from keys.tokens import PersonToken

_PAGE: Final = 100
_AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one involvement, by its place in what was handed in (from 0): a receipt or a problem."""

    row: int
    receipt: Receipt | None = None
    problem: SeinhuisError | None = None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of each involvement, in order, and the key holders that lied meanwhile."""

    rows: tuple[RowResult, ...]
    lies: tuple[Lie, ...] = ()


def register(
    agency: Agency,
    person: Person | Unnumbered,
    *,
    case: str,
    notice: SubjectNotice,
    lane: str = "",
    contact: str = "",
    valid_until: date | None = None,
    archive_until: date | None = None,
    preconditions: Sequence[str] = (),
    purpose: str = "",
    flag: str = INVOLVED,
    parents: Sequence[Person] = (),
    confidential_address: bool = False,
    idempotency_key: str = "",
) -> Plan[Receipt]:
    """Register that the agency is involved with a person, and thereby attest that the lane's criterion is met.

    `preconditions` are what the rule requires to be attested besides, and `flag` is how the agency is involved, both in
    the code names of the lane's card. `lane`, `purpose` and `contact` (a desk) default to those of the settings.

    `valid_until` defaults to the policy's term, and ends at the lane's age limit (youth: the 23rd birthday, domain rule
    8) where the person's birth date is known; else that is for the caller to see to. So is `archive_until`, the first
    of the month in which that limit is reached: without either nothing is archived beyond the term. Raises
    PolicyRefused for who has reached the limit. The receipt is the same whether or not anybody else is involved.

    `parents` are up to two parents of a child, by the register of persons, where the lane's card admits it; never with
    a `confidential_address`.

    A person without a number is set aside, and more is asked, until `resolve_identity` settles who it is.
    """
    agency, lane = agency.for_purpose(purpose), lane or agency.lane
    involvement = Involvement(
        *(person, case, notice, contact, valid_until, tuple(preconditions), archive_until, flag),
        parents=tuple(parents),
        confidential_address=confidential_address,
    )
    draft(agency, involvement, lane)  # what is wrong with it is said before anybody is asked
    message = draft(agency, (yield from _within_age(agency, involvement, lane)), lane)
    derived = yield from derive_tokens(agency, agency.circle(message.lane), involvement.persons)
    whole = with_tokens(message, *derived.tokens)
    question = change("/registrations", whole, case=case, idempotency_key=idempotency_key)
    return (yield from ask(agency, question, Receipt))


def register_batch(
    agency: Agency,
    involvements: Sequence[Involvement],
    *,
    lane: str = "",
    purpose: str = "",
    idempotency_key: str = "",
) -> Plan[BatchResult]:
    """Register up to 1,000 involvements in one call. A batch is not atomic: good rows are taken, bad rows come back.

    The purpose is signed with the call, so it is one for all rows. The same rows under the same idempotency key are
    never registered twice.
    """
    agency = agency.for_purpose(purpose)
    if len(involvements) > PERSONS_PER_CALL:
        message = f"at most {PERSONS_PER_CALL} involvements in one batch, not {len(involvements)}"
        raise ValueError(message)
    lane = lane or agency.lane
    drafts = yield from compute(lambda: [_draft_or_problem(agency, each, lane) for each in involvements])
    good = [row for row, each in enumerate(drafts) if isinstance(each, RegisterInvolvement)]
    refused = [RowResult(row, problem=each) for row, each in enumerate(drafts) if isinstance(each, SeinhuisError)]
    if not good:
        return BatchResult(tuple(refused))
    tokens, lies = yield from _tokens(agency, lane, [involvements[row].persons for row in good])
    messages = [each for each in drafts if isinstance(each, RegisterInvolvement)]
    whole = (with_tokens(message, *family) for message, family in zip(messages, tokens, strict=True))
    lines = b"\n".join(message.model_dump_json(by_alias=True, exclude_none=True).encode() for message in whole)
    key = idempotency_key or new_idempotency_key()
    question = Question("POST", "/registration-batches", lines, content_type=NDJSON, idempotency_key=key)
    receipt = yield from ask(agency, question, BatchReceipt)
    answered = _row_results(good, receipt.rows)
    return BatchResult(tuple(sorted((*refused, *answered), key=lambda result: result.row)), lies)


def _tokens(
    agency: Agency, lane: str, families: Sequence[Sequence[Person | Unnumbered]]
) -> Plan[tuple[list[tuple[PersonToken, ...]], tuple[Lie, ...]]]:
    """Return the tokens of each family, and the holders that lied meanwhile; parents make it more calls to holders."""
    everybody = list(chain.from_iterable(families))
    tokens: list[PersonToken] = []
    lies: list[Lie] = []
    for start in range(0, len(everybody), PERSONS_PER_CALL):
        chunk = everybody[start : start + PERSONS_PER_CALL]
        derived = yield from derive_tokens(agency, agency.circle(lane), chunk)
        tokens += derived.tokens
        lies += derived.lies
    in_order = iter(tokens)
    return [tuple(islice(in_order, len(family))) for family in families], tuple(lies)


def renew(
    agency: Agency,
    registration: str,
    *,
    case: str,
    notice: SubjectNotice,
    valid_until: date | None = None,
    preconditions: Sequence[str] = (),
    idempotency_key: str = "",
) -> Plan[OwnRegistration]:
    """Attest anew, with a new notice (domain rule 9), that the agency is still involved."""
    try:
        message = RenewRegistration(
            attested=True, preconditions=tuple(preconditions), subject_notice=notice, valid_until=valid_until
        )
    except ValidationError as invalid:
        raise member_refused(invalid) from None
    path = f"/registrations/{identifier(registration)}/renewals"
    question = change(path, message, case=case, idempotency_key=idempotency_key)
    return (yield from ask(agency, question, OwnRegistration))


def withdraw(
    agency: Agency, registration: str, *, case: str, reason: WithdrawalReason | str, idempotency_key: str = ""
) -> Plan[Withdrawn]:
    """Say that the agency is no longer involved; once this returns, the registration never matches again."""
    message = WithdrawRegistration(reason=_withdrawal_reason(reason))
    path = f"/registrations/{identifier(registration)}/withdrawals"
    return (yield from ask(agency, change(path, message, case=case, idempotency_key=idempotency_key), Withdrawn))


def show_registration(agency: Agency, registration: str, *, case: str = "") -> Plan[OwnRegistration]:
    """Return one registration of this agency; without a case, the registration itself is the reference looked under."""
    question = Question("GET", f"/registrations/{identifier(registration)}", case=case or registration)
    return (yield from ask(agency, question, OwnRegistration))


def page_of_registrations(agency: Agency, *, after: str = "", limit: int = _PAGE) -> Plan[OwnRegistrations]:
    """Return a page of this agency's registrations, in order of id."""
    query = urlencode({"after": after, "limit": limit} if after else {"limit": limit})
    return (yield from ask(agency, Question("GET", f"/registrations?{query}"), OwnRegistrations))


def list_registrations(agency: Agency) -> Plan[tuple[OwnRegistration, ...]]:
    """Return all registrations of this agency."""
    everything: list[OwnRegistration] = []
    page = yield from page_of_registrations(agency)
    everything += page.registrations
    while page.next:
        page = yield from page_of_registrations(agency, after=page.next)
        everything += page.registrations
    return tuple(everything)


def _within_age(agency: Agency, involvement: Involvement, lane: str) -> Plan[Involvement]:
    """Let it end at the lane's age limit when the birth date is known; raises PolicyRefused when that is past."""
    limit = limit_on(lane, involvement.person.birth_on)
    if limit is None:
        return involvement
    if limit <= agency.clock().astimezone(_AMSTERDAM).date():
        raise problem_named("policy-term-past", facts={"lane": lane})
    until = involvement.valid_until
    if until is None:
        terms = involvement.flag, involvement.preconditions
        checked = yield from check_policy(agency, lane=lane, flag=terms[0], preconditions=terms[1])
        until = checked.valid_until_at_most
    sooner = limit if until is not None and limit < until else involvement.valid_until
    return replace(involvement, valid_until=sooner, archive_until=min(involvement.archive_until or limit, limit))


def _draft_or_problem(agency: Agency, involvement: Involvement, lane: str) -> RegisterInvolvement | SeinhuisError:
    try:
        return draft(agency, involvement, lane)
    except SeinhuisError as problem:
        return problem


def _row_results(sent: Sequence[int], rows: Sequence[BatchRow]) -> list[RowResult]:
    """Bring each line of the answer, counted from 1 among the rows that were sent, back to its place.

    Raises IntegrityError unless each row is answered once, by a receipt or a problem: one that is missing would shift
    all later receipts to other persons.
    """
    if sorted(row.row for row in rows) != list(range(1, len(sent) + 1)):
        raise problem_named("integrity-answer", facts={"expected": "each row that was sent, once"})
    if any((row.receipt is None) == (row.problem is None) for row in rows):
        raise problem_named("integrity-answer", facts={"expected": "a receipt or a problem for each row"})
    return [RowResult(sent[row.row - 1], row.receipt, _problem_of(row)) for row in rows]


def _problem_of(row: BatchRow) -> SeinhuisError | None:
    if row.problem is None:
        return None
    said = row.problem.model_dump(by_alias=True, include={"rule", "legal_basis", "allowed", "why"})
    facts = {name: fact for name, fact in said.items() if fact}
    return problem_named(row.problem.code, facts=facts, detail=row.problem.detail)


def _withdrawal_reason(reason: WithdrawalReason | str) -> WithdrawalReason:
    try:
        return WithdrawalReason(reason)
    except ValueError:
        raise problem_named("request-member-invalid", facts={"member": "reason"}) from None

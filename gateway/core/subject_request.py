"""Who may ask for a right, by when it is answered, and what a decision does to a registration (domain rules 7, 11).

The answer is given from a fixed day on, whether or not anything was found: a desk that had it sooner when nothing was
found would tell by that.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gateway.core.deadlines import add_months, local_date
from gateway.core.involvement import Oin
from gateway.core.refusals import Refusal, Refused
from gateway.protocol.messages.notices import NoticeStatus, SubjectNotice
from gateway.protocol.messages.registrations import WithdrawalReason
from gateway.protocol.messages.subject_requests import (
    Advice,
    AdviceReason,
    AgeClass,
    Asker,
    DecisionReason,
    ExtensionReason,
    ItemDecision,
    RequestState,
    SubjectRight,
    WrongPart,
)
from keys.tokens import IndexToken

DESK_KIND: Final = "municipality"
PURPOSE: Final = "subject-rights"
ANSWER_MONTHS: Final = 1  # GDPR, article 12, third paragraph: days of the calendar, never shifted
EXTENDED_MONTHS: Final = 3
READY_DAYS: Final = 14
ADVICE_DAYS: Final = 7
REMINDER_DAYS: Final = 7

_ASKERS: Final = MappingProxyType(
    {
        AgeClass.UNDER_12: frozenset({Asker.REPRESENTATIVE}),
        AgeClass.FROM_12_TO_15: frozenset({Asker.PERSON, Asker.REPRESENTATIVE}),
        AgeClass.FROM_16: frozenset({Asker.PERSON}),
    }
)
#: Processing is restricted until this is decided (GDPR, article 18, first paragraph, under a and d).
RESTRICTS: Final = frozenset({SubjectRight.OBJECTION, SubjectRight.RECTIFICATION, SubjectRight.RESTRICTION})
#: What an upheld request ends its registration for; nothing of it is kept.
ENDS_FOR: Final = MappingProxyType(
    {
        SubjectRight.ERASURE: WithdrawalReason.ERASURE,
        SubjectRight.OBJECTION: WithdrawalReason.OBJECTION_UPHELD,
        SubjectRight.RECTIFICATION: WithdrawalReason.REGISTERED_IN_ERROR,
    }
)


@dataclass(frozen=True, slots=True)
class SubjectRequest:
    """A request as it was taken at a desk; `receipt` is what is signed under its answer."""

    id: str
    desk: Oin
    lane: str
    index_token: IndexToken
    right: SubjectRight
    age_class: AgeClass
    wrong: WrongPart | None
    case_reference: str
    received_at: datetime
    due_on: date
    ready_on: date
    state: RequestState = RequestState.PENDING
    extension: ExtensionReason | None = None
    answered_on: date | None = None
    statement: bytes = b""
    signature: bytes = b""


@dataclass(frozen=True, slots=True)
class FoundItem:
    """One registration that a request is about; `restricted_at` is when it was taken out of matching for that."""

    id: str
    request: str
    registration: str
    agency: Oin
    municipality: str
    restricted_at: datetime | None = None
    advice: Advice | None = None
    advice_reason: AdviceReason | None = None
    decision: ItemDecision | None = None
    decision_reason: DecisionReason | None = None


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """What the answer tells of one registration, as its subject may know it."""

    agency: Oin
    registered_on: date
    valid_until_on: date
    decision: ItemDecision
    reason: DecisionReason


@dataclass(frozen=True, slots=True)
class Letter:
    """All that an answer says: without lines it is that of a person of whom nothing is held."""

    lane: str
    right: SubjectRight
    case_reference: str
    received_on: date
    answered_on: date
    lines: tuple[tuple[str, AnswerLine], ...]  # each with the name of its agency


class Journaled(StrEnum):
    """What a restored backup must not undo."""

    ENDED = "ended"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """That a registration was ended for a reason, or that whose it was is forgotten; nothing of anybody."""

    registration: str
    kind: Journaled
    reason: str


def checked_askers(age_class: AgeClass, asked_by: Collection[Asker]) -> None:
    """Accept a request by exactly those who ask at this age.

    Raises:
        Refused: somebody else asks, or not everybody who has to, with who has to.
    """
    needed = _ASKERS[age_class]
    if frozenset(asked_by) != needed or len(asked_by) != len(needed):
        raise Refused(Refusal.REQUEST_ASKERS, needed=tuple(sorted(needed)))


def checked_wrong(right: SubjectRight, wrong: WrongPart | None) -> None:
    """Accept that what is wrong is said with a rectification and with nothing else."""
    if (wrong is not None) != (right is SubjectRight.RECTIFICATION):
        raise Refused(Refusal.MEMBER_INVALID, member="wrong")


def due_on(received_at: datetime, *, extended: bool = False) -> date:
    """Return the last day for the answer: a month after the request, or three when it was extended."""
    return add_months(local_date(received_at), EXTENDED_MONTHS if extended else ANSWER_MONTHS)


def ready_on(received_at: datetime) -> date:
    """Return the first day on which any answer is given."""
    return local_date(received_at) + timedelta(days=READY_DAYS)


def advise_by(received_at: datetime) -> date:
    """Return the last day on which an advice is waited for."""
    return local_date(received_at) + timedelta(days=ADVICE_DAYS)


def remind_until(today_on: date) -> date:
    """Return the last day of a term of which everybody is reminded today."""
    return today_on + timedelta(days=REMINDER_DAYS)


def checked_extension(request: SubjectRequest, *, today_on: date) -> None:
    """Accept an extension: once, within the month, of what was not answered."""
    if request.extension is not None or request.state is not RequestState.PENDING or today_on > request.due_on:
        raise Refused(Refusal.REQUEST_NOT_EXTENDABLE)


def checked_decision(item: FoundItem, request: SubjectRequest, *, today_on: date) -> None:
    """Accept a decision: once, and after the advice or when that was waited for long enough.

    Raises:
        Refused: it was decided, or the registering agency may still advise.
    """
    if item.decision is not None:
        raise Refused(Refusal.ITEM_DECIDED)
    until_on = advise_by(request.received_at)
    if item.advice is None and today_on <= until_on:
        raise Refused(Refusal.ADVICE_AWAITED, until=until_on.isoformat())


def checked_advice(item: FoundItem) -> None:
    """Accept an advice: one, before the decision."""
    if item.decision is not None:
        raise Refused(Refusal.ITEM_DECIDED)
    if item.advice is not None:
        raise Refused(Refusal.ADVICE_GIVEN)


def is_told(notice: SubjectNotice, *, may_defer: bool) -> bool:
    """Return whether the answer tells of a registration: not while its notice is put off as the lane's card allows."""
    return not (may_defer and notice.status is NoticeStatus.DEFERRED)


def statement_of(request: SubjectRequest, *, receipt: str, answered_on: date) -> bytes:
    """Return what is signed under an answer: that what had to be erased is. The same whatever was found."""
    content = {
        "receipt": receipt,
        "request": request.id,
        "lane": request.lane,
        "right": request.right.value,
        "received": local_date(request.received_at).isoformat(),
        "answered": answered_on.isoformat(),
        "carried_out": "what was decided, and journaled against a restored backup",
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()

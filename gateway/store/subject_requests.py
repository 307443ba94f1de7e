"""Requests of persons about their data: taken at a desk, found registrations routed, advised on, decided, answered."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Update,
    bindparam,
    literal_column,
    null,
    select,
    union_all,
    update,
)

from gateway.core.archive import NOBODY
from gateway.core.deadlines import local_date
from gateway.core.involvement import Oin
from gateway.core.subject_request import RESTRICTS, AnswerLine, FoundItem, SubjectRequest
from gateway.protocol.messages.subject_requests import (
    Advice,
    AdviceReason,
    AdviseOnItem,
    AgeClass,
    DecideItem,
    DecisionReason,
    ExtensionReason,
    ItemDecision,
    RequestState,
    SubjectRight,
    WrongPart,
)
from gateway.store import tables
from gateway.store.activity import goes_on
from gateway.store.faults import Overtaken
from gateway.store.instants import DatabaseTime, instant, microseconds
from gateway.store.sets import Row, among
from gateway.store.sheet import Port
from keys.tokens import IndexToken

_requests, _items = tables.subject_requests, tables.subject_request_items
_registrations, _journal = tables.registrations, tables.erasure_journal
_pending = _requests.c.state == literal_column("'pending'")

_of_person = (
    (_registrations.c.token_prefix == bindparam("prefix"))
    & (_registrations.c.index_token == bindparam("token"))
    & (_registrations.c.lane == bindparam("of_lane"))
)
#: All that is held of a person in a lane: what goes on, restricted or not, and what the archive keeps.
FOUND: Final = union_all(
    select(_registrations.c.id).where(_of_person, goes_on(_registrations)),
    select(_registrations.c.id).where(_of_person, _registrations.c.archived_until_at.is_not(None)),
)
_MINE = select(_requests).where(_requests.c.desk == bindparam("by"))
_ONE = _MINE.where(_requests.c.id == bindparam("request"))
_ANY = select(_requests).where(_requests.c.id == bindparam("request"))
PAGE: Final = _MINE.where(_requests.c.id > bindparam("after")).order_by(_requests.c.id).limit(bindparam("limit"))
TO_ROUTE: Final = (
    select(_requests).where(_requests.c.routed_at.is_(None)).order_by(_requests.c.received_at).limit(bindparam("limit"))
)
# Each found once, from the few rows that it is about: most items were decided and exported long ago.
_undecided = select(_items.c.request).where(_items.c.decision.is_(None))
_unjournaled = (
    select(_items.c.request)
    .join(_journal, _journal.c.registration == _items.c.registration)
    .where(_journal.c.exported_at.is_(None))
)
TO_ANSWER: Final = (
    select(_requests)
    .where(
        _pending,
        _requests.c.ready_on <= bindparam("today", type_=_requests.c.ready_on.type),
        _requests.c.routed_at.is_not(None),
        _requests.c.id.not_in(_undecided),
        _requests.c.id.not_in(_unjournaled),
    )
    .order_by(_requests.c.ready_on)
    .limit(bindparam("limit"))
)
TO_REMIND: Final = (
    select(_requests)
    .where(
        _pending,
        _requests.c.due_on <= bindparam("until", type_=_requests.c.due_on.type),
        _requests.c.reminded_on.is_(None),
    )
    .order_by(_requests.c.due_on)
    .limit(bindparam("limit"))
)
TO_ALARM: Final = (
    select(_requests)
    .where(
        _pending,
        _requests.c.due_on < bindparam("today", type_=_requests.c.due_on.type),
        _requests.c.alarmed_on.is_(None),
    )
    .order_by(_requests.c.due_on)
    .limit(bindparam("limit"))
)
_this = _requests.c.id == bindparam("request")
_ROUTED = update(_requests).where(_this, _requests.c.routed_at.is_(None)).values(routed_at=DatabaseTime())
_EXTEND = (
    update(_requests)
    .where(_this, _pending, _requests.c.extension.is_(None))
    .values(extension=bindparam("why"), due_on=bindparam("new_due", type_=_requests.c.due_on.type), reminded_on=null())
)
_ANSWER = (
    update(_requests)
    .where(_this, _pending)
    .values(
        state=RequestState.ANSWERED.value,
        answered_on=bindparam("today", type_=_requests.c.due_on.type),
        token_prefix=NOBODY.prefix,
        index_token=NOBODY.value,
        statement=bindparam("signed"),
        signature=bindparam("under_it"),
    )
)
_REMINDED = (
    update(_requests)
    .where(_this, _pending, _requests.c.reminded_on.is_(None))
    .values(reminded_on=bindparam("today", type_=_requests.c.due_on.type))
)
_ALARMED = (
    update(_requests)
    .where(_this, _pending, _requests.c.alarmed_on.is_(None))
    .values(alarmed_on=bindparam("today", type_=_requests.c.due_on.type))
)

_ITEM = select(_items).where(_items.c.id == bindparam("item"))
_ITEMS_OF = select(_items).where(_items.c.request == bindparam("request")).order_by(_items.c.id)
_ADVISE = (
    update(_items)
    .where(_items.c.id == bindparam("item"), _items.c.advice.is_(None), _items.c.decision.is_(None))
    .values(advice=bindparam("said"), advice_reason=bindparam("why"), advised_at=DatabaseTime())
)
_DECIDE = (
    update(_items)
    .where(_items.c.id == bindparam("item"), _items.c.decision.is_(None))
    .values(
        decision=bindparam("said"),
        decision_reason=bindparam("why"),
        decided_at=DatabaseTime(),
        decided_by=bindparam("by"),
        told_at=bindparam("told", type_=_items.c.told_at.type),
    )
)
BINDS: Final = (
    select(_items.c.id)
    .join(_requests, _requests.c.id == _items.c.request)
    .where(
        _items.c.registration == bindparam("registration"),
        _items.c.id != bindparam("besides"),
        _requests.c.right.in_(sorted(RESTRICTS)),
        _items.c.decision.is_(None)
        | ((_items.c.decision == ItemDecision.UPHELD.value) & (_requests.c.right == SubjectRight.RESTRICTION.value)),
    )
    .limit(1)
)
_SEVERAL = select(_requests).where(among(_requests.c.id, "ids"))
_LINES = (
    select(
        *(_items.c[name] for name in ("agency", "decision", "decision_reason")),
        *(_registrations.c[name] for name in ("registered_at", "valid_until_on")),
    )
    .join(_registrations, _registrations.c.id == _items.c.registration)
    .where(_items.c.request == bindparam("request"), _items.c.told_at.is_not(None))
    .order_by(_items.c.id)
)


def _listed(seen_by: ColumnElement[bool]) -> Select[Any]:
    """Return the one statement that lists items, for whoever may see these."""
    return (
        select(_items)
        .where(
            seen_by,
            _items.c.id > bindparam("after"),
            (bindparam("only") == literal_column("''")) | (_items.c.registration == bindparam("only")),
        )
        .order_by(_items.c.id)
        .limit(bindparam("limit"))
    )


OF_AGENCY: Final = _listed(_items.c.agency == bindparam("by"))
OF_MUNICIPALITY: Final = _listed(_items.c.municipality == bindparam("by"))
_OF_ALL: Final = _listed(literal_column("1=1"))


class SqlSubjectRequests(Port):
    """Requests, each seen by the desk that took it, and their items by whoever advises on them or decides them."""

    def take(self, request: SubjectRequest) -> None:
        """Record a request; nothing is looked up."""
        self._sheet.insert(_requests, [_row(request)])
        self._sheet.ring()

    def one(self, request: str, *, desk: Oin) -> SubjectRequest | None:
        """Return a request that was taken at this desk."""
        return self._first(_ONE, {"request": request, "by": desk})

    def any(self, request: str) -> SubjectRequest | None:
        """Return a request of any desk: for the house itself, and for whoever may see an item of it."""
        return self._first(_ANY, {"request": request})

    def page(self, desk: Oin, *, after: str, limit: int) -> tuple[SubjectRequest, ...]:
        """Return the requests of this desk with an id after `after`, in order of id."""
        return self._several(PAGE, {"by": desk, "after": after, "limit": limit})

    def to_route(self, *, limit: int) -> tuple[SubjectRequest, ...]:
        """Return requests for which nothing was looked up yet, oldest first."""
        return self._several(TO_ROUTE, {"limit": limit})

    def to_answer(self, *, today_on: date, limit: int) -> tuple[SubjectRequest, ...]:
        """Return requests whose day has come, of which all is decided and what was erased lies in the journal."""
        return self._several(TO_ANSWER, {"today": today_on, "limit": limit})

    def to_remind(self, *, until_on: date, limit: int) -> tuple[SubjectRequest, ...]:
        """Return pending requests that are due by a day and of which nobody was reminded."""
        return self._several(TO_REMIND, {"until": until_on, "limit": limit})

    def to_alarm(self, *, today_on: date, limit: int) -> tuple[SubjectRequest, ...]:
        """Return pending requests whose last day is over and of which nobody was alarmed."""
        return self._several(TO_ALARM, {"today": today_on, "limit": limit})

    def found(self, request: SubjectRequest) -> tuple[str, ...]:
        """Return the registrations that are held of the person in the lane, in order of id."""
        token = request.index_token
        rows = self._sheet.read(FOUND, {"prefix": token.prefix, "token": token.value, "of_lane": request.lane})
        return tuple(sorted(rows.scalars()))

    def route(self, request: str, items: Sequence[FoundItem]) -> None:
        """Record what was found; when another worker did, the change runs again."""
        self._change_one(_ROUTED, {"request": request})
        self._sheet.insert(_items, [_item_row(item) for item in items])

    def extend(self, request: str, *, reason: ExtensionReason, due_on: date) -> None:
        """Give a pending request its new last day."""
        self._change_one(_EXTEND, {"request": request, "why": reason.value, "new_due": due_on})

    def answer(self, request: str, *, today_on: date, statement: bytes, signature: bytes) -> None:
        """Record that a request is answered, and forget whose it was."""
        said = {"request": request, "today": today_on, "signed": statement, "under_it": signature}
        self._change_one(_ANSWER, said)

    def reminded(self, request: str, *, today_on: date) -> None:
        """Record that everybody was reminded of a request."""
        self._change_one(_REMINDED, {"request": request, "today": today_on})

    def alarmed(self, request: str, *, today_on: date) -> None:
        """Record that the officers were alarmed of a request."""
        self._change_one(_ALARMED, {"request": request, "today": today_on})

    def item(self, item: str) -> FoundItem | None:
        """Return an item; whether the caller may see it is the flow's to say."""
        row = self._sheet.read(_ITEM, {"item": item}).mappings().first()
        return None if row is None else _item(row)

    def items_of(self, request: str) -> tuple[FoundItem, ...]:
        """Return all items of a request, in order of id."""
        return tuple(map(_item, self._sheet.read(_ITEMS_OF, {"request": request}).mappings()))

    def items_of_agency(self, agency: Oin, *, after: str, only: str, limit: int) -> tuple[FoundItem, ...]:
        """Return items about this agency's registrations; `only` those about one of them, unless it is empty."""
        return self._items(OF_AGENCY, {"by": agency, "after": after, "only": only, "limit": limit})

    def items_of_municipality(self, municipality: str, *, after: str, only: str, limit: int) -> tuple[FoundItem, ...]:
        """Return items that this municipality decides."""
        return self._items(OF_MUNICIPALITY, {"by": municipality, "after": after, "only": only, "limit": limit})

    def all_items(self, *, after: str, only: str, limit: int) -> tuple[FoundItem, ...]:
        """Return items of every municipality, for a privacy officer."""
        return self._items(_OF_ALL, {"after": after, "only": only, "limit": limit})

    def binds(self, registration: str, *, besides: str = "") -> bool:
        """Return whether a request keeps a registration restricted: one not decided, or a restriction upheld."""
        return self._sheet.read(BINDS, {"registration": registration, "besides": besides}).first() is not None

    def several(self, requests: Collection[str]) -> Mapping[str, SubjectRequest]:
        """Return requests of any desk by their ids."""
        return {one.id: one for one in self._several(_SEVERAL, {"ids": sorted(requests)})}

    def advise(self, item: str, said: AdviseOnItem) -> None:
        """Record an advice; when there is one, or a decision, the change runs again."""
        self._change_one(_ADVISE, {"item": item, "said": said.advice.value, "why": said.reason.value})

    def decide(self, item: str, said: DecideItem, *, by: Oin, told_at: datetime | None) -> None:
        """Record a decision, and whether the answer tells of it; when there is one, the change runs again."""
        told = None if told_at is None else microseconds(told_at)
        values = {"item": item, "said": said.decision.value, "why": said.reason.value, "by": by, "told": told}
        self._change_one(_DECIDE, values)

    def lines(self, request: str) -> tuple[AnswerLine, ...]:
        """Return what the answer to a request tells, in order of id."""
        return tuple(
            AnswerLine(
                agency=Oin(row["agency"]),
                registered_on=local_date(instant(row["registered_at"])),
                valid_until_on=row["valid_until_on"],
                decision=ItemDecision(row["decision"]),
                reason=DecisionReason(row["decision_reason"]),
            )
            for row in self._sheet.read(_LINES, {"request": request}).mappings()
        )

    def _first(self, statement: Select[Any], values: Row) -> SubjectRequest | None:
        row = self._sheet.read(statement, values).mappings().first()
        return None if row is None else _request(row)

    def _several(self, statement: Select[Any], values: Row) -> tuple[SubjectRequest, ...]:
        return tuple(map(_request, self._sheet.read(statement, values).mappings()))

    def _items(self, statement: Select[Any], values: Row) -> tuple[FoundItem, ...]:
        return tuple(map(_item, self._sheet.read(statement, values).mappings()))

    def _change_one(self, statement: Update, values: Row) -> None:
        if self._sheet.write(statement, values).rowcount != 1:
            raise Overtaken


def _row(request: SubjectRequest) -> Row:
    return {
        "id": request.id,
        "desk": request.desk,
        "lane": request.lane,
        "token_prefix": request.index_token.prefix,
        "index_token": request.index_token.value,
        "right": request.right.value,
        "age_class": request.age_class.value,
        "wrong": None if request.wrong is None else request.wrong.value,
        "case_reference": request.case_reference,
        "received_at": microseconds(request.received_at),
        "due_on": request.due_on,
        "ready_on": request.ready_on,
        "state": request.state.value,
    }


def _request(row: RowMapping) -> SubjectRequest:
    return SubjectRequest(
        id=row["id"],
        desk=Oin(row["desk"]),
        lane=row["lane"],
        index_token=IndexToken(bytes(row["index_token"])),
        right=SubjectRight(row["right"]),
        age_class=AgeClass(row["age_class"]),
        wrong=None if row["wrong"] is None else WrongPart(row["wrong"]),
        case_reference=row["case_reference"],
        received_at=instant(row["received_at"]),
        due_on=row["due_on"],
        ready_on=row["ready_on"],
        state=RequestState(row["state"]),
        extension=None if row["extension"] is None else ExtensionReason(row["extension"]),
        answered_on=row["answered_on"],
        statement=bytes(row["statement"] or b""),
        signature=bytes(row["signature"] or b""),
    )


def _item_row(item: FoundItem) -> Row:
    return {
        "id": item.id,
        "request": item.request,
        "registration": item.registration,
        "agency": item.agency,
        "municipality": item.municipality,
        "restricted_at": None if item.restricted_at is None else microseconds(item.restricted_at),
    }


def _item(row: RowMapping) -> FoundItem:
    return FoundItem(
        id=row["id"],
        request=row["request"],
        registration=row["registration"],
        agency=Oin(row["agency"]),
        municipality=row["municipality"],
        restricted_at=None if row["restricted_at"] is None else instant(row["restricted_at"]),
        advice=None if row["advice"] is None else Advice(row["advice"]),
        advice_reason=None if row["advice_reason"] is None else AdviceReason(row["advice_reason"]),
        decision=None if row["decision"] is None else ItemDecision(row["decision"]),
        decision_reason=None if row["decision_reason"] is None else DecisionReason(row["decision_reason"]),
    )

"""Take a person's request at the desk of a municipality: convert the token and write the request down, nothing more.

What is held of the person is looked up afterwards, by the worker. So the answer to the desk costs the same and says
the same whatever there is.
"""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from gateway.core.deadlines import local_date
from gateway.core.events import Event, EventKind
from gateway.core.refusals import Refusal, Refused
from gateway.core.subject_request import (
    DESK_KIND,
    PURPOSE,
    SubjectRequest,
    checked_askers,
    checked_extension,
    checked_wrong,
    due_on,
    ready_on,
)
from gateway.flows.admission import admit_one, admitted_event, change_once, change_or_refuse, event_of, slip_of
from gateway.flows.ports.conversion import Converted
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.subject_requests import (
    ExtendSubjectRequest,
    SubjectRequests,
    SubjectRequestView,
    TakeSubjectRequest,
)
from keys.signing import Signed
from keys.tokens import PersonToken

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class About(Generic[M]):
    """Which request, or which item of one, and what is asked of it."""

    id: str
    asked: M


def take_request(call: Signed[TakeSubjectRequest], house: House) -> bytes:
    """Take a request; return the JSON of `SubjectRequestView`.

    Raises:
        Refused: the caller is no desk of a municipality, the lane is unknown, others have to ask at this age, what is
            wrong is missing, or the token is no good.
    """

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        checked_desk(call)
        request = _request(call, house, tx)
        tx.requests.take(request)
        said = {"lane": request.lane, "right": request.right.value, "age_class": request.age_class.value}
        return view_of(request), (event_of(call, house, EventKind.REQUEST_TAKEN, request=request.id, **said),)

    return change_once(call, house, "take request", act)


def extend_request(call: Signed[About[ExtendSubjectRequest]], house: House) -> bytes:
    """Take two months longer, once and within the first; return the JSON of `SubjectRequestView`.

    Raises:
        Refused: not found (or another desk's, which looks the same), answered, extended before, or too late.
    """
    wanted = call.message

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        request = _own(tx, call, wanted.id)
        checked_extension(request, today_on=local_date(tx.now()))
        until_on = due_on(request.received_at, extended=True)
        tx.requests.extend(request.id, reason=wanted.asked.reason, due_on=until_on)
        said = {"reason": wanted.asked.reason.value, "due_on": until_on.isoformat()}
        event = event_of(call, house, EventKind.REQUEST_EXTENDED, request=request.id, **said)
        return view_of(_own(tx, call, request.id)), (event,)

    return change_once(call, house, "extend request", act)


def show_request(call: Signed[Any], house: House, request: str) -> SubjectRequestView:
    """Return a request that was taken at the caller's desk."""

    def work(tx: Tx) -> Recorded[SubjectRequestView]:
        admit_one(tx, slip_of(call))
        return Recorded(view_of(_own(tx, call, request)), (admitted_event(call, house, "show request"),))

    return change_or_refuse(call, house, "show request", work)


def list_requests(call: Signed[Any], house: House, *, after: str, limit: int) -> SubjectRequests:
    """Return a page of the requests that were taken at the caller's desk, in order of id."""

    def work(tx: Tx) -> Recorded[SubjectRequests]:
        admit_one(tx, slip_of(call))
        rows = tx.requests.page(call.caller.oin, after=after, limit=limit + 1)
        page = SubjectRequests(
            requests=tuple(map(view_of, rows[:limit])), next=rows[limit - 1].id if len(rows) > limit else None
        )
        return Recorded(page, (admitted_event(call, house, "list requests"),))

    return change_or_refuse(call, house, "list requests", work)


def checked_desk(call: Signed[Any]) -> None:
    """Accept the desk of a municipality: an agency of that kind whose municipality the trust list names."""
    if call.caller.kind != DESK_KIND or not call.caller.municipality:
        raise Refused(Refusal.DESK_NOT_ADMITTED)


def view_of(request: SubjectRequest) -> SubjectRequestView:
    """Return a request as its desk sees it."""
    return SubjectRequestView(
        id=request.id,
        lane=request.lane,
        right=request.right,
        age_class=request.age_class,
        case_reference=request.case_reference,
        state=request.state,
        received_on=local_date(request.received_at),
        due_on=request.due_on,
        extension=request.extension,
    )


def _request(call: Signed[TakeSubjectRequest], house: House, tx: Tx) -> SubjectRequest:
    asked = call.message
    if asked.purpose != PURPOSE or asked.purpose != call.purpose:
        raise Refused(Refusal.PURPOSE_DIFFERS)
    if house.policies().lane(asked.lane) is None:
        raise Refused(Refusal.LANE_UNKNOWN)
    checked_askers(asked.age_class, asked.asked_by)
    checked_wrong(asked.right, asked.wrong)
    id_, now = house.mint("srq"), tx.now()
    return SubjectRequest(
        id=id_,
        desk=call.caller.oin,
        lane=asked.lane,
        index_token=_convert(call, house, id_).index_token,
        right=asked.right,
        age_class=asked.age_class,
        wrong=asked.wrong,
        case_reference=asked.case_reference,
        received_at=now,
        due_on=due_on(now),
        ready_on=ready_on(now),
    )


def _convert(call: Signed[TakeSubjectRequest], house: House, request: str) -> Converted:
    try:
        token = PersonToken.decode(call.message.token)
    except ValueError:
        raise Refused(Refusal.TOKEN_INVALID) from None
    (person,) = house.converter.convert(((token, request),), agency=call.caller.oin, lane=call.message.lane)
    if isinstance(person, Refusal):
        raise Refused(person)
    return person


def _own(tx: Tx, call: Signed[Any], request: str) -> SubjectRequest:
    found = tx.requests.one(request, desk=call.caller.oin)
    if found is None:
        raise Refused(Refusal.NOT_FOUND)
    return found

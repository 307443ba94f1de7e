"""Advise on a registration that a person's request is about, and decide it: upheld or refused, once.

1. Whoever registered advises, once. The municipality that holds its agreement decides, or a privacy officer; to anybody
   else an item is as absent as one that never was (G24).
2. A decision claims the person and lets what is due about it be matched first, as a withdrawal does (G15).
3. Upheld, an erasure, an objection or a rectification ends the registration and forgets whose it was (domain rule 10);
   with a rectification the agency is asked to register anew. Refused, what was restricted for it matches again.
"""

from typing import Any

from gateway.core.deadlines import local_date
from gateway.core.events import Event, EventKind
from gateway.core.involvement import Registration, ending_of_matches
from gateway.core.notices import further_deferral
from gateway.core.refusals import Refusal, Refused
from gateway.core.reminders import OwnAlert
from gateway.core.subject_request import (
    DESK_KIND,
    ENDS_FOR,
    FoundItem,
    SubjectRequest,
    advise_by,
    checked_advice,
    checked_decision,
    is_told,
)
from gateway.flows.admission import admit_one, admitted_event, change_once, change_or_refuse, event_of, slip_of
from gateway.flows.matching.match import match_jobs
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx
from gateway.flows.rights.take_request import About
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.registrations import RegistrationStatus
from gateway.protocol.messages.subject_requests import (
    AdviseOnItem,
    DecideItem,
    ItemDecision,
    ItemRole,
    SubjectRequestItem,
    SubjectRequestItems,
    SubjectRight,
)
from keys.signing import Signed

#: The role in the trust list of a privacy officer; the core and the flows know parties by their words alone.
OFFICER = "officer"


def advise_on_item(call: Signed[About[AdviseOnItem]], house: House) -> bytes:
    """Give the advice of the registering agency; return the JSON of `SubjectRequestItem`.

    Raises:
        Refused: not found (or another agency's, which looks the same), advised on before, or decided.
    """

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        item, request = _seen(tx, call, call.message.id)
        if item.agency != call.caller.oin:
            raise Refused(Refusal.NOT_FOUND)
        checked_advice(item)
        asked = call.message.asked
        tx.requests.advise(item.id, asked)
        said = {"advice": asked.advice.value, "reason": asked.reason.value}
        event = event_of(call, house, EventKind.ADVICE_GIVEN, item=item.id, **said)
        return _view(_again(tx, item), request, call), (event,)

    return change_once(call, house, "advise on item", act)


def decide_item(call: Signed[About[DecideItem]], house: House) -> bytes:
    """Decide what comes of a request for one registration, and carry it out; return the JSON of `SubjectRequestItem`.

    Raises:
        Refused: not found (or another municipality's, which looks the same), decided before, or the advice is awaited.
    """

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        item, request = _seen(tx, call, call.message.id)
        if not _decides(call, item):
            raise Refused(Refusal.NOT_FOUND)
        tx.claim({request.index_token})
        made = match_jobs(tx, tx.jobs.of_persons({request.index_token}), house)
        item, asked = _again(tx, item), call.message.asked  # again: now under the claim
        checked_decision(item, request, today_on=local_date(tx.now()))
        registration = _carry_out(tx, item, request, asked)
        told_at = tx.now() if _told(registration, house) else None
        tx.requests.decide(item.id, asked, by=call.caller.oin, told_at=told_at)
        alerts = _ask_anew(tx, item, request, asked, house)
        said = {"registration": item.registration, "decision": asked.decision.value, "reason": asked.reason.value}
        event = event_of(call, house, EventKind.ITEM_DECIDED, item=item.id, **said, alerts=alerts)
        return _view(_again(tx, item), request, call), (*made, event)

    return change_once(call, house, "decide item", act)


def list_items(call: Signed[Any], house: House, *, after: str, only: str, limit: int) -> SubjectRequestItems:
    """Return a page of the items that the caller advises on or decides; `only` those about one registration."""

    def work(tx: Tx) -> Recorded[SubjectRequestItems]:
        admit_one(tx, slip_of(call))
        rows = _page(tx, call, after=after, only=only, limit=limit + 1)
        requests = tx.requests.several({item.request for item in rows})
        views = tuple(_view(item, requests[item.request], call) for item in rows[:limit])
        page = SubjectRequestItems(items=views, next=rows[limit - 1].id if len(rows) > limit else None)
        return Recorded(page, (admitted_event(call, house, "list items"),))

    return change_or_refuse(call, house, "list items", work)


def _page(tx: Tx, call: Signed[Any], *, after: str, only: str, limit: int) -> tuple[FoundItem, ...]:
    if call.caller.role == OFFICER:
        return tx.requests.all_items(after=after, only=only, limit=limit)
    if call.caller.kind == DESK_KIND and call.caller.municipality:
        return tx.requests.items_of_municipality(call.caller.municipality, after=after, only=only, limit=limit)
    return tx.requests.items_of_agency(call.caller.oin, after=after, only=only, limit=limit)


def _seen(tx: Tx, call: Signed[Any], item: str) -> tuple[FoundItem, SubjectRequest]:
    found = tx.requests.item(item)
    if found is None or not (found.agency == call.caller.oin or _decides(call, found)):
        raise Refused(Refusal.NOT_FOUND)
    return found, _request_of(tx, found)


def _decides(call: Signed[Any], item: FoundItem) -> bool:
    caller = call.caller
    is_desk = caller.kind == DESK_KIND and caller.municipality != ""
    return caller.role == OFFICER or (is_desk and caller.municipality == item.municipality)


def _request_of(tx: Tx, item: FoundItem) -> SubjectRequest:
    request = tx.requests.any(item.request)
    if request is None:
        raise AssertionError("an item without its request")
    return request


def _again(tx: Tx, item: FoundItem) -> FoundItem:
    found = tx.requests.item(item.id)
    if found is None:
        raise Refused(Refusal.NOT_FOUND)
    return found


def _carry_out(tx: Tx, item: FoundItem, request: SubjectRequest, asked: DecideItem) -> Registration:
    """Do what was decided; return the registration as it was before."""
    (registration,) = tx.registrations.several((item.registration,))
    upheld = asked.decision is ItemDecision.UPHELD
    if upheld and request.right in ENDS_FOR:
        _end(tx, registration, request.right)
    elif not upheld and item.restricted_at is not None:
        _lift(tx, registration, item)
    return registration


def _told(registration: Registration, house: House) -> bool:
    may_defer = further_deferral(house.policies().lane(registration.lane)) is not None
    return is_told(registration.notice, may_defer=may_defer)


def _ask_anew(tx: Tx, item: FoundItem, request: SubjectRequest, asked: DecideItem, house: House) -> tuple[str, ...]:
    """Ask the agency whose registration was wrong to register anew; return the ids of the alerts."""
    if asked.decision is not ItemDecision.UPHELD or request.right is not SubjectRight.RECTIFICATION:
        return ()
    alert = OwnAlert(house.mint("alt"), item.agency, item.registration, AlertKind.RECTIFICATION_ASKED)
    tx.alerts.tell((alert,))
    return (alert.id,)


def _lift(tx: Tx, registration: Registration, item: FoundItem) -> None:
    """Let it match again, unless another request still keeps it restricted."""
    if registration.status is RegistrationStatus.RESTRICTED and not tx.requests.binds(registration.id, besides=item.id):
        tx.registrations.lift(registration.id)
        tx.jobs.queue((registration.id,))


def _end(tx: Tx, registration: Registration, right: SubjectRight) -> None:
    """End it and forget whose it was: never archived, never a ghost."""
    ids, reason = (registration.id,), ENDS_FOR[right]
    tx.registrations.end(ids, status=RegistrationStatus.WITHDRAWN, reason=reason, ending=ending_of_matches(reason))
    tx.archive.forget(ids, cases=True)


def _view(item: FoundItem, request: SubjectRequest, call: Signed[Any]) -> SubjectRequestItem:
    return SubjectRequestItem(
        id=item.id,
        request=item.request,
        role=ItemRole.DECIDES if _decides(call, item) else ItemRole.ADVISES,
        right=request.right,
        age_class=request.age_class,
        lane=request.lane,
        registration_id=item.registration,
        agency=item.agency,
        wrong=request.wrong,
        advice=item.advice,
        advice_reason=item.advice_reason,
        advise_by=advise_by(request.received_at),
        decision=item.decision,
        decision_reason=item.decision_reason,
        due_on=request.due_on,
    )

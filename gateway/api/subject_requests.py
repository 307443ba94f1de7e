"""Requests of persons over HTTP: taken at a desk, advised on, decided, extended, and answered as a letter."""

import base64
from typing import Final

from gateway.api.caller import signed, signed_bare
from gateway.api.exchange import Endpoint, Query, Reply, Request, id_form, paged
from gateway.api.front import Front
from gateway.core.policy.questions.words import Language
from gateway.core.refusals import Refusal
from gateway.flows.admission import json_of
from gateway.flows.ports.house import House
from gateway.flows.rights.answer_request import Answered, show_answer
from gateway.flows.rights.decide_item import advise_on_item, decide_item, list_items
from gateway.flows.rights.take_request import About, extend_request, list_requests, show_request, take_request
from gateway.protocol.messages.subject_requests import (
    AdviseOnItem,
    DecideItem,
    ExtendSubjectRequest,
    SubjectAnswer,
    SubjectRequestItem,
    SubjectRequestItems,
    SubjectRequests,
    SubjectRequestView,
    TakeSubjectRequest,
)
from gateway.reading.subject_answer import answer_pdf
from keys.parties import Role
from keys.signing import Signed
from keys.signing_key import base64url

_DECIDERS: Final = (Role.AGENCY, Role.OFFICER)


async def _take(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, TakeSubjectRequest)
    call = verified.carry(asked)
    return Reply(201, await front.threads.run(call.caller.oin, take_request, call, front.house))


async def _extend(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, ExtendSubjectRequest)
    call = verified.carry(About(request.ids[0], asked))
    return Reply(201, await front.threads.run(call.caller.oin, extend_request, call, front.house))


async def _list(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    after, limit = request.text("after"), request.number("limit")
    page = await front.threads.run(call.caller.oin, list_requests, call, front.house, after=after, limit=limit)
    return Reply(200, json_of(page))


async def _show(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    found = await front.threads.run(call.caller.oin, show_request, call, front.house, request.ids[0])
    return Reply(200, json_of(found))


async def _answer(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    language = request.text("language")
    return Reply(200, await front.threads.run(call.caller.oin, _letter, call, front.house, request.ids[0], language))


def _letter(call: Signed[None], house: House, request: str, language: str) -> bytes:
    answered: Answered = show_answer(call, house, request)
    said = answered.request
    spoken: Language = "en" if language == "en" else "nl"
    answer = SubjectAnswer(
        id=said.id,
        language=spoken,
        pdf=base64.b64encode(answer_pdf(answered.letter, spoken)).decode(),
        statement=said.statement.decode(),
        signature=base64url(said.signature),
    )
    return json_of(answer)


async def _items(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    asked = {"after": request.text("after"), "only": request.text("registration")}
    limit = request.number("limit")
    return Reply(
        200, json_of(await front.threads.run(call.caller.oin, list_items, call, front.house, **asked, limit=limit))
    )


async def _advise(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, AdviseOnItem)
    call = verified.carry(About(request.ids[0], asked))
    return Reply(201, await front.threads.run(call.caller.oin, advise_on_item, call, front.house))


async def _decide(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, DecideItem)
    call = verified.carry(About(request.ids[0], asked))
    return Reply(201, await front.threads.run(call.caller.oin, decide_item, call, front.house))


ENDPOINTS: Final = (
    Endpoint(
        name="takeSubjectRequest",
        method="POST",
        path="/subject-requests",
        summary="Take a person's request at the desk of a municipality; the answer tells nothing of what is held.",
        serve=_take,
        takes=TakeSubjectRequest,
        answers=SubjectRequestView,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(
            Refusal.DESK_NOT_ADMITTED,
            Refusal.REQUEST_ASKERS,
            Refusal.LANE_UNKNOWN,
            Refusal.PURPOSE_DIFFERS,
            Refusal.TOKEN_KEY_UNKNOWN,
            Refusal.TOKEN_OTHER_AGENCY,
            Refusal.TOKEN_OTHER_LANE,
            Refusal.TOKEN_INVALID,
        ),
    ),
    Endpoint(
        name="listSubjectRequests",
        method="GET",
        path="/subject-requests",
        summary="List the requests that were taken at your desk.",
        serve=_list,
        answers=SubjectRequests,
        query=paged("srq"),
    ),
    Endpoint(
        name="showSubjectRequest",
        method="GET",
        path="/subject-requests/{requestId}",
        summary="Show a request that was taken at your desk.",
        serve=_show,
        answers=SubjectRequestView,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND,),
    ),
    Endpoint(
        name="extendSubjectRequest",
        method="POST",
        path="/subject-requests/{requestId}/extensions",
        summary="Take two months longer for the answer, once, and say that the person was told.",
        serve=_extend,
        takes=ExtendSubjectRequest,
        answers=SubjectRequestView,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND, Refusal.REQUEST_NOT_EXTENDABLE),
    ),
    Endpoint(
        name="showSubjectAnswer",
        method="GET",
        path="/subject-requests/{requestId}/answer",
        summary="Show the answer to hand over: a letter of one size, with what the gateway signed.",
        serve=_answer,
        answers=SubjectAnswer,
        about_a_person=True,
        query=(Query("language", "nl or en.", pattern="nl|en", default="nl"),),
        refusals=(Refusal.NOT_FOUND, Refusal.REQUEST_NOT_READY),
    ),
    Endpoint(
        name="listSubjectRequestItems",
        method="GET",
        path="/subject-request-items",
        summary="List the registrations on which your advice or your decision is asked.",
        serve=_items,
        answers=SubjectRequestItems,
        query=(
            Query("registration", "Only those about this one.", pattern=id_form("reg")),
            *paged("sri"),
        ),
        roles=_DECIDERS,
    ),
    Endpoint(
        name="adviseOnItem",
        method="POST",
        path="/subject-request-items/{itemId}/advice",
        summary="Say what you, who registered, think of a person's request.",
        serve=_advise,
        takes=AdviseOnItem,
        answers=SubjectRequestItem,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND, Refusal.ADVICE_GIVEN, Refusal.ITEM_DECIDED),
    ),
    Endpoint(
        name="decideItem",
        method="POST",
        path="/subject-request-items/{itemId}/decisions",
        summary="Decide what comes of a request for one registration, and carry it out.",
        serve=_decide,
        takes=DecideItem,
        answers=SubjectRequestItem,
        status=201,
        changes=True,
        about_a_person=True,
        roles=_DECIDERS,
        refusals=(Refusal.NOT_FOUND, Refusal.ITEM_DECIDED, Refusal.ADVICE_AWAITED),
    ),
)

"""Safety oversight over HTTP: begin to hold it, offer it, accept or refuse it, take an offer back, see handovers."""

from typing import Final

from gateway.api.caller import signed, signed_bare
from gateway.api.exchange import Endpoint, Reply, Request, paged
from gateway.api.front import Front
from gateway.core.refusals import Refusal
from gateway.flows.admission import json_of
from gateway.flows.overseeing.answer_handover import Answering, accept_handover, refuse_handover, withdraw_handover
from gateway.flows.overseeing.begin_oversight import begin_oversight
from gateway.flows.overseeing.offer_handover import offer_handover
from gateway.flows.overseeing.show_handover import list_handovers, show_handover
from gateway.protocol.messages.oversight import (
    AcceptHandover,
    BeginOversight,
    Handovers,
    HandoverView,
    OfferHandover,
    OversightBegun,
    RefuseHandover,
    WithdrawHandover,
)


async def _begin(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, BeginOversight)
    call = verified.carry(asked)
    return Reply(201, await front.threads.run(call.caller.oin, begin_oversight, call, front.house))


async def _offer(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, OfferHandover)
    call = verified.carry(asked)
    return Reply(201, await front.threads.run(call.caller.oin, offer_handover, call, front.house))


async def _accept(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, AcceptHandover)
    call = verified.carry(Answering(request.ids[0], asked))
    return Reply(201, await front.threads.run(call.caller.oin, accept_handover, call, front.house))


async def _refuse(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, RefuseHandover)
    call = verified.carry(Answering(request.ids[0], asked))
    return Reply(201, await front.threads.run(call.caller.oin, refuse_handover, call, front.house))


async def _withdraw(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, WithdrawHandover)
    call = verified.carry(Answering(request.ids[0], asked))
    return Reply(201, await front.threads.run(call.caller.oin, withdraw_handover, call, front.house))


async def _list(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    after, limit = request.text("after"), request.number("limit")
    page = await front.threads.run(call.caller.oin, list_handovers, call, front.house, after=after, limit=limit)
    return Reply(200, json_of(page))


async def _show(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    found = await front.threads.run(call.caller.oin, show_handover, call, front.house, request.ids[0])
    return Reply(200, json_of(found))


_ANSWER: Final = (Refusal.NOT_FOUND, Refusal.PURPOSE_DIFFERS, Refusal.HANDOVER_OTHER_SIDE, Refusal.HANDOVER_CLOSED)

ENDPOINTS: Final = (
    Endpoint(
        name="beginSafetyOversight",
        method="POST",
        path="/safety-oversights",
        summary="Say that you hold safety oversight from now on, by an open report of Veilig Thuis.",
        serve=_begin,
        takes=BeginOversight,
        answers=OversightBegun,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(
            Refusal.NOT_FOUND,
            Refusal.PURPOSE_DIFFERS,
            Refusal.NOT_ACTIVE,
            Refusal.OVERSIGHT_NEEDS_REPORT,
            Refusal.OVERSIGHT_HELD,
        ),
    ),
    Endpoint(
        name="offerHandover",
        method="POST",
        path="/handovers",
        summary="Offer safety oversight to the local team of a match; you hold it until that is accepted.",
        serve=_offer,
        takes=OfferHandover,
        answers=HandoverView,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(
            Refusal.NOT_FOUND,
            Refusal.PURPOSE_DIFFERS,
            Refusal.NOT_ACTIVE,
            Refusal.MATCH_ENDED,
            Refusal.OVERSIGHT_NOT_YOURS,
            Refusal.HANDOVER_NOT_ADMITTED,
            Refusal.HANDOVER_OPEN,
        ),
    ),
    Endpoint(
        name="listHandovers",
        method="GET",
        path="/handovers",
        summary="List the handovers that you are a party to, in order of id.",
        serve=_list,
        answers=Handovers,
        query=paged("hov"),
    ),
    Endpoint(
        name="showHandover",
        method="GET",
        path="/handovers/{handoverId}",
        summary="Show a handover that you are a party to.",
        serve=_show,
        answers=HandoverView,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND, Refusal.PURPOSE_DIFFERS),
    ),
    Endpoint(
        name="acceptHandover",
        method="POST",
        path="/handovers/{handoverId}/acceptances",
        summary="Take safety oversight, under the version of the conditions that was offered.",
        serve=_accept,
        takes=AcceptHandover,
        answers=HandoverView,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(*_ANSWER, Refusal.HANDOVER_CONDITIONS_DIFFER),
    ),
    Endpoint(
        name="refuseHandover",
        method="POST",
        path="/handovers/{handoverId}/refusals",
        summary="Do not take safety oversight, and say why; whoever offered it still holds it.",
        serve=_refuse,
        takes=RefuseHandover,
        answers=HandoverView,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=_ANSWER,
    ),
    Endpoint(
        name="withdrawHandover",
        method="POST",
        path="/handovers/{handoverId}/withdrawals",
        summary="Take an open offer back, and say why.",
        serve=_withdraw,
        takes=WithdrawHandover,
        answers=HandoverView,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=_ANSWER,
    ),
)

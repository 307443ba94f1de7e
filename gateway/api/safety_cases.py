"""Accepted cases over HTTP: put on the list by who may start a check, seen by who takes part, closed by who leads."""

from typing import Final

from gateway.api.caller import signed, signed_bare
from gateway.api.exchange import Endpoint, Reply, Request, paged
from gateway.api.front import Front, today_on
from gateway.core.refusals import Refusal
from gateway.flows.admission import json_of
from gateway.flows.mechanisms.safety_cases import close_case, list_cases, open_case, show_case
from gateway.protocol.messages.safety_cases import CaseClosed, CaseOpened, CaseView, OpenCase, SafetyCases

_REFUSALS: Final = (
    Refusal.LANE_UNKNOWN,
    Refusal.LANE_NOT_BUILT,
    Refusal.AGENCY_NOT_ADMITTED,
    Refusal.PURPOSE_NOT_ADMITTED,
    Refusal.BASIS_NOT_IN_FORCE,
    Refusal.POLICY_EXPIRED,
    Refusal.PURPOSE_DIFFERS,
    Refusal.CASE_NOT_KEPT,
    Refusal.CASE_PARTICIPANT,
)


async def _open(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, OpenCase)
    call = verified.carry(asked)
    return Reply(201, await front.threads.run(call.caller.oin, open_case, call, front.house, today_on=today_on()))


async def _list(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    after, limit = request.text("after"), request.number("limit")
    page = await front.threads.run(call.caller.oin, list_cases, call, front.house, after=after, limit=limit)
    return Reply(200, json_of(page))


async def _show(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    found = await front.threads.run(call.caller.oin, show_case, call, front.house, request.ids[0])
    return Reply(200, json_of(found))


async def _close(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    return Reply(201, await front.threads.run(call.caller.oin, close_case, call, front.house, request.ids[0]))


ENDPOINTS: Final = (
    Endpoint(
        name="openCase",
        method="POST",
        path="/cases",
        summary="Put an accepted case on the list: under which reference, who takes part, and who leads.",
        serve=_open,
        takes=OpenCase,
        answers=CaseOpened,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=_REFUSALS,
    ),
    Endpoint(
        name="listCases",
        method="GET",
        path="/cases",
        summary="List the accepted cases in which you take part, in order of id.",
        serve=_list,
        answers=SafetyCases,
        query=paged("cas"),
    ),
    Endpoint(
        name="showCase",
        method="GET",
        path="/cases/{caseId}",
        summary="Show an accepted case in which you take part.",
        serve=_show,
        answers=CaseView,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND,),
    ),
    Endpoint(
        name="closeCase",
        method="POST",
        path="/cases/{caseId}/closures",
        summary="Close a case: all that was registered under it ends.",
        serve=_close,
        answers=CaseClosed,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND, Refusal.CASE_NOT_YOURS, Refusal.CASE_IS_CLOSED),
    ),
)

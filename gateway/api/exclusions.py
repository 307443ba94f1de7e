"""Exclusions over HTTP: recorded by an agency for its own token of a person, seen by it and its mediator, lifted."""

from typing import Final

from gateway.api.caller import signed, signed_bare
from gateway.api.exchange import Endpoint, Reply, Request, paged
from gateway.api.front import Front, today_on
from gateway.core.refusals import Refusal
from gateway.flows.admission import json_of
from gateway.flows.shielding.lift_exclusion import lift_exclusion
from gateway.flows.shielding.record_exclusion import record_exclusion
from gateway.flows.shielding.show_exclusions import list_exclusions, show_exclusion
from gateway.protocol.messages.exclusions import (
    ExclusionLifted,
    ExclusionRecorded,
    Exclusions,
    ExclusionView,
    RecordExclusion,
)

_REFUSALS: Final = (
    Refusal.LANE_UNKNOWN,
    Refusal.LANE_NOT_BUILT,
    Refusal.AGENCY_NOT_ADMITTED,
    Refusal.PURPOSE_NOT_ADMITTED,
    Refusal.BASIS_NOT_IN_FORCE,
    Refusal.POLICY_EXPIRED,
    Refusal.PURPOSE_DIFFERS,
    Refusal.EXCLUSION_MEDIATOR,
    Refusal.CONTACT_UNKNOWN,
    Refusal.TOKEN_KEY_UNKNOWN,
    Refusal.TOKEN_OTHER_AGENCY,
    Refusal.TOKEN_OTHER_LANE,
    Refusal.TOKEN_INVALID,
)


async def _record(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, RecordExclusion)
    call = verified.carry(asked)
    answer = await front.threads.run(call.caller.oin, record_exclusion, call, front.house, today_on=today_on())
    return Reply(201, answer)


async def _list(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    after, limit = request.text("after"), request.number("limit")
    page = await front.threads.run(call.caller.oin, list_exclusions, call, front.house, after=after, limit=limit)
    return Reply(200, json_of(page))


async def _show(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    found = await front.threads.run(call.caller.oin, show_exclusion, call, front.house, request.ids[0])
    return Reply(200, json_of(found))


async def _lift(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    return Reply(201, await front.threads.run(call.caller.oin, lift_exclusion, call, front.house, request.ids[0]))


ENDPOINTS: Final = (
    Endpoint(
        name="recordExclusion",
        method="POST",
        path="/exclusions",
        summary="Record which agencies or units must learn nothing of a person, and who mediates.",
        serve=_record,
        takes=RecordExclusion,
        answers=ExclusionRecorded,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=_REFUSALS,
    ),
    Endpoint(
        name="listExclusions",
        method="GET",
        path="/exclusions",
        summary="List the exclusions that you recorded or mediate, in order of id.",
        serve=_list,
        answers=Exclusions,
        query=paged("exc"),
    ),
    Endpoint(
        name="showExclusion",
        method="GET",
        path="/exclusions/{exclusionId}",
        summary="Show an exclusion that you recorded or mediate; its mediator sees whom it kept from meeting.",
        serve=_show,
        answers=ExclusionView,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND,),
    ),
    Endpoint(
        name="liftExclusion",
        method="POST",
        path="/exclusions/{exclusionId}/liftings",
        summary="Lift an exclusion that you recorded or mediate: what it withheld is matched anew.",
        serve=_lift,
        answers=ExclusionLifted,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND, Refusal.EXCLUSION_IS_LIFTED),
    ),
)

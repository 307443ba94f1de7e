"""Emergencies over HTTP: glass broken by one person and confirmed by another, and judged by two officers."""

from typing import Final

from gateway.api.caller import signed, signed_bare
from gateway.api.exchange import Endpoint, Query, Reply, Request, id_form, paged
from gateway.api.front import Front, today_on
from gateway.core.refusals import Refusal
from gateway.flows.admission import json_of
from gateway.flows.mechanisms.break_glass import Confirmation, break_glass, confirm_emergency, list_emergencies
from gateway.flows.mechanisms.review_emergency import Judgment, judge_emergency, list_to_review
from gateway.protocol.messages.emergencies import (
    BreakGlass,
    ConfirmEmergency,
    EmergenciesToReview,
    EmergencyConfirmed,
    EmergencyJudged,
    GlassBroken,
    JudgeEmergency,
    OwnEmergencies,
)
from keys.parties import Role

_POLICY: Final = (
    Refusal.LANE_UNKNOWN,
    Refusal.LANE_NOT_BUILT,
    Refusal.AGENCY_NOT_ADMITTED,
    Refusal.PURPOSE_NOT_ADMITTED,
    Refusal.FLAG_NOT_ADMITTED,
    Refusal.BASIS_NOT_IN_FORCE,
    Refusal.POLICY_EXPIRED,
    Refusal.PURPOSE_DIFFERS,
)


async def _break(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, BreakGlass)
    call = verified.carry(asked)
    return Reply(201, await front.threads.run(call.caller.oin, break_glass, call, front.house, today_on=today_on()))


async def _confirm(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, ConfirmEmergency)
    call = verified.carry(Confirmation(request.ids[0], asked))
    answer = await front.threads.run(call.caller.oin, confirm_emergency, call, front.house, today_on=today_on())
    return Reply(201, answer)


async def _list(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    after, limit = request.text("after"), request.number("limit")
    page = await front.threads.run(call.caller.oin, list_emergencies, call, front.house, after=after, limit=limit)
    return Reply(200, json_of(page))


async def _to_review(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    after, only, limit = request.text("after"), request.text("id"), request.number("limit")
    page = await front.threads.run(
        call.caller.oin, list_to_review, call, front.house, after=after, only=only, limit=limit
    )
    return Reply(200, json_of(page))


async def _judge(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, JudgeEmergency)
    call = verified.carry(Judgment(request.ids[0], asked))
    return Reply(201, await front.threads.run(call.caller.oin, judge_emergency, call, front.house))


ENDPOINTS: Final = (
    Endpoint(
        name="breakGlass",
        method="POST",
        path="/emergencies",
        summary="Say that somebody is in immediate danger; once another person confirms, who else is needed is told.",
        serve=_break,
        takes=BreakGlass,
        answers=GlassBroken,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(
            *_POLICY,
            Refusal.EMERGENCY_GLASS,
            Refusal.EMERGENCY_HOURS,
            Refusal.EMERGENCY_QUOTA,
            Refusal.NOTICE_INCOMPLETE,
            Refusal.NOTICE_PUT_OFF_TOO_LONG,
            Refusal.CONTACT_UNKNOWN,
            Refusal.TOKEN_KEY_UNKNOWN,
            Refusal.TOKEN_OTHER_AGENCY,
            Refusal.TOKEN_OTHER_LANE,
            Refusal.TOKEN_INVALID,
        ),
    ),
    Endpoint(
        name="listEmergencies",
        method="GET",
        path="/emergencies",
        summary="List for what your agency broke the glass, in order of id.",
        serve=_list,
        answers=OwnEmergencies,
        query=paged("reg"),
    ),
    Endpoint(
        name="confirmEmergency",
        method="POST",
        path="/emergencies/{registrationId}/confirmations",
        summary="Confirm, as another person of the same agency, that it cannot wait.",
        serve=_confirm,
        takes=ConfirmEmergency,
        answers=EmergencyConfirmed,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(
            Refusal.NOT_FOUND,
            Refusal.NOT_ACTIVE,
            Refusal.EMERGENCY_SAME_PERSON,
            Refusal.EMERGENCY_CONFIRMED,
            *_POLICY,
        ),
    ),
    Endpoint(
        name="listEmergenciesToReview",
        method="GET",
        path="/emergency-reviews",
        summary="List, as an officer, which emergencies two officers have not judged yet.",
        serve=_to_review,
        answers=EmergenciesToReview,
        query=(Query("id", "Only this one, judged or not.", pattern=id_form("reg")), *paged("reg")),
        roles=(Role.OFFICER,),
        refusals=(Refusal.AGENCY_NOT_ADMITTED,),
    ),
    Endpoint(
        name="judgeEmergency",
        method="POST",
        path="/emergency-reviews/{registrationId}/verdicts",
        summary="Judge, as an officer, whether breaking the glass was justified.",
        serve=_judge,
        takes=JudgeEmergency,
        answers=EmergencyJudged,
        status=201,
        changes=True,
        about_a_person=True,
        roles=(Role.OFFICER,),
        refusals=(Refusal.NOT_FOUND, Refusal.EMERGENCY_REVIEWED, Refusal.AGENCY_NOT_ADMITTED),
    ),
)

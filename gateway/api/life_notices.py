"""Notices of death and of moving over HTTP, from a register of persons, which hears nothing of what follows."""

from typing import Final

from gateway.api.caller import signed
from gateway.api.exchange import Endpoint, Reply, Request
from gateway.api.front import Front, today_on
from gateway.core.life_notice import LifeEvent
from gateway.core.refusals import Refusal
from gateway.flows.registering.life_notices import Noticed, take_notice
from gateway.protocol.messages.life_notices import NoticeOfLife, NoticeTaken
from keys.parties import Role

_REFUSALS: Final = (
    Refusal.AGENCY_NOT_ADMITTED,
    Refusal.LANE_UNKNOWN,
    Refusal.TOKEN_KEY_UNKNOWN,
    Refusal.TOKEN_OTHER_AGENCY,
    Refusal.TOKEN_OTHER_LANE,
    Refusal.TOKEN_INVALID,
)


async def _died(request: Request, front: Front) -> Reply:
    return await _take(request, front, LifeEvent.DIED)


async def _moved(request: Request, front: Front) -> Reply:
    return await _take(request, front, LifeEvent.MOVED)


async def _take(request: Request, front: Front, kind: LifeEvent) -> Reply:
    verified, asked = await signed(request, front, NoticeOfLife)
    call = verified.carry(Noticed(kind, asked))
    return Reply(201, await front.threads.run(call.caller.oin, take_notice, call, front.house, today_on=today_on()))


ENDPOINTS: Final = (
    Endpoint(
        name="noticeDeath",
        method="POST",
        path="/death-notices",
        summary="Say, as a register of persons, that somebody died: what ends by it ends.",
        serve=_died,
        takes=NoticeOfLife,
        answers=NoticeTaken,
        status=201,
        changes=True,
        about_a_person=True,
        roles=(Role.REGISTER,),
        refusals=_REFUSALS,
    ),
    Endpoint(
        name="noticeMove",
        method="POST",
        path="/move-notices",
        summary="Say, as a register of persons, that somebody moved: reporters are reminded to look.",
        serve=_moved,
        takes=NoticeOfLife,
        answers=NoticeTaken,
        status=201,
        changes=True,
        about_a_person=True,
        roles=(Role.REGISTER,),
        refusals=_REFUSALS,
    ),
)

"""Contact desks over HTTP: who may be called at an agency after a match."""

from typing import Final

from gateway.api.caller import signed, signed_bare
from gateway.api.exchange import Endpoint, Reply, Request
from gateway.api.front import Front
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import json_of
from gateway.flows.telling.desks import confirm_desk, list_desks, put_desk
from gateway.protocol.messages.contacts import ContactDesk, ContactDesks, OwnContactDesk


async def _list(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    return Reply(200, json_of(await front.threads.run(call.caller.oin, list_desks, call, front.house)))


async def _put(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, ContactDesk)
    if asked.id != request.ids[0]:
        raise Refused(Refusal.MEMBER_INVALID, member="id")
    return Reply(200, await front.threads.run(verified.party.oin, put_desk, verified.carry(asked), front.house))


async def _confirm(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    return Reply(201, await front.threads.run(call.caller.oin, confirm_desk, call, front.house, request.ids[0]))


ENDPOINTS: Final = (
    Endpoint(
        name="listContacts",
        method="GET",
        path="/contacts",
        summary="List your own contact desks.",
        serve=_list,
        answers=ContactDesks,
    ),
    Endpoint(
        name="putContact",
        method="PUT",
        path="/contacts/{contactId}",
        summary="Add a contact desk or replace it; its deputy must exist.",
        serve=_put,
        takes=ContactDesk,
        answers=ContactDesk,
        changes=True,
        refusals=(Refusal.CONTACT_UNKNOWN,),
    ),
    Endpoint(
        name="confirmContact",
        method="POST",
        path="/contacts/{contactId}/confirmations",
        summary="Say that a contact desk is still right, for another 90 days; else alerts go to its deputy too.",
        serve=_confirm,
        answers=OwnContactDesk,
        status=201,
        changes=True,
        refusals=(Refusal.NOT_FOUND,),
    ),
)

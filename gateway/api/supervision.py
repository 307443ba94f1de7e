"""Supervision over HTTP: whether contact is made in the matches of one municipality, for its match supervisor."""

from typing import Final

from gateway.api.caller import signed_bare
from gateway.api.exchange import Endpoint, Query, Reply, Request, id_form, paged
from gateway.api.front import Front
from gateway.core.refusals import Refusal
from gateway.flows.admission import json_of
from gateway.flows.matching.supervise import supervised_matches
from gateway.protocol.messages.matches import SupervisedMatches
from keys.parties import Role


async def _list(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    after, only, limit = request.text("after"), request.text("id"), request.number("limit")
    page = await front.threads.run(
        call.caller.oin, supervised_matches, call, front.house, after=after, only=only, limit=limit
    )
    return Reply(200, json_of(page))


ENDPOINTS: Final = (
    Endpoint(
        name="listSupervisedMatches",
        method="GET",
        path="/supervised-matches",
        summary="List the standing matches of your municipality, as its match supervisor: whether contact was made.",
        serve=_list,
        answers=SupervisedMatches,
        query=(
            Query("id", "Only this one, if it is of your municipality.", pattern=id_form("mat")),
            *paged("mat"),
        ),
        roles=(Role.SUPERVISOR,),
        refusals=(Refusal.AGENCY_NOT_ADMITTED,),
    ),
)

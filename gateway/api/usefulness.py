"""Usefulness over HTTP: the figures of a year, for whoever may see aggregates, and who takes part, for agencies too."""

from typing import Final

from gateway.api.caller import signed_bare
from gateway.api.exchange import Endpoint, Query, Reply, Request
from gateway.api.front import Front
from gateway.core.refusals import Refusal
from gateway.flows.admission import json_of
from gateway.flows.reporting.coverage import own_coverage
from gateway.flows.reporting.usefulness import usefulness
from gateway.protocol.messages.usefulness import Coverage, Usefulness
from keys.parties import Role


async def _show(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    year, municipality = request.number("year"), request.text("municipality")
    answer = await front.threads.run(
        call.caller.oin, usefulness, call, front.house, year=year, municipality=municipality
    )
    return Reply(200, json_of(answer))


async def _coverage(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    return Reply(200, json_of(await front.threads.run(call.caller.oin, own_coverage, call, front.house)))


ENDPOINTS: Final = (
    Endpoint(
        name="showUsefulness",
        method="GET",
        path="/usefulness",
        summary="Show what came of the matches of a calendar year in a municipality; small counts are hidden.",
        serve=_show,
        answers=Usefulness,
        query=(
            Query("year", "A calendar year that is over.", lowest=2000, highest=2100, default=2000),
            Query("municipality", "Of an officer: which one.", pattern="[a-z][a-z0-9_-]{0,39}"),
        ),
        roles=(Role.SUPERVISOR, Role.OFFICER, Role.AGENCY),
        refusals=(
            Refusal.AGENCY_NOT_ADMITTED,
            Refusal.MEMBER_INVALID,
            Refusal.NOT_FOUND,
            Refusal.YEAR_NOT_OVER,
        ),
    ),
    Endpoint(
        name="showCoverage",
        method="GET",
        path="/coverage",
        summary="Show which share of the designated agencies of your municipality takes part.",
        serve=_coverage,
        answers=Coverage,
        roles=(Role.SUPERVISOR, Role.AGENCY),
        refusals=(Refusal.AGENCY_NOT_ADMITTED,),
    ),
)

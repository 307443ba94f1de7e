"""Matches over HTTP: see what the rule discloses of the other, report contact, and settle who does what."""

from typing import Final

from gateway.api.caller import signed, signed_bare
from gateway.api.exchange import Endpoint, Query, Reply, Request, id_form, paged
from gateway.api.front import Front
from gateway.core.refusals import Refusal
from gateway.flows.admission import json_of
from gateway.flows.matching.mute import mute
from gateway.flows.matching.name_coordinator import Naming, name_coordinator
from gateway.flows.matching.report_contact import Report, report_contact
from gateway.flows.matching.show_match import list_matches, show_match
from gateway.flows.matching.take_over import take_over
from gateway.protocol.messages.matches import (
    ContactReported,
    CoordinatorNamed,
    Matches,
    MatchView,
    Muted,
    NameCoordinator,
    ReportContact,
    TakenOver,
)


async def _list(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    after, only, limit = request.text("after"), request.text("id"), request.number("limit")
    page = await front.threads.run(
        call.caller.oin, list_matches, call, front.house, after=after, only=only, limit=limit
    )
    return Reply(200, json_of(page))


async def _show(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    match = await front.threads.run(call.caller.oin, show_match, call, front.house, request.ids[0])
    return Reply(200, json_of(match))


async def _report(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, ReportContact)
    call = verified.carry(Report(request.ids[0], asked))
    return Reply(201, await front.threads.run(call.caller.oin, report_contact, call, front.house))


async def _take_over(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    return Reply(201, await front.threads.run(call.caller.oin, take_over, call, front.house, request.ids[0]))


async def _mute(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    return Reply(201, await front.threads.run(call.caller.oin, mute, call, front.house, request.ids[0]))


async def _name_coordinator(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, NameCoordinator)
    call = verified.carry(Naming(request.ids[0], asked))
    return Reply(201, await front.threads.run(call.caller.oin, name_coordinator, call, front.house))


ENDPOINTS: Final = (
    Endpoint(
        name="listMatches",
        method="GET",
        path="/matches",
        summary="List the matches that you are a party to, in order of id; nothing of the other agency is in it.",
        serve=_list,
        answers=Matches,
        query=(
            Query("id", "Only this one, if you are a party to it.", pattern=id_form("mat")),
            *paged("mat"),
        ),
    ),
    Endpoint(
        name="showMatch",
        method="GET",
        path="/matches/{matchId}",
        summary="Show a match: your own case, and of the other agency what the rule discloses.",
        serve=_show,
        answers=MatchView,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND, Refusal.PURPOSE_DIFFERS),
    ),
    Endpoint(
        name="reportContact",
        method="POST",
        path="/matches/{matchId}/contact-reports",
        summary="Report what came of the contact with the other agency.",
        serve=_report,
        takes=ReportContact,
        answers=ContactReported,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND, Refusal.MATCH_ENDED, Refusal.OUTCOME_NEEDS_REASON),
    ),
    Endpoint(
        name="takeOverMatch",
        method="POST",
        path="/matches/{matchId}/takeovers",
        summary="Take a match over from an absent colleague, in the user role of deputy or coordinator.",
        serve=_take_over,
        answers=TakenOver,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND, Refusal.MATCH_ENDED, Refusal.ROLE_NOT_ADMITTED),
    ),
    Endpoint(
        name="muteMatch",
        method="POST",
        path="/matches/{matchId}/mutes",
        summary="Hear no more of this person with this party, once both ask, until a third agency appears.",
        serve=_mute,
        answers=Muted,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND, Refusal.MATCH_ENDED, Refusal.MUTE_NEEDS_CONTACT),
    ),
    Endpoint(
        name="nameCaseCoordinator",
        method="POST",
        path="/matches/{matchId}/case-coordinators",
        summary="Name which of the two agencies leads; it does once both named the same.",
        serve=_name_coordinator,
        takes=NameCoordinator,
        answers=CoordinatorNamed,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND, Refusal.MATCH_ENDED),
    ),
)

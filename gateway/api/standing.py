"""What anybody may ask: whether the gateway is well, what its problems mean, its OpenAPI document; and who one is."""

import time
from html import escape
from typing import Final

from gateway.api.caller import signed_bare
from gateway.api.exchange import CORS, HTML, Endpoint, Reply, Request
from gateway.api.front import Front, today_on
from gateway.api.problems import language_of
from gateway.core.policy.releases.release import Release
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import admit_read, json_of
from gateway.policies.in_force import ReleaseInForce
from gateway.protocol.messages.policy import Explanation, WhoAmI
from gateway.protocol.problems import PROBLEMS, Problem
from gateway.protocol.standing import PoliciesInForce, ProblemPage, ProblemPages, RefusedRelease, Wellness
from keys.parties import Role
from keys.signing import Verified

READY_SECONDS: Final = 1.0  # one look at the store serves everybody who asks within this time
_NOBODY: Final = ""


async def _live(_: Request, __: Front) -> Reply:
    return Reply(200, json_of(Wellness(status="live")))


async def _ready(_: Request, front: Front) -> Reply:
    if time.monotonic() - front.looked.at > READY_SECONDS:
        await front.threads.run(_NOBODY, front.house.store.view, "ready", lambda view: view.now())
        front.looked.at = time.monotonic()
    in_force = front.in_force()
    # Where nothing can be registered, nobody should be sent.
    if in_force.release is None:
        raise Refused(Refusal.NO_POLICIES, refused=_refused(in_force))
    if all(policy.valid_until_on <= today_on() for policy in in_force.policies.policies):
        raise Refused(Refusal.POLICIES_ENDED, release=in_force.release.file_name, refused=_refused(in_force))
    return Reply(200, json_of(Wellness(status="ready", policies=_policies(in_force, in_force.release))))


def _refused(in_force: ReleaseInForce) -> tuple[str, ...]:
    return tuple(f"{one.file}: {', '.join(one.faults)}" for one in in_force.refused)


def _policies(in_force: ReleaseInForce, release: Release) -> PoliciesInForce:
    return PoliciesInForce(
        number=release.number,
        digest=release.digest,
        assurance=in_force.assurance.value,
        file_gone=in_force.file_gone,
        refused=tuple(RefusedRelease(file=one.file, faults=one.faults) for one in in_force.refused),
        awaiting_release=in_force.awaiting_release,
    )


async def _who_am_i(request: Request, front: Front) -> Reply:
    verified = await signed_bare(request, front)
    await front.threads.run(verified.party.oin, admit_read, verified.carry(None), front.house, "who am i")
    return Reply(200, json_of(_who(verified, front)))


def _who(verified: Verified, front: Front) -> WhoAmI:
    party, known = verified.party, front.trust.key(verified.key_id)
    return WhoAmI(
        agency=party.oin,
        name=party.name,
        kind=party.kind,
        key_id=verified.key_id,
        key_valid_until=known[1].valid_until_at if known else None,
        demo_release=front.in_force().demo,
    )


async def _problems(_: Request, __: Front) -> Reply:
    return Reply(200, json_of(ProblemPages(problems=tuple(map(_page, PROBLEMS.values())))))


async def _problem(request: Request, _: Front) -> Reply:
    problem = PROBLEMS.get(request.ids[0])
    if problem is None:
        raise Refused(Refusal.NOT_FOUND)
    if "text/html" in request.header("accept").lower():
        language = language_of(request.header("accept-language"))
        return Reply(200, _html(problem, language), HTML, (("content-language", language),))
    return Reply(200, json_of(_page(problem)))


def _page(problem: Problem) -> ProblemPage:
    return ProblemPage(
        code=problem.code,
        status=problem.status,
        title=Explanation(nl=problem.title_nl, en=problem.title_en),
        fix=Explanation(nl=problem.fix_nl, en=problem.fix_en),
    )


def _html(problem: Problem, language: str) -> bytes:
    title, fix = escape(problem.title(language)), escape(problem.fix(language))
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{problem.code}</title>'
        f"<h1>{title}</h1><p>{fix}</p><p><code>{problem.code}</code> (HTTP {problem.status})</p></html>\n"
    ).encode()


async def _openapi(_: Request, front: Front) -> Reply:
    return Reply(200, front.document, headers=CORS)


ENDPOINTS: Final = (
    Endpoint(
        name="whoAmI",
        method="GET",
        path="/whoami",
        summary="How the gateway knows you.",
        serve=_who_am_i,
        answers=WhoAmI,
        roles=(Role.AGENCY, Role.SUPERVISOR, Role.OFFICER, Role.REGISTER),
    ),
    Endpoint(
        name="live",
        method="GET",
        path="/health/live",
        summary="Whether the gateway runs.",
        serve=_live,
        answers=Wellness,
        signed=False,
    ),
    Endpoint(
        name="ready",
        method="GET",
        path="/health/ready",
        summary="Whether the gateway can do its work: the store is reached, and a policy in force goes on.",
        serve=_ready,
        answers=Wellness,
        signed=False,
        refusals=(Refusal.STORE_UNAVAILABLE, Refusal.NO_POLICIES, Refusal.POLICIES_ENDED, Refusal.OVERLOADED),
    ),
    Endpoint(
        name="listProblems",
        method="GET",
        path="/problems",
        summary="Every problem that the gateway can answer with, in Dutch and English.",
        serve=_problems,
        answers=ProblemPages,
        signed=False,
    ),
    Endpoint(
        name="showProblem",
        method="GET",
        path="/problems/{code}",
        summary="What a problem means and what mends it; as a page for people who ask for text/html.",
        serve=_problem,
        answers=ProblemPage,
        signed=False,
        refusals=(Refusal.NOT_FOUND,),
    ),
    Endpoint(
        name="openapi",
        method="GET",
        path="/openapi.json",
        summary="This document.",
        serve=_openapi,
        signed=False,
        cors=True,
    ),
)

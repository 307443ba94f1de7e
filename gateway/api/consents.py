"""Consents over HTTP: recorded by an agency for its own token of a person, shown to it alone, withdrawn."""

from typing import Final

from gateway.api.caller import signed, signed_bare
from gateway.api.exchange import Endpoint, Reply, Request, paged
from gateway.api.front import Front, today_on
from gateway.core.refusals import Refusal
from gateway.flows.admission import json_of
from gateway.flows.mechanisms.end_consents import withdraw_consent
from gateway.flows.mechanisms.own_consents import own_consent, own_consents
from gateway.flows.mechanisms.record_consent import record_consent
from gateway.protocol.messages.consents import ConsentRecorded, ConsentWithdrawn, OwnConsent, OwnConsents, RecordConsent

_REFUSALS: Final = (
    Refusal.LANE_UNKNOWN,
    Refusal.LANE_NOT_BUILT,
    Refusal.AGENCY_NOT_ADMITTED,
    Refusal.PURPOSE_NOT_ADMITTED,
    Refusal.BASIS_NOT_IN_FORCE,
    Refusal.POLICY_EXPIRED,
    Refusal.TERM_TOO_LONG,
    Refusal.TERM_PAST,
    Refusal.PURPOSE_DIFFERS,
    Refusal.CONSENT_NOT_KEPT,
    Refusal.CONSENT_SCOPE,
    Refusal.TOKEN_KEY_UNKNOWN,
    Refusal.TOKEN_OTHER_AGENCY,
    Refusal.TOKEN_OTHER_LANE,
    Refusal.TOKEN_INVALID,
)


async def _record(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, RecordConsent)
    call = verified.carry(asked)
    return Reply(201, await front.threads.run(call.caller.oin, record_consent, call, front.house, today_on=today_on()))


async def _list(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    after, limit = request.text("after"), request.number("limit")
    page = await front.threads.run(call.caller.oin, own_consents, call, front.house, after=after, limit=limit)
    return Reply(200, json_of(page))


async def _show(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    found = await front.threads.run(call.caller.oin, own_consent, call, front.house, request.ids[0])
    return Reply(200, json_of(found))


async def _withdraw(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    return Reply(201, await front.threads.run(call.caller.oin, withdraw_consent, call, front.house, request.ids[0]))


ENDPOINTS: Final = (
    Endpoint(
        name="recordConsent",
        method="POST",
        path="/consents",
        summary="Record that a person consents to your involvement being known, for a purpose and toward whom.",
        serve=_record,
        takes=RecordConsent,
        answers=ConsentRecorded,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=_REFUSALS,
    ),
    Endpoint(
        name="listConsents",
        method="GET",
        path="/consents",
        summary="List the consents that you recorded, in order of id.",
        serve=_list,
        answers=OwnConsents,
        query=paged("cns"),
    ),
    Endpoint(
        name="showConsent",
        method="GET",
        path="/consents/{consentId}",
        summary="Show a consent that you recorded.",
        serve=_show,
        answers=OwnConsent,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND,),
    ),
    Endpoint(
        name="withdrawConsent",
        method="POST",
        path="/consents/{consentId}/withdrawals",
        summary="Say that the person withdraws a consent: all that rests on it is erased before you are answered.",
        serve=_withdraw,
        answers=ConsentWithdrawn,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND, Refusal.CONSENT_ENDED),
    ),
)

"""Home bans over HTTP: recorded by the ban desk with their days, and extended; they lapse by themselves."""

import json
from typing import Final

from gateway.api.caller import signed
from gateway.api.exchange import Endpoint, Reply, Request
from gateway.api.front import Front, today_on
from gateway.core.home_ban import IMPOSED
from gateway.core.refusals import Refusal, Refused
from gateway.flows.mechanisms.impose_ban import row_of_ban
from gateway.flows.registering.register import prepare
from gateway.flows.registering.renew import Renewal, renew
from gateway.protocol.messages.home_bans import ExtendHomeBan, ImposeHomeBan
from gateway.protocol.messages.registrations import OwnRegistration, Receipt, RenewRegistration

_PERMISSION: Final = (
    Refusal.LANE_UNKNOWN,
    Refusal.LANE_NOT_BUILT,
    Refusal.AGENCY_NOT_ADMITTED,
    Refusal.PURPOSE_NOT_ADMITTED,
    Refusal.FLAG_NOT_ADMITTED,
    Refusal.BASIS_NOT_IN_FORCE,
    Refusal.POLICY_EXPIRED,
    Refusal.NOTICE_INCOMPLETE,
    Refusal.BAN_TERM,
)
_TOKEN: Final = (
    Refusal.TOKEN_KEY_UNKNOWN,
    Refusal.TOKEN_OTHER_AGENCY,
    Refusal.TOKEN_OTHER_LANE,
    Refusal.TOKEN_INVALID,
)


async def _impose(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, ImposeHomeBan)
    row = row_of_ban(asked, front.house, agency=verified.party.oin, today_on=today_on())
    outcome = await front.group.submit(prepare(verified.carry((row,)), front.house, today_on=today_on()))
    if isinstance(outcome, Refused):
        raise outcome
    (answer,) = outcome
    if isinstance(answer, Refused):
        raise answer
    return Reply(201, answer, headers=(("location", f"/v1/registrations/{json.loads(answer)['id']}"),))


async def _extend(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, ExtendHomeBan)
    renewal = RenewRegistration(
        attested=True, preconditions=(IMPOSED,), subject_notice=asked.subject_notice, valid_until=asked.until
    )
    call = verified.carry(Renewal(request.ids[0], renewal, of_ban=True))
    return Reply(201, await front.threads.run(call.caller.oin, renew, call, front.house, today_on=today_on()))


ENDPOINTS: Final = (
    Endpoint(
        name="imposeHomeBan",
        method="POST",
        path="/home-bans",
        summary="Record that a home ban is in force: ten days from its first.",
        serve=_impose,
        takes=ImposeHomeBan,
        answers=Receipt,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(*_PERMISSION, *_TOKEN, Refusal.CONTACT_UNKNOWN, Refusal.PURPOSE_DIFFERS),
    ),
    Endpoint(
        name="extendHomeBan",
        method="POST",
        path="/home-bans/{registrationId}/extensions",
        summary="Extend a home ban that is in force, to twenty-eight days in all at most.",
        serve=_extend,
        takes=ExtendHomeBan,
        answers=OwnRegistration,
        status=201,
        changes=True,
        about_a_person=True,
        refusals=(Refusal.NOT_FOUND, Refusal.NOT_ACTIVE, Refusal.TERM_PAST, Refusal.TERM_TOO_LONG, *_PERMISSION),
    ),
)

"""Webhook addresses over HTTP: where an agency is told that an alert waits."""

from typing import Final

from gateway.api.caller import signed, signed_bare
from gateway.api.exchange import NOTHING, Endpoint, Reply, Request
from gateway.api.front import Front
from gateway.core.refusals import Refusal
from gateway.flows.admission import json_of
from gateway.flows.telling.webhooks import add_webhook, list_webhooks, remove_webhook
from gateway.protocol.messages.webhooks import AddWebhook, WebhookEndpoint, WebhookEndpoints
from keys.signing import public_key_text


async def _list(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(None)
    key = public_key_text(front.signing_key.public)
    found = await front.threads.run(call.caller.oin, list_webhooks, call, front.house, public_key=key)
    return Reply(200, json_of(found))


async def _add(request: Request, front: Front) -> Reply:
    verified, asked = await signed(request, front, AddWebhook)
    call, key = verified.carry(asked), public_key_text(front.signing_key.public)
    found = await front.lookups.allowed(call.caller.oin, front.allowed, asked.url)
    added = await front.threads.run(
        call.caller.oin, add_webhook, call, front.house, allowed=lambda _: found, public_key=key
    )
    return Reply(201, added)


async def _remove(request: Request, front: Front) -> Reply:
    call = (await signed_bare(request, front)).carry(request.ids[0])
    await front.threads.run(call.caller.oin, remove_webhook, call, front.house)
    return Reply(204, content_type=NOTHING)


ENDPOINTS: Final = (
    Endpoint(
        name="listWebhookEndpoints",
        method="GET",
        path="/webhook-endpoints",
        summary="List your webhook addresses.",
        serve=_list,
        answers=WebhookEndpoints,
    ),
    Endpoint(
        name="addWebhookEndpoint",
        method="POST",
        path="/webhook-endpoints",
        summary="Add an address to be told at (Standard Webhooks, signed with Ed25519).",
        serve=_add,
        takes=AddWebhook,
        answers=WebhookEndpoint,
        status=201,
        changes=True,
        refusals=(Refusal.ADDRESS_NOT_ALLOWED, Refusal.TOO_MANY_WEBHOOKS),
    ),
    Endpoint(
        name="removeWebhookEndpoint",
        method="DELETE",
        path="/webhook-endpoints/{endpointId}",
        summary="Remove an address and whatever is still due at it.",
        serve=_remove,
        status=204,
        answer_type=NOTHING,
        changes=True,
        refusals=(Refusal.NOT_FOUND,),
    ),
)

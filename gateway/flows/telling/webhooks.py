"""Keep an agency's webhook addresses; whether one may be called at all is decided before it is stored."""

from collections.abc import Callable
from typing import Any, Final

from gateway.core.events import Event, EventKind
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import admit_read, change_once, event_of
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.flows.ports.webhooks import Endpoint
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.webhooks import AddWebhook, WebhookEndpoint, WebhookEndpoints
from keys.signing import Signed

#: Each alert is due at every address of its agency: their number multiplies what a match writes and the worker sends.
#: Calls at one moment may overshoot it by a few on PostgreSQL: it bounds work, and nothing rests on it being exact.
MOST_ADDRESSES: Final = 5


def add_webhook(call: Signed[AddWebhook], house: House, *, allowed: Callable[[str], bool], public_key: str) -> bytes:
    """Add an address; return the JSON of `WebhookEndpoint` with the key that deliveries are signed with.

    Raises:
        Refused: `address_not_allowed`, or `too_many_webhooks`.
    """
    if not allowed(call.message.url):
        raise Refused(Refusal.ADDRESS_NOT_ALLOWED)

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        if len(tx.webhooks.of(call.caller.oin)) >= MOST_ADDRESSES:
            raise Refused(Refusal.TOO_MANY_WEBHOOKS, most=MOST_ADDRESSES)
        endpoint = Endpoint(id=house.mint("whe"), agency=call.caller.oin, url=call.message.url)
        tx.webhooks.add(endpoint)
        event = event_of(call, house, EventKind.WEBHOOK_CHANGED, endpoint=endpoint.id, change="added")
        return WebhookEndpoint(id=endpoint.id, url=endpoint.url, public_key=public_key), (event,)

    return change_once(call, house, "add webhook", act)


def remove_webhook(call: Signed[str], house: House) -> None:
    """Remove an address and whatever is due at it; not found when it is not the caller's."""

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        if not tx.webhooks.remove(call.caller.oin, call.message):
            raise Refused(Refusal.NOT_FOUND)
        event = event_of(call, house, EventKind.WEBHOOK_CHANGED, endpoint=call.message, change="removed")
        return Message(), (event,)

    change_once(call, house, "remove webhook", act)


def list_webhooks(call: Signed[Any], house: House, *, public_key: str) -> WebhookEndpoints:
    """Return the caller's addresses."""
    admit_read(call, house, "list webhooks")
    rows = house.store.view("list webhooks", lambda view: view.webhooks.of(call.caller.oin))
    return WebhookEndpoints(
        endpoints=tuple(WebhookEndpoint(id=row.id, url=row.url, public_key=public_key) for row in rows)
    )

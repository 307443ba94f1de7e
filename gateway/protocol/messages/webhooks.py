"""Where an agency has its alerts brought."""

from typing import Annotated

from pydantic import Field, StringConstraints

from gateway.protocol.messages.base import EndpointId, Message


class AddWebhook(Message):
    """Tell us at this address when an alert waits."""

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>]{1,400}$")]


class WebhookEndpoint(Message):
    """An address that is told; deliveries are signed (Standard Webhooks, Ed25519) with the gateway's key."""

    id: EndpointId
    url: str
    public_key: str = Field(description="Standard Webhooks public key, `whpk_` and base64.")


class WebhookEndpoints(Message):
    """The addresses of one agency."""

    endpoints: tuple[WebhookEndpoint, ...]

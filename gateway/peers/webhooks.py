"""Sends an alert to an agency's webhook address, as Standard Webhooks says; nothing that answers is believed (G38).

The name is resolved once and connected to at the address that was checked. No redirect is followed, nothing is decoded,
4 KB of an answer are read, and all of it takes ten seconds at most. Any 2xx is a delivery.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterable, Callable
from ipaddress import IPv6Address
from typing import Final
from urllib.parse import urlsplit

import httpx2

from gateway.flows.ports.webhooks import Delivery, Undelivered
from gateway.peers.addresses import Addresses, AddressRefused, Target
from gateway.protocol.events import alert_event, event_bytes
from keys.signing import SigningKey, sign_webhook

DEADLINE_SECONDS: Final = 10.0
REPLY_BYTES: Final = 4096
CONTENT_TYPE: Final = "application/cloudevents+json"
_SUCCESS: Final = range(200, 300)

Sender = Callable[[Delivery], Undelivered | None]


class Webhooks:
    """Sends deliveries, signed with the gateway's key; used by any number of threads."""

    def __init__(
        self,
        addresses: Addresses,
        key: SigningKey,
        *,
        oin: str,
        deadline_seconds: float = DEADLINE_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Send to what `addresses` allows; `tls` verifies receivers, by default as the operating system does."""
        self._addresses = addresses
        self._key = key
        self._oin = oin
        self._deadline_seconds = deadline_seconds
        self._tls = tls or ssl.create_default_context()

    def send(self, delivery: Delivery) -> Undelivered | None:
        """Send one delivery; None when it was received, otherwise why not."""
        started = time.monotonic()
        try:
            target = self._addresses.target(delivery.endpoint.url)
        except AddressRefused:
            return Undelivered.ADDRESS
        except OSError:
            return Undelivered.UNREACHABLE
        left = self._deadline_seconds - (time.monotonic() - started)
        return asyncio.run(self._within(left, delivery, target))

    async def _within(self, seconds: float, delivery: Delivery, target: Target) -> Undelivered | None:
        """A receiver that sends one byte a second meets no other limit than this one."""
        try:
            async with asyncio.timeout(seconds):
                status = await self._post(delivery, target)
        except (TimeoutError, httpx2.TimeoutException):
            return Undelivered.TIMED_OUT
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
            return Undelivered.UNREACHABLE
        return None if status in _SUCCESS else Undelivered.REFUSED

    async def _post(self, delivery: Delivery, target: Target) -> int:
        body = self._body(delivery)
        request = httpx2.Request(
            "POST",
            _address_url(delivery.endpoint.url, target),
            content=body,
            headers=self._headers(delivery, target, body),
            extensions={"sni_hostname": target.host},
        )
        async with httpx2.AsyncClient(
            verify=self._tls, follow_redirects=False, trust_env=False, timeout=self._deadline_seconds
        ) as client:
            reply = await client.send(request, stream=True)
            try:
                await _read_a_little(reply.aiter_raw())
            finally:
                await reply.aclose()
            return reply.status_code

    def _body(self, delivery: Delivery) -> bytes:
        alert = delivery.alert
        event = alert_event(alert.id, alert.match, alert.created_at, oin=self._oin, kind=alert.kind, desk=alert.desk)
        return event_bytes(event)

    def _headers(self, delivery: Delivery, target: Target, body: bytes) -> dict[str, str]:
        timestamp = int(time.time())
        return {
            "host": _host(target),
            "content-type": CONTENT_TYPE,
            "accept-encoding": "identity",
            "user-agent": "seinhuis",
            "connection": "close",
            "webhook-id": delivery.alert.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign_webhook(self._key, delivery.alert.id, timestamp, body),
        }


def _address_url(url: str, target: Target) -> str:
    """Return the URL with the checked address in the place of the name."""
    parts = urlsplit(url)
    literal = f"[{target.address}]" if isinstance(target.address, IPv6Address) else str(target.address)
    query = f"?{parts.query}" if parts.query else ""
    return f"{target.scheme}://{literal}:{target.port}{parts.path or '/'}{query}"


def _host(target: Target) -> str:
    name = f"[{target.host}]" if ":" in target.host else target.host
    usual = {"https": 443, "http": 80}[target.scheme]
    return name if target.port == usual else f"{name}:{target.port}"


async def _read_a_little(pieces: AsyncIterable[bytes]) -> None:
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size >= REPLY_BYTES:
            return

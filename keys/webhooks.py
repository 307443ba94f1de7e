"""Decides how a webhook is signed and when one is believed: Standard Webhooks with Ed25519 (`v1a`)."""

import base64
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from keys import sodium
from keys.signing_key import SigningKey

TOLERANCE_SECONDS: Final = 300
_PUBLIC_PREFIX = "whpk_"
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_MOST_SIGNATURES = 8


class WebhookRefused(ValueError):
    """A webhook that is not believed; the text says why and repeats nothing of it."""


def public_key_text(public: bytes) -> str:
    """Return a raw Ed25519 public key in the form of the specification: `whpk_` and base64."""
    return _PUBLIC_PREFIX + base64.b64encode(public).decode("ascii")


def read_public_key(text: str) -> bytes:
    """Return the 32 bytes behind `whpk_`; raises ValueError for another form."""
    try:
        public = base64.b64decode(text.removeprefix(_PUBLIC_PREFIX), validate=True)
    except ValueError:
        raise ValueError("not base64 behind whpk_") from None
    if not text.startswith(_PUBLIC_PREFIX) or len(public) != sodium.ED25519_PUBLIC_BYTES:
        raise ValueError("not whpk_ and 32 bytes")
    return public


def sign_webhook(key: SigningKey, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature`: `v1a,` and base64; `timestamp` in seconds since 1970."""
    signature = key.sign(_signed(message_id, str(timestamp), body))
    return f"v1a,{base64.b64encode(signature).decode('ascii')}"


def verify_webhook(public: bytes, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
    """Raise WebhookRefused unless one of the signatures is by the key, and made within five minutes of now.

    `headers` has lower-case names. A sender that changes its key signs with both, so any one that fits will do.
    """
    try:
        message_id, timestamp, given = (headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    except KeyError:
        raise WebhookRefused("webhook-id, webhook-timestamp and webhook-signature are required") from None
    if not _TIMESTAMP.fullmatch(timestamp):
        raise WebhookRefused("webhook-timestamp is in seconds since 1970")
    if abs(int(timestamp) - now.timestamp()) > TOLERANCE_SECONDS:
        raise WebhookRefused("webhook-timestamp is more than five minutes off")
    message = _signed(message_id, timestamp, body)
    signatures = given.split(" ")[:_MOST_SIGNATURES]
    if not any(sodium.ed25519_verify(_decoded(one), message, public) for one in signatures):
        raise WebhookRefused("no signature fits the key")


def _signed(message_id: str, timestamp: str, body: bytes) -> bytes:
    if "." in message_id:
        raise WebhookRefused("a message id holds no dot, which separates what is signed")
    return b".".join((message_id.encode("utf-8"), timestamp.encode("ascii"), body))


def _decoded(one: str) -> bytes:
    version, _, text = one.partition(",")
    try:
        return base64.b64decode(text, validate=True) if version == "v1a" else b""
    except ValueError:
        return b""

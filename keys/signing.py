"""Holds what signs and verifies, in one place to import from: calls, answers and webhooks."""

from keys.faults import SignatureFault, SignatureRefused
from keys.http_signature import SIGNED_WHEN_PRESENT, Headers, RawCall, content_digest, sign_call
from keys.parties import PartyKey
from keys.signed import Announced, Signed, Verified, verify_call, verify_head
from keys.signed_answers import sign_response, verify_response
from keys.signing_key import SigningKey, base64url, from_base64url, thumbprint
from keys.webhooks import WebhookRefused, public_key_text, read_public_key, sign_webhook, verify_webhook

__all__ = [
    "SIGNED_WHEN_PRESENT",
    "Announced",
    "Headers",
    "PartyKey",
    "RawCall",
    "SignatureFault",
    "SignatureRefused",
    "Signed",
    "SigningKey",
    "Verified",
    "WebhookRefused",
    "base64url",
    "content_digest",
    "from_base64url",
    "public_key_text",
    "read_public_key",
    "sign_call",
    "sign_response",
    "sign_webhook",
    "thumbprint",
    "verify_call",
    "verify_head",
    "verify_response",
    "verify_webhook",
]

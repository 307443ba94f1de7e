"""Decides how one call to the gateway goes: signed, repeated while that is safe, and its answer believed or not.

1. sign, with a fresh nonce each time and the same idempotency key;
2. send;
3. verify that the answer is the gateway's, and to *this* call. What nobody signed can at most make us wait: anything on
   the way may say that it is busy, only the gateway may say what happened;
4. repeat what was not answered or not taken (429, 5xx), with pauses that grow and are never the same for two callers;
5. return the message, or raise the problem.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from adapters.agency import Agency
from adapters.errors import SeinhuisError, problem_named
from adapters.transport import Answer, NoAnswer, Plan, Reply, pause, send
from gateway.protocol import headers
from gateway.protocol.messages.base import Message
from keys import signing
from keys.signing import RawCall, SignatureFault

M = TypeVar("M", bound=BaseModel)

JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"
_AGAIN: Final = frozenset({429, 500, 502, 503, 504})
_FIRST_PAUSE_S: Final = 0.25
_LONGEST_PAUSE_S: Final = 8.0
_STANDARD_MEMBERS: Final = frozenset({"type", "title", "status", "detail", "instance", "code", "fix", "correlationId"})


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """What to ask of the gateway: a path below `/v1` with its query, a body, and the headers signed with it."""

    method: str
    path: str
    body: bytes = b""
    content_type: str = JSON
    accept: str = f"{JSON}, application/problem+json"
    case: str = ""
    idempotency_key: str = ""
    purpose: str = ""  # that of the agency, unless the question is asked for another


def change(
    path: str,
    message: Message | None = None,
    *,
    case: str = "",
    idempotency_key: str = "",
    method: str = "POST",
    purpose: str = "",
) -> Question:
    """Return the question that changes something: once, however often it is sent, under one idempotency key."""
    body = message.model_dump_json(by_alias=True, exclude_none=True).encode() if message else b""
    key = idempotency_key or new_idempotency_key()
    return Question(method, path, body, case=case, idempotency_key=key, purpose=purpose)


def new_idempotency_key() -> str:
    """Return 128 random bits in hexadecimal: a form by which the gateway knows that it is no person number."""
    return secrets.token_hex(16)


def ask(agency: Agency, question: Question, kind: type[M]) -> Plan[M]:
    """Ask the gateway and return the message; raises what the gateway refuses with (`adapters.errors`)."""
    answer = yield from ask_raw(agency, question)
    return read(answer, kind)


def ask_raw(agency: Agency, question: Question) -> Plan[Answer]:
    """Ask the gateway and return its answer, which is signed and a success; raises as `ask` does."""
    waited, attempt = 0.0, 0
    while True:
        call = signed(agency, question)
        (reply,) = yield from send(call)
        if not _worth_repeating(reply):
            return _believed(agency, call, reply)
        seconds = _pause_before(agency, reply, attempt)
        if waited + seconds > agency.patience_seconds:
            raise _given_up(agency, call, reply)
        yield from pause(seconds)
        waited, attempt = waited + seconds, attempt + 1


def signed(agency: Agency, question: Question) -> RawCall:
    """Return the call as it goes out now."""
    named = {
        "accept": question.accept,
        "accept-language": agency.language,
        "content-type": question.content_type if question.body else "",
        headers.IDEMPOTENCY_KEY: question.idempotency_key,
        headers.PURPOSE: question.purpose or agency.purpose,
        headers.USER_ROLE: agency.user_role,
        headers.CASE_REFERENCE: question.case,
    }
    target = f"{agency.gateway_url.rstrip('/')}/v1{question.path}"
    call = RawCall(
        question.method, target, tuple((name, value) for name, value in named.items() if value), question.body
    )
    return signing.sign_call(call, agency.key, created_at=agency.clock(), nonce=agency.nonce())


def read(answer: Answer, kind: type[M]) -> M:
    """Return the message in a believed answer; raises IntegrityError when it is not one (another version)."""
    try:
        return kind.model_validate_json(answer.body)
    except ValidationError:
        raise problem_named("integrity-answer", facts={"expected": kind.__name__}) from None


def _worth_repeating(reply: Reply) -> bool:
    return isinstance(reply, NoAnswer) or reply.status in _AGAIN


def _pause_before(agency: Agency, reply: Reply, attempt: int) -> float:
    """Return how long to wait: what the answer asks, at least a back-off, both by chance a little more or less."""
    asked = _seconds(reply.header("retry-after")) if isinstance(reply, Answer) else 0.0
    back_off = min(_FIRST_PAUSE_S * 2.0**attempt, _LONGEST_PAUSE_S) * agency.jitter()
    return max(asked, back_off)


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0.0


def _given_up(agency: Agency, call: RawCall, reply: Reply) -> SeinhuisError:
    """Say why: in the gateway's own words when they are signed, else that it cannot be reached."""
    if isinstance(reply, NoAnswer):
        return problem_named("upstream-gateway-unreachable", facts={"reason": reply.reason})
    if _doubt_about(agency, call, reply):
        return problem_named("upstream-gateway-unreachable", facts={"reason": f"status {reply.status}"})
    return _problem_in(reply)


def _believed(agency: Agency, call: RawCall, answer: Reply) -> Answer:
    assert isinstance(answer, Answer)
    doubt = _doubt_about(agency, call, answer)
    if doubt:
        raise doubt
    if answer.status >= 400:  # noqa: PLR2004  # RFC 9110: client and server errors
        raise _problem_in(answer)
    return answer


def _doubt_about(agency: Agency, call: RawCall, answer: Answer) -> SeinhuisError | None:
    """Return why this is not believed to be the gateway's answer to this call; None when it is."""
    try:
        signing.verify_response(
            answer.status,
            answer.headers,
            answer.body,
            request_signature=dict(call.headers)["signature"],
            signer=agency.gateway().oin,
            trust=agency.trust(),
            now=agency.clock(),
        )
    except signing.SignatureRefused as refused:
        if refused.reason is SignatureFault.CLOCK:
            # Whose clock is off cannot be told from here: `seconds` is how far ours is from the gateway's.
            ours = "behind" if refused.facts.get("direction") == "ahead" else "ahead"
            return problem_named("signature-clock", facts={**refused.facts, "direction": ours})
        return problem_named("integrity-answer", facts={"status": answer.status, "reason": refused.reason.value})
    return None


def clock_offset(agency: Agency, answer: Answer) -> timedelta:
    """Return by how much our clock is ahead of the sender's `Date` (negative: behind); zero when it sent none."""
    try:
        return agency.clock() - parsedate_to_datetime(answer.header("date"))
    except (ValueError, TypeError):
        return timedelta(0)


def _problem_in(answer: Answer) -> SeinhuisError:
    """Return the exception of a problem document (RFC 9457)."""
    try:
        members = json.loads(answer.body)
        code = members["code"]
    except (ValueError, KeyError, TypeError):
        return problem_named("integrity-answer", facts={"status": answer.status})
    facts = {
        name: tuple(map(str, value)) if isinstance(value, list) else value
        for name, value in members.items()
        if name not in _STANDARD_MEMBERS and isinstance(value, str | int | float | list)
    }
    return problem_named(
        str(code),
        facts=facts,
        detail=str(members.get("detail", "")),
        correlation_id=str(members.get("correlationId", "")),
    )

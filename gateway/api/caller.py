"""Turns a raw call into a signed message, or refuses it: nothing behind this door sees what was not verified here.

1. Headers say that the body can fit and is of the right type.
2. The body is read, never past its limit nor longer than it may take.
3. The signature is verified over exactly what came in (RFC 9421). That of a batch covers the digest of its body, so it
   is verified before any of twenty megabytes is read, and the body against it afterwards.
4. Purpose, role, case reference and idempotency key are there and in form.
5. The body is JSON in its one strict form, and neither it nor a header holds what looks like a person number.
6. The JSON is the message that this address takes.
"""

import asyncio
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from gateway.api.exchange import CallerLeft, Endpoint, Request
from gateway.api.front import Front
from gateway.core.person_numbers import looks_like_person_number
from gateway.core.refusals import Refusal, Refused
from gateway.protocol.headers import CASE_REFERENCE, IDEMPOTENCY_KEY, PURPOSE, USER_ROLE
from gateway.protocol.messages.base import BYTES_PER_CALL, ROWS_PER_BATCH, Message
from gateway.telemetry import CALLER_CHARACTERS
from keys.signing import Announced, RawCall, SignatureFault, SignatureRefused, Verified, verify_head
from keys.strict_json import Json, MalformedJson, Member, TooDeepJson, parse, texts

BYTES_PER_ROW: Final = 2 * 1024
BYTES_PER_BATCH: Final = ROWS_PER_BATCH * BYTES_PER_ROW
BODY_SECONDS: Final = 10.0
BATCH_BODY_SECONDS: Final = 60.0

M = TypeVar("M", bound=Message)

_FAULTS: Final = {
    SignatureFault.MISSING: Refusal.SIGNATURE_MISSING,
    SignatureFault.MALFORMED: Refusal.SIGNATURE_MALFORMED,
    SignatureFault.INCOMPLETE: Refusal.SIGNATURE_INCOMPLETE,
    SignatureFault.INVALID: Refusal.SIGNATURE_INVALID,
    SignatureFault.CLOCK: Refusal.SIGNATURE_CLOCK,
    SignatureFault.KEY_UNKNOWN: Refusal.KEY_UNKNOWN,
    SignatureFault.KEY_EXPIRED: Refusal.KEY_EXPIRED,
    SignatureFault.KEY_REVOKED: Refusal.KEY_REVOKED,
    SignatureFault.DIGEST_WRONG: Refusal.DIGEST_WRONG,
}
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_CASE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,63}")
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
# One random key in a few hundred of these looks like a person number by chance, so they are known by their form.
_RANDOM: Final = re.compile(r"[0-9a-f]{32,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGIT: Final = re.compile("[0-9]")
_FEWEST_DIGITS: Final = 8
# Their form is exact and holds no words; they are checked against it in step 6.
_EXACT_MEMBERS: Final = frozenset({"token", "alerts", "registrationId", "matchId", "conditionsVersion"})


async def signed(request: Request, front: Front, takes: type[M]) -> tuple[Verified, M]:
    """Return who signed a call, and its message.

    Raises:
        Refused: with the first of the steps above that the call does not pass.
    """
    body = await _body(request)
    verified = verify(request, front, body)
    check_body_texts(read_json(body))
    return verified, read_message(takes, body)


async def signed_bare(request: Request, front: Front) -> Verified:
    """Return who signed a call that has no body."""
    if await _body(request):
        raise Refused(Refusal.BODY_MALFORMED)
    return verify(request, front, b"")


def announced_lines(request: Request, front: Front) -> Announced:
    """Return who is about to send a batch, of which nothing is read yet."""
    _check_head(request, BYTES_PER_BATCH)
    return _announced(request, front, _raw(request, front, b"", body_follows=True))


async def signed_lines(announced: Announced, request: Request, front: Front) -> tuple[Verified, bytes]:
    """Return the batch that was announced and its lines, still to be parsed: they are not copied one by one."""
    body = await _read_in_time(request, BYTES_PER_BATCH, BATCH_BODY_SECONDS)
    verified = await front.threads.run(announced.party.oin, _whole, announced, request, body)
    if not body:
        raise Refused(Refusal.BODY_MALFORMED)
    if body.count(b"\n", 0, -1) >= ROWS_PER_BATCH:
        raise Refused(Refusal.TOO_MANY_ROWS, most=ROWS_PER_BATCH)
    return verified, body


def lines_of(body: bytes) -> Iterator[bytes]:
    """Yield the lines of a batch one by one."""
    start = 0
    while start < len(body):
        end = body.find(b"\n", start)
        end = len(body) if end < 0 else end
        yield body[start:end]
        start = end + 1


def message_of_line(takes: type[M], line: bytes) -> M:
    """Steps 5 and 6 for one line of a batch."""
    if len(line) > BYTES_PER_ROW:
        raise Refused(Refusal.BODY_TOO_LARGE, most_bytes=BYTES_PER_ROW)
    check_body_texts(read_json(line))
    return read_message(takes, line)


async def _body(request: Request) -> bytes:
    """Steps 1 and 2."""
    _check_head(request, BYTES_PER_CALL)
    return await _read_in_time(request, BYTES_PER_CALL, BODY_SECONDS)


def _check_head(request: Request, limit: int) -> None:
    """Step 1."""
    length = request.header("content-length")
    if length and (len(length) > len(str(limit)) or not length.isdecimal() or int(length) > limit):
        raise Refused(Refusal.BODY_TOO_LARGE, most_bytes=limit)
    if request.endpoint.takes is not None:
        _check_content_type(request)


async def _read_in_time(request: Request, limit: int, seconds: float) -> bytes:
    """Step 2."""
    try:
        async with asyncio.timeout(seconds):
            return await _read(request, limit)
    except TimeoutError:
        raise Refused(Refusal.BODY_MALFORMED) from None


async def _read(request: Request, limit: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await request.arrival.receive()
        if message["type"] == "http.disconnect":
            raise CallerLeft
        piece = message.get("body", b"")
        size += len(piece)
        if size > limit:
            raise Refused(Refusal.BODY_TOO_LARGE, most_bytes=limit)
        pieces.append(piece)
        if not message.get("more_body"):
            return b"".join(pieces)


def _check_content_type(request: Request) -> None:
    given = request.header("content-type").replace(" ", "").lower()
    wanted = request.endpoint.content_type
    if given not in {wanted, f"{wanted};charset=utf-8"} or "content-encoding" in request.arrival.by_name:
        raise Refused(Refusal.CONTENT_TYPE, wanted=wanted)


def verify(request: Request, front: Front, body: bytes) -> Verified:
    """Steps 3 and 4: who signed exactly this, with every header that the endpoint asks for."""
    return _whole(_announced(request, front, _raw(request, front, body)), request, body)


def _raw(request: Request, front: Front, body: bytes, *, body_follows: bool = False) -> RawCall:
    arrival = request.arrival
    return RawCall(arrival.method, front.public_url + arrival.target, arrival.headers, body, body_follows)


def _announced(request: Request, front: Front, call: RawCall) -> Announced:
    """Step 3 over the headers: which agency calls."""
    with _refusing():
        announced = verify_head(call, front.trust, now=datetime.now(UTC))
    request.arrival.trace.caller = announced.key_id[:CALLER_CHARACTERS]
    if announced.party.role not in request.endpoint.roles:
        raise Refused(Refusal.AGENCY_NOT_ADMITTED)
    return announced


def _whole(announced: Announced, request: Request, body: bytes) -> Verified:
    """Step 3 over the body, and step 4."""
    with _refusing():
        verified = announced.with_body(body)
    _check_headers(verified, request.endpoint)
    return verified


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except SignatureRefused as refused:
        raise Refused(_FAULTS[refused.reason], **refused.facts) from None


def _check_headers(verified: Verified, endpoint: Endpoint) -> None:
    if not _NAME.fullmatch(verified.purpose):
        raise Refused(Refusal.HEADER_MISSING, header=PURPOSE)
    if not _NAME.fullmatch(verified.user_role):
        raise Refused(Refusal.HEADER_MISSING, header=USER_ROLE)
    if (endpoint.about_a_person or verified.case_reference) and not _CASE.fullmatch(verified.case_reference):
        raise Refused(Refusal.HEADER_MISSING, header=CASE_REFERENCE)
    key = verified.idempotency_key
    if (endpoint.changes or key) and not _KEY.fullmatch(key):
        raise Refused(Refusal.IDEMPOTENCY_KEY_MISSING)
    texts = [(PURPOSE, verified.purpose), (USER_ROLE, verified.user_role), (CASE_REFERENCE, verified.case_reference)]
    if not _RANDOM.fullmatch(key):
        texts.append((IDEMPOTENCY_KEY, key))
    for header, text in texts:
        if holds_person_number(header, text):
            raise Refused(Refusal.PERSON_NUMBER, header=header)


def read_json(body: bytes) -> Json:
    """Step 4: return the value of a body in the one form of JSON that is accepted."""
    try:
        return parse(body)
    except TooDeepJson:
        raise Refused(Refusal.BODY_TOO_DEEP) from None
    except MalformedJson:
        raise Refused(Refusal.BODY_MALFORMED) from None


def check_body_texts(body: Json) -> None:
    """Step 5: refuse a body in which any text or key looks like a person number, without saying which."""
    if any(holds_person_number(member, text) for member, text in _distinct(texts(body))):
        raise Refused(Refusal.PERSON_NUMBER)


def _distinct(texts: Iterable[Member]) -> Iterable[Member]:
    return (found for found in texts if found[0] not in _EXACT_MEMBERS)


def holds_person_number(member: str, text: str) -> bool:
    """Whether a text looks like a person number; of a telephone number all digits count as one row."""
    if text.isascii() and len(_DIGIT.findall(text)) < _FEWEST_DIGITS:
        return False
    return looks_like_person_number(text.replace(" ", "").replace("-", "") if member == "phone" else text)


def read_message(takes: type[M], body: bytes) -> M:
    """Step 6: return the message, or refuse it naming the member that is wrong and nothing that was sent."""
    try:
        return takes.model_validate_json(body, strict=True)
    except ValidationError as error:
        facts = _faulty(takes, error)
    raise Refused(Refusal.MEMBER_INVALID, **{name: fact for name, fact in facts.items() if fact})


def _faulty(takes: type[BaseModel], error: ValidationError) -> dict[str, str | tuple[str, ...]]:
    """Return the path of the first faulty member as far as the message itself knows it: an unknown name is not ours.

    For such a name `allowed` says which there are in its place.
    """
    path: list[str] = []
    model: type[BaseModel] | None = takes
    first = error.errors(include_input=False, include_context=False, include_url=False)[0]
    for step in first["loc"]:
        if isinstance(step, int):
            path.append(str(step))
            continue
        field = next((one for one in model.model_fields.values() if one.alias == step), None) if model else None
        if field is None:
            break
        path.append(step)
        model = _model_in(field.annotation)
    known = () if model is None else tuple(one.alias or "" for one in model.model_fields.values())
    return {"member": ".".join(path), "allowed": known if first["type"] == "extra_forbidden" else ()}


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)

"""Decides what comes in over HTTP and what goes out: it checks form and signature, calls one verb, signs the answer."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from pydantic import ValidationError

from keys.evaluations import BYTES_PER_CALL
from keys.holder.answers import Answer, json_answer, problem_answer
from keys.holder.calls import CALLS, Call
from keys.holder.holder import Holder
from keys.holder.openapi import openapi_document
from keys.holder.refusals import OF_FAULT, Refusal, Refused
from keys.signing import Headers, RawCall, SignatureRefused, sign_response, verify_call
from keys.strict_json import CEREMONY, MalformedJson, TooDeepJson, parse
from keys.wire import Message

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODY_SECONDS: Final = 10.0
_JSON_TYPES: Final = frozenset({"application/json", "application/json;charset=utf-8"})


class CallerLeft(Exception):
    """Nobody waits for the answer."""


class HolderApi:
    """The ASGI application of one key holder. Cryptography and the log run in threads; the event loop waits."""

    def __init__(self, holder: Holder) -> None:
        """Serve this holder."""
        self._holder = holder
        self._openapi = json.dumps(openapi_document(CALLS, holder.public_url), separators=(",", ":")).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the start and stop of the server."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            try:
                answer = await self._answer(scope, receive)
            except CallerLeft:
                return
            await _send(answer, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        try:
            return await self._served(scope, headers, receive)
        except Refused as refused:
            return self._signed_if_bound(problem_answer(refused, headers, self._holder.public_url), headers)
        except CallerLeft:
            raise
        except Exception as failure:  # noqa: BLE001  # the caller gets a problem, the log a name, nobody a value
            logging.getLogger("seinhuis.holder").error("call_failed", extra={"kind": type(failure).__name__})
            return problem_answer(Refused(Refusal.INTERNAL), headers, self._holder.public_url)

    async def _served(self, scope: Scope, headers: Headers, receive: Receive) -> Answer:
        path = scope["path"]
        if (open_to_all := self._open_to_all(path)) is not None:
            if scope["method"] not in {"GET", "HEAD"}:
                raise Refused(Refusal.METHOD_NOT_ALLOWED, allow="GET")
            return open_to_all
        call = CALLS.get(path)
        if call is None:
            raise Refused(Refusal.NOT_FOUND)
        if scope["method"] != "POST":
            raise Refused(Refusal.METHOD_NOT_ALLOWED, allow="POST")
        _check_content_type(headers)
        body = await _body(receive)
        target = self._holder.public_url + _target(scope)
        raw = RawCall(scope["method"], target, headers, body)
        return await asyncio.to_thread(self._serve_signed, call, raw)

    def _serve_signed(self, call: Call, raw: RawCall) -> Answer:
        """Verify, read, decide, sign; in a thread, because libsodium and the log release the interpreter."""
        try:
            verified = verify_call(raw, self._holder.registry, now=self._holder.clock())
        except SignatureRefused as refused:
            raise Refused(OF_FAULT[refused.reason], **refused.facts) from None
        message = _read(call.takes, raw.body)
        try:
            answer = json_answer(200, call.verb(verified.carry(message), self._holder).to_json())
        except Refused as refused:
            # We know who asks: a refusal is signed like an answer, so that nobody between us can make one up.
            answer = problem_answer(refused, raw.headers, self._holder.public_url)
        return self._signed(answer, dict(raw.headers)["signature"])

    def _signed(self, answer: Answer, request_signature: str) -> Answer:
        headers = sign_response(
            answer.status,
            answer.headers,
            answer.body,
            request_signature=request_signature,
            key=self._holder.signing,
            created_at=self._holder.clock(),
        )
        return Answer(answer.status, headers, answer.body)

    def _signed_if_bound(self, answer: Answer, asked: Headers) -> Answer:
        """Sign a refusal too, so that an agency knows it from what others make up; without a signature, leave it."""
        try:
            return self._signed(answer, dict(asked).get("signature", ""))
        except ValueError:
            return answer

    def _open_to_all(self, path: str) -> Answer | None:
        match path:
            case "/v1/health/live":
                return json_answer(200, b'{"status":"live"}')
            case "/v1/health/ready":
                ready = self._holder.log.ready()
                return json_answer(200 if ready else 503, b'{"status":"ready"}' if ready else b'{"status":"not ready"}')
            case "/v1/openapi.json":
                answer = json_answer(200, self._openapi)
                return Answer(200, (*answer.headers, ("access-control-allow-origin", "*")), answer.body)
            case _:
                return None


def _read(takes: type[Message], body: bytes) -> Message:
    try:
        return takes.model_validate(parse(body, CEREMONY))
    except TooDeepJson:
        raise Refused(Refusal.TOO_DEEP) from None
    except MalformedJson:
        raise Refused(Refusal.MALFORMED) from None
    except ValidationError as invalid:
        raise Refused(Refusal.MEMBER_INVALID, member=_member(takes, invalid)) from None


def _member(takes: type[Message], invalid: ValidationError) -> str:
    """Return the name of the first member that does not fit; a name that is not ours is not repeated."""
    known = {field.alias or name for name, field in takes.model_fields.items()}
    first = next((error["loc"][0] for error in invalid.errors(include_input=False) if error["loc"]), "")
    return str(first) if first in known else "unknown"


def _check_content_type(headers: Headers) -> None:
    given = [value.replace(" ", "").lower() for name, value in headers if name == "content-type"]
    encoded = any(name == "content-encoding" for name, _ in headers)
    if given == [] or encoded or any(one not in _JSON_TYPES for one in given):
        raise Refused(Refusal.CONTENT_TYPE)


def _target(scope: Scope) -> str:
    path: bytes = scope.get("raw_path", b"") or scope["path"].encode("ascii", "replace")
    query: bytes = scope.get("query_string", b"")
    return (path + (b"?" + query if query else b"")).decode("latin-1")


async def _body(receive: Receive) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _pieces(receive)
    except TimeoutError:
        raise Refused(Refusal.TOO_SLOW) from None


async def _pieces(receive: Receive) -> bytes:
    pieces, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerLeft
        piece = message.get("body", b"")
        size += len(piece)
        if size > BYTES_PER_CALL:
            raise Refused(Refusal.TOO_LARGE)
        pieces.append(piece)
        if not message.get("more_body", False):
            return b"".join(pieces)


async def _send(answer: Answer, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    headers.append((b"content-length", str(len(answer.body)).encode("ascii")))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return

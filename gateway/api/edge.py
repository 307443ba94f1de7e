"""The door of the gateway, pure ASGI: finds the endpoint, keeps the deadline, signs the answer, writes one log line.

Whatever happens behind it, a caller gets an answer of the protocol with the same headers: nothing here depends on whom
a call is about (G32), and no text of an error ever leaves the house (G35).
"""

import asyncio
import secrets
import time
from datetime import UTC, datetime
from typing import Final

from gateway.api.exchange import Arrival, CallerLeft, Headers, Receive, Reply, Request, Scope, Send
from gateway.api.front import Front
from gateway.api.problems import CONTENT_TYPE, language_of, problem_json, problem_of
from gateway.api.routes import ENDPOINTS, MethodRefused, Routes, choose, options, parameters, template_of
from gateway.core.refusals import Refusal, Refused
from gateway.protocol.headers import API_VERSION, CORRELATION_ID
from gateway.telemetry import fault_of
from keys.signing import sign_response

VERSION: Final = "1.0.0"  # of the interface (semantic versioning); in every answer and in the OpenAPI document

_FIXED: Final[Headers] = (
    (API_VERSION, VERSION),
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
)
_SHORTEST_RETRY_SECONDS: Final = 1
_RETRY_SPREAD_SECONDS: Final = 4
_LATER: Final = frozenset(
    {
        *(Refusal.OVERLOADED, Refusal.STORE_UNAVAILABLE, Refusal.OUTCOME_UNKNOWN),
        *(Refusal.NO_POLICIES, Refusal.POLICIES_ENDED),
    }
)
_NO_CONTENT: Final = 204


class Edge:
    """The ASGI application over one front."""

    def __init__(self, front: Front) -> None:
        """Answer calls with what this front works with."""
        self._front = front
        self._routes = Routes(ENDPOINTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP call; a websocket is closed without a word."""
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        started = time.perf_counter()
        arrival = Arrival.of(scope, receive)
        try:
            reply = await self._reply(arrival)
        except Refused as refused:
            reply = self._problem(refused, arrival)
        except CallerLeft:
            return
        seconds = time.perf_counter() - started
        await self._send(reply, arrival, send)
        self._tell(reply, arrival, seconds)

    async def _reply(self, arrival: Arrival) -> Reply:
        methods, ids = self._routes.find(arrival.path)
        arrival.trace.route = template_of(methods)
        if arrival.method == "OPTIONS":
            return options(methods)
        endpoint = choose(methods, arrival.method)
        request = Request(arrival, endpoint, ids, parameters(endpoint, arrival.query))
        try:
            async with asyncio.timeout(endpoint.seconds):
                return await endpoint.serve(request, self._front)
        except TimeoutError:
            raise Refused(Refusal.OUTCOME_UNKNOWN if endpoint.changes else Refusal.STORE_UNAVAILABLE) from None
        except (Refused, CallerLeft):
            raise
        except AssertionError as error:
            self._front.contradicted(error)
            raise Refused(Refusal.INTERNAL) from None
        except Exception as error:  # noqa: BLE001 - whatever it was, the caller gets a problem and the log its type
            self._front.log.error("fault", correlation_id=arrival.trace.correlation_id, **fault_of(error))
            raise Refused(Refusal.INTERNAL) from None

    def _problem(self, refused: Refused, arrival: Arrival) -> Reply:
        problem = problem_of(refused.refusal)
        arrival.trace.problem = problem.code
        language = language_of(arrival.header("accept-language"))
        body = problem_json(
            refused,
            language=language,
            public_url=self._front.public_url,
            correlation_id=arrival.trace.correlation_id,
        )
        headers: Headers = (("content-language", language),)
        if refused.refusal in _LATER:
            after = _SHORTEST_RETRY_SECONDS + secrets.randbelow(_RETRY_SPREAD_SECONDS)
            headers = (*headers, ("retry-after", str(after)))
        if isinstance(refused, MethodRefused):
            headers = (*headers, ("allow", refused.allow))
        return Reply(problem.status, body, CONTENT_TYPE, headers)

    async def _send(self, reply: Reply, arrival: Arrival, send: Send) -> None:
        headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in self._headers(reply, arrival)]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        if reply.stream is not None:
            await _send_stream(reply, arrival.receive, send)
        body = b"" if arrival.method == "HEAD" else reply.body
        await send({"type": "http.response.body", "body": body, "more_body": False})

    def _headers(self, reply: Reply, arrival: Arrival) -> Headers:
        """Return all headers of an answer; a stream has no digest to sign, so TLS alone protects it."""
        headers = (*_FIXED, (CORRELATION_ID, arrival.trace.correlation_id), *reply.headers)
        if reply.content_type:
            headers = (("content-type", reply.content_type), *headers)
        if reply.stream is not None:
            return headers
        if arrival.header("signature"):
            headers = self._signed(reply, headers, arrival.header("signature"))
        return headers if reply.status == _NO_CONTENT else (*headers, ("content-length", str(len(reply.body))))

    def _signed(self, reply: Reply, headers: Headers, of_call: str) -> Headers:
        """Return the headers with a signature that binds the answer to its call, unless that is not signed our way."""
        key, now = self._front.signing_key, datetime.now(UTC)
        try:
            return sign_response(reply.status, headers, reply.body, request_signature=of_call, key=key, created_at=now)
        except ValueError:
            return headers

    def _tell(self, reply: Reply, arrival: Arrival, seconds: float) -> None:
        trace = arrival.trace
        self._front.figures.call(method=arrival.method, route=trace.route, status=reply.status, seconds=seconds)
        self._front.log.info(
            "call",
            correlation_id=trace.correlation_id,
            method=arrival.method,
            route=trace.route,
            status=reply.status,
            ms=round(seconds * 1000, 1),
            caller=trace.caller,
            problem=trace.problem,
        )


async def _send_stream(reply: Reply, receive: Receive, send: Send) -> None:
    """Send pieces as they come, until the stream ends or the caller hangs up."""
    if reply.stream is None:
        return
    stream = reply.stream

    async def pieces() -> None:
        async for piece in stream:
            await send({"type": "http.response.body", "body": piece, "more_body": True})

    tasks = {asyncio.create_task(pieces()), asyncio.create_task(_left(receive))}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await stream.aclose()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

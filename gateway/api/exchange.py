"""A call as it comes in and an answer as it goes out, and the description of each place where the two meet."""

import re
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from gateway.core.refusals import Refusal, Refused
from gateway.protocol.messages.base import Message
from keys.parties import Role

if TYPE_CHECKING:
    from gateway.api.front import Front

Headers = tuple[tuple[str, str], ...]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"
EVENT_STREAM: Final = "text/event-stream"
HTML: Final = "text/html; charset=utf-8"
NOTHING: Final = ""
CORS: Final[Headers] = (("access-control-allow-origin", "*"),)
METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"})

SECONDS: Final = 15.0  # within which a call is answered, unless its endpoint says otherwise


@dataclass(slots=True)
class Trace:
    """What the log line of a call will say besides its outcome."""

    correlation_id: str
    route: str = "unknown"
    caller: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: whole in `body`, or piece by piece in `stream`."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: Headers = ()
    stream: AsyncGenerator[bytes] | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A parameter in the address: text of one form, or a whole number between bounds."""

    name: str
    summary: str
    pattern: str = ""
    lowest: int = 0
    highest: int = 0
    default: int | str = ""

    def read(self, text: str | None) -> int | str:
        """Return the value given, or the default; raises Refused with the name of the parameter alone."""
        if text is None:
            return self.default
        if self.pattern and re.fullmatch(self.pattern, text, re.ASCII):
            return text
        if not self.pattern and re.fullmatch("[0-9]{1,4}", text) and self.lowest <= int(text) <= self.highest:
            return int(text)
        raise Refused(Refusal.MEMBER_INVALID, member=self.name)


Serve = Callable[["Request", "Front"], Awaitable[Reply]]


def id_form(prefix: str) -> str:
    """Return the form of the ids of one kind of thing: its prefix and a ULID in Crockford's letters."""
    return f"{prefix}_[0-9A-HJKMNP-TV-Z]{{26}}"


def paged(prefix: str) -> tuple[Query, ...]:
    """Return the parameters of a list in order of id, whose ids begin so."""
    return (
        Query("after", "Id of the last one seen.", pattern=id_form(prefix)),
        Query("limit", "How many at most.", lowest=1, highest=100, default=100),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One method on one address: what it takes, what it answers, what it may refuse; routes and OpenAPI come from it.

    `changes` calls carry an Idempotency-Key. `about_a_person` calls carry a Case-Reference. `roles` are the parties who
    may make the call: agencies, unless it says otherwise.
    """

    name: str
    method: str
    path: str
    summary: str
    serve: Serve
    takes: type[Message] | None = None
    content_type: str = JSON
    answers: type[Message] | None = None
    answer_type: str = JSON
    status: int = 200
    signed: bool = True
    changes: bool = False
    about_a_person: bool = False
    query: tuple[Query, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    seconds: float | None = SECONDS
    cors: bool = False
    roles: tuple[Role, ...] = (Role.AGENCY,)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call as it came in, not yet believed. `target` is path and query as they were sent: what the caller signed."""

    method: str
    path: str
    query: str
    target: str
    headers: Headers
    receive: Receive
    trace: Trace
    by_name: Mapping[str, str]

    @classmethod
    def of(cls, scope: Scope, receive: Receive) -> Self:
        """Read what ASGI says about a call. Names of methods are bounded: they stand in the log."""
        path = bytes(scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        query = bytes(scope["query_string"]).decode("latin-1")
        headers = tuple(
            (bytes(name).decode("latin-1").lower(), bytes(value).decode("latin-1")) for name, value in scope["headers"]
        )
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        target = f"{path}?{query}" if query else path
        return cls(method, path, query, target, headers, receive, Trace(secrets.token_hex(16)), dict(headers))

    def header(self, name: str) -> str:
        """Return a header's value, empty when it is absent; the signature check sees to doubles."""
        return self.by_name.get(name, "")


@dataclass(frozen=True, slots=True)
class Request:
    """A call for an endpoint, with the ids that stood in its path and the parameters in its address."""

    arrival: Arrival
    endpoint: Endpoint
    ids: tuple[str, ...]
    query: Mapping[str, int | str]

    def header(self, name: str) -> str:
        """Return a header's value, empty when it is absent."""
        return self.arrival.header(name)

    def number(self, name: str) -> int:
        """Return a query parameter that is a number."""
        return int(self.query[name])

    def text(self, name: str) -> str:
        """Return a query parameter that is a text."""
        return str(self.query[name])


class CallerLeft(Exception):
    """The caller hung up before its call was whole; nobody is left to answer."""

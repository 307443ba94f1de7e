"""The OpenAPI document, made from the endpoints, the messages and the catalogue of problems: nothing is said twice.

It follows the API Design Rules of the Dutch government (2.2). `docs/openapi.json` is it, kept in step by a test.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gateway.api.edge import VERSION
from gateway.api.exchange import EVENT_STREAM, HTML, JSON, Endpoint, Query
from gateway.api.problems import CONTENT_TYPE, problem_json, problem_of
from gateway.api.routes import BASE, ENDPOINTS
from gateway.core.refusals import Refusal, Refused
from gateway.protocol.messages.base import CaseReference, Name
from gateway.protocol.standing import ProblemDetails

EXAMPLE_URL: Final = "https://gateway.example"

_SIGNATURE: Final = tuple(refusal for refusal in Refusal if refusal.value.startswith(("signature_", "key_", "digest_")))
_BODY: Final = (
    Refusal.BODY_TOO_LARGE,
    Refusal.BODY_MALFORMED,
    Refusal.BODY_TOO_DEEP,
    Refusal.MEMBER_INVALID,
    Refusal.PERSON_NUMBER,
    Refusal.CONTENT_TYPE,
)
_SIGNED: Final = (
    *_SIGNATURE,
    Refusal.BODY_TOO_LARGE,
    Refusal.BODY_MALFORMED,
    Refusal.PERSON_NUMBER,
    Refusal.HEADER_MISSING,
    Refusal.IDEMPOTENCY_KEY_MISSING,
    Refusal.AGENCY_NOT_ADMITTED,
    Refusal.OVERLOADED,
    Refusal.STORE_UNAVAILABLE,
    Refusal.OUTCOME_UNKNOWN,
)
_ALWAYS: Final = (Refusal.MEMBER_INVALID, Refusal.INTERNAL)
_LATER: Final = frozenset({429, 503})
_IDS: Final = {
    "registrationId": "reg",
    "matchId": "mat",
    "endpointId": "whe",
    "handoverId": "hov",
    "requestId": "srq",
    "itemId": "sri",
}
_TEXT: Final = {"type": "string"}

_HEADERS: Final[Mapping[str, Any]] = {
    "API-Version": {"description": "Version of this interface.", "schema": _TEXT, "example": VERSION},
    "Correlation-Id": {"description": "Name this when you ask the operator for help.", "schema": _TEXT},
}
_STREAM_ITEM: Final = {
    "description": "One event of the stream; its data is a CloudEvent as JSON.",
    "type": "object",
    "properties": {
        "event": {"const": "alert"},
        "id": _TEXT,
        "data": {
            **_TEXT,
            "contentMediaType": JSON,
            "contentSchema": {"$ref": "#/components/schemas/CloudEvent"},
        },
    },
}
_RETRY_AFTER: Final = {"description": "Seconds to wait.", "schema": {"type": "integer"}}


def document(public_url: str = EXAMPLE_URL) -> dict[str, Any]:
    """Return the document of a gateway at this address."""
    messages = _messages(ENDPOINTS)
    _, defined = models_json_schema(
        [(message, "serialization" if message in _answers(ENDPOINTS) else "validation") for message in messages],
        by_alias=True,
        ref_template="#/components/schemas/{model}",
    )
    return {
        "openapi": "3.1.0",
        "info": _info(),
        "servers": [{"url": f"{public_url}{BASE}"}],
        "paths": _paths(ENDPOINTS),
        "components": {
            "schemas": dict(sorted(defined["$defs"].items())),
            "examples": {problem_of(refusal).code: {"value": _example(refusal)} for refusal in Refusal},
            "headers": {**_HEADERS, "Retry-After": _RETRY_AFTER},
            "securitySchemes": {"signature": _SECURITY},
        },
    }


def document_json(public_url: str = EXAMPLE_URL) -> bytes:
    """Return the document as it is served and committed."""
    return json.dumps(document(public_url), indent=2, ensure_ascii=False).encode() + b"\n"


_SECURITY: Final = {
    "type": "apiKey",
    "in": "header",
    "name": "Signature",
    "description": "HTTP Message Signatures (RFC 9421), tag `hitindex-v1`, with Content-Digest (RFC 9530) over a body.",
}


def _info() -> dict[str, Any]:
    return {
        "title": "Seinhuis gateway",
        "version": VERSION,
        "description": (
            "Agencies say that they are involved with a person; when two of them are, both are told that the other is "
            "there. There is no way to look anybody up. Every call is signed; nothing sensitive stands in an address."
        ),
        "contact": {"name": "Seinhuis", "email": "contact@seinhuis.example", "url": "https://seinhuis.example"},
        "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    }


def _messages(endpoints: Iterable[Endpoint]) -> list[type[BaseModel]]:
    found: dict[type[BaseModel], None] = {ProblemDetails: None}
    for endpoint in endpoints:
        found.update((message, None) for message in (endpoint.takes, endpoint.answers) if message is not None)
    return list(found)


def _answers(endpoints: Iterable[Endpoint]) -> frozenset[type[BaseModel]]:
    return frozenset(endpoint.answers for endpoint in endpoints if endpoint.answers is not None)


def _paths(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return paths


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [endpoint.path.split("/")[1]],
        "responses": _responses(endpoint),
    }
    if parameters := [*_path_parameters(endpoint), *_query_parameters(endpoint), *_header_parameters(endpoint)]:
        operation["parameters"] = parameters
    if endpoint.takes is not None:
        operation["requestBody"] = _request_body(endpoint, endpoint.takes)
    operation["security"] = [{"signature": []}] if endpoint.signed else []
    return operation


def _request_body(endpoint: Endpoint, takes: type[BaseModel]) -> dict[str, Any]:
    if endpoint.content_type == JSON:
        return {"required": True, "content": {JSON: {"schema": _ref(takes)}}}
    described = {"type": "string", "description": f"One `{takes.__name__}` object a line."}
    return {"required": True, "content": {endpoint.content_type: {"schema": described}}}


def _path_parameters(endpoint: Endpoint) -> Iterable[dict[str, Any]]:
    for part in endpoint.path.split("/"):
        if part.startswith("{"):
            name = part.strip("{}")
            pattern = f"^{_IDS[name]}_[0-9A-HJKMNP-TV-Z]{{26}}$" if name in _IDS else "^[A-Za-z0-9_-]{1,80}$"
            yield {"name": name, "in": "path", "required": True, "schema": {**_TEXT, "pattern": pattern}}


def _query_parameters(endpoint: Endpoint) -> Iterable[dict[str, Any]]:
    for query in endpoint.query:
        yield {"name": query.name, "in": "query", "description": query.summary, "schema": _query_schema(query)}


def _query_schema(query: Query) -> dict[str, Any]:
    if query.pattern:
        return {**_TEXT, "pattern": f"^{query.pattern}$"}
    return {"type": "integer", "minimum": query.lowest, "maximum": query.highest, "default": query.default}


def _header_parameters(endpoint: Endpoint) -> Iterable[dict[str, Any]]:
    if not endpoint.signed:
        return
    yield _header("Purpose", "Why you call; covered by the signature.", _pattern(Name))
    yield _header("User-Role", "Role of whoever calls; covered by the signature.", _pattern(Name))
    if endpoint.about_a_person:
        yield _header("Case-Reference", "Your own reference; covered by the signature.", _pattern(CaseReference))
    if endpoint.changes:
        yield _header("Idempotency-Key", "A key of this change; covered by the signature.", "^[A-Za-z0-9_-]{16,64}$")
    yield _header("Signature-Input", "RFC 9421.", "")
    yield _header("Signature", "RFC 9421.", "")
    if endpoint.takes is not None:
        yield _header("Content-Digest", "RFC 9530, sha-256.", "")


def _header(name: str, description: str, pattern: str) -> dict[str, Any]:
    schema = {**_TEXT, "pattern": pattern} if pattern else _TEXT
    return {"name": name, "in": "header", "required": True, "description": description, "schema": schema}


def _pattern(annotated: Any) -> str:  # noqa: ANN401 - an Annotated type is no type
    return str(annotated.__metadata__[0].pattern)


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    responses = {str(endpoint.status): _success(endpoint)}
    by_status: dict[int, list[Refusal]] = {}
    for refusal in sorted(refusals_of(endpoint), key=list(Refusal).index):
        by_status.setdefault(problem_of(refusal).status, []).append(refusal)
    return responses | {str(status): _refusal(status, found) for status, found in sorted(by_status.items())}


def refusals_of(endpoint: Endpoint) -> frozenset[Refusal]:
    """Return everything that an endpoint may refuse a call for."""
    found = {*endpoint.refusals, *_ALWAYS}
    if endpoint.signed:
        found |= {*_SIGNED}
        found |= {Refusal.SIGNATURE_REPLAYED}
    if endpoint.takes is not None:
        found |= {*_BODY}
    if endpoint.changes:
        found |= {Refusal.IDEMPOTENCY_KEY_REUSED}
    if "{" in endpoint.path:
        found |= {Refusal.NOT_FOUND}
    return frozenset(found)


def _success(endpoint: Endpoint) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": endpoint.summary, "headers": _header_refs("API-Version", "Correlation-Id")}
    if endpoint.answers is not None:
        answer["content"] = {JSON: {"schema": _ref(endpoint.answers)}}
    elif endpoint.answer_type:
        schema = _STREAM_ITEM if endpoint.answer_type == EVENT_STREAM else {"type": "object"}
        answer["content"] = {endpoint.answer_type: {"schema": schema}}
    if endpoint.name == "showProblem":
        answer["content"][HTML.partition(";")[0]] = {"schema": _TEXT}
    return answer


def _refusal(status: int, refusals: Iterable[Refusal]) -> dict[str, Any]:
    names = ("API-Version", "Correlation-Id", *(("Retry-After",) if status in _LATER else ()))
    found = list(refusals)
    return {
        "description": ", ".join(problem_of(refusal).code for refusal in found),
        "headers": _header_refs(*names),
        "content": {
            CONTENT_TYPE: {
                "schema": _ref(ProblemDetails),
                "examples": _example_refs(found),
            }
        },
    }


def _example(refusal: Refusal) -> object:
    body = problem_json(Refused(refusal), language="en", public_url=EXAMPLE_URL, correlation_id="0" * 32)
    example: object = json.loads(body)
    return example


def _example_refs(refusals: Iterable[Refusal]) -> dict[str, Any]:
    codes = (problem_of(refusal).code for refusal in refusals)
    return {code: {"$ref": f"#/components/examples/{code}"} for code in codes}


def _header_refs(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _ref(message: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{message.__name__}"}

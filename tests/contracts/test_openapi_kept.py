"""The API keeps what its OpenAPI document says: schemathesis asks what the document allows, and what it does not."""

import json
from typing import Any

import httpx2
import schemathesis
from hypothesis import HealthCheck, settings

from gateway.api.openapi import document
from keys.signing import RawCall
from tests.support.gateways import URL, Neighborhood

EXAMPLES = 4  # of each of some twenty operations
SCHEMA = schemathesis.openapi.from_dict(document(URL))
_OURS = {"signature", "signature-input", "content-digest", "content-length", "host", "user-agent", "accept-encoding"}
# Every call is signed before it is sent, so what was left out of its signature is put back, and nothing is known of
# calls without one (test_hostile_calls tries those). The policy refuses much that the schema allows.
_NOT_HERE: list[Any] = list(
    schemathesis.checks.CHECKS.get_by_names(
        ["ignored_auth", "missing_required_header", "negative_data_rejection", "positive_data_acceptance"]
    )
)


@schemathesis.serializer("application/x-ndjson")
def lines(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """Write a generated batch: the document says text, one object a line."""
    return value if isinstance(value, bytes) else str(value).encode()


@SCHEMA.exclude(path="/alerts/stream").parametrize()  # a stream has no end to wait for; test_hearing listens to it
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), deadline=None)
def test_every_answer_is_one_that_the_document_names(case: schemathesis.Case[Any], standing: Neighborhood) -> None:
    """Status, content type, headers and schema of every answer are documented, and none is a 5xx."""
    if isinstance(case.query.get("waitSeconds"), int):
        case.query["waitSeconds"] = min(case.query["waitSeconds"], 0)  # nothing comes, so nothing is waited for
    answer = standing.send(signed(case, standing))

    assert answer.status_code < httpx2.codes.INTERNAL_SERVER_ERROR, answer.text
    case.validate_response(answer, excluded_checks=_NOT_HERE)


def signed(case: schemathesis.Case[Any], here: Neighborhood) -> RawCall:
    """Return a generated call as an agency would sign it, its other headers as they were generated."""
    asked: dict[str, Any] = dict(case.as_transport_kwargs(base_url=f"{URL}/v1"))
    prepared = httpx2.Request(
        asked["method"], asked["url"], params=asked.get("params"), content=content_of(asked), headers={}
    )
    given = {name.lower(): str(value) for name, value in (asked.get("headers") or {}).items()}
    headers = {name: value for name, value in given.items() if name not in _OURS and fits(value)}
    target = str(prepared.url).removeprefix(URL)
    usual = dict.fromkeys(("purpose", "user-role", "case-reference", "idempotency-key", "content-type"))
    return here.caller().sign(asked["method"], target, prepared.content, headers={**usual, **headers})


def content_of(asked: dict[str, Any]) -> bytes:
    """Return the body that schemathesis would have sent."""
    if "json" in asked:
        return json.dumps(asked["json"]).encode()
    data = asked.get("data") or b""
    return data if isinstance(data, bytes) else str(data).encode()


def fits(value: str) -> bool:
    """Whether a value can stand in a header at all."""
    return value.isascii() and value.isprintable()

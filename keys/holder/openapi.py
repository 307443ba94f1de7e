"""Decides how a key holder describes itself: an OpenAPI document made from the calls it serves."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from keys.holder.answers import API_VERSION, JSON, PROBLEM
from keys.holder.calls import Call

_REF: Final = "#/components/schemas/{model}"
_VERSION_HEADER: Final = {"API-Version": {"description": "Version of this API.", "schema": {"type": "string"}}}
_PROBLEM_SCHEMA: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
    },
}
_PROBLEMS: Final = {
    "400": "The call cannot be read.",
    "401": "Not signed by a key that counts.",
    "403": "Not for this party.",
    "404": "No key was made for this label.",
    "405": "Another method.",
    "408": "The call came too slowly.",
    "409": "The holders do not agree.",
    "413": "The call is too large.",
    "415": "Not JSON.",
    "429": "The quota is used up.",
    "500": "Something went wrong here.",
    "503": "The log cannot be written.",
}
_OPEN: Final = {
    "/v1/health/live": "Whether the process runs.",
    "/v1/health/ready": "Whether it can serve calls.",
    "/v1/openapi.json": "This document.",
}


def openapi_document(calls: Mapping[str, Call], public_url: str) -> dict[str, Any]:
    """Return the document, in version 3.1; its paths are relative to `public_url` with the major version."""
    messages = [message for call in calls.values() for message in (call.takes, call.gives)]
    _, schemas = models_json_schema([(one, "serialization") for one in messages], by_alias=True, ref_template=_REF)
    paths: dict[str, Any] = {path.removeprefix("/v1"): {"post": _signed(call)} for path, call in calls.items()}
    paths |= {path.removeprefix("/v1"): {"get": _open(path, summary)} for path, summary in _OPEN.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Seinhuis key holder",
            "version": API_VERSION,
            "description": "Evaluates blinded persons for agencies; learns no person, no token and no match.",
            "contact": {"name": "Seinhuis", "url": "https://seinhuis.example", "email": "beheer@seinhuis.example"},
        },
        "servers": [{"url": f"{public_url}/v1"}],
        "paths": paths,
        "components": {"schemas": {**schemas["$defs"], "Problem": _PROBLEM_SCHEMA}},
    }


def _signed(call: Call) -> dict[str, Any]:
    return {
        "operationId": call.verb.__name__,
        "summary": call.summary,
        "description": "Signed by the caller (RFC 9421); the answer is signed by the holder and bound to the call.",
        "requestBody": {"required": True, "content": {JSON: {"schema": _schema(call.takes.__name__)}}},
        "responses": {"200": _answer(_schema(call.gives.__name__)), **_problems(_PROBLEMS)},
    }


def _open(path: str, summary: str) -> dict[str, Any]:
    responses = {"200": _answer({"type": "object"})}
    if path.endswith("/ready"):
        responses["503"] = {"description": "Not ready.", "headers": _VERSION_HEADER}
    return {
        "operationId": path.rpartition("/")[2].partition(".")[0],
        "summary": summary,
        "responses": {**responses, **_problems({"405": _PROBLEMS["405"]})},
    }


def _answer(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": "Done.", "headers": _VERSION_HEADER, "content": {JSON: {"schema": schema}}}


def _problems(described: Mapping[str, str]) -> dict[str, Any]:
    content = {PROBLEM: {"schema": _schema("Problem")}}
    return {
        status: {"description": text, "headers": _VERSION_HEADER, "content": content}
        for status, text in described.items()
    }


def _schema(name: str) -> dict[str, str]:
    return {"$ref": _REF.format(model=name)}

"""Every operation of the OpenAPI document, called as it allows and as it does not, without a finding."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from gateway.api.openapi import document
from keys.signing import RawCall
from tests.support.door import GATEWAY_URL, Door

#: The hook signs, so these three are its business and not the generator's.
ADDED_BY_SIGNING = {"Signature", "Signature-Input", "Content-Digest"}
NOT_SENT = {"content-length", "user-agent", "accept-encoding", "connection", "accept"} | set(
    map(str.lower, ADDED_BY_SIGNING)
)
#: `positive_data_acceptance`: what the document allows may still be refused, for a token that no holder made.
#: The others call the network themselves or take headers away that signing puts back.
NOT_ASKED = {"positive_data_acceptance", "ignored_auth", "missing_required_header"}
EXAMPLES = 20


def _served() -> dict[str, Any]:
    """Return the document without what the signing hook adds to each call."""
    found: dict[str, Any] = json.loads(json.dumps(document(GATEWAY_URL)))
    for methods in found["paths"].values():
        for operation in methods.values():
            kept = [one for one in operation.get("parameters", []) if one["name"] not in ADDED_BY_SIGNING]
            operation["parameters"] = kept
            operation.pop("security", None)
    return found


@schemathesis.serializer("application/x-ndjson")
def _lines(_: schemathesis.SerializationContext, value: object) -> bytes:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else json.dumps(value).encode()


load_all_checks()
SCHEMA = schemathesis.openapi.from_dict(_served())
OPERATIONS = [result.ok() for result in SCHEMA.get_all_operations() if isinstance(result, Ok)]
LEFT_OUT: list[Any] = [check for check in CHECKS.get_all() if check.__name__ in NOT_ASKED]


@pytest.fixture(scope="module")
def busy_door(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a door whose police have one of everything, and an alert that waits, so that no long poll has to wait."""
    folder = tmp_path_factory.mktemp("door")
    shutil.copyfile(migrated_file, folder / "gateway.db")
    opened = Door(f"sqlite:///{folder / 'gateway.db'}", folder)
    try:
        opened.open_desks()
        opened.belongings(opened.visitor("police"), opened.visitor("school"))
        yield opened
    finally:
        opened.close()


def _raw(case: Case[Any]) -> requests.PreparedRequest:
    return requests.Request(**case.as_transport_kwargs(base_url=f"{GATEWAY_URL}/v1")).prepare()


def _signed(door: Door, request: requests.PreparedRequest) -> RawCall:
    """Sign a call as it is; one that cannot be signed goes out as it is."""
    body = request.body.encode() if isinstance(request.body, str) else request.body
    assert body is None or isinstance(body, bytes)
    headers = {
        name.lower(): value.decode("latin-1") if isinstance(value, bytes) else value
        for name, value in request.headers.items()
        if name.lower() not in NOT_SENT and not name.lower().startswith("x-schemathesis")
    }
    call = RawCall(str(request.method), str(request.url), tuple(headers.items()), body or b"")
    try:
        return door.visitor("police").signs_raw(call)
    except ValueError:
        return call


def _answer(door: Door, case: Case[Any]) -> httpx2.Response:
    request = _raw(case)
    call = _signed(door, request)
    answer = door.send_in_pieces(call, call.body, seconds=0.3 if call.target_uri.endswith("/stream") else 60)
    answer.request = httpx2.Request(str(request.method), str(request.url))
    answer.elapsed = timedelta(0)
    return answer


@pytest.mark.timeout(240)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_an_operation_is_as_the_document_says(
    busy_door: Door, operation: "APIOperation[Any, Any, Any, Any]", mode: GenerationMode
) -> None:
    """Status, headers and body are documented; what the document forbids is refused; nothing is a server's fault."""
    if "ndjson" in str(operation.definition.raw):
        mode = GenerationMode.POSITIVE  # a body of lines is any text: each bad line is refused in a 201 of its own
    if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query or operation.path_parameters):
        mode = GenerationMode.POSITIVE  # there is nothing to get wrong but headers

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=5 if "stream" in operation.path else EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def call(case: Case[Any]) -> None:
        case.validate_response(_answer(busy_door, case), excluded_checks=LEFT_OUT)

    call()
    assert '"event": "fault"' not in busy_door.said.getvalue()

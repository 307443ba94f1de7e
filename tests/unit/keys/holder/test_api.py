"""What comes in over HTTP is bounded and strict, what goes out is signed, described and repeats nothing."""

import asyncio
import importlib.util
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.evaluations import TOKEN_EVALUATIONS
from keys.holder.refusals import OF_FAULT, Refusal
from keys.signing import RawCall, SignatureFault, sign_call
from tests.support.holders import HoldersHere, Reply, holders_here
from tests.support.parties import NONCE, NOW, agency

LINTER = Path(__file__).parents[3] / "support" / "adr_lint.py"


@pytest.fixture(scope="module")
def circle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HoldersHere]:
    """One holder; no test here changes it."""
    with holders_here(tmp_path_factory.mktemp("holder"), t=1, n=1) as circle:
        yield circle


def send(
    circle: HoldersHere,
    path: str,
    *,
    method: str = "GET",
    body: bytes = b"",
    headers: tuple[tuple[str, str], ...] = (),
    signed: bool = False,
) -> Reply:
    """Send a call, signed by the first agency when asked."""
    holder = circle.holder(1)
    call = RawCall(method, holder.url + path, headers, body)
    if signed:
        call = sign_call(call, circle.people.agencies[0].key, created_at=NOW, nonce=NONCE)
    return circle.send(holder, call)


JSON = (("content-type", "application/json"),)


@pytest.mark.parametrize("path", ["/v1/health/live", "/v1/health/ready", "/v1/openapi.json"])
def test_anybody_may_ask_how_it_is(circle: HoldersHere, path: str) -> None:
    """Health and description need no signature, and carry the version of the API."""
    reply = send(circle, path)

    assert (200, "1.0.0", "application/json") == (
        reply.status,
        reply.header("api-version"),
        reply.header("content-type"),
    )


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "state-not-found"),
        ("GET", "/v1/health/live/", 404, "state-not-found"),
        ("POST", "/v1/token-evaluations/", 404, "state-not-found"),
        ("POST", "/v1/health/live", 405, "request-method-not-allowed"),
        ("GET", "/v1/token-evaluations", 405, "request-method-not-allowed"),
        ("POST", "/v1/token-evaluations", 415, "request-content-type"),
    ],
)
def test_every_refusal_is_a_problem(circle: HoldersHere, method: str, path: str, status: int, code: str) -> None:
    """RFC 9457 with a code, also for an address that is not there; never a redirect."""
    reply = send(circle, path, method=method)

    assert (status, code, "application/problem+json", "1.0.0") == (
        reply.status,
        reply.code,
        reply.header("content-type"),
        reply.header("api-version"),
    )
    assert {"type", "title", "status", "detail", "code"} <= reply.json.keys()


@pytest.mark.parametrize(
    ("language", "title"), [("en-GB, nl;q=0.5", "The call"), ("nl", "De aanroep"), ("", "De aanroep")]
)
def test_a_problem_speaks_the_callers_language(circle: HoldersHere, language: str, title: str) -> None:
    """English when asked for first, else Dutch."""
    headers = (*JSON, ("accept-language", language))

    assert send(circle, TOKEN_EVALUATIONS, method="POST", headers=headers, body=b"{}").json["title"].startswith(title)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "request-malformed"),
        (b"{", "request-malformed"),
        (b"\xff", "request-malformed"),
        (b'{"label":NaN}', "request-malformed"),
        (b'{"label":1,"label":2}', "request-malformed"),
        (b'{"label":"\\ud800"}', "request-malformed"),
        ('{"label":"e\u0301"}'.encode(), "request-malformed"),
        (b"[" * 60_000, "request-too-deep"),
        (b'{"a":[[[[[[[[1]]]]]]]]}', "request-too-deep"),
        (json.dumps({f"k{i}": 1 for i in range(5_000)}).encode(), "request-too-deep"),
        (b"[]", "request-member-invalid"),
        (b'{"CANARY":1}', "request-member-invalid"),
        (b'{"label":"CANARY","elements":[]}', "request-member-invalid"),
    ],
)
def test_a_body_that_is_not_what_it_should_be(circle: HoldersHere, body: bytes, code: str) -> None:
    """Each kind of bad JSON has its own problem, and none repeats what was sent (G35, G36)."""
    reply = send(circle, TOKEN_EVALUATIONS, method="POST", headers=JSON, body=body, signed=True)

    assert code == reply.code
    assert b"CANARY" not in reply.body


def test_a_body_of_more_than_64_kb_is_not_read(circle: HoldersHere) -> None:
    """It is refused before anything is verified."""
    reply = send(circle, TOKEN_EVALUATIONS, method="POST", headers=JSON, body=b" " * (64 * 1024 + 1))

    assert (413, "request-too-large") == (reply.status, reply.code)


def test_a_compressed_body_is_refused(circle: HoldersHere) -> None:
    """Nothing is unpacked here."""
    reply = send(circle, TOKEN_EVALUATIONS, method="POST", headers=(*JSON, ("content-encoding", "gzip")), body=b"x")

    assert "request-content-type" == reply.code


def test_the_clock_problem_says_by_how_much(circle: HoldersHere) -> None:
    """Seconds and direction, for the people who have to set a clock (G23)."""
    call = RawCall("POST", circle.holder(1).url + TOKEN_EVALUATIONS, JSON, b"{}")
    late = sign_call(call, circle.people.agencies[0].key, created_at=NOW - timedelta(seconds=75), nonce=NONCE)

    reply = circle.send(circle.holder(1), late)

    assert ("signature-clock", 75, "behind") == (reply.code, reply.json["seconds"], reply.json["direction"])


@given(st.binary(max_size=300))
def test_no_body_is_answered_with_a_server_error(circle: HoldersHere, body: bytes) -> None:
    """Any bytes, well signed: a problem of the caller's, never of ours (G36)."""
    reply = send(circle, TOKEN_EVALUATIONS, method="POST", headers=JSON, body=body, signed=bool(body))

    assert 400 <= reply.status < 500


def test_an_unexpected_error_is_a_problem_without_a_value(
    circle: HoldersHere, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever breaks inside, neither the caller nor the log sees the words of the exception."""

    class Broken:
        def key(self, _: str) -> None:
            raise RuntimeError("CANARY")

    app = circle.apps[1]
    broken: Any = replace(circle.running[1], registry=Broken())  # type: ignore[arg-type]
    monkeypatch.setattr(app, "_holder", broken)

    reply = send(circle, TOKEN_EVALUATIONS, method="POST", headers=JSON, body=b"{}", signed=True)
    said = capsys.readouterr()

    assert (500, "upstream-internal") == (reply.status, reply.code)
    assert "CANARY" not in reply.body.decode() + said.out + said.err


def test_a_caller_that_leaves_gets_nothing(circle: HoldersHere) -> None:
    """A connection that closes in the middle of a body is no error."""
    sent: list[object] = []

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def remember(message: object) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": TOKEN_EVALUATIONS,
        "headers": [(b"content-type", b"application/json")],
    }
    asyncio.run(circle.apps[1](scope, receive, remember))

    assert sent == []


def linter() -> ModuleType:
    """Return the linter of the NL API Design Rules."""
    spec = importlib.util.spec_from_file_location("adr_lint", LINTER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_description_follows_the_dutch_design_rules(circle: HoldersHere) -> None:
    """No error by the linter of the NL API Design Rules."""
    document = json.loads(send(circle, "/v1/openapi.json").body)

    errors = [finding for finding in linter().lint(document) if finding[0] == "error"]

    assert errors == []
    assert len(document["paths"]) == 8


def test_every_fault_of_a_signature_has_its_problem() -> None:
    """The two closed lists fit together, and every problem speaks both languages."""
    assert set(SignatureFault) == set(OF_FAULT)
    assert len({refusal.value.code for refusal in Refusal}) == len(Refusal)
    assert all(problem.value.title_nl.endswith(".") and problem.value.title_en.endswith(".") for problem in Refusal)


def test_a_stranger_too_is_refused_under_signature(circle: HoldersHere) -> None:
    """Whoever signed the call can tell the holder's refusal from what something on the way made up."""
    reply = circle.post(1, TOKEN_EVALUATIONS, b"{}", by=agency(77))

    assert "signature-key-unknown" == reply.code
    assert reply.header("signature").startswith("sig1=:")

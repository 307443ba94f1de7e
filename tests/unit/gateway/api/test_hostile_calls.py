"""Calls that should not be believed, or that try something: each gets a problem of the protocol and nothing else."""

import asyncio
import json
import random
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from keys.signing import RawCall
from tests.support.gateways import URL, Caller, Neighborhood

BSN = "111222333"  # passes the 11-test; issued to nobody


def code_of(here: Neighborhood, call: RawCall) -> tuple[int, str]:
    """Send a call and return status and code, having checked that the answer is a whole problem."""
    answer = here.send(call)
    problem = answer.json()
    assert "application/problem+json" == answer.headers["content-type"]
    assert {"type", "title", "status", "detail", "code", "fix", "correlationId"} <= problem.keys()
    assert problem["status"] == answer.status_code
    return answer.status_code, problem["code"]


def registration(caller: Caller, **changes: object) -> bytes:
    """Return a registration as bytes."""
    return json.dumps(caller.involvement(0, **changes)).encode()


def changed(call: RawCall, name: str, value: str | None) -> RawCall:
    """Return a signed call with one header exchanged or left out, its signature as it was."""
    headers = tuple((key, text) for key, text in call.headers if key != name)
    return RawCall(call.method, call.target_uri, headers if value is None else (*headers, (name, value)), call.body)


def test_one_bit_makes_a_signed_call_worthless(standing: Neighborhood) -> None:
    """A flipped bit anywhere in the body or in a signed header is refused (G22)."""
    caller = standing.caller()
    chance = random.Random(7)
    call = caller.sign("POST", "/v1/registrations", registration(caller))
    spoiled = []
    for _ in range(12):
        at = chance.randrange(len(call.body) * 8)
        body = bytearray(call.body)
        body[at // 8] ^= 1 << at % 8
        spoiled.append(RawCall(call.method, call.target_uri, call.headers, bytes(body)))
    for name in ("purpose", "user-role", "case-reference", "idempotency-key"):
        value = dict(call.headers)[name]
        spoiled.append(changed(call, name, chr(ord(value[0]) ^ 1) + value[1:]))

    assert {401} == {code_of(standing, each)[0] for each in spoiled}


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda call: changed(call, "signature", None), (401, "signature-missing")),
        (lambda call: changed(call, "signature-input", None), (401, "signature-missing")),
        (lambda call: changed(call, "signature", "sig1=:AAAA:"), (401, None)),
        (lambda call: changed(call, "content-digest", "sha-256=:AAAA:"), (401, None)),
        (lambda call: changed(call, "content-type", "text/plain"), (415, "request-content-type")),
        (lambda call: changed(call, "content-encoding", "gzip"), (415, "request-content-type")),
        (lambda call: RawCall("PUT", call.target_uri, call.headers, call.body), (405, "request-method-not-allowed")),
        (lambda call: RawCall("POST", call.target_uri, (*call.headers, ("purpose", "other")), call.body), (401, None)),
        (lambda call: changed(call, "authorization", "Bearer x"), (401, None)),
    ],
)
def test_a_tampered_call_is_refused(
    standing: Neighborhood, spoil: Callable[[RawCall], RawCall], expected: tuple[int, str | None]
) -> None:
    """Headers left out, exchanged, doubled or added after signing."""
    caller = standing.caller()

    status, code = code_of(standing, spoil(caller.sign("POST", "/v1/registrations", registration(caller))))

    assert expected in {(status, code), (status, None)}


@pytest.mark.parametrize(("seconds", "status"), [(-50, 200), (50, 200), (-120, 401), (120, 401)])
def test_a_clock_that_is_off_is_told_by_how_much(standing: Neighborhood, seconds: int, status: int) -> None:
    """Inside a minute it passes; outside, the problem says how far off and which way (G23)."""
    answer = standing.caller().call("GET", "/v1/whoami", late=timedelta(seconds=seconds))

    assert status == answer.status_code
    if status != 200:
        problem = answer.json()
        assert ("signature-clock", "ahead" if seconds > 0 else "behind") == (problem["code"], problem["direction"])
        assert abs(abs(seconds) - problem["seconds"]) <= 10


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("purpose", None, "request-header-missing"),
        ("user-role", None, "request-header-missing"),
        ("case-reference", None, "request-header-missing"),
        ("idempotency-key", None, "request-idempotency-key-missing"),
        ("idempotency-key", "short", "request-idempotency-key-missing"),
        ("idempotency-key", "x" * 65, "request-idempotency-key-missing"),
        ("purpose", "Not A Name", "request-header-missing"),
        ("case-reference", BSN, "request-person-number"),
        ("case-reference", "Z 1112.22.333", "request-person-number"),
        ("idempotency-key", "kenmerk-111222333", "request-person-number"),
        ("user-role", "r111222333", "request-person-number"),
        ("purpose", "fraud", "request-purpose-differs"),
    ],
)
def test_what_every_call_must_say(standing: Neighborhood, header: str, value: str | None, code: str) -> None:
    """Purpose, role, case and key are there, signed and in form, and hold no person number (G25)."""
    caller = standing.caller()

    answer = caller.call("POST", "/v1/registrations", registration(caller), headers={header: value})

    assert code == answer.json()["code"]


@pytest.mark.parametrize(
    ("changes", "code", "member"),
    [
        ({"token": "hx1.short"}, "request-member-invalid", "token"),
        ({"attested": False}, "request-member-invalid", "attested"),
        ({"attested": "yes"}, "request-member-invalid", "attested"),
        ({"attested": 1}, "request-member-invalid", "attested"),
        ({"subjectNotice": {"status": "given", "on": 1713484800}}, "request-member-invalid", "subjectNotice.on"),
        ({"subjectNotice": {"status": "given", "on": "2026-02-30"}}, "request-member-invalid", "subjectNotice.on"),
        (
            {"subjectNotice": {"status": "perhaps", "on": "2026-02-03"}},
            "request-member-invalid",
            "subjectNotice.status",
        ),
        ({"subjectNotice": []}, "request-member-invalid", "subjectNotice"),
        ({"agency": "00000000990000000002"}, "request-member-invalid", None),
        ({"caseReference": BSN}, "request-person-number", None),
        ({"contactId": f"cnt_{BSN}"}, "request-person-number", None),
        ({BSN: "x"}, "request-person-number", None),
        ({"flag": "weapon"}, "policy-flag-not-admitted", None),
        ({"lane": "handle_with_care"}, "policy-lane-not-built", None),
        ({"lane": "unheard-of"}, "policy-lane-unknown", None),
        ({"validUntil": "2020-01-01"}, "policy-term-past", None),
        ({"subjectNotice": {"status": "deferred", "on": "2099-01-01"}}, "policy-notice-incomplete", None),
        ({"token": "hx1." + "A" * 54}, "request-token-key-unknown", None),
        ({"contactId": "cnt_elsewhere"}, "state-contact-unknown", None),
    ],
)
def test_a_registration_that_does_not_fit_is_told_where(
    standing: Neighborhood, changes: dict[str, object], code: str, member: str | None
) -> None:
    """The problem names the member, never what was in it."""
    caller = standing.caller()

    answer = caller.call("POST", "/v1/registrations", registration(caller, **changes)).json()

    assert (code, member) == (answer["code"], answer.get("member"))


@pytest.mark.parametrize("size", [64 * 1024 + 1, 3_000_000])
def test_a_body_that_is_too_large_is_not_read_to_its_end(standing: Neighborhood, size: int) -> None:
    """With a length or without one, reading stops at the limit."""
    caller = standing.caller()
    call = caller.sign("POST", "/v1/registrations", b" " * size)

    assert (413, "request-too-large") == code_of(standing, call)


def test_a_stream_without_an_end_is_cut_off_at_the_limit(standing: Neighborhood) -> None:
    """A sender that names no length and never stops gets its answer after 64 KB."""
    pieces = 0

    async def receive() -> dict[str, Any]:
        nonlocal pieces
        pieces += 1
        return {"type": "http.request", "body": b"x" * 4096, "more_body": True}

    status = standing.loop.run(_raw(standing, receive))

    assert (413, 17) == (status, pieces)


def test_a_caller_that_hangs_up_is_forgotten(standing: Neighborhood) -> None:
    """Half a body and then nobody: no answer, no fault."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    assert standing.loop.run(_raw(standing, receive)) is None


async def _raw(here: Neighborhood, receive: Callable[[], Any]) -> int | None:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)
        await asyncio.sleep(0)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/registrations",
        "raw_path": b"/v1/registrations",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }
    await here.instances[0](scope, receive, send)
    return sent[0]["status"] if sent else None


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v1/",
        "/v1/registrations/",
        "/v2/registrations",
        "/v1/persons",
        "/v1//registrations",
        "/v1/registrations/%2e%2e/alerts",
        "/v1/matches/" + "a" * 300,
        "/v1/openapi.json/",
        f"/v1/persons/{BSN}",
    ],
)
def test_an_address_that_is_not_there_is_a_problem(standing: Neighborhood, path: str) -> None:
    """Unknown paths and slashes at the end are 404, never a redirect, and are not repeated."""
    answer = standing.get(path)

    assert (404, "state-not-found") == (answer.status_code, answer.json()["code"])
    assert BSN not in answer.text


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "after=1", "nope=1", "limit=1&limit=2", "limit"])
def test_a_parameter_that_does_not_fit_is_refused(standing: Neighborhood, query: str) -> None:
    """Unknown, doubled or out of bounds."""
    answer = standing.caller().call("GET", f"/v1/registrations?{query}")

    assert (400, "request-member-invalid") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/v1/registrations", "GET, HEAD, OPTIONS, POST"),
        ("POST", "/v1/health/live", "GET, HEAD, OPTIONS"),
        ("PATCH", "/v1/contacts/cnt_a", "OPTIONS, PUT"),
        ("HEAD", "/v1/alerts/stream", "GET, OPTIONS"),
        ("BREW", "/v1/whoami", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_method_that_does_not_fit_is_told_which_do(
    standing: Neighborhood, method: str, path: str, allow: str
) -> None:
    """405 with Allow (RFC 9110, section 15.5.6)."""
    answer = standing.send(RawCall(method, URL + path, ()))

    assert (405, allow) == (answer.status_code, answer.headers["allow"])


def test_head_and_options_are_answered(standing: Neighborhood) -> None:
    """HEAD is GET without its body; OPTIONS says what there is."""
    head = standing.send(RawCall("HEAD", URL + "/v1/health/live", ()))
    options = standing.send(RawCall("OPTIONS", URL + "/v1/openapi.json", ()))

    assert (200, b"", "17") == (head.status_code, head.content, head.headers["content-length"])
    assert (204, "GET, HEAD, OPTIONS") == (options.status_code, options.headers["allow"])
    assert "*" == options.headers["access-control-allow-origin"]


def test_every_answer_has_the_headers_of_the_protocol(standing: Neighborhood) -> None:
    """Version, correlation id and the headers that keep browsers honest, on success and refusal alike."""
    answers = [standing.get("/v1/health/live"), standing.get("/v1/nope"), standing.caller().call("GET", "/v1/whoami")]

    for answer in answers:
        assert re.fullmatch("[0-9a-f]{32}", answer.headers["correlation-id"])
        assert ("1.0.0", "no-store", "nosniff") == (
            answer.headers["api-version"],
            answer.headers["cache-control"],
            answer.headers["x-content-type-options"],
        )


def test_nobody_but_an_agency_may_call(standing: Neighborhood) -> None:
    """A key that belongs to the gateway itself signs well, and may not register."""
    caller = Caller(standing.gateway, standing)

    answer = caller.call("GET", "/v1/registrations")

    assert (403, "policy-agency-not-admitted") == (answer.status_code, answer.json()["code"])


def test_another_agencys_things_do_not_exist(here: Neighborhood) -> None:
    """What belongs to another agency is as absent as what never was: same status, same code (G24)."""
    owner, other = here.caller(0), here.caller(1)
    registered = owner.register().json()["id"]
    never = "reg_" + "0" * 26
    notice = {"attested": True, "subjectNotice": owner.involvement()["subjectNotice"]}

    answers = [
        [
            other.call("GET", f"/v1/registrations/{id_}"),
            other.call("POST", f"/v1/registrations/{id_}/withdrawals", {"reason": "risk_gone"}),
            other.call("POST", f"/v1/registrations/{id_}/renewals", notice),
        ]
        for id_ in (registered, never)
    ]

    assert [[404] * 3] * 2 == [[answer.status_code for answer in each] for each in answers]
    assert [] == other.call("GET", "/v1/registrations").json()["registrations"]

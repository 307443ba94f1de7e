"""Canaries in every field and every error path; then everything that was said is searched for them (G35)."""

import json
import logging
from typing import Any

import pytest

from gateway.store import SqlStore
from tests.support.gateways import DESK, Caller, Neighborhood, neighborhood

CANARIES = {
    "case": "CANARYCASE",
    "flag": "canaryflag",
    "lane": "canarylane",
    "purpose": "canarypurpose",
    "role": "canaryrole",
    "contact": "cnt_canarydesk",
    "key": "canarykey-canarykey",
    "member": "canarymember",
    "path": "canarypath",
    "query": "canaryquery",
    "name": "Canaryname",
    "header": "canaryheader",
    "bsn": "111222333",
}


def provoke(caller: Caller) -> list[Any]:
    """Make every kind of call with canaries in it, those that succeed and those that fail in every way."""
    asked = caller.involvement(0, caseReference=CANARIES["case"])
    token = str(asked["token"])
    signed = {"user-role": CANARIES["role"], "case-reference": CANARIES["case"], "idempotency-key": CANARIES["key"]}
    spoiled: list[object] = [
        asked,
        {**asked, "flag": CANARIES["flag"]},
        {**asked, "lane": CANARIES["lane"]},
        {**asked, "contactId": CANARIES["contact"]},
        {**asked, CANARIES["member"]: CANARIES["member"]},
        {**asked, "token": token[:-1]},
        {**asked, "token": token[:-2] + "\ud800x"},
        {**asked, "token": "hx1." + "A" * 54},
        {**asked, "caseReference": CANARIES["bsn"]},
        {**asked, "subjectNotice": {"status": CANARIES["flag"], "on": "2026-01-01"}},
        [asked],
        token,
    ]
    answers = [
        caller.call("POST", "/v1/registrations", each, headers={**signed, "idempotency-key": f"{CANARIES['key']}{i}"})
        for i, each in enumerate(spoiled)
    ]
    lines = "\n".join(json.dumps(each) for each in spoiled).encode()
    answers += [
        caller.call("POST", "/v1/registrations", json.dumps(asked).encode()[:-1], headers=signed),
        caller.call("POST", "/v1/registrations", f'{{"{token}":1,"{token}":1}}'.encode()),
        caller.call("POST", "/v1/registrations", asked, headers={"purpose": CANARIES["purpose"]}),
        caller.call("POST", "/v1/registration-batches", lines, headers={"content-type": "application/x-ndjson"}),
        caller.call("GET", f"/v1/registrations/{CANARIES['path']}"),
        caller.call("GET", f"/v1/registrations?after={CANARIES['query']}"),
        caller.call("GET", f"/v1/{CANARIES['path']}"),
        caller.call("PUT", f"/v1/contacts/{DESK}", {"id": DESK, "name": CANARIES["name"], "phone": "x", "email": "x"}),
        caller.call("POST", "/v1/webhook-endpoints", {"url": f"https://inside.example/{CANARIES['path']}"}),
        caller.neighborhood.get("/v1/whoami", accept_language=CANARIES["header"], signature=CANARIES["header"]),
    ]
    return answers


def test_nothing_that_was_sent_is_said_again(
    small_store: SqlStore, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """No log line, no problem and no header repeats a token, a person number, a name, a key or a case reference."""
    caplog.set_level(logging.DEBUG)
    with neighborhood(small_store) as here:
        caller = here.caller()
        answers = provoke(caller)
        ours = [record.getMessage() for record in caplog.records if record.name != "httpx2"]  # the test's own client
        said = [here.said.getvalue(), *ours, *capfd.readouterr()]
        said += [answer.text + str(answer.headers) for answer in answers if answer.status_code >= 400]
        tokens = {str(caller.token(0).encode()), caller.agency.oin}

    codes = {answer.json().get("code") for answer in answers if answer.status_code >= 400}
    found = {canary for canary in (*CANARIES.values(), *tokens) for text in said if canary.lower() in text.lower()}
    assert set() == found
    assert len(codes) >= 10


def test_a_fault_of_ours_is_told_by_its_type_alone(here: Neighborhood) -> None:
    """An unexpected error gives a problem with a correlation id, and a log line with its type and place, not text."""

    def stumble(*_: object, **__: object) -> None:
        raise ValueError(CANARIES["case"])

    class Stumbling:
        change = view = staticmethod(stumble)

    caller = here.caller()
    call = caller.sign("GET", "/v1/alerts")
    object.__setattr__(here.house, "store", Stumbling())

    answer = here.send(call)

    line = next(json.loads(line) for line in here.said.getvalue().splitlines() if '"fault"' in line)
    assert (500, "upstream-internal") == (answer.status_code, answer.json()["code"])
    assert ("ValueError", answer.json()["correlationId"]) == (line["fault"], line["correlation_id"])
    assert CANARIES["case"] not in answer.text + here.said.getvalue()


def test_one_call_has_one_line(here: Neighborhood) -> None:
    """Route template, status, time and a short name of the caller's key; no address, no agency."""
    before = len(here.said.getvalue().splitlines())
    caller = here.caller()
    caller.call("GET", "/v1/registrations/reg_" + "0" * 26)

    lines = [json.loads(line) for line in here.said.getvalue().splitlines()[before:]]

    assert 1 == len(lines)
    assert {"correlation_id", "method", "route", "status", "ms", "caller", "problem", "event", "level"} == lines[
        0
    ].keys()
    assert ("/registrations/{registrationId}", 404, "state-not-found") == (
        lines[0]["route"],
        lines[0]["status"],
        lines[0]["problem"],
    )
    assert caller.agency.key.key_id.startswith(lines[0]["caller"])

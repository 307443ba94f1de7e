"""G35: a person number, token or name, put anywhere, is refused and leaves no trace: file, log, figure or answer."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from keys.signing import RawCall
from tests.support.door import GATEWAY_URL, Door, Visitor
from tests.support.federation import person_numbers
from tests.support.samples import places, put, sample

CANARY = person_numbers(2_000)[-1]
NAME = "Kanarie-van-der-Vogel"
ID_OF_NOTHING = {"registrationId": "reg_01ARZ3NDEKTSV4RRFFQ69G5FAV", "matchId": "mat_01ARZ3NDEKTSV4RRFFQ69G5FAV"}
SPELLINGS = (
    CANARY,
    f"{CANARY[:3]}.{CANARY[3:6]}.{CANARY[6:]}",
    " ".join((CANARY[:4], CANARY[4:6], CANARY[6:])),
    "".join(chr(ord("٠") + int(digit)) for digit in CANARY),
    f"bsn:{CANARY}!",
)


def _routes(door: Door) -> Iterator[tuple[str, str, Any]]:
    for path, methods in door.document()["paths"].items():
        for method in methods:
            if method in {"get", "post", "put", "delete"}:
                yield method.upper(), path, sample(door.document(), method, path)


def _concrete(path: str) -> str:
    for name in ("registrationId", "matchId", "endpointId", "contactId", "code"):
        path = path.replace(f"{{{name}}}", ID_OF_NOTHING.get(name, "cnt_intake"))
    return path


def _lined(path: str, body: Any, call: Visitor, **headers: str) -> RawCall:
    if path == "/registration-batches":
        return call.signs("POST", path, json.dumps(body).encode(), content_type="application/x-ndjson", **headers)
    raise AssertionError(path)


def _sent(door: Door, caller: Visitor, method: str, path: str, body: Any, **headers: str) -> httpx2.Response:
    if path == "/registration-batches":
        return door.send(_lined(path, body, caller, **headers))
    return door.send(caller.signs(method, path, body, **headers))


def _assert_no_trace(door: Door, answers: list[str], *canaries: str) -> None:
    kept = door.kept()
    for canary in canaries:
        for form in (canary.encode(), canary.encode("utf-16-le"), base64.b64encode(canary.encode())[:-4]):
            assert form not in kept
        assert [] == [answer for answer in answers if canary in answer]


def test_a_person_number_in_any_member_is_refused_and_gone(door: Door) -> None:
    """Every member of every message, as text in five spellings, as a number, and as the name of a member."""
    police = door.visitor("police")
    answers, taken = [], []
    for method, path, body in _routes(door):
        if body is None:
            continue
        tries = [put(body, at, value) for at in places(body) for value in (*SPELLINGS, int(CANARY))]
        tries += [{**body, CANARY: 1}, {**body, "note": CANARY}, [CANARY], CANARY]
        for tried in tries:
            answer = _sent(door, police, method, _concrete(path), tried)
            answers.append(answer.text)
            batch = path == "/registration-batches"
            if answer.status_code >= 500 or (answer.status_code < 400 and not (batch and answer.json()["refused"])):
                taken.append((method, path, tried))
    assert [] == taken
    assert 200 < len(answers)
    _assert_no_trace(door, answers, *SPELLINGS[:3])


@pytest.mark.parametrize("header", ["purpose", "user_role", "case_reference", "idempotency_key"])
def test_a_person_number_in_any_header_is_refused_and_gone(door: Door, header: str) -> None:
    """On every signed route."""
    police = door.visitor("police")
    answers = []
    for method, path, body in _routes(door):
        if path.startswith(("/health", "/problems", "/openapi")):
            continue
        for value in (CANARY, f"x-{CANARY}-x", f"z{CANARY}"):
            answer = _sent(door, police, method, _concrete(path), body, **{header: value})
            assert 400 <= answer.status_code < 500, (method, path, value)
            answers.append(answer.text)
    _assert_no_trace(door, answers, CANARY)


def test_a_person_number_in_an_address_is_refused_and_gone(door: Door) -> None:
    """As an id, as a parameter, as the name of one, and as a place that does not exist."""
    police = door.visitor("police")
    answers = []
    for path in (
        f"/registrations/{CANARY}",
        f"/matches/{CANARY}",
        f"/{CANARY}",
        f"/registrations?after={CANARY}",
        f"/registrations?{CANARY}=1",
        f"/alerts?waitSeconds={CANARY}",
        f"/problems/{CANARY}",
    ):
        answer = door.send(police.signs("GET", path))
        assert 400 <= answer.status_code < 500, path
        answers.append(answer.text)
    odd = (RawCall(method, f"{GATEWAY_URL}/v1/registrations", ()) for method in (CANARY, "PATCH"))
    answers += [door.send(call).text for call in odd]
    _assert_no_trace(door, answers, CANARY)


def test_a_token_appears_in_no_file_log_or_answer(door: Door) -> None:
    """Taken or refused: neither as it is sent, nor its element in bytes, hexadecimal or base64."""
    police, school, child = door.visitor("police"), door.visitor("school"), door.child()
    token = door.token(police, child)
    calls = [
        police.signs("POST", "/registrations", {**police.registration(child), "token": token}),
        school.signs("POST", "/registrations", {**school.registration(child), "token": token}),
        police.signs("POST", "/registrations", {**police.registration(child), "token": token + "A"}),
        police.signs("POST", "/registrations", {**police.registration(child), "token": token, "lane": "nowhere"}),
        police.signs("GET", f"/registrations/{token}"),
        police.signs("GET", f"/registrations?after={token}"),
        police.signs("POST", "/registrations", b'{"token":"' + token.encode() + b'","\xed\xa0\x80":1}'),
        police.signs("POST", "/policy-checks", {"lane": token, "purpose": token, "flag": token}),
    ]
    answers = [door.send(call) for call in calls]
    assert 201 == answers[0].status_code
    assert all(400 <= answer.status_code < 500 for answer in answers[1:])
    element = base64.urlsafe_b64decode(token.removeprefix("hx1.") + "==")[8:]
    _assert_no_trace(door, [answer.text for answer in answers], token, token[4:], child)
    kept = door.kept()
    for form in (element, element.hex().encode(), base64.b64encode(element)[:40]):
        assert form not in kept


def test_what_fails_does_not_repeat_what_was_sent(door: Door) -> None:
    """No member of a refused message is in the answer, in the log or in a file, whatever is wrong with the others."""
    police = door.visitor("police")
    answers = []
    for method, path, body in _routes(door):
        if body is None:
            continue
        for at in places(body):
            answers.append(_sent(door, police, method, _concrete(path), put(body, at, NAME + "\x00")).text)
            answers.append(_sent(door, police, method, _concrete(path), {**put(body, at, NAME), NAME: NAME}).text)
    assert 40 < len(answers)
    _assert_no_trace(door, answers, NAME)


def test_the_log_names_no_agency_kind_case_or_key(door: Door) -> None:
    """One line a call, with the route and the status, and nothing of who it is about."""
    police = door.visitor("police")
    key = "idempotency-canary-1"
    door.send(police.signs("POST", "/registrations", police.registration(door.child()), idempotency_key=key))
    said = door.said.getvalue()
    assert '"route": "/registrations"' in said
    for never in (key, "Z-1", police.oin, "police", "politie", "Instantie", police.key.key_id):
        assert never not in said
        assert never.encode() not in door.figures()

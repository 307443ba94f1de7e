"""G36: no body makes the gateway stumble: each is refused by its form, and the next caller is served."""

import json
from itertools import repeat

import pytest

from tests.support.door import Door
from tests.support.samples import places, put, sample

KEYS_AT_MOST = 64
DEPTH_AT_MOST = 8


def _nested(depth: int, opening: bytes, closing: bytes) -> bytes:
    return opening * depth + b"1" + closing * depth


HOSTILE = {
    "empty": b"",
    "one space": b" ",
    "half an object": b'{"lane":',
    "two values": b"{}{}",
    "something behind it": b'{"reason":"risk_gone"} x',
    "a byte order mark": b'\xef\xbb\xbf{"reason":"risk_gone"}',
    "utf-16": '{"reason":"risk_gone"}'.encode("utf-16"),
    "not utf-8": b'{"reason":"\xff\xfe"}',
    "an overlong form": b'{"reason":"\xc0\xaf"}',
    "a lone surrogate in bytes": b'{"reason":"\xed\xa0\x80"}',
    "a lone surrogate escaped": b'{"reason":"\\ud800"}',
    "a surrogate as key": b'{"\\udfff":1}',
    "nul": b'{"reason":"risk_gone\\u0000"}',
    "nul as key": b'{"\\u0000":1}',
    "a control character": b'{"reason":"\x01"}',
    "not nfc": '{"reason":"e\u0301"}'.encode(),
    "NaN": b'{"reason":NaN}',
    "Infinity": b'{"reason":-Infinity}',
    "too large a float": b'{"reason":1e999999}',
    "a long integer": b'{"reason":' + b"9" * 5_000 + b"}",
    "a long fraction": b'{"reason":0.' + b"1" * 5_000 + b"}",
    "a key twice": b'{"reason":"risk_gone","reason":"erasure"}',
    "a key twice, once escaped": b'{"reason":"risk_gone","re\\u0061son":"erasure"}',
    "a deep list": _nested(20_000, b"[", b"]"),
    "a deep object": _nested(8_000, b'{"a":', b"}"),
    "nine deep": _nested(DEPTH_AT_MOST + 1, b'{"a":', b"}"),
    "many keys": json.dumps({f"k{i}": i for i in range(KEYS_AT_MOST + 1)}).encode(),
    "very many keys": json.dumps({f"k{i}": 1 for i in range(5_000)}).encode(),
    "many values": json.dumps(list(range(12_000))).encode(),
    "keys that collide": json.dumps({str(i * (2**61 - 1)): 1 for i in range(2_000)}).encode(),
    "a long text": json.dumps({"reason": "x" * 60_000}).encode(),
    "quotes only": b'"' * 30_000,
    "backslashes": b'{"reason":"' + b"\\" * 60_000 + b'"}',
    "digits and dashes": json.dumps({"reason": "1-" * 30_000}).encode(),
    "spaces": b" " * 60_000 + b"{}",
    "too large": b'{"reason":"' + b"x" * 70_000 + b'"}',
    "a list": b"[]",
    "a text": b'"risk_gone"',
    "a number": b"7",
    "nothing": b"null",
    "python": b"{'reason': 'risk_gone'}",
    "a comment": b'{"reason":"risk_gone"/* */}',
    "a comma too many": b'{"reason":"risk_gone",}',
    "xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "a form": b"reason=risk_gone",
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_is_refused(door: Door, name: str) -> None:
    """With a problem of the caller's own making, on each route that takes a body; none of it comes back."""
    police = door.visitor("police")
    for path in ("/registrations", "/policy-checks", "/alert-acknowledgements", "/webhook-endpoints"):
        answer = door.send(police.signs("POST", path, HOSTILE[name]))
        assert answer.status_code in {400, 413}, (path, answer.text)
        assert "application/problem+json" == answer.headers["content-type"]
    assert [] == police.own_registrations()


@pytest.mark.parametrize("name", [name for name in HOSTILE if name not in {"empty", "too large"}])
def test_a_hostile_line_spoils_no_other(door: Door, name: str) -> None:
    """In a batch each line is a body of its own: the good one before and the good one after are taken."""
    police = door.visitor("police")
    good = [json.dumps(police.registration(door.child())).encode() for _ in range(2)]
    hostile = HOSTILE[name].replace(b"\n", b" ")
    body = b"\n".join((good[0], hostile, good[1]))
    answer = door.send(police.signs("POST", "/registration-batches", body, content_type="application/x-ndjson"))
    assert 201 == answer.status_code, answer.text
    assert [True, False, True] == ["receipt" in row for row in answer.json()["rows"]]
    assert 2 == len(police.own_registrations())


def test_every_member_refuses_every_other_kind_of_value(door: Door) -> None:
    """A wrong type, nothing, an empty or endless text, markup: a 4xx for each, never a 5xx."""
    police, document = door.visitor("police"), door.document()
    odd: tuple[object, ...] = (
        None,
        True,
        7,
        -1,
        1.5,
        "",
        " ",
        "x" * 2_000,
        "<script>",
        "' OR 1=1 --",
        "../../etc",
        "%00",
        [],
        {},
        [[]],
    )
    stumbled = []
    for path, method in (
        ("/registrations", "POST"),
        ("/policy-checks", "POST"),
        ("/alert-acknowledgements", "POST"),
        ("/webhook-endpoints", "POST"),
        ("/contacts/{contactId}", "PUT"),
        ("/matches/{matchId}/contact-reports", "POST"),
        ("/registrations/{registrationId}/renewals", "POST"),
        ("/registrations/{registrationId}/withdrawals", "POST"),
    ):
        body = sample(document, method, path)
        concrete = path.replace("{contactId}", "cnt_intake").replace("{matchId}", "mat_01ARZ3NDEKTSV4RRFFQ69G5FAV")
        concrete = concrete.replace("{registrationId}", "reg_01ARZ3NDEKTSV4RRFFQ69G5FAV")
        for at in places(body):
            for value in odd:
                status = door.send(police.signs(method, concrete, put(body, at, value))).status_code
                if status >= 500:
                    stumbled.append((path, at, value, status))
    assert [] == stumbled
    assert '"event": "fault"' not in door.said.getvalue()


@pytest.mark.parametrize(
    "given",
    [
        {"content_type": ""},
        {"content_type": "text/plain"},
        {"content_type": "application/json; charset=utf-16"},
        {"content_type": "application/json, text/html"},
        {"content_type": "multipart/form-data; boundary=x"},
        {"content_type": "application/x-ndjson"},
        {"content_encoding": "gzip"},
        {"content_encoding": "identity"},
    ],
    ids=str,
)
def test_another_type_or_coding_is_refused(door: Door, given: dict[str, str]) -> None:
    """The body is JSON as it is, under its own name."""
    police = door.visitor("police")
    body = police.registration(door.child())
    without_type = given.get("content_type") == ""  # cannot even be signed
    call = (police.unsigned if without_type else police.signs)("POST", "/registrations", body, **given)
    assert door.send(call).status_code in {400, 401, 415}
    assert [] == police.own_registrations()


def test_a_body_that_does_not_end_is_refused(door: Door) -> None:
    """Whatever it says of its length: no more than the limit is taken in."""
    police = door.visitor("police")
    call = police.signs("POST", "/registrations", police.registration(door.child()))
    answer = door.send_in_pieces(call, *repeat(b" " * 1_024, 4_000))
    assert 413 == answer.status_code
    assert [] == police.own_registrations()


def test_a_body_in_many_small_pieces_is_read_as_one(door: Door) -> None:
    """One byte at a time is slow, and not wrong."""
    police = door.visitor("police")
    call = police.signs_registration(door.child())
    assert 201 == door.send_in_pieces(call, *(bytes((byte,)) for byte in call.body)).status_code


def test_a_caller_that_hangs_up_leaves_nothing_behind(door: Door) -> None:
    """Half a body and gone: nothing is registered, and the same key is still free."""
    police = door.visitor("police")
    call = police.signs_registration(door.child())
    door.send_in_pieces(call, call.body[:50])
    assert [] == police.own_registrations()
    assert 201 == door.send(call).status_code


def test_a_call_without_a_body_may_not_have_one(door: Door) -> None:
    """A body behind a question is refused."""
    police = door.visitor("police")
    assert 400 <= door.send(police.signs("GET", "/registrations", {"lane": "youth"})).status_code < 500


def test_a_batch_of_too_many_lines_is_refused_whole(door: Door) -> None:
    """Ten thousand lines and not one more; nothing of it is registered."""
    police = door.visitor("police")
    body = b"{}\n" * 10_001
    answer = door.send(police.signs("POST", "/registration-batches", body, content_type="application/x-ndjson"))
    assert (413, "request-too-many-rows") == (answer.status_code, answer.json()["code"]) or 400 == answer.status_code
    assert [] == police.own_registrations()


def test_more_streams_than_a_house_needs_are_refused(door: Door) -> None:
    """Each agency may listen in a few places; the ninth is asked to come back, and others are not hindered."""
    police, school = door.visitor("police"), door.visitor("school")
    streams = [police.signs("GET", "/alerts/stream") for _ in range(12)]
    answers = door.send_together([*streams, school.signs("GET", "/alerts/stream")], seconds=1.5)
    assert 8 == sum(answer.status_code == 200 for answer in answers[:12])
    assert {200, 429} == {answer.status_code for answer in answers[:12]}
    assert 200 == answers[12].status_code
    assert 200 == door.send_together([police.signs("GET", "/alerts/stream")], seconds=0.3)[0].status_code


@pytest.mark.parametrize(
    "query", ["waitSeconds=21", "waitSeconds=-1", "waitSeconds=1e3", "waitSeconds=9999", "limit=0"]
)
def test_nobody_waits_longer_than_is_offered(door: Door, query: str) -> None:
    """A long poll is twenty seconds at most."""
    assert 400 == door.send(door.visitor("police").signs("GET", f"/alerts?{query}")).status_code


def test_many_who_wait_do_not_keep_others_from_being_served(door: Door) -> None:
    """Fifty long polls of one agency: another's registration is taken meanwhile."""
    police, school = door.visitor("police"), door.visitor("school")
    waiting = [police.signs("GET", "/alerts?waitSeconds=1") for _ in range(50)]
    answers = door.send_together([*waiting, school.signs_registration(door.child())])
    assert 201 == answers[50].status_code
    assert {200} >= {answer.status_code for answer in answers[:50]} - {429}

"""G21, G22: a call counts once, as it was signed, and for whoever signed it."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from keys.labels import KeyLabel
from keys.signing import RawCall, SigningKey
from tests.support.door import LANE, Door, Visitor

READS = ("/whoami", "/registrations", "/alerts", "/matches", "/contacts", "/webhook-endpoints")
SIGNED_HEADERS = (
    *("content-type", "content-digest", "idempotency-key", "purpose", "user-role", "case-reference"),
    *("signature-input", "signature"),
)


def test_a_call_heard_again_is_refused(door: Door) -> None:
    """The very same bytes, sent twice, register once."""
    police = door.visitor("police")
    call = police.signs_registration(door.child())
    assert 201 == door.send(call).status_code
    again = door.send(call)
    assert (401, "signature-replayed") == (again.status_code, again.json()["code"])
    assert 1 == len(police.own_registrations())


@pytest.mark.parametrize("path", READS)
def test_a_question_heard_again_is_refused(door: Door, path: str) -> None:
    """Whoever listened in cannot even read."""
    call = door.visitor("police").signs("GET", path)
    assert 200 == door.send(call).status_code
    assert "signature-replayed" == door.send(call).json()["code"]


def test_another_gateway_process_knows_what_this_one_heard(door: Door) -> None:
    """Nonces live in the database, so another process on it refuses too, and so does the one after a restart."""
    call = door.visitor("police").signs_registration(door.child())
    assert 201 == door.send(call).status_code
    with door.another_process() as other:
        assert "signature-replayed" == other.send(call).json()["code"]
    door.restart()
    assert "signature-replayed" == door.send(call).json()["code"]


def test_the_key_of_an_answer_is_bound_to_its_body(door: Door) -> None:
    """Under a used idempotency key another body is refused, and the first registration stands alone."""
    police = door.visitor("police")
    assert 201 == door.send(police.signs_registration(door.child(), key="k" * 20)).status_code
    reused = door.send(police.signs_registration(door.child(), key="k" * 20))
    assert (409, "state-idempotency-key-reused") == (reused.status_code, reused.json()["code"])
    assert 1 == len(police.own_registrations())


def test_the_key_of_an_answer_is_bound_to_its_address(door: Door) -> None:
    """Under the key of one withdrawal, another registration is not withdrawn and nobody is told that it was."""
    police = door.visitor("police")
    one, other = (police.registers(door.child())["id"] for _ in range(2))
    because = {"reason": "risk_gone"}
    paths = [f"/registrations/{registration}/withdrawals" for registration in (one, other)]
    answers = [door.send(police.signs("POST", path, because, idempotency_key="k" * 20)) for path in paths]
    assert [201, 409] == [answer.status_code for answer in answers]
    assert ["withdrawn", "active"] == [registration["status"] for registration in police.own_registrations()]


def test_one_agency_cannot_spoil_the_idempotency_key_of_another(door: Door) -> None:
    """Keys count per agency: the school may use the one that the police used."""
    police, school = door.visitor("police"), door.visitor("school")
    mine = door.send(police.signs_registration(door.child(), key="k" * 20))
    theirs = door.send(school.signs_registration(door.child(), key="k" * 20))
    assert (201, 201) == (mine.status_code, theirs.status_code)
    assert mine.json()["id"] != theirs.json()["id"]


def _changed_everywhere(call: RawCall, chance: random.Random) -> list[tuple[str, RawCall]]:
    """Return the call with one bit changed, once for each byte of everything that is signed."""
    changed: list[tuple[str, RawCall]] = []
    for at in range(len(call.body)):
        body = bytearray(call.body)
        body[at] ^= 1 << chance.randrange(8)
        changed.append((f"body {at}", replace(call, body=bytes(body))))
    for place, (name, value) in enumerate(call.headers):
        for at in range(len(value) if name in SIGNED_HEADERS else 0):
            other = chr(ord(value[at]) ^ (1 << chance.randrange(7)))
            headers = list(call.headers)
            headers[place] = (name, value[:at] + other + value[at + 1 :])
            if other.isprintable():  # others never leave an HTTP server
                changed.append((f"{name} {at}", replace(call, headers=tuple(headers))))
    start = len("https://gateway.example/")
    for at in range(start, len(call.target_uri)):
        other = chr(ord(call.target_uri[at]) ^ (1 << chance.randrange(7)))
        if other.isalnum():
            uri = call.target_uri[:at] + other + call.target_uri[at + 1 :]
            changed.append((f"target {at}", replace(call, target_uri=uri)))
    return changed


def test_a_call_with_any_one_bit_changed_is_refused(door: Door) -> None:
    """In the body, in the address, in each signed header and in the signature: no such call registers anything."""
    police = door.visitor("police")
    call = police.signs_registration(door.child())
    changed = _changed_everywhere(call, random.Random(22))
    assert 600 < len(changed)
    accepted = [name for name, each in changed if door.send(each).status_code < 400]
    assert [] == accepted
    assert [] == police.own_registrations()
    assert 201 == door.send(call).status_code


@pytest.mark.parametrize("name", ["purpose", "user-role", "case-reference", "idempotency-key", "content-type"])
def test_a_signed_header_cannot_be_left_out_added_or_doubled(door: Door, name: str) -> None:
    """What is signed stands there once."""
    call = door.visitor("police").signs_registration(door.child())
    without = replace(call, headers=tuple(pair for pair in call.headers if pair[0] != name))
    doubled = replace(call, headers=(*call.headers, *(pair for pair in call.headers if pair[0] == name)))
    assert 400 <= door.send(without).status_code < 500
    assert 400 <= door.send(doubled).status_code < 500


def test_a_header_that_must_be_signed_cannot_be_added_afterwards(door: Door) -> None:
    """A case reference that the agency did not sign is not the agency's."""
    call = door.visitor("police").signs("GET", "/registrations")
    added = replace(call, headers=(*call.headers, ("case-reference", "Z-9")))
    assert 401 == door.send(added).status_code


def test_a_signature_counts_for_one_address(door: Door) -> None:
    """What was signed for another gateway or another path is refused here."""
    police = door.visitor("police")
    call = police.signs_registration(door.child())
    elsewhere = police.signs_registration(door.child(), host="https://other.example")
    with_more = door.send(replace(call, target_uri=call.target_uri + "?x=1"))
    assert with_more.status_code in {400, 401}
    assert 401 == door.send(replace(elsewhere, target_uri=call.target_uri)).status_code


@pytest.mark.parametrize("seconds", [-90, 90])
def test_a_clock_that_is_off_is_told_by_how_much(door: Door, seconds: int) -> None:
    """Outside a minute the call is refused with the number of seconds; nobody has to guess (G23)."""
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    refused = door.send(door.visitor("police").signs_registration(door.child(), at=at))
    assert (401, "signature-clock") == (refused.status_code, refused.json()["code"])
    assert 85 <= abs(int(refused.json()["seconds"])) <= 95


@pytest.mark.parametrize("seconds", [-45, 45])
def test_a_clock_that_is_a_little_off_is_fine(door: Door, seconds: int) -> None:
    """Within the window the call passes."""
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    assert 201 == door.send(door.visitor("police").signs_registration(door.child(), at=at)).status_code


def test_an_unknown_key_and_no_key_are_refused(door: Door) -> None:
    """A key that nobody registered, and no signature at all."""
    police = door.visitor("police")
    stranger = replace(police, key=SigningKey.generate())
    assert "signature-key-unknown" == door.send(stranger.signs_registration(door.child())).json()["code"]
    bare = door.send(police.unsigned("GET", "/registrations"))
    assert (401, "signature-missing") == (bare.status_code, bare.json()["code"])


def test_who_signed_is_the_caller_whatever_the_body_says(door: Door) -> None:
    """An agency's number in a body is refused, not believed."""
    police, school = door.visitor("police"), door.visitor("school")
    body = police.registration(door.child())
    refused = door.send(police.signs("POST", "/registrations", {**body, "agency": school.oin}))
    assert (400, "request-member-invalid") == (refused.status_code, refused.json()["code"])
    assert school.oin not in refused.text
    for header in ("agency", "oin", "x-agency", "x-forwarded-client-cert", "x-real-ip", "forwarded"):
        call = police.signs("GET", "/whoami")
        said = door.send(replace(call, headers=(*call.headers, (header, school.oin))))
        assert police.oin == said.json()["agency"]


def test_a_key_of_another_role_is_no_agency(door: Door) -> None:
    """The gateway's own key and a key holder's open nothing."""
    for key in door.keys_of_others():
        caller = replace(door.visitor("police"), key=key)
        assert 403 == door.send(caller.signs_registration(door.child())).status_code


def _registers(door: Door, caller: Visitor, token: str) -> tuple[int, str]:
    body = {**caller.registration(door.child()), "token": token}
    answer = door.send(caller.signs("POST", "/registrations", body))
    return answer.status_code, answer.json().get("code", "")


def test_a_token_counts_for_its_own_agency_lane_and_epoch(door: Door) -> None:
    """Somebody else's token, one of another lane, of a key that is not in use, and what is no token at all."""
    police, school, child = door.visitor("police"), door.visitor("school"), door.child()
    other_lane = door.token_under(KeyLabel("agency", police.oin, "adult", 1), child)
    other_epoch = door.token_under(KeyLabel("agency", police.oin, LANE, 9), child)
    assert (400, "request-token-other-agency") == _registers(door, police, door.token(school, child))
    assert (400, "request-token-other-lane") == _registers(door, police, other_lane)
    assert (400, "request-token-key-unknown") == _registers(door, police, other_epoch)
    assert (400, "request-token-invalid") == _registers(door, police, door.token_of_nobody(police))
    assert [] == police.own_registrations()


def test_the_sender_does_not_choose_the_algorithm(door: Door) -> None:
    """The key is registered for Ed25519; a signature that says otherwise is refused."""
    call = door.visitor("police").signs("GET", "/registrations")
    for algorithm in ("hmac-sha256", "none", "rsa-v1_5-sha256", "ecdsa-p256-sha256"):
        headers = tuple((name, value.replace('alg="ed25519"', f'alg="{algorithm}"')) for name, value in call.headers)
        assert 401 == door.send(replace(call, headers=headers)).status_code


def test_a_body_may_not_come_without_its_digest(door: Door) -> None:
    """A call signed as if it had no body brings none."""
    police = door.visitor("police")
    bare = police.signs("POST", "/registrations")
    body = json.dumps(police.registration(door.child())).encode()
    smuggled = RawCall(bare.method, bare.target_uri, (*bare.headers, ("content-type", "application/json")), body)
    assert 400 <= door.send(smuggled).status_code < 500
    assert [] == police.own_registrations()

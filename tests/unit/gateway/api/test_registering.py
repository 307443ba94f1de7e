"""Registering over HTTP as an agency meets it: receipts, replays, idempotency keys and batches."""

import json
import re
from datetime import UTC, datetime

import httpx2
import pytest

from gateway.core.refusals import Refusal, Refused
from gateway.store import SqlStore
from keys.signing import verify_response
from tests.support.gateways import URL, Caller, Neighborhood, neighborhood

NDJSON = {"content-type": "application/x-ndjson"}


def body_of(asked: object) -> bytes:
    """Return a message as it is sent."""
    return json.dumps(asked).encode()


def shape_of(answer: httpx2.Response) -> tuple[int, str, tuple[str, ...], int]:
    """Return what an observer of the line sees: status, body without its ids, names and length of headers."""
    body = re.sub(r"(reg|evt)_[0-9A-Z]{26}", r"\1", answer.text)
    return answer.status_code, body, tuple(sorted(answer.headers)), sum(len(value) for value in answer.headers.values())


def batch(caller: Caller, rows: list[object], **headers: str) -> httpx2.Response:
    """Send rows as a batch; a text stands for itself."""
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    return caller.call("POST", "/v1/registration-batches", "\n".join(lines).encode(), headers={**NDJSON, **headers})


def test_a_receipt_is_signed_and_bound_to_its_call(here: Neighborhood) -> None:
    """Whoever registers gets a receipt that the gateway signed, and that answers this call and no other."""
    caller = here.caller()
    call = caller.sign("POST", "/v1/registrations", body_of(caller.involvement()))

    answer = here.send(call)

    signer = verify_response(
        answer.status_code,
        tuple(answer.headers.items()),
        answer.content,
        request_signature=dict(call.headers)["signature"],
        signer=here.gateway.oin,
        trust=here.trust,
        now=datetime.now(UTC),
    )
    assert here.gateway.party == signer
    assert (201, f"/v1/registrations/{answer.json()['id']}") == (answer.status_code, answer.headers["location"])


def test_receipts_look_the_same_whatever_matches(here: Neighborhood) -> None:
    """Hit, no hit, own duplicate and withdrawn look the same: status, headers, length (G32)."""
    one, other = here.caller(0), here.caller(1)
    first = one.register(person=1)
    duplicate = one.register(person=1)
    hit = other.register(person=1)
    no_hit = other.register(person=2)
    withdrawal = {"reason": "risk_gone"}
    assert 201 == one.call("POST", f"/v1/registrations/{first.json()['id']}/withdrawals", withdrawal).status_code
    after_withdrawal = one.register(person=1)

    shapes = {shape_of(answer) for answer in (first, duplicate, hit, no_hit, after_withdrawal)}

    assert 1 == len(shapes)


def test_both_sides_are_told_and_find_each_other(here: Neighborhood) -> None:
    """After a match both inboxes hold an alert, each shows the other's desk, and two reports close the match."""
    one, other = here.caller(0), here.caller(1)
    one.register(person=3)
    other.register(person=3)

    assert 1 == here.match()
    references = [caller.call("GET", "/v1/alerts").json()["alerts"][0]["dataref"] for caller in (one, other)]
    shown = [
        caller.call("GET", at).json()["other"]["agency"] for caller, at in zip((one, other), references, strict=True)
    ]
    reports = [
        caller.call("POST", f"{at}/contact-reports", {"outcome": "contacted"}).json()["state"]
        for caller, at in zip((one, other), references, strict=True)
    ]

    assert ["agency 2", "agency 1"] == shown
    assert ["answered", "closed"] == reports


def test_one_key_has_one_effect_and_one_answer(here: Neighborhood) -> None:
    """The same Idempotency-Key with the same body gives the same bytes and one registration (G6)."""
    caller, key = here.caller(), {"idempotency-key": "k" * 20}
    content = body_of(caller.involvement())

    answers = [caller.call("POST", "/v1/registrations", content, headers=key) for _ in range(3)]

    assert [answers[0].content] * 3 == [answer.content for answer in answers]
    assert 1 == len(caller.call("GET", "/v1/registrations").json()["registrations"])


def test_one_key_is_for_one_body(here: Neighborhood) -> None:
    """The same Idempotency-Key with another body is refused."""
    caller, key = here.caller(), {"idempotency-key": "k" * 20}
    caller.register(person=0, headers=key)

    answer = caller.register(person=1, headers=key)

    assert (409, "state-idempotency-key-reused") == (answer.status_code, answer.json()["code"])


def test_two_agencies_may_use_one_key(here: Neighborhood) -> None:
    """Keys belong to an agency: another one using the same is not told so."""
    key = {"idempotency-key": "k" * 20}

    assert [201, 201] == [here.caller(number).register(headers=key).status_code for number in (0, 1)]


@pytest.mark.parametrize("path", ["/v1/registrations", "/v1/alerts", "/v1/contacts", "/v1/whoami"])
def test_a_replay_is_refused_by_every_instance(store: SqlStore, path: str) -> None:
    """A signed call is taken once, whichever of two gateways on one store sees it again (G21)."""
    with neighborhood(store, instances=2) as here:
        call = here.caller().sign("GET", path)

        answers = [here.send(call, instance=instance) for instance in (0, 1, 0)]

    assert [200, 401, 401] == [answer.status_code for answer in answers]
    assert "signature-replayed" == answers[1].json()["code"]


def test_a_replayed_registration_is_refused_by_every_instance(store: SqlStore) -> None:
    """Also when the first one was answered, and the key would have given the same answer."""
    with neighborhood(store, instances=2) as here:
        caller = here.caller()
        call = caller.sign("POST", "/v1/registrations", body_of(caller.involvement()))

        answers = [here.send(call, instance=instance) for instance in (0, 1)]

    assert [201, 401] == [answer.status_code for answer in answers]


def test_simultaneous_calls_share_commits_and_lose_nothing(here: Neighborhood) -> None:
    """Calls that arrive together each get their own receipt."""
    caller = here.caller()
    content = [body_of(caller.involvement(person % 10)) for person in range(40)]

    answers = here.send_all([caller.sign("POST", "/v1/registrations", each) for each in content])

    assert ({201}, 40) == ({a.status_code for a in answers}, len({a.json()["id"] for a in answers}))


@pytest.mark.parametrize("place", [0, 2, 4])
@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ("{", "request-malformed"),
        ('{"token":1,"token":2}', "request-malformed"),
        ("", "request-malformed"),
        ({"caseReference": "111222333"}, "request-person-number"),
        ({"lane": "nowhere"}, "policy-lane-unknown"),
        ({"purpose": "fraud"}, "request-purpose-differs"),
        ({"contactId": "cnt_nobody"}, "state-contact-unknown"),
        ({"validUntil": "2099-01-01"}, "policy-term-too-long"),
        ({"surprise": True}, "request-member-invalid"),
        ({"caseReference": "x" * 3000}, "request-too-large"),
    ],
)
def test_a_bad_row_spoils_no_other(here: Neighborhood, place: int, spoil: str | dict[str, object], code: str) -> None:
    """One bad line, first, in the middle or last: refused by itself, the other four taken (G14)."""
    caller = here.caller()
    rows: list[object] = [caller.involvement(person) for person in range(5)]
    rows[place] = spoil if isinstance(spoil, str) else caller.involvement(place, **spoil)
    if place == 4 and spoil == "":
        rows[place] = " "  # an empty last line is no line

    answer = batch(caller, rows).json()

    refused = {row["row"]: row["problem"]["code"] for row in answer["rows"] if "problem" in row}
    assert ({place + 1: code}, 4, 1) == (refused, answer["accepted"], answer["refused"])


def test_another_agencys_token_is_refused_in_a_batch(here: Neighborhood) -> None:
    """A token made under another agency's key registers nothing, and the lines around it are taken."""
    caller, stranger = here.caller(0), here.caller(1)
    rows: list[object] = [caller.involvement(person) for person in range(3)]
    rows[1] = caller.involvement(1, token=stranger.token(1).encode())

    answer = batch(caller, rows).json()

    assert [None, "request-token-other-agency", None] == [
        row["problem"]["code"] if "problem" in row else None for row in answer["rows"]
    ]


def test_a_batch_longer_than_a_chunk_keeps_its_order(here: Neighborhood) -> None:
    """Lines are answered in order and counted from one, across the chunks in which they are written."""
    caller = here.caller()
    row = caller.involvement()
    rows: list[object] = [{**row, "caseReference": f"Z-{number}"} for number in range(1, 451)]

    answer = batch(caller, rows)

    assert list(range(1, 451)) == [row["row"] for row in answer.json()["rows"]]
    last = caller.call("GET", f"/v1/registrations/{answer.json()['rows'][449]['receipt']['id']}")
    assert "Z-450" == last.json()["caseReference"]


def test_a_batch_repeated_gives_the_same_receipts(here: Neighborhood) -> None:
    """A batch whose answer was lost is asked again with its key, and registers nothing twice."""
    caller = here.caller()
    rows: list[object] = [caller.involvement(person) for person in range(3)]

    first, second = (batch(caller, rows, **{"idempotency-key": "k" * 20}) for _ in range(2))

    assert first.json() == second.json()
    assert 3 == len(caller.call("GET", "/v1/registrations").json()["registrations"])


def test_a_batch_of_too_many_rows_is_refused_whole(standing: Neighborhood) -> None:
    """10,001 lines are refused before any is read."""
    caller = standing.caller()

    answer = batch(caller, ["{}"] * 10_001)

    assert (413, "request-too-many-rows", 10_000) == (answer.status_code, answer.json()["code"], answer.json()["most"])


def test_an_unknown_key_sends_no_batch(standing: Neighborhood) -> None:
    """The body of a batch is not even read for a key that nobody registered."""
    caller = standing.caller()
    signed = caller.sign("POST", "/v1/registration-batches", b"{}", headers=NDJSON)
    headers = tuple((name, re.sub(r'keyid="[^"]*"', f'keyid="{"A" * 43}"', value)) for name, value in signed.headers)

    answer = standing.send(type(signed)(signed.method, signed.target_uri, headers, signed.body))

    assert (401, "signature-key-unknown") == (answer.status_code, answer.json()["code"])


def test_when_the_store_is_away_nothing_is_done_and_later_is_named(small_store: SqlStore) -> None:
    """A store that cannot be reached gives 503 with Retry-After, and a gateway that is not ready."""

    class Away:
        def change(self, *_: object) -> None:
            raise Refused(Refusal.STORE_UNAVAILABLE)

        view = change

    with neighborhood(small_store) as here:
        calls = [here.caller().sign("POST", "/v1/registrations", body_of(here.caller().involvement()))]
        calls.append(here.caller().sign("GET", "/v1/alerts"))
        object.__setattr__(here.house, "store", Away())

        answers = [*map(here.send, calls), here.get("/v1/health/ready")]

    assert [503] * 3 == [answer.status_code for answer in answers]
    assert {"upstream-store-unavailable"} == {answer.json()["code"] for answer in answers}
    assert all(1 <= int(answer.headers["retry-after"]) <= 5 for answer in answers)


def test_the_public_address_is_what_is_signed(standing: Neighborhood) -> None:
    """A call signed for another host is refused, whatever its Host header says."""
    call = standing.caller().sign("GET", "/v1/whoami")
    moved = type(call)(call.method, URL + "/v1/alerts", call.headers, call.body)

    assert (401, "signature-invalid") == (standing.send(moved).status_code, standing.send(moved).json()["code"])

"""The client hides derivation, signing, proofs and retries; its two forms do the same."""

import asyncio
import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import httpx2
import pytest

from adapters import (
    Alert,
    AsyncGateway,
    BatchResult,
    Gateway,
    IntegrityError,
    Involvement,
    NotFound,
    Person,
    PolicyRefused,
    RequestRefused,
    SignatureRefused,
    TryAgainLater,
    notice_deferred,
    notice_given,
)
from adapters import client as both_clients
from adapters.errors import CATALOGUE, SeinhuisError, problem_named
from gateway.protocol.messages.registrations import Receipt
from keys.signing import RawCall
from tests.support.federation import person_numbers
from tests.support.wire import GATEWAY_URL, Wire, identifier

NOTICE = notice_given(date(2027, 4, 19))
PEOPLE = [Person(bsn) for bsn in person_numbers(5)]
NOOR = PEOPLE[0]

Fault = Callable[[Wire, RawCall], httpx2.Response | None]


@contextmanager
def opened(wire: Wire, index: int = 0, **changes: Any) -> Iterator[Gateway]:
    """Open the client of one agency."""
    with Gateway(wire.caller(index, **changes), transport=wire.transport()) as gateway:
        yield gateway


def two_registered(wire: Wire) -> None:
    """Have both agencies register the same person."""
    for index in (0, 1):
        with opened(wire, index) as gateway:
            gateway.registrations.register(NOOR, case=f"Z-{index}", notice=NOTICE)


def nothing_comes_back(wire: Wire, call: RawCall) -> httpx2.Response | None:
    """The call arrives and is done; the reply gets lost."""
    wire.at_gateway(call)
    raise httpx2.ReadError("lost")


def cannot_connect(wire: Wire, call: RawCall) -> httpx2.Response | None:
    """Nobody is there."""
    raise httpx2.ConnectError("refused")


def too_busy(wire: Wire, call: RawCall) -> httpx2.Response | None:
    """The gateway sheds load."""
    return wire.problem(call, "limit-overloaded")


def proxy_is_alone(wire: Wire, call: RawCall) -> httpx2.Response | None:
    """Something on the way answers that nobody is behind it."""
    return httpx2.Response(502, text="Bad Gateway")


def test_two_agencies_register_one_person_and_both_are_told() -> None:
    """The main job: both get an alert, look at the match, report contact and acknowledge."""
    wire = Wire()
    two_registered(wire)
    for index in (0, 1):
        with opened(wire, index) as gateway:
            (alert,) = gateway.alerts.pending()
            match = gateway.matches.show(alert)
            assert f"Z-{index}" == match.case_reference
            assert "answered" == gateway.matches.report_contact(match, outcome="contacted").state
            assert (alert.id,) == gateway.alerts.acknowledge(alert).acknowledged
            assert () == gateway.alerts.wait(0)
            assert [match.id] == [each.id for each in gateway.matches.list()]


def test_a_look_that_begins_at_an_alert_is_for_our_own_case() -> None:
    """The alert does not tell which; the own list does, and the signed look then names it (G25)."""
    wire = Wire()
    two_registered(wire)
    with opened(wire, 0) as gateway:
        (alert,) = gateway.alerts.pending()
        gateway.matches.show(alert)
        gateway.matches.report_contact(alert.match_id, outcome="contacted")
        gateway.matches.show(alert, case="Z-other")
        with pytest.raises(NotFound):
            gateway.matches.show(identifier("mat", 99))

    about = [dict(call.headers) for call in wire.calls if f"/matches/{alert.match_id}" in call.target_uri]
    assert ["Z-0", "Z-0", "Z-other"] == [headers["case-reference"] for headers in about]


def test_the_life_of_a_registration() -> None:
    """Register, find it among one's own, renew it and withdraw it."""
    wire = Wire()
    with opened(wire) as gateway:
        receipts = [gateway.registrations.register(each, case="Z-1", notice=NOTICE) for each in PEOPLE]
        assert [each.id for each in receipts] == [each.id for each in gateway.registrations.list()]
        later = notice_deferred("safety", review_on=date(2027, 6, 1))
        renewed = gateway.registrations.renew(receipts[0].id, case="Z-1", notice=later)
        assert later == renewed.subject_notice
        withdrawn = gateway.registrations.withdraw(receipts[0].id, case="Z-1", reason="risk_gone")
        assert "withdrawn" == withdrawn.status == gateway.registrations.show(receipts[0].id).status


def test_desks_webhooks_policy_and_whoami() -> None:
    """The small calls go where they should."""
    wire = Wire()
    with opened(wire) as gateway:
        desk = gateway.contacts.put(
            "wijkteam-oost", name="Balie", phone="+1 202 555 0101", email="balie@agency.example"
        )
        (listed,) = gateway.contacts.list()
        assert ("cnt_wijkteam_oost", desk) == (desk.id, listed.disclosed)
        assert date(2027, 7, 18) == listed.confirm_before
        endpoint = gateway.webhooks.add("https://agency.example/hook")
        assert (endpoint,) == gateway.webhooks.list()
        gateway.webhooks.remove(endpoint)
        assert () == gateway.webhooks.list()
        assert gateway.check_policy().permitted
        assert wire.agencies[0].oin == gateway.whoami().agency


def test_a_supervisor_sees_every_page_of_the_matches_of_its_municipality() -> None:
    """In order of id, each once."""
    wire = Wire()
    ids = [f"mat_01ARZ3NDEKTSV4RRFFQ69G5FA{last}" for last in "ABC"]
    wire.supervised = [
        {
            "id": id_,
            "lane": "youth",
            "state": "open",
            "ageDays": 3,
            "dueOn": "2027-04-28",
            "calendar": "nl",
            "step": "deputy",
            "sidesReported": 0,
        }
        for id_ in ids
    ]
    with opened(wire) as gateway:
        assert ids == [match.id for match in gateway.matches.supervised()]


def test_the_lane_the_desk_and_the_term_can_be_said_with_each_registration() -> None:
    """What the settings say is only a default."""
    wire = Wire()
    with opened(wire, lane="", contact="") as gateway:
        gateway.registrations.register(
            NOOR, lane="youth", case="Z-1", contact="wijkteam-oost", notice=NOTICE, valid_until=date(2027, 12, 1)
        )
    sent = json.loads(wire.calls[-1].body)
    assert ("youth", "cnt_wijkteam_oost", "2027-12-01") == (sent["lane"], sent["contactId"], sent["validUntil"])


def test_what_a_rule_requires_besides_is_attested_with_each_call() -> None:
    """Registered, renewed, in a batch or only checked: by the name that the card gives it."""
    wire, facts = Wire(), ("consent-given", "court-order")
    with opened(wire) as gateway:
        receipt = gateway.registrations.register(NOOR, case="Z-1", notice=NOTICE, preconditions=facts)
        gateway.registrations.renew(receipt.id, case="Z-1", notice=NOTICE, preconditions=facts)
        gateway.check_policy(preconditions=facts)
        gateway.registrations.register_batch([Involvement(PEOPLE[1], "Z-2", NOTICE, preconditions=facts)])
        with pytest.raises(RequestRefused):
            gateway.registrations.renew(receipt.id, case="Z-1", notice=NOTICE, preconditions=("Not a name",))
    said = [json.loads(call.body) for call in wire.calls if b"preconditions" in call.body]
    assert [list(facts)] * 4 == [each["preconditions"] for each in said]


def test_a_refusal_by_the_policy_says_what_would_be_allowed() -> None:
    """Rule, law and article, reason and alternatives are facts of the exception, also of one row of a batch."""
    facts = {"rule": "R1", "legalBasis": ["b: Jeugdwet 7.1"], "allowed": ["consent-given"], "why": "Omdat."}
    expected = {name: tuple(fact) if isinstance(fact, list) else fact for name, fact in facts.items()}
    wire = Wire(gateway_faults=[lambda wire, call: wire.problem(call, "policy-precondition-missing", **facts)])
    with opened(wire) as gateway, pytest.raises(PolicyRefused) as refused:
        gateway.check_policy()
    assert expected == refused.value.facts
    assert "allowed=consent-given" in str(refused.value)

    problem = {"code": "policy-precondition-missing", "title": "t", "detail": "d", **facts}
    row = {"accepted": 0, "refused": 1, "rows": [{"row": 1, "problem": problem}]}
    wire = Wire(gateway_faults=[lambda wire, call: wire.signed(call, 201, json.dumps(row).encode())])
    with opened(wire) as gateway:
        (result,) = gateway.registrations.register_batch([Involvement(NOOR, "Z-1", NOTICE)]).rows
    assert result.problem is not None
    assert expected == result.problem.facts


def test_many_are_registered_in_calls_of_a_thousand_and_each_row_comes_back() -> None:
    """Bad rows, first, in the middle and last, cancel no good one; those the agency can see itself never leave."""
    wire = Wire()
    cases = ["REFUSE-1", "Z-1", "<script>", "Z-3", f"Z-{NOOR.bsn}"]
    rows = [Involvement(person, case, NOTICE) for person, case in zip(PEOPLE, cases, strict=True)]
    with opened(wire) as gateway:
        (result,) = gateway.registrations.register_many(rows)
    assert [False, True, False, True, False] == [row.receipt is not None for row in result.rows]
    codes = [row.problem.code if row.problem else "" for row in result.rows]
    assert ["policy-term-past", "", "request-member-invalid", "", "request-person-number"] == codes
    assert NOOR.bsn.encode() not in b"".join(call.body for call in wire.calls)


@pytest.mark.parametrize(
    "rows", [[0, 1], [0, 1, 1], [0, 1, 2, 2], [1, 2, 3], [-1, 0, 1], ["", 1, 2], ["both", 1, 2]], ids=str
)
def test_an_answer_that_lacks_or_doubles_a_row_is_not_believed(rows: list[int | str]) -> None:
    """It would give a person another's receipt: each row that was sent is answered once, by one of the two."""
    wire = Wire()

    def answers(wire: Wire, call: RawCall) -> httpx2.Response:
        days = dict.fromkeys(("validUntil", "renewBefore"), "2028-01-01")
        receipt = {"id": identifier("reg", 1), "status": "active", "event": identifier("evt", 1), **days}
        problem = {"code": "policy-term-past", "title": "t", "detail": "d"}
        told: dict[str, dict[str, object]] = {"": {}, "both": {"receipt": receipt, "problem": problem}}
        lines = [
            {"row": 1, **told[row]} if isinstance(row, str) else {"row": row + 1, "receipt": receipt} for row in rows
        ]
        return wire.signed(call, 201, json.dumps({"accepted": 3, "refused": 0, "rows": lines}).encode())

    with opened(wire) as gateway:
        gateway.whoami()
        wire.gateway_faults = [answers]
        with pytest.raises(IntegrityError, match="integrity-answer"):
            gateway.registrations.register_batch([Involvement(each, "Z-1", NOTICE) for each in PEOPLE[:3]])


def test_a_batch_of_only_bad_rows_is_not_sent() -> None:
    """Nothing leaves when nothing is good."""
    wire = Wire()
    with opened(wire) as gateway:
        result = gateway.registrations.register_batch([Involvement(NOOR, "", NOTICE)])
    assert ([], "request-member-invalid") == (wire.calls, result.rows[0].problem and result.rows[0].problem.code)


def test_any_number_of_rows_is_cut_into_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """The results come in the order of the rows."""
    monkeypatch.setattr(both_clients, "PERSONS_PER_CALL", 2)
    wire = Wire()
    rows = [Involvement(person, f"Z-{at}", NOTICE) for at, person in enumerate(PEOPLE)]
    with opened(wire) as gateway:
        results = list(gateway.registrations.register_many(rows))
    sent = [result.rows[0].receipt for result in results]
    assert [2, 2, 1] == [len(result.rows) for result in results]
    cases = {registration: each["view"]["caseReference"] for registration, each in wire.registrations.items()}
    assert ["Z-0", "Z-2", "Z-4"] == [cases[receipt.id] for receipt in sent if receipt]


@pytest.mark.parametrize("fault", [nothing_comes_back, cannot_connect, too_busy, proxy_is_alone])
def test_a_call_is_repeated_with_the_same_key_and_a_fresh_nonce(fault: Fault) -> None:
    """Whatever got lost, one registration comes of it, and the caller notices nothing."""
    wire = Wire(gateway_faults=[fault, fault])
    with opened(wire) as gateway:
        receipt = gateway.registrations.register(NOOR, case="Z-1", notice=NOTICE)
    calls = [call for call in wire.calls if call.target_uri == f"{GATEWAY_URL}/v1/registrations"]
    keys = {dict(call.headers)["idempotency-key"] for call in calls}
    signatures = {dict(call.headers)["signature-input"] for call in calls}
    assert ([receipt.id], 3, 1, 3) == (list(wire.registrations), len(calls), len(keys), len(signatures))


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (cannot_connect, "upstream-gateway-unreachable"),
        (proxy_is_alone, "upstream-gateway-unreachable"),
        (too_busy, "limit-overloaded"),
    ],
)
def test_patience_ends_in_try_again_later(fault: Fault, code: str) -> None:
    """Who stays away too long is named; the gateway's own words are used when it signed them."""
    wire = Wire(gateway_faults=[fault] * 50)
    with opened(wire, patience_seconds=0.0) as gateway, pytest.raises(TryAgainLater) as later:
        gateway.registrations.register(NOOR, case="Z-1", notice=NOTICE)
    assert code == later.value.code


def test_retry_after_is_obeyed() -> None:
    """When the gateway says how long, the client does not come back sooner."""
    wire = Wire()

    def busy_for_an_hour(wire: Wire, call: RawCall) -> httpx2.Response:
        answer = wire.problem(call, "limit-overloaded")
        answer.headers["retry-after"] = "3600"
        return answer

    wire.gateway_faults = [busy_for_an_hour]
    with opened(wire, patience_seconds=60.0) as gateway, pytest.raises(TryAgainLater):
        gateway.whoami()
    assert 1 == len(wire.calls)


def signed_by_somebody_else(wire: Wire, call: RawCall) -> httpx2.Response | None:
    """A party of the region, but not the gateway."""
    return wire.signed(call, 200, b'{"contacts": []}', signer=wire.agencies[1])


def not_signed(wire: Wire, call: RawCall) -> httpx2.Response | None:
    """Anybody."""
    return httpx2.Response(200, json={"contacts": []})


def changed_on_the_way(wire: Wire, call: RawCall) -> httpx2.Response | None:
    """The signature is the gateway's, the content is not."""
    genuine = wire.at_gateway(call)
    return httpx2.Response(200, headers=genuine.headers, content=b'{"contacts": [] }')


def answer_to_another_call(wire: Wire, call: RawCall) -> httpx2.Response | None:
    """A genuine answer, kept from before."""
    return wire.signed(wire.calls[0], 200, b'{"contacts": []}')


def says_something_else(wire: Wire, call: RawCall) -> httpx2.Response | None:
    """Signed and well, but not what was asked."""
    return wire.signed(call, 200, b'{"unknown": 1}')


def unsigned_refusal(wire: Wire, call: RawCall) -> httpx2.Response | None:
    """A refusal that anybody on the way could have made up."""
    return httpx2.Response(404, json={"code": "state-not-found"})


@pytest.mark.parametrize(
    "fault",
    [
        signed_by_somebody_else,
        not_signed,
        changed_on_the_way,
        answer_to_another_call,
        says_something_else,
        unsigned_refusal,
    ],
)
def test_an_answer_that_is_not_the_gateways_is_not_believed(fault: Fault) -> None:
    """Only what the pinned gateway signed as the answer to this very call counts."""
    wire = Wire()
    with opened(wire) as gateway:
        gateway.whoami()
        wire.gateway_faults = [fault]
        with pytest.raises(IntegrityError, match="integrity-answer"):
            gateway.contacts.list()


def test_a_clock_that_is_off_is_told_by_how_much() -> None:
    """The agency's clock is an hour behind the gateway's."""
    wire = Wire(gateway_faults=[lambda wire, call: wire.problem(call, "signature-clock", seconds=3600)])
    wire.gateway_now = wire.time() + timedelta(hours=1)
    with opened(wire) as gateway, pytest.raises(SignatureRefused) as refused:
        gateway.whoami()
    facts = refused.value.facts
    assert ("signature-clock", 3600, "behind") == (refused.value.code, facts["seconds"], facts["direction"])


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("signature-key-revoked", SignatureRefused),
        ("request-purpose-differs", RequestRefused),
        ("policy-lane-unknown", PolicyRefused),
        ("state-not-found", NotFound),
        ("brand-new", SeinhuisError),
    ],
)
def test_a_refusal_is_an_exception_of_its_family(code: str, kind: type[SeinhuisError]) -> None:
    """Code, facts and the number to quote come along; a code this client does not know yet is still an error."""
    content = json.dumps({"code": code, "correlationId": "c-7", "seconds": 4, "nested": {"x": 1}, "detail": "d"})
    wire = Wire(gateway_faults=[lambda wire, call: wire.signed(call, 400, content.encode())])
    with opened(wire) as gateway, pytest.raises(kind) as refused:
        gateway.whoami()
    assert (code, {"seconds": 4}, "c-7") == (refused.value.code, refused.value.facts, refused.value.correlation_id)


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_problem_says_what_is_wrong_and_what_mends_it(code: str) -> None:
    """In both languages, and with an exit code of the list."""
    problem = problem_named(code)
    assert all(problem.title(language) and problem.fix(language) for language in ("nl", "en"))
    assert problem.exit_code in {3, 4, 5, 6}


@pytest.mark.parametrize(
    "not_an_id", ["../whoami", "reg_1?x=1", "", "000000012", "reg_1/x", "reg_é", "cnt_000000012", "reg_000000012"]
)
def test_only_an_identifier_becomes_part_of_an_address(not_an_id: str) -> None:
    """Addresses end up in logs, so a wrong argument is refused before it becomes one."""
    wire = Wire()
    with opened(wire) as gateway:
        with pytest.raises(RequestRefused):
            gateway.registrations.show(not_an_id)
        with pytest.raises(RequestRefused):
            gateway.matches.show(not_an_id)
    assert [] == wire.calls


@pytest.mark.parametrize(
    "mistake",
    [
        lambda gateway: gateway.matches.report_contact(identifier("mat", 1), outcome="splendid"),
        lambda gateway: gateway.registrations.withdraw(identifier("reg", 1), case="Z-1", reason="bored"),
        lambda gateway: gateway.alerts.acknowledge("1"),
        lambda gateway: gateway.alerts.acknowledge(),
        lambda gateway: gateway.contacts.put("intake", name="", phone="1", email="x"),
        lambda gateway: gateway.webhooks.add("ftp://x"),
        lambda gateway: gateway.check_policy(lane="Youth Lane"),
        lambda gateway: gateway.registrations.register(NOOR, case="", notice=NOTICE),
    ],
)
def test_a_mistake_is_told_before_anything_leaves(mistake: Callable[[Gateway], object]) -> None:
    """It names the member, never the value."""
    wire = Wire()
    with opened(wire) as gateway, pytest.raises(RequestRefused):
        mistake(gateway)
    assert [] == wire.calls


def stream_of(*alerts: Alert) -> bytes:
    """Return what the gateway sends for these alerts."""
    events = []
    for alert in alerts:
        data = {"specversion": "1.0", "id": alert.id, "source": "s", "type": alert.kind, "time": alert.at.isoformat()}
        data |= {"datacontenttype": "application/json", "dataref": f"{GATEWAY_URL}/v1/matches/{alert.match_id}"}
        events.append(f": beat\n\nevent: alert\nid: {alert.id}\ndata: {json.dumps(data)}\n\n")
    return "".join(events).encode()


def streaming(*answers: bytes | str) -> list[Fault]:
    """Return faults that answer the openings of a stream one after the other."""

    def answer(content: bytes | str) -> Fault:
        def respond(wire: Wire, call: RawCall) -> httpx2.Response | None:
            if "stream" not in call.target_uri:
                wire.gateway_faults.insert(0, respond)
                return wire.at_gateway(call)
            if isinstance(content, str):
                raise httpx2.ConnectError("refused")
            return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=content)

        return respond

    return [answer(content) for content in answers]


def test_the_stream_gives_each_alert_once_and_survives_a_break() -> None:
    """It is opened again when it breaks; what it says again is not said again to the caller."""
    wire = Wire()
    first, second, third = (
        Alert(identifier("alt", at), "match", identifier("mat", at), wire.time()) for at in (1, 2, 3)
    )
    wire.gateway_faults = streaming(stream_of(first, second), "broken", stream_of(second, third))
    with opened(wire) as gateway:
        stream = gateway.alerts.stream()
        assert [first, second, third] == [next(stream) for _ in range(3)]


def test_the_async_client_does_the_same() -> None:
    """The same plans on an event loop: register, hear, stream, many."""
    wire = Wire()
    two_registered(wire)
    alert = Alert(identifier("alt", 9), "match", identifier("mat", 9), wire.time())

    async def day() -> tuple[Receipt, list[BatchResult], tuple[Alert, ...], Alert]:
        async with AsyncGateway(wire.caller(), transport=wire.transport()) as gateway:
            receipt = await gateway.registrations.register(PEOPLE[1], case="Z-9", notice=NOTICE)
            rows = [Involvement(person, "Z-8", NOTICE) for person in PEOPLE[2:]]
            results = [result async for result in gateway.registrations.register_many(rows)]
            waiting = await gateway.alerts.pending()
            wire.gateway_faults = streaming("broken", stream_of(alert))
            streamed = [await anext(gateway.alerts.stream()) for _ in range(1)]
            return receipt, results, waiting, streamed[0]

    receipt, results, waiting, streamed = asyncio.run(day())
    assert identifier("reg", 3) == receipt.id
    assert [3] == [sum(row.receipt is not None for row in result.rows) for result in results]
    assert 1 == len(waiting)
    assert streamed in {alert, waiting[0]}


def test_both_clients_have_the_same_names() -> None:
    """What one can do the other can: parts, methods, parameters and explanations."""
    pairs = [
        (getattr(both_clients, name.removeprefix("Async")), kind)
        for name, kind in vars(both_clients).items()
        if name.startswith("Async") and name not in {"AsyncLine", "AsyncIterator"}
    ]
    assert 9 <= len(pairs)
    for blocking, awaited in pairs:
        names = {name for name in vars(blocking) if not name.startswith("_")}
        assert names == {name for name in vars(awaited) if not name.startswith("_")}
        for name in names:
            one, other = (inspect.unwrap(getattr(kind, name)) for kind in (blocking, awaited))
            assert one.__doc__
            assert inspect.signature(one).parameters.keys() == inspect.signature(other).parameters.keys()

"""The client takes, shows, extends, advises, decides and answers as its gateway says; a birth date goes nowhere."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta

import pytest

from adapters.agency import Agency
from adapters.client import Gateway
from adapters.errors import SeinhuisError
from adapters.exercising import age_class
from gateway.core.subject_request import READY_DAYS
from gateway.flows.rights.answer_request import answer_requests
from gateway.flows.rights.erasures import export_erasures
from gateway.flows.rights.route_requests import route_requests
from gateway.protocol.messages.subject_requests import Advice, AgeClass, ExtensionReason, ItemRole, RequestState
from gateway.reading.subject_answer import PDF_BYTES
from keys.signing_key import from_base64url
from keys.trust import TrustList
from tests.support.door import GATEWAY_URL, PURPOSE, Door, Visitor
from tests.support.rights import now
from tests.support.stores import hold_clock

TODAY_ON = date(2027, 3, 1)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Close the clients of a test."""
    with ExitStack() as opened:
        yield opened


def _client(door: Door, visitor: Visitor, stack: ExitStack) -> Gateway:
    trust = TrustList.load(door.trust_file)
    agency = Agency(visitor.oin, visitor.key, GATEWAY_URL, lambda: trust, PURPOSE, "desk", language="en")
    return stack.enter_context(Gateway(agency, transport=door.rooms))


def _code(act: Callable[[], object]) -> str:
    with pytest.raises(SeinhuisError) as refused:
        act()
    return refused.value.code


@pytest.mark.parametrize(
    ("born_on", "expected"),
    [
        (date(2027, 3, 1), AgeClass.UNDER_12),
        (date(2015, 3, 2), AgeClass.UNDER_12),
        (date(2015, 3, 1), AgeClass.FROM_12_TO_15),
        (date(2011, 3, 2), AgeClass.FROM_12_TO_15),
        (date(2011, 3, 1), AgeClass.FROM_16),
        (date(1950, 1, 1), AgeClass.FROM_16),
    ],
)
def test_the_age_class_follows_from_the_birth_date(born_on: date, expected: AgeClass) -> None:
    """To the day; what is sent is the class."""
    assert expected is age_class(born_on, today_on=TODAY_ON)


def test_who_was_born_on_a_leap_day_is_a_year_older_on_28_february() -> None:
    """As terms count it (domain rule 8)."""
    ages = [age_class(date(2012, 2, 29), today_on=on) for on in (date(2028, 2, 27), date(2028, 2, 28))]
    assert [AgeClass.FROM_12_TO_15, AgeClass.FROM_16] == ages
    assert "request-member-invalid" == _code(lambda: age_class(date(2027, 3, 2), today_on=TODAY_ON))


def test_what_an_agency_has_it_shows_extends_and_advises_on(door: Door, stack: ExitStack) -> None:
    """And what it does not decide is absent."""
    police = door.visitor("police")
    gateway = _client(door, police, stack)
    owned = door.belongings(police, door.visitor("school"))
    request, item = owned["requestId"], owned["itemId"]
    assert RequestState.PENDING is gateway.rights.show(request).state
    assert request in [one.id for one in gateway.rights.list()]
    assert ExtensionReason.COMPLEX is gateway.rights.extend(request, reason="complex").extension
    assert "state-request-not-extendable" == _code(lambda: gateway.rights.extend(request, reason="complex"))
    assert "state-request-not-ready" == _code(lambda: gateway.rights.answer(request))
    (mine,) = gateway.rights.items(registration=owned["registrationId"])
    assert (item, ItemRole.ADVISES) == (mine.id, mine.role)
    assert Advice.AGREE is gateway.rights.advise(item, advice="agree", reason="risk_gone").advice
    assert "state-advice-given" == _code(lambda: gateway.rights.advise(item, advice="agree", reason="risk_gone"))
    assert "state-not-found" == _code(lambda: gateway.rights.decide(item, decision="upheld", reason="justified"))
    assert "request-member-invalid" == _code(lambda: gateway.rights.advise(item, advice="maybe", reason="risk_gone"))


def _make_desk(door: Door, visitor: Visitor) -> None:
    """Let the trust list say that a visitor is the desk of the municipality of all."""
    trust = TrustList.load(door.trust_file)
    parties = tuple(replace(one, kind="municipality") if one.oin == visitor.oin else one for one in trust.parties)
    replace(trust, parties=parties).save(door.trust_file)
    door.restart()


def test_a_desk_takes_a_request_and_hands_over_the_letter(door: Door, stack: ExitStack) -> None:
    """From the signed call to the PDF, over HTTP: erased at the decision, answered on the fixed day."""
    moment = now()
    desk, police = door.visitor("childcare"), door.visitor("police")
    _make_desk(door, desk)
    clock = hold_clock(door.store, moment)
    child = door.child()
    registered = police.registers(child)["id"]
    asked = {
        "token": door.token(desk, child),
        "lane": "youth",
        "purpose": "subject-rights",
        "caseReference": "AVG-1",
        "right": "erasure",
        "ageClass": "from_16",
        "askedBy": ["person"],
        "attested": True,
    }
    taken = door.send(desk.signs("POST", "/subject-requests", asked, purpose="subject-rights"))
    assert 201 == taken.status_code, taken.text
    again = door.send(desk.signs("POST", "/subject-requests", asked))
    assert "request-purpose-differs" == again.json()["code"]
    assert 1 == route_requests(door.house)

    deciding, advising = _client(door, desk, stack), _client(door, police, stack)
    (item,) = advising.rights.items()
    advising.rights.advise(item.id, advice="agree", reason="no_longer_involved")
    assert ItemRole.DECIDES is deciding.rights.items()[0].role
    deciding.rights.decide(item.id, decision="upheld", reason="justified")
    assert "withdrawn" == police.gets(f"/registrations/{registered}")["status"]

    clock.set(moment + timedelta(days=READY_DAYS))
    journal: list[object] = []
    export_erasures(door.house, append=journal.extend)
    assert 2 == len(journal)
    assert 1 == answer_requests(door.house, sign=lambda _: bytes(64))
    for language in ("nl", "en"):
        answer = deciding.rights.answer(taken.json()["id"], language=language)
        assert (b"%PDF-", PDF_BYTES) == (answer.pdf[:5], len(answer.pdf))
        assert (bytes(64), "erasure") == (from_base64url(answer.signature), json.loads(answer.statement)["right"])

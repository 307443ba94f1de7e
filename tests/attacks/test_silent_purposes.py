"""A purpose about which nothing is ever told is answered as no-hit, keeps nothing of the person, and alarms.

Whoever asks for a criminal investigation, or to control migration, must not learn even that the answer was of another
kind (domain section 3); the officers must learn that it was asked.
"""

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from gateway.core.events import EventKind
from gateway.store import reconcile, tables
from gateway.store.events import RecordedEvent
from keys.tokens import PersonToken
from tests.support.cards import VOCABULARY
from tests.support.door import LANE, Door, Visitor, real_converter
from tests.support.scene import shape_of
from tests.support.statements import statements

SILENT = tuple(term.code for term in VOCABULARY.always_silent)
ASKED = "criminal-investigation"


def _asks(visitor: Visitor, child: str, purpose: str = ASKED, **changes: object) -> Any:
    body = visitor.registration(child, purpose=purpose, **changes)
    return visitor.door.send(visitor.signs("POST", "/registrations", body, purpose=purpose))


def _events(door: Door, *kinds: EventKind) -> list[RecordedEvent]:
    page = door.store.view("events", lambda view: view.events.page(after="", limit=9_999))
    return [row for row in page if row.event.kind in kinds]


def _known_to_school(door: Door) -> str:
    child = door.child()
    door.visitor("school").registers(child)
    door.settle()
    return child


@pytest.mark.parametrize("purpose", SILENT)
def test_the_answer_is_that_of_a_no_hit(any_door: Door, purpose: str) -> None:
    """Status, headers, length and what is asked of the database meanwhile, for a child that a school knows."""
    police = any_door.visitor("police")
    with statements(any_door) as ordinary:
        no_hit = any_door.send(police.signs_registration(any_door.child()))
    child = _known_to_school(any_door)

    with statements(any_door) as silent:
        answer = _asks(police, child, purpose)

    assert (201, shape_of(no_hit)) == (answer.status_code, shape_of(answer))
    assert no_hit.json().keys() == answer.json().keys()
    assert ordinary == silent


def test_whoever_may_never_register_is_refused_as_for_any_purpose(any_door: Door) -> None:
    """Childcare is barred from the lane, and hears just that: an answer of its own would tell of the purpose."""
    childcare, child = any_door.visitor("childcare"), _known_to_school(any_door)
    ordinary = any_door.send(childcare.signs_registration(child))
    silent = _asks(childcare, child)
    assert "policy-agency-not-admitted" == ordinary.json()["code"]
    assert shape_of(ordinary) == shape_of(silent)


def test_an_unknown_flag_is_refused_as_for_any_purpose(any_door: Door) -> None:
    """No silent purpose opens what no other does."""
    police, child = any_door.visitor("police"), any_door.child()
    ordinary = any_door.send(police.signs("POST", "/registrations", police.registration(child, flag="weapon")))
    silent = _asks(police, child, flag="weapon")
    assert "policy-flag-not-admitted" == ordinary.json()["code"] == silent.json()["code"]


def test_nothing_of_the_person_is_kept_and_nobody_is_met(any_door: Door) -> None:
    """Not the index token that the person has, nor one that a rotation could make of the seal; and no match."""
    police, school, child = any_door.visitor("police"), any_door.visitor("school"), _known_to_school(any_door)
    receipt = _asks(police, child).json()
    again = _asks(police, child).json()
    any_door.settle()
    later = any_door.visitor("mental_health")
    later.registers(child)
    any_door.settle()

    token = PersonToken.decode(any_door.token(police, child))
    (real,) = real_converter().convert([(token, receipt["id"])], agency=police.oin, lane=LANE)  # type: ignore[arg-type]
    rows = _stored(any_door)
    assert real.index_token.value == rows[school.own_registrations()[0]["id"]][0]  # type: ignore[union-attr]
    silent = [rows[one["id"]] for one in (receipt, again)]
    assert 2 == len({index_token for index_token, _ in silent})
    assert real.index_token.value not in [index_token for index_token, _ in silent]  # type: ignore[union-attr]
    opened = _opened(real.sealed, receipt["id"])  # type: ignore[union-attr]
    elements = [
        _opened(type(real.sealed)(seal), one["id"])  # type: ignore[union-attr]
        for (_, seal), one in zip(silent, (receipt, again), strict=True)
    ]
    assert 3 == len({opened, *elements})
    assert [] == police.gets("/matches")["matches"]
    assert 1 == len(school.gets("/matches")["matches"])
    assert reconcile(any_door.store).sound


def _stored(door: Door) -> dict[str, tuple[bytes, bytes]]:
    found = select(*(tables.registrations.c[name] for name in ("id", "index_token", "sealed")))
    with door.store.database.engines.reader.connect() as connection:
        return {id_: (bytes(token), bytes(seal)) for id_, token, seal in connection.execute(found)}


def _opened(seal: Any, registration: str) -> bytes:
    """Return the element under a seal, as a rotation would see it."""
    return real_converter()._converter.open(seal, row_id=registration, lane=LANE, epoch=1)  # noqa: SLF001 - as the key room


def test_all_that_follows_is_as_of_any_other(any_door: Door) -> None:
    """Asked for again, listed, shown, renewed and withdrawn: each answer has the shape of an ordinary one."""
    police = any_door.visitor("police")
    shapes = []
    for child, purpose in ((any_door.child(), "youth-coordination"), (_known_to_school(any_door), ASKED)):
        shapes.append([_shape_but_for(purpose, answer) for answer in _a_life(police, child, purpose)])
    assert [201, 201, 200, 201, 201, 200, 409] == [shape[0] for shape in shapes[0]]
    assert shapes[0] == shapes[1]


def _a_life(police: Visitor, child: str, purpose: str) -> Iterator[Any]:
    send, body, key = police.door.send, police.registration(child, purpose=purpose), secrets.token_hex(12)
    said = {"purpose": purpose}
    first = send(police.signs("POST", "/registrations", body, idempotency_key=key, **said))
    again = send(police.signs("POST", "/registrations", body, idempotency_key=key, **said))
    assert first.content == again.content
    yield from (first, again)
    at = f"/registrations/{first.json()['id']}"
    yield send(police.signs("GET", at, **said))
    renewal = {"attested": True, "subjectNotice": body["subjectNotice"]}
    yield send(police.signs("POST", f"{at}/renewals", renewal, **said))
    yield send(police.signs("POST", f"{at}/withdrawals", {"reason": "risk_gone"}, **said))
    yield send(police.signs("GET", at, **said))
    yield send(police.signs("POST", f"{at}/withdrawals", {"reason": "risk_gone"}, **said))


def _shape_but_for(purpose: str, answer: Any) -> tuple[int, Any, int]:
    """Leave out how long the word is with which the agency itself named its purpose, where it is told it back."""
    status, headers, length = shape_of(answer)
    told = answer.text.count(f'"{purpose}"') * len(purpose)
    return status, tuple(header for header in headers if header[0] != "content-length"), length - told


def test_it_is_refused_for_what_any_registration_is_refused_for(any_door: Door) -> None:
    """Another agency's token, no element at all, an unknown desk, a term in the past: the way is one and the same."""
    police, school, child = any_door.visitor("police"), any_door.visitor("school"), any_door.child()
    wrong: list[dict[str, object]] = [
        {"token": any_door.token(school, child)},
        {"token": any_door.token_of_nobody(police)},
        {"contactId": "cnt_unknown"},
        {"validUntil": "2020-01-01"},
        {"validUntil": "2099-01-01"},
    ]
    for changes in wrong:
        ordinary, silent = (_asks(police, child, purpose, **changes) for purpose in ("youth-coordination", ASKED))
        assert ordinary.status_code >= 400
        assert ordinary.json()["code"] == silent.json()["code"]
    assert [] == police.own_registrations()


def test_it_is_logged_in_the_same_breath_and_alarms_the_officers(any_door: Door) -> None:
    """The receipt's event says what was asked and by whom; an alarm points at it, and figures count it by reason."""
    police = any_door.visitor("police")
    receipt = _asks(police, any_door.child()).json()
    renewal = {"attested": True, "subjectNotice": police.registration(any_door.child())["subjectNotice"]}
    any_door.send(police.signs("POST", f"/registrations/{receipt['id']}/renewals", renewal, purpose=ASKED))

    asked, renewed = _events(any_door, EventKind.SILENT_PURPOSE)
    assert (receipt["event"], police.oin) == (asked.event.id, asked.event.actor)
    assert (ASKED, LANE, receipt["id"]) == tuple(
        asked.event.fields[name] for name in ("purpose", "lane", "registration")
    )
    assert receipt["id"] == renewed.event.fields["registration"]
    alarms = any_door.store.view("alarms", lambda view: view.events.alarms(after="", limit=9))
    assert [asked.event.id, renewed.event.id] == [alarm.event.fields["event"] for alarm in alarms]
    assert alarms == tuple(_events(any_door, EventKind.ALARM_RAISED))
    assert [] == _events(any_door, EventKind.REGISTERED, EventKind.RENEWED)
    assert b'seinhuis_alarms_total{reason="silent_purpose"} 2.0' in any_door.figures()
    assert not [line for line in any_door.figures().splitlines() if b"alarms" in line and LANE.encode() in line]


def test_a_row_of_a_batch_is_no_different(any_door: Door) -> None:
    """A receipt among receipts, and nobody is met by it."""
    police, child = any_door.visitor("police"), _known_to_school(any_door)
    rows = [police.registration(child, purpose=ASKED), police.registration(any_door.child(), purpose=ASKED)]
    body = "\n".join(map(json.dumps, rows)).encode()
    ndjson = {"content_type": "application/x-ndjson", "purpose": ASKED}
    answer = any_door.send(police.signs("POST", "/registration-batches", body, **ndjson)).json()
    any_door.settle()

    assert (2, 0) == (answer["accepted"], answer["refused"])
    assert 2 == len(_events(any_door, EventKind.ALARM_RAISED))
    assert [] == police.gets("/matches")["matches"]


def _checks(visitor: Visitor, purpose: str, *, under: str = "", **changes: object) -> Any:
    body = {"lane": LANE, "purpose": purpose, "flag": "involved", **changes}
    return visitor.door.send(visitor.signs("POST", "/policy-checks", body, purpose=under or purpose))


@pytest.mark.parametrize("purpose", SILENT)
def test_the_policy_check_answers_as_for_what_is_permitted(any_door: Door, purpose: str) -> None:
    """Whoever asks beforehand is told what the registration would tell: byte for byte as of a purpose of the lane."""
    police = any_door.visitor("police")
    with statements(any_door) as ordinary:
        permitted = _checks(police, "youth-coordination")
    with statements(any_door) as silent:
        answer = _checks(police, purpose)

    assert permitted.json()["permitted"]
    assert (permitted.content, shape_of(permitted)) == (answer.content, shape_of(answer))
    assert ordinary == silent


def test_the_policy_check_is_refused_as_for_any_purpose(any_door: Door) -> None:
    """Whoever may not register for any purpose hears just that; the officers hear of it all the same."""
    for changes in ({"flag": "weapon"}, {"lane": "unknown"}):
        police = any_door.visitor("police")
        assert _checks(police, "youth-coordination", **changes).content == _checks(police, ASKED, **changes).content
    childcare = any_door.visitor("childcare")
    assert _checks(childcare, "youth-coordination").content == _checks(childcare, ASKED).content
    assert 3 == len(_events(any_door, EventKind.ALARM_RAISED))


@pytest.mark.parametrize(
    ("asked", "under"), [(ASKED, ASKED), (ASKED, "youth-coordination"), ("youth-coordination", ASKED)]
)
def test_the_policy_check_alarms_as_a_registration_does(any_door: Door, asked: str, under: str) -> None:
    """Whether the silent purpose is what is asked about, or what is asked for: the alarm names it."""
    police = any_door.visitor("police")
    _checks(police, asked, under=under)

    (alarm,) = any_door.store.view("alarms", lambda view: view.events.alarms(after="", limit=9))
    admitted = _events(any_door, EventKind.CALL_ADMITTED)[-1]
    assert (ASKED, "silent_purpose", admitted.event.id) == tuple(
        alarm.event.fields[name] for name in ("purpose", "reason", "event")
    )
    assert (police.oin, under) == (alarm.event.actor, admitted.event.fields["purpose"])

"""Scenario 2: a victim without papers has a case; who asks in order to control migration gets what no-hit gets."""

import json
from typing import Any

import pytest

from gateway.store import reconcile
from keys.signing import RawCall
from tests.support.door import Door, Visitor
from tests.support.scene import shape_of
from tests.support.statements import statements

MIGRATION = "migration-control"


def _victim(door: Door) -> str:
    """Return a person whom a school and mental health care know, and who found each other."""
    person = door.child()
    for kind in ("school", "mental_health"):
        door.visitor(kind).registers(person)
    door.settle()
    return person


def _asks(police: Visitor, person: str, purpose: str) -> RawCall:
    body = police.registration(person, purpose=purpose)
    return police.signs("POST", "/registrations", body, purpose=purpose)


def test_the_question_is_answered_as_if_nobody_knew_the_person(any_door: Door) -> None:
    """Status, headers, length and statements are those of a lawful registration that meets nobody (G32)."""
    police = any_door.visitor("police")
    asked: dict[str, tuple[object, list[str]]] = {}
    calls = {
        "no hit": police.signs_registration(any_door.child()),
        "victim": _asks(police, _victim(any_door), MIGRATION),
        "stranger": _asks(police, any_door.child(), MIGRATION),
    }
    for name, call in calls.items():
        with statements(any_door) as made:
            answer = any_door.send(call)
        assert 201 == answer.status_code, answer.text
        asked[name] = (shape_of(answer), made)
    assert dict.fromkeys(asked, asked["no hit"]) == asked


def test_nobody_is_told_and_nothing_of_the_victim_is_kept(any_door: Door) -> None:
    """Not the asker, not the school, not the clinic; their match stands as it stood. The officers hear of it."""
    police, person = any_door.visitor("police"), _victim(any_door)
    before = {kind: any_door.visitor(kind).gets("/alerts") for kind in ("school", "mental_health")}
    assert 201 == any_door.send(_asks(police, person, MIGRATION)).status_code
    any_door.settle()
    assert [] == police.gets("/matches")["matches"] == police.gets("/alerts")["alerts"]
    assert before == {kind: any_door.visitor(kind).gets("/alerts") for kind in before}
    assert reconcile(any_door.store).sound
    with any_door.store.database.engines.reader.connect() as connection:
        alarms = connection.exec_driver_sql("SELECT fields FROM events WHERE kind = 'alarm_raised'").all()
    assert ["silent_purpose"] == [json.loads(row[0])["reason"] for row in alarms]


@pytest.mark.parametrize("member", ["nationality", "residenceStatus", "countryOfBirth"])
def test_where_somebody_comes_from_cannot_even_be_said(any_door: Door, member: str) -> None:
    """Domain rule 17: the schema refuses it, so no agency can send it by mistake."""
    police = any_door.visitor("police")
    body: dict[str, Any] = police.registration(any_door.child(), **{member: "secret"})
    answer = any_door.send(police.signs("POST", "/registrations", body))
    assert (400, "request-member-invalid") == (answer.status_code, answer.json()["code"])
    assert "secret" not in answer.text

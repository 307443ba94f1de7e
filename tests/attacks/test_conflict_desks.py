"""A1, A2: at an ordinary desk of the father's agency somebody looks for what its conflict desk is told."""

import pytest

from tests.support.door import Door, Visitor
from tests.support.house import DESK

CONFLICT_DESK = "cnt_conflict"


@pytest.fixture
def police(any_door: Door) -> Visitor:
    """Return the police, where the father works, with their conflict desk."""
    visitor = any_door.visitor("police")
    desk = visitor.desk(CONFLICT_DESK) | {"kind": "conflict", "name": "Bureau integriteit"}
    answer = any_door.send(visitor.signs("PUT", f"/contacts/{CONFLICT_DESK}", desk))
    assert 200 == answer.status_code, answer.text
    return visitor


@pytest.fixture
def school(any_door: Door) -> Visitor:
    """Return the school, which knows where he works."""
    return any_door.visitor("school")


def _marks(school: Visitor, child: str) -> None:
    body = school.exclusion(child, school.door.visitor("mental_health"), "police")
    body["excluded"][0]["conflictDesk"] = True
    answer = school.door.send(school.signs("POST", "/exclusions", body))
    assert 201 == answer.status_code, answer.text


def test_no_alert_of_the_match_is_for_an_ordinary_desk(police: Visitor, school: Visitor) -> None:
    """Whoever shows alerts by desk shows this one at the conflict desk alone, however often it is asked for."""
    child = police.door.child()
    _marks(school, child)
    for visitor in (school, police, police):
        visitor.registers(child)
        police.door.settle()
    assert [CONFLICT_DESK] == [alert.get("subject") for alert in police.gets("/alerts")["alerts"]]


def test_the_match_names_no_ordinary_desk_of_the_agency(police: Visitor, school: Visitor) -> None:
    """So nobody rings the intake about it; that it is a conflict desk is not said, nor who named it so."""
    child = police.door.child()
    _marks(school, child)
    for visitor in (school, police):
        visitor.registers(child)
    police.door.settle()
    (listed,) = school.gets("/matches")["matches"]
    answer = school.door.send(school.signs("GET", f"/matches/{listed['id']}"))
    seen = answer.json()["other"]
    assert CONFLICT_DESK == seen["contact"]["id"]
    assert DESK not in str(seen)
    assert "kind" not in seen["contact"]


def test_the_archive_gives_the_agency_no_hint(police: Visitor, school: Visitor) -> None:
    """A hint has no desk of its own: it would come to the intake."""
    child = police.door.child()
    receipt = school.registers(child)
    _marks(school, child)
    ending = {"reason": "risk_gone"}
    police.door.send(school.signs("POST", f"/registrations/{receipt['id']}/withdrawals", ending))
    police.door.settle()
    registered = police.registers(child)
    police.door.settle()
    assert [] == police.gets("/alerts")["alerts"]
    assert [] == police.gets(f"/archive-hints/{registered['id']}")["hints"]


def test_that_it_is_named_shows_in_nothing_the_agency_can_ask(police: Visitor, school: Visitor) -> None:
    """Not before anybody meets it: the mark is sealed with the excluded."""
    before = [police.gets(path) for path in ("/alerts", "/matches", "/exclusions", "/contacts")]
    _marks(school, police.door.child())
    police.door.settle()
    assert before == [police.gets(path) for path in ("/alerts", "/matches", "/exclusions", "/contacts")]

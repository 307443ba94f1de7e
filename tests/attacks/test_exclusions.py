"""A2, A6: whoever is excluded tries every way to notice it, and whoever has no say in it tries to exclude."""

import json
import re
from collections.abc import Iterator

import httpx2
import pytest

from keys.signing import RawCall
from tests.support.door import Door, Visitor
from tests.support.scene import shape_of
from tests.support.statements import statements

_NOTHING = "exc_01ARZ3NDEKTSV4RRFFQ69G5FAV"


@pytest.fixture
def father(any_door: Door) -> Visitor:
    """Return the police, where the father of a child with a secret address works."""
    return any_door.visitor("police")


@pytest.fixture
def school(any_door: Door) -> Visitor:
    """Return the school that excludes the police."""
    return any_door.visitor("school")


def _excludes(school: Visitor, child: str) -> str:
    body = school.exclusion(child, school.door.visitor("mental_health"), "police")
    answer = school.door.send(school.signs("POST", "/exclusions", body))
    assert 201 == answer.status_code, answer.text
    id_: str = answer.json()["id"]
    return id_


def _children(school: Visitor) -> dict[str, str]:
    """Return a child with whom nobody else is involved, and one from whom the police are excluded."""
    alone, shielded = school.door.child(), school.door.child()
    _excludes(school, shielded)
    school.registers(shielded)
    school.door.settle()
    return {"no hit": alone, "excluded": shielded}


def _outwardly(answer: httpx2.Response) -> tuple[object, ...]:
    """Return all of an answer but what is new in each: its own ids, times and signature."""
    body = re.sub(r'"(correlationId|registeredAt)":"[^"]*"', "", answer.text)
    body = re.sub(r"(reg|mat|alt|evt|exc)_[0-9A-Z]{26}", "an-id", body)
    return (*shape_of(answer), body)


def _probes(father: Visitor, child: str) -> Iterator[tuple[str, RawCall]]:
    """Give every call by which somebody could look for a trace of another: each is made before the next is asked."""
    yield "register", father.signs_registration(child)
    father.door.settle()
    registration = father.own_registrations()[-1]["id"]
    yield "look at the registration", father.signs("GET", f"/registrations/{registration}")
    yield "list registrations", father.signs("GET", f"/registrations?after={registration[:-1]}")
    yield "list matches", father.signs("GET", "/matches")
    yield "hear", father.signs("GET", "/alerts")
    yield "ask the archive", father.signs("GET", f"/archive-hints/{registration}")
    yield "list exclusions", father.signs("GET", "/exclusions")
    yield "look at an exclusion", father.signs("GET", f"/exclusions/{_NOTHING}")
    yield "list handovers", father.signs("GET", "/handovers")
    yield "begin oversight", father.signs("POST", "/safety-oversights", {"registrationId": registration})
    notice = father.registration(child)["subjectNotice"]
    yield (
        "renew",
        father.signs("POST", f"/registrations/{registration}/renewals", {"attested": True, "subjectNotice": notice}),
    )
    father.door.settle()
    yield "register again", father.signs_registration(child)
    father.door.settle()
    yield "hear again", father.signs("GET", "/alerts")
    path = f"/registrations/{registration}"
    yield "withdraw", father.signs("POST", f"{path}/withdrawals", {"reason": "registered_in_error"})
    father.door.settle()
    yield "register once more", father.signs_registration(child)
    father.door.settle()
    yield "list matches again", father.signs("GET", "/matches")
    yield "look at what was withdrawn", father.signs("GET", path)


def test_to_the_excluded_a_shielded_child_is_a_child_whom_nobody_knows(father: Visitor, school: Visitor) -> None:
    """G7, G32: whatever is asked, the answer has the same bytes and the database was asked the same for it."""
    outward: dict[str, dict[str, object]] = {}
    inward: dict[str, dict[str, list[str]]] = {}
    for situation, child in _children(school).items():
        outward[situation], inward[situation] = {}, {}
        for name, call in _probes(father, child):
            with statements(father.door) as asked:
                answer = father.door.send(call)
            outward[situation][name] = _outwardly(answer)
            inward[situation][name] = asked
        for own in father.own_registrations():
            if own["status"] == "active":
                path = f"/registrations/{own['id']}/withdrawals"
                father.door.send(father.signs("POST", path, {"reason": "erasure"}))
    assert 17 == len(outward["no hit"])
    for name, seen in outward["no hit"].items():
        assert seen == outward["excluded"][name], name
    for name, made in inward["no hit"].items():
        assert [_shorter(one) for one in made] == [_shorter(one) for one in inward["excluded"][name]], name


def _shorter(statement: str) -> str:
    return re.sub(r"\s+", " ", statement)


def test_the_other_side_is_as_silent_as_the_excluded(father: Visitor, school: Visitor) -> None:
    """Both or neither: what the school hears and sees does not depend on whether the police registered."""
    child = _children(school)["excluded"]
    before = [school.gets(path) for path in ("/matches", "/alerts", "/exclusions")]
    father.registers(child)
    father.door.settle()
    assert before == [school.gets(path) for path in ("/matches", "/alerts", "/exclusions")]


def test_the_mediator_hears_of_the_pair(father: Visitor, school: Visitor) -> None:
    """An alert as long as any other; it sees the school and its desk, and nothing of the police."""
    mediator = father.door.visitor("mental_health")
    child = _children(school)["excluded"]
    father.registers(child)
    father.door.settle()
    alerts = mediator.gets("/alerts")["alerts"]
    assert ["nl.seinhuis.alert.exclusion.v1"] * 2 == [alert["type"] for alert in alerts]
    answer = father.door.send(mediator.signs("GET", alerts[-1]["dataref"].removeprefix("/v1")))
    assert 200 == answer.status_code
    (withheld,) = answer.json()["withheld"]
    assert ("Instantie school", "010-000 00 00") == (withheld["agency"], withheld["contact"]["phone"])
    assert "police" not in answer.text
    assert father.oin not in answer.text


def test_a_supervisor_has_no_row_of_a_pair_that_was_withheld(father: Visitor, school: Visitor) -> None:
    """Of two agencies of the own municipality."""
    child = _children(school)["excluded"]
    father.registers(child)
    father.door.settle()
    assert [] == father.door.supervisor().gets("/supervised-matches")["matches"]


def test_the_archive_gives_the_excluded_no_hint(father: Visitor, school: Visitor) -> None:
    """Of what is over and archived, either; whoever comes next gets it."""
    child = father.door.child()
    receipt = school.registers(child)
    _excludes(school, child)
    ending = {"reason": "risk_gone"}
    father.door.send(school.signs("POST", f"/registrations/{receipt['id']}/withdrawals", ending))
    father.door.settle()
    receipt = father.registers(child)
    father.door.settle()
    assert [] == father.gets("/alerts")["alerts"]
    assert [] == father.gets(f"/archive-hints/{receipt['id']}")["hints"]
    care = father.door.visitor("mental_health")
    after = care.registers(child)
    father.door.settle()
    assert 1 == len(care.gets(f"/archive-hints/{after['id']}")["hints"])


def test_nobody_excludes_with_a_token_that_is_not_its_own(father: Visitor, school: Visitor) -> None:
    """So nobody excludes from a person whom it does not know."""
    body = father.exclusion(father.door.child(), father.door.visitor("mental_health"), "school")
    stolen = {**body, "token": father.door.token(school, father.door.child())}
    answer = father.door.send(father.signs("POST", "/exclusions", stolen))
    assert (400, "request-token-other-agency") == (answer.status_code, answer.json()["code"])


def test_nobody_keeps_two_others_apart(father: Visitor, school: Visitor) -> None:
    """A third agency, which is involved too, excludes the police: the school's registration is not its to shield."""
    care, child = father.door.visitor("mental_health"), father.door.child()
    answer = father.door.send(care.signs("POST", "/exclusions", care.exclusion(child, school, "police")))
    assert (201, "own") == (answer.status_code, answer.json()["reach"])
    for visitor in (care, school, father):
        visitor.registers(child)
    father.door.settle()
    assert 1 == len(father.gets("/matches")["matches"])
    assert 2 == len(school.gets("/matches")["matches"])


def test_the_excluded_can_neither_see_nor_lift_what_it_guesses(father: Visitor, school: Visitor) -> None:
    """The id of an exclusion answers as one that never was."""
    id_ = _excludes(school, father.door.child())
    for method, path in (("GET", "/exclusions/{}"), ("POST", "/exclusions/{}/liftings")):
        seen = [father.door.send(father.signs(method, path.format(of))) for of in (id_, _NOTHING)]
        assert 404 == seen[0].status_code
        assert _outwardly(seen[0]) == _outwardly(seen[1])


def test_what_the_gateway_keeps_does_not_say_who_is_excluded(door: Door) -> None:
    """G43: whoever takes the whole database away finds the recorder and the mediator, and a seal of one length."""
    school = door.visitor("school")
    for kinds in (("police",), ("police", "childcare")):
        body = school.exclusion(door.child(), door.visitor("mental_health"), *kinds)
        assert 201 == door.send(school.signs("POST", "/exclusions", body)).status_code
    with door.store.database.engines.reader.connect() as connection:
        rows = [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM exclusions")]
        answers = [bytes(row[0]) for row in connection.exec_driver_sql("SELECT body FROM answers")]
        events = [row[0] for row in connection.exec_driver_sql("SELECT fields FROM events")]
    kept = json.dumps([[str(value) for value in row] for row in rows]).encode() + b"".join(answers)
    assert 2 == len(rows)
    assert 1 == len({max(len(value) for value in row if isinstance(value, bytes)) for row in rows})
    assert door.visitor("police").oin.encode() not in kept
    assert not [one for one in events if door.visitor("police").oin in one]

"""G24: of what belongs to another agency nobody learns so much as that it exists. Generated over every route."""

import re
from collections.abc import Iterator

import httpx2
import pytest

from tests.support.door import Door, Visitor
from tests.support.samples import sample

#: For each id that stands in a path: the kind of thing, or nothing for what everybody may know.
KINDS = {
    "registrationId": "reg",
    "matchId": "mat",
    "contactId": "cnt",
    "endpointId": "whe",
    "consentId": "cns",
    "caseId": "cas",
    "exclusionId": "exc",
    "handoverId": "hov",
    "requestId": "srq",
    "itemId": "sri",
    "code": None,
}


def _routes_with_ids(door: Door) -> Iterator[tuple[str, str]]:
    for path, methods in door.document()["paths"].items():
        if "{" in path:
            yield from ((method.upper(), path) for method in methods if method in {"get", "post", "put", "delete"})


def _outwardly(answer: httpx2.Response) -> tuple[object, ...]:
    """Return all of an answer but what is new in each: the correlation id, signature, times and its own ids."""
    body = re.sub(r'"correlationId":"[^"]*"', "", answer.text)
    body = re.sub(r"(reg|mat|alt|evt|whe|cns|cas|hov|srq|sri|exc)_[0-9A-Z]{26}|cnt_[a-z_]+", "an-id", body)
    names = sorted(name.lower() for name, _ in answer.headers.multi_items())
    return answer.status_code, body, names, len(answer.content)


def _asks(door: Door, caller: Visitor, method: str, path: str, id_: str) -> httpx2.Response:
    body = sample(door.document(), method, path)
    if body is not None and path.startswith("/contacts/"):
        body["id"] = id_
    return door.send(caller.signs(method, re.sub(r"\{\w+\}", id_, path), body))


def test_every_route_with_an_id_is_tried(door: Door) -> None:
    """A route that this file does not know how to try fails here."""
    routes = list(_routes_with_ids(door))
    assert 7 <= len(routes)
    assert set() == {name for _, path in routes for name in re.findall(r"\{(\w+)\}", path)} - KINDS.keys()


def test_what_is_anothers_is_as_absent_as_what_never_was(door: Door) -> None:
    """On each route: the id of another agency's thing gets the answer of an id that nobody ever had, to the letter."""
    owner, stranger = door.visitor("police"), door.visitor("childcare")
    owned = door.belongings(owner, door.visitor("school"))
    before = door.belongings_now(owner)
    for method, path in _routes_with_ids(door):
        (name,) = re.findall(r"\{(\w+)\}", path)
        if KINDS[name] is None:
            continue
        theirs = _asks(door, stranger, method, path, owned[name])
        nobodys = _asks(door, stranger, method, path, door.id_of_nothing(owned[name]))
        assert _outwardly(nobodys) == _outwardly(theirs), (method, path)
        if path.startswith("/emergency-reviews/"):  # an officer's alone: no agency is let in, whatever it asks for
            assert (403, "policy-agency-not-admitted") == (theirs.status_code, theirs.json()["code"]), (method, path)
        elif name != "contactId":  # every agency names its own desks, so this id is free to it
            assert (404, "state-not-found") == (theirs.status_code, theirs.json()["code"]), (method, path)
    assert before == door.belongings_now(owner)


def test_another_agencys_alert_is_as_unknown_as_none(door: Door) -> None:
    """It cannot be acknowledged away, and the answer does not tell that it exists."""
    owner, stranger = door.visitor("police"), door.visitor("childcare")
    door.belongings(owner, door.visitor("school"))
    (alert,) = door.alerts_of(owner)
    answers = []
    for asked in (alert, door.id_of_nothing(alert)):
        answer = door.send(stranger.signs("POST", "/alert-acknowledgements", {"alerts": [asked]}))
        assert {"acknowledged": [], "unknown": [asked]} == answer.json()
        answers.append(_outwardly(answer))
    assert answers[0] == answers[1]
    assert [alert] == door.alerts_of(owner)


def test_another_agencys_desk_cannot_be_named(door: Door) -> None:
    """Neither as the contact of a registration nor as a deputy."""
    owner, stranger = door.visitor("police"), door.visitor("school")
    door.send(owner.signs("PUT", "/contacts/cnt_secret_desk", owner.desk("cnt_secret_desk")))
    told = []
    for contact in ("cnt_secret_desk", "cnt_nowhere_desk"):
        body = {**stranger.registration(door.child()), "contactId": contact}
        told.append(_outwardly(door.send(stranger.signs("POST", "/registrations", body))))
        deputy = {**stranger.desk("cnt_own"), "deputyId": contact}
        told.append(_outwardly(door.send(stranger.signs("PUT", "/contacts/cnt_own", deputy))))
    assert told[:2] == told[2:]
    assert {409} == {status for status, *_ in told}


@pytest.mark.parametrize(
    "path",
    [
        "/registrations",
        "/matches",
        "/contacts",
        "/webhook-endpoints",
        "/alerts",
        "/consents",
        "/cases",
        "/handovers",
        "/subject-requests",
        "/subject-request-items",
    ],
)
def test_a_list_holds_ones_own_alone(door: Door, path: str) -> None:
    """However many others there are."""
    owner, stranger = door.visitor("police"), door.visitor("childcare")
    owned = door.belongings(owner, door.visitor("school"))
    listed = door.send(stranger.signs("GET", path))
    assert 200 == listed.status_code
    assert [] == [id_ for id_ in (*owned.values(), *door.alerts_of(owner)) if id_ in listed.text]


@pytest.mark.parametrize(("path", "name"), [("/registrations", "registrationId"), ("/matches", "matchId")])
def test_a_page_after_anothers_id_tells_nothing(door: Door, path: str, name: str) -> None:
    """A place to go on from is no look-up."""
    owner, stranger = door.visitor("police"), door.visitor("childcare")
    owned = door.belongings(owner, door.visitor("school"))[name]
    shown = [
        _outwardly(door.send(stranger.signs("GET", f"{path}?after={after}")))
        for after in (owned, door.id_of_nothing(owned))
    ]
    assert shown[0] == shown[1]

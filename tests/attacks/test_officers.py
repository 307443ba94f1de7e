"""G24, G26: an officer reviews emergencies and can do nothing else; the whole way of one over HTTP."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.door import DESK, Door, Visitor
from tests.support.house import PlainConverter, token_of
from tests.support.samples import SAMPLES, sample

ALLOWED = {
    ("GET", "/usefulness"),
    ("GET", "/subject-request-items"),
    ("POST", "/subject-request-items/{itemId}/decisions"),
    ("GET", "/emergency-reviews"),
    ("POST", "/emergency-reviews/{registrationId}/verdicts"),
    ("GET", "/alerts"),
    ("GET", "/alerts/stream"),
    ("POST", "/alert-acknowledgements"),
    ("GET", "/whoami"),
}
PURPOSE = "emergency-help"


@pytest.fixture
def ward(door: Door, tmp_path: Path) -> Iterator[Door]:
    """Open another door, which converts the tokens of every lane."""
    other = Door(door.url, tmp_path, PlainConverter())
    yield other
    other.close()


def _posts(visitor: Visitor, path: str, body: object) -> dict[str, Any]:
    answer = visitor.door.send(visitor.signs("POST", path, body, purpose=PURPOSE))
    assert 201 == answer.status_code, answer.text
    content: dict[str, Any] = answer.json()
    return content


def _opens(visitor: Visitor) -> str:
    visitor.door.send(visitor.signs("PUT", f"/contacts/{DESK}", visitor.desk()))
    asked = {**SAMPLES["BreakGlass"], "token": token_of("sam").encode()}
    id_: str = _posts(visitor, "/emergencies", asked)["id"]
    _posts(visitor, f"/emergencies/{id_}/confirmations", SAMPLES["ConfirmEmergency"])
    return id_


def _signed_routes(door: Door) -> Iterator[tuple[str, str]]:
    for path, methods in door.document()["paths"].items():
        for method, described in methods.items():
            if method in {"get", "post", "put", "delete", "patch"} and "401" in described["responses"]:
                yield method.upper(), path


def test_an_officer_can_do_nothing_else(door: Door) -> None:
    """Whatever the route, and before anything is looked up: emergencies, decisions and figures are its own."""
    officer, owner = door.officer(), door.visitor("police")
    owned = door.belongings(owner, door.visitor("school"))
    routes = set(_signed_routes(door))
    assert set() == ALLOWED - routes
    for method, path in sorted(routes - ALLOWED):
        target = re.sub(r"\{(\w+)\}", lambda name: owned.get(name[1], "any"), path)
        form = {"content_type": "application/x-ndjson"} if path == "/registration-batches" else {}
        answer = door.send(officer.signs(method, target, sample(door.document(), method, path), **form))
        assert (403, "policy-agency-not-admitted") == (answer.status_code, answer.json()["code"]), (method, path)


def test_glass_is_broken_confirmed_told_and_judged(ward: Door) -> None:
    """Two agencies hear who is on call, the officer which use to review; a second verdict of one officer is none."""
    police, care, officer = ward.visitor("police"), ward.visitor("mental_health"), ward.officer()
    first, _ = _opens(police), _opens(care)
    ward.settle()
    for agency in (police, care):
        (alert,) = agency.gets("/alerts")["alerts"]
        assert "nl.seinhuis.alert.emergency.v1" == alert["type"]
        path = alert["dataref"].removeprefix("/v1")
        shown = ward.send(agency.signs("GET", path, purpose=PURPOSE)).json()
        assert DESK == shown["other"]["contact"]["id"]

    (alert, _) = officer.gets("/alerts")["alerts"]
    assert f"/v1/emergency-reviews?id={first}" == alert["dataref"]
    (seen,) = officer.gets(alert["dataref"].removeprefix("/v1"))["emergencies"]
    assert ("Instantie police", "threat_to_life", "open") == (seen["agency"], seen["reason"], seen["state"])
    assert set() == {"token", "matches", "other", "kind", "contactId", "flag"} & seen.keys()

    path = f"/emergency-reviews/{first}/verdicts"
    assert 1 == _posts(officer, path, {"verdict": "justified"})["verdicts"]
    again = ward.send(officer.signs("POST", path, {"verdict": "not_justified"}))
    assert (409, "state-emergency-reviewed") == (again.status_code, again.json()["code"])


def test_an_agency_judges_nothing_not_even_its_own(ward: Door) -> None:
    """Whoever asked for it cannot review it: that takes a key of an officer."""
    police = ward.visitor("police")
    path = f"/emergency-reviews/{_opens(police)}/verdicts"
    for agency in (police, ward.visitor("mental_health")):
        answer = ward.send(agency.signs("POST", path, {"verdict": "justified"}))
        assert (403, "policy-agency-not-admitted") == (answer.status_code, answer.json()["code"])

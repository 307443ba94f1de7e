"""G24, G32: a register of persons says what became of somebody, hears nothing of it, and can do nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.flows.registering.life_notices import apply_notices
from tests.support.door import Door
from tests.support.house import PlainConverter, token_of
from tests.support.samples import SAMPLES, sample

ALLOWED = {("POST", "/death-notices"), ("POST", "/move-notices"), ("GET", "/whoami")}


@pytest.fixture
def ward(door: Door, tmp_path: Path) -> Iterator[Door]:
    """Open another door, which converts the tokens of every party."""
    other = Door(door.url, tmp_path, PlainConverter())
    yield other
    other.close()


def _signed_routes(door: Door) -> set[tuple[str, str]]:
    return {
        (method.upper(), path)
        for path, methods in door.document()["paths"].items()
        for method, described in methods.items()
        if method in {"get", "post", "put", "delete", "patch"} and "401" in described["responses"]
    }


def test_a_register_can_do_nothing_else(door: Door) -> None:
    """Whatever the route, and before anything is looked up: it does not even have an inbox."""
    register, owner = door.register(), door.visitor("police")
    owned = door.belongings(owner, door.visitor("school"))
    routes = _signed_routes(door)
    assert set() == ALLOWED - routes
    for method, path in sorted(routes - ALLOWED):
        target = re.sub(r"\{(\w+)\}", lambda name: owned.get(name[1], "any"), path)
        form = {"content_type": "application/x-ndjson"} if path == "/registration-batches" else {}
        answer = door.send(register.signs(method, target, sample(door.document(), method, path), **form))
        assert (403, "policy-agency-not-admitted") == (answer.status_code, answer.json()["code"]), (method, path)


@pytest.mark.parametrize("path", ["/death-notices", "/move-notices"])
def test_an_agency_says_nothing_of_the_kind(door: Door, path: str) -> None:
    """Else it could end what others registered, or ask who did."""
    answer = door.send(door.visitor("police").signs("POST", path, SAMPLES["NoticeOfLife"]))
    assert (403, "policy-agency-not-admitted") == (answer.status_code, answer.json()["code"])


def test_a_death_is_taken_alike_and_told_to_the_reporter_alone(ward: Door) -> None:
    """The two answers differ in their ids; the reporter finds which of its own registrations has ended."""
    police, register = ward.visitor("police"), ward.register()
    ward.send(police.signs("PUT", "/contacts/cnt_intake", police.desk()))
    registered = ward.send(
        police.signs("POST", "/registrations", {**_registration(), "token": token_of("sam").encode()})
    )
    assert 201 == registered.status_code, registered.text
    bodies = [{**SAMPLES["NoticeOfLife"], "token": token_of(who).encode()} for who in ("sam", "nobody")]
    answers = [ward.send(register.signs("POST", "/death-notices", body)) for body in bodies]
    assert [201, 201] == [one.status_code for one in answers]
    assert 1 == len({re.sub(r"(lif|evt)_[0-9A-Z]{26}", "an-id", one.text) for one in answers})

    assert 2 == apply_notices(ward.house)
    (alert,) = police.gets("/alerts")["alerts"]
    assert "nl.seinhuis.alert.person-died.v1" == alert["type"]
    assert f"/v1/registrations/{registered.json()['id']}" == alert["dataref"]
    assert "withdrawn" == police.gets(alert["dataref"].removeprefix("/v1"))["status"]


def _registration() -> dict[str, object]:
    return {name: value for name, value in SAMPLES["RegisterInvolvement"].items() if name != "archiveUntil"}

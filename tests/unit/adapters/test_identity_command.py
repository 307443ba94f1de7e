"""Somebody without a number is registered, resolved and later identified from the keyboard."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.wire import served
from tests.unit.adapters.test_command import NOTICE, Office

AMINA = {"givenName": "Amina", "familyName": "Amrani", "birthDate": "2015-03-09"}


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """Two agencies and a gateway; English is spoken."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    with served() as wire:
        yield Office(tmp_path, wire, capsys)


@pytest.fixture
def amina(tmp_path: Path) -> str:
    """Write the file of somebody without a number."""
    path = tmp_path / "amina.json"
    path.write_text(json.dumps(AMINA), encoding="utf-8")
    return str(path)


def _sent(office: Office, ending: str) -> list[dict[str, Any]]:
    return [json.loads(call.body) for call in office.wire.calls if call.target_uri.endswith(ending)]


def _registered(office: Office, amina: str) -> str:
    receipt = office.json("register", "--person", amina, "--case", "Z-1", *NOTICE, "--attest")
    return str(receipt["id"])


def test_a_registration_says_that_it_is_possible_and_holds_no_name(office: Office, amina: str) -> None:
    """Neither name nor birth date leaves the agency; with a number nothing is said of it."""
    _registered(office, amina)
    office.json("register", "--person", office.person(), "--case", "Z-2", *NOTICE, "--attest")
    without, by_number = _sent(office, "/registrations")
    assert ("possible", None) == (without["identity"], by_number.get("identity"))
    assert not any(word.encode() in call.body for call in office.wire.calls for word in AMINA.values())


def test_an_official_says_what_was_found(office: Office, amina: str) -> None:
    """That it is one person, that it could be two, and later the number."""
    registration = _registered(office, amina)
    command = ("--case", "Z-1", "--attest")
    office.json("identity", "resolve", registration, "--person", amina, *command)
    office.json("identity", "resolve", registration, "--person", amina, "--ambiguous", *command)
    office.json("identity", "identify", registration, "--person", office.person(), *command)
    found = _sent(office, f"{registration}/identities")
    assert ["confirmed", "identity_ambiguous", "exact"] == [message["finding"] for message in found]
    assert found[0]["token"] == found[1]["token"] != found[2]["token"]


def test_a_finding_that_does_not_go_with_the_person_is_refused_here(office: Office, amina: str) -> None:
    """A number is not confirmed by looking, and a name is no number; nothing leaves."""
    registration = _registered(office, amina)
    for verb, person in (("resolve", office.person()), ("identify", amina)):
        code, _, err = office.run("identity", verb, registration, "--person", person, "--case", "Z-1", "--attest")
        assert (True, True) == (code != 0, "request-member-invalid" in err)
    assert [] == _sent(office, "/identities")

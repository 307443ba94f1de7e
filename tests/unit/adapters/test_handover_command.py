"""Safety oversight from the keyboard, against the real application: offered, accepted, refused, taken back, listed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters import cli
from adapters.agency import Agency
from adapters.cli import handovers
from adapters.client import Gateway
from keys.trust import TrustList
from tests.support.door import GATEWAY_URL, PURPOSE, Door

CONDITIONS = b"Geen contact met vader zonder begeleiding."
Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def run(door: Door, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command as the agency of a kind; return exit code, data and what was said."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    trust = TrustList.load(door.trust_file)

    def command(kind: str, *arguments: str) -> tuple[int, Any, str]:
        visitor = door.visitor(kind)

        def opened(_: Path, *, purpose: str = "") -> Gateway:
            agency = Agency(visitor.oin, visitor.key, GATEWAY_URL, lambda: trust, PURPOSE, "reporter", language="en")
            return Gateway(agency.for_purpose(purpose), transport=door.rooms)

        monkeypatch.setattr(handovers, "open_gateway", opened)
        code = cli.main(["handover", *arguments, "--json"])
        out, err = capsys.readouterr()
        return code, json.loads(out) if out else None, err

    return command


@pytest.fixture
def offer(door: Door, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the police hold safety oversight and offer it to the school under `CONDITIONS`; return the offer's id."""
    monkeypatch.setattr("adapters.handing_over.conditions_version", lambda _: "a" * 64)  # what the door's offer says
    return door.belongings(door.visitor("police"), door.visitor("school"))["handoverId"]


@pytest.fixture
def conditions(tmp_path: Path) -> str:
    """Write the safety conditions."""
    path = tmp_path / "conditions.txt"
    path.write_bytes(CONDITIONS)
    return str(path)


def test_the_taker_is_told_to_accept_and_accepts(run: Run, offer: str, conditions: str) -> None:
    """Its list names the next step; both see that it was accepted, and it can no longer be taken back."""
    code, listed, said = run("school", "list")
    assert (0, [offer], True) == (code, [one["id"] for one in listed], f"seinhuis handover accept {offer}" in said)
    code, accepted, said = run("school", "accept", offer, "--conditions", conditions)
    assert (0, "accepted", True) == (code, accepted["state"], "You hold safety oversight now." in said)
    _, [mine], said = run("police", "list")
    assert ("accepted", False) == (mine["state"], "handover accept" in said)
    assert 3 == run("police", "withdraw", offer, "--reason", "no_answer")[0]


def test_an_offer_is_refused_with_a_reason(run: Run, offer: str) -> None:
    """The reason is one of a list, and both see it."""
    code, _, said = run("school", "refuse", offer, "--reason", "because")
    assert (2, True) == (code, "no_capacity" in said)
    assert "refused" == run("school", "refuse", offer, "--reason", "no_capacity")[1]["state"]
    assert "no_capacity" == run("police", "list")[1][0]["reason"]


def test_an_offer_is_taken_back(run: Run, offer: str) -> None:
    """By whom it came from alone."""
    assert 3 == run("school", "withdraw", offer, "--reason", "situation_changed")[0]
    code, withdrawn, _ = run("police", "withdraw", offer, "--reason", "situation_changed")
    assert (0, "withdrawn") == (code, withdrawn["state"])


def test_oversight_begins_with_an_open_report_and_is_offered_by_its_holder(
    run: Run, door: Door, conditions: str
) -> None:
    """The refusals say what is missing; the purpose is that of the report."""
    police = door.visitor("police")
    owned = door.belongings(police, door.visitor("school"))
    begin = ("begin", owned["registrationId"], "--case", "Z-1")
    code, _, said = run("police", *begin)
    assert (3, "state-oversight-needs-report") == (code, json.loads(said)["code"])
    code, _, said = run("police", *begin, "--purpose", "vt-radar")
    assert (3, "request-purpose-differs") == (code, json.loads(said)["code"])
    code, _, said = run("school", "refuse", owned["handoverId"], "--reason", "no_capacity", "--purpose", "vt-radar")
    assert (3, "request-purpose-differs") == (code, json.loads(said)["code"])
    offering = ("--match", owned["matchId"], "--conditions", conditions, "--case", "Z-1")
    code, _, said = run("police", "offer", owned["registrationId"], *offering)
    assert (3, "state-oversight-not-yours") == (code, json.loads(said)["code"])


def test_the_conditions_are_a_file_that_stays_here(run: Run, door: Door, offer: str, conditions: str) -> None:
    """One that is not there is a wrong command; of one that is, only its digest leaves."""
    code, _, said = run("school", "accept", offer, "--conditions", conditions + ".gone")
    assert (2, True) == (code, "conditions.txt.gone" in said.replace("\n", ""))
    run("school", "accept", offer, "--conditions", conditions)
    assert CONDITIONS not in door.kept()


def test_a_stranger_finds_no_handover(run: Run, offer: str, conditions: str) -> None:
    """Its list is empty and says so; the offer of others does not exist for it."""
    code, listed, said = run("childcare", "list")
    assert (0, [], True) == (code, listed, "There are no handovers." in said)
    assert 4 == run("childcare", "accept", offer, "--conditions", conditions)[0]

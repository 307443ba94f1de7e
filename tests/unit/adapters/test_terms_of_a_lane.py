"""Flag, purpose and last days of a registration are named at the keyboard, in code and in an export, and arrive so."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adapters import Gateway, Involvement, Person, PersonRefused, PolicyRefused, notice_given
from adapters.age_limits import first_of_month, limit_on
from adapters.cli.commands import app
from adapters.cli.vocabulary import completed_from
from keys.signing import RawCall
from tests.support.wire import Wire, served
from tests.unit.adapters.test_command import NOOR, NOTICE, Office

GIVEN = notice_given(date(2027, 4, 19))
VT = ("--lane", "veilig_thuis", "--purpose", "vt-radar")
TERM_ENDS_ON = "2028-04-20"


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """Two agencies and a gateway; English is spoken."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    with served() as wire:
        yield Office(tmp_path, wire, capsys)


def said_to(wire: Wire, path: str) -> list[tuple[str, Any]]:
    """Return the purpose that was signed and the message, for each call to an address."""
    return [
        (dict(call.headers)["purpose"], json.loads(call.body)) for call in wire.calls if call.target_uri.endswith(path)
    ]


def test_flag_and_purpose_are_named_at_the_keyboard(office: Office) -> None:
    """They stand in the message, and the purpose in the signed header too; without them those of the settings."""
    register = ("register", "--person", office.person(), "--case", "Z-1", *NOTICE, "--attest")
    office.json(*register, "--purpose", "radar", "--flag", "Zorgmelding")
    office.json(*register)
    told = [(signed, body["purpose"], body["flag"]) for signed, body in said_to(office.wire, "/registrations")]
    assert [("vt-radar", "vt-radar", "care_report"), ("youth-coordination", "youth-coordination", "involved")] == told


def test_a_dry_run_asks_for_the_flag_and_purpose_that_were_named(office: Office) -> None:
    """And of the lane, by any of its names."""
    register = ("register", "--person", office.person(), "--case", "Z-1", *NOTICE, "--dry-run")
    assert 3 == office.run(*register, "--lane", "veilig-thuis", "--purpose", "vt-radar", "--flag", "open_report")[0]
    [(_, asked)] = said_to(office.wire, "/policy-checks")
    assert ("veilig_thuis", "vt-radar", "open_report") == (asked["lane"], asked["purpose"], asked["flag"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--lane", "yuoth"), ("--lane", "did you mean jeugd")),
        (("--lane", "nothing"), ("--lane", "choose one of", "veilig-thuis", "volwassenen")),
        (("--purpose", "vt-rader"), ("--purpose", "did you mean radar")),
        (("--flag", "zorgmeldnig"), ("--flag", "did you mean zorgmelding")),
        (("--flag", "?"), ("--flag", "choose one of", "open-melding", "monitor")),
    ],
)
def test_a_word_that_is_not_there_is_refused_with_those_that_are(
    office: Office, wrong: tuple[str, str], said: tuple[str, ...]
) -> None:
    """Exit 2 before anything leaves: what was probably meant, or all there are."""
    code, out, err = office.run("register", "--person", office.person(), "--case", "Z-1", *NOTICE, "--attest", *wrong)
    told = " ".join(err.replace("\n", " ").split())
    assert ((2, "", []), []) == ((code, out, office.wire.calls), [word for word in said if word not in told])


def test_a_lane_of_which_the_agency_has_no_key_names_those_of_which_it_has(office: Office) -> None:
    """It may be a lane of the cards all the same; nothing is derived."""
    code, _, err = office.run("register", "--person", office.person(), "--case", "Z-1", *NOTICE, "--attest", *VT)
    assert (6, True, True) == (code, "integrity-manifest" in err, "lane: veilig_thuis, lanes: youth" in err)
    assert [] == office.wire.calls


def test_every_command_that_speaks_for_a_purpose_can_name_it(office: Office) -> None:
    """A match and the archive are looked at for the purpose of the own registration."""
    register = ("register", "--person", office.person(), *NOTICE, "--attest")
    receipts = [office.json(*register, "--case", f"Z-{index}", index=index) for index in (0, 1)]
    [match] = office.json("match", "list")
    office.json("match", "show", match["id"], "--purpose", "vt-radar")
    office.json("archive", "show", receipts[0]["id"], "--case", "Z-0", "--purpose", "vt-radar")
    looks = [call for call in office.wire.calls if match["id"] in call.target_uri or "archive-hints" in call.target_uri]
    assert {"vt-radar"} == {dict(call.headers)["purpose"] for call in looks}


def test_one_registration_is_shown_with_its_clocks_on_a_line(office: Office) -> None:
    """Name, last day and calendar of each, for other programs and for people."""
    receipt = office.json("register", "--person", office.person(), "--case", "Z-1", *NOTICE, "--attest")
    clock = {"name": "investigation", "dueOn": "2027-06-29"}
    office.wire.registrations[receipt["id"]]["view"]["clocks"] = [clock | {"calendar": "nl/1"}, clock]
    code, out, _ = office.run("registrations", receipt["id"])
    assert (0, True) == (code, "clocks\tinvestigation 2027-06-29 nl/1, investigation 2027-06-29\n" in out)


def test_the_day_until_when_it_may_be_kept_becomes_the_first_of_its_month(office: Office) -> None:
    """Earlier, never later: any other day would tell the birth date."""
    register = ("register", "--person", office.person(), "--case", "Z-1", *NOTICE, "--attest")
    office.json(*register, "--archive-until", "2030-02-28")
    [(_, message)] = said_to(office.wire, "/registrations")
    assert "2030-02-01" == message["archiveUntil"]


def test_what_can_be_typed_is_completed() -> None:
    """Lanes, purposes, flags and preconditions, and never a purpose that is always silent."""
    assert ["veilig_thuis"] == [code for code, _ in completed_from("lanes")("veil")]
    assert ["involved"] == [code for code, _ in completed_from("flags")("inv")]
    purposes = {code for code, _ in completed_from("purposes")("")}
    assert ("vt-radar" in purposes, "criminal-investigation" in purposes) == (True, False)
    completed = CliRunner().invoke(
        app,
        prog_name="seinhuis",
        env={"_SEINHUIS_COMPLETE": "complete_bash", "COMP_WORDS": "seinhuis register --flag care", "COMP_CWORD": "3"},
    )
    assert "care_report" == completed.stdout.strip()


def born(day: str, bsn: str = NOOR) -> Person:
    """Return a person whose birth date the agency knows."""
    return Person(bsn, date.fromisoformat(day))


def terms_sent(wire: Wire) -> tuple[str | None, str | None]:
    """Return the last days in the one registration that was sent."""
    [(_, message)] = said_to(wire, "/registrations")
    return message.get("validUntil"), message.get("archiveUntil")


def permits_until_the_term(wire: Wire, call: RawCall) -> Any:
    """Answer a policy check with the day on which the term of the lane ends."""
    if not call.target_uri.endswith("/policy-checks"):
        return None
    why = {"nl": "Dat mag.", "en": "That is admitted."}
    answer = {"permitted": True, "validUntilAtMost": TERM_ENDS_ON, "why": why}
    return wire.signed(call, 200, json.dumps(answer).encode())


@pytest.mark.parametrize(
    ("birth", "asked_until", "sent"),
    [
        ("2015-06-20", None, (None, "2038-06-01")),  # long before the limit: the term of the policy
        ("2004-10-09", None, ("2027-10-09", "2027-10-01")),  # 23 within the term
        ("2004-10-09", date(2027, 6, 1), ("2027-06-01", "2027-10-01")),  # the caller wants it to end before
        ("2004-10-09", date(2028, 1, 1), ("2027-10-09", "2027-10-01")),  # the caller wants too much
        ("2008-02-29", None, (None, "2031-02-01")),  # no birthday in that year
    ],
)
def test_a_birth_date_sets_the_last_days_and_stays_here(
    birth: str, asked_until: date | None, sent: tuple[str | None, str | None]
) -> None:
    """The term ends at the 23rd birthday and the archive on the first of its month, as an import has it."""
    wire = Wire()
    wire.gateway_faults = [] if asked_until else [permits_until_the_term]
    with Gateway(wire.caller(), transport=wire.transport()) as gateway:
        gateway.registrations.register(born(birth), case="Z-1", notice=GIVEN, valid_until=asked_until)
    assert sent == terms_sent(wire)
    assert not any(birth.encode() in call.body for call in wire.calls)


def test_who_has_reached_the_age_of_the_lane_is_refused_here() -> None:
    """On the birthday itself, before anybody is asked."""
    wire = Wire()
    with (
        Gateway(wire.caller(), transport=wire.transport()) as gateway,
        pytest.raises(PolicyRefused, match="policy-term-past"),
    ):
        gateway.registrations.register(born("2004-04-20"), case="Z-1", notice=GIVEN)
    assert [] == wire.calls


def test_a_batch_is_for_one_purpose_and_each_row_has_its_flag() -> None:
    """The purpose is signed with the call, so it holds for all rows."""
    wire = Wire()
    rows = [Involvement(Person(NOOR), f"Z-{flag}", GIVEN, flag=flag) for flag in ("involved", "care_report")]
    with Gateway(wire.caller(), transport=wire.transport()) as gateway:
        [done] = gateway.registrations.register_many(rows, purpose="vt-radar")
    [call] = [call for call in wire.calls if call.target_uri.endswith("/registration-batches")]
    sent = [json.loads(line) for line in call.body.splitlines()]
    assert ["involved", "care_report"] == [row["flag"] for row in sent]
    assert {"vt-radar"} == {dict(call.headers)["purpose"], *(row["purpose"] for row in sent)}
    assert [None, None] == [row.problem for row in done.rows]


def test_an_export_says_how_the_agency_is_involved_in_its_own_words(office: Office) -> None:
    """The map translates them; an empty cell is what the command says."""
    export, map_file = office.folder / "export.csv", office.folder / "export.map.yaml"
    rows = (f"{NOOR},Z-1,2027-01-01,2015-01-01,Zorgmelding", "000876562,Z-2,2027-01-01,2015-01-01,")
    export.write_text("\n".join(("bsn,case,since,born,hoe", *rows)), encoding="utf-8")
    columns = "{person-number: bsn, case-reference: case, registered-on: since, birth-date: born, flag: hoe}"
    map_file.write_text(
        f'{{delimiter: ",", encoding: utf-8, date-format: "%Y-%m-%d", columns: {columns}, '
        "flags: {Zorgmelding: care_report}}",
        encoding="utf-8",
    )
    terms = ("--purpose", "vt-radar", "--flag", "involved", "--attest")
    office.json("import", "csv", str(export), "--map", str(map_file), *terms)
    [call] = [call for call in office.wire.calls if call.target_uri.endswith("/registration-batches")]
    sent = {row["caseReference"]: row["flag"] for row in map(json.loads, call.body.splitlines())}
    assert ({"Z-1": "care_report", "Z-2": "involved"}, "vt-radar") == (sent, dict(call.headers)["purpose"])


@pytest.mark.parametrize(("birth", "known"), [('"2011-07-30"', date(2011, 7, 30)), ("null", None)])
def test_a_file_may_know_the_birth_date(tmp_path: Path, birth: str, known: date | None) -> None:
    """As a day; it may be left out."""
    assert known == Person.from_file(person_file(tmp_path, birth)).birth_on


@pytest.mark.parametrize("birth", ['"30-07-2011"', "20110730", '"2011-02-30"', "[]"])
def test_a_birth_date_that_is_none_is_refused_without_it(tmp_path: Path, birth: str) -> None:
    """The error says how a date is written."""
    with pytest.raises(PersonRefused, match="birthDate") as refused:
        Person.from_file(person_file(tmp_path, birth))
    assert "2011" not in str(refused.value)


def person_file(folder: Path, birth: str) -> Path:
    """Write the file of a person with something for a birth date."""
    file = folder / "person.json"
    file.write_text(f'{{"bsn": "{NOOR}", "birthDate": {birth}}}', encoding="utf-8")
    return file


def test_only_the_youth_lane_has_an_age() -> None:
    """Others end by their term alone, and so does whoever's birth date is not known."""
    of = date(2015, 6, 20)
    assert [date(2038, 6, 20), None, None] == [limit_on("youth", of), limit_on("adult", of), limit_on("youth", None)]
    assert [date(2038, 6, 1), None] == [first_of_month(date(2038, 6, 20)), first_of_month(None)]

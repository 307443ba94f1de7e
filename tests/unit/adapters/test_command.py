"""The command tells data on standard output, words on standard error, and by its exit code how it went."""

import json
import logging
import re
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx2
import pytest

from adapters import Gateway, Person, SeinhuisError, cli, notice_given
from adapters.settings import SIGNING_KEY_NAME, Settings
from gateway.protocol.problems import PROBLEMS
from keys.custody import CHEAP, Keystore
from keys.holder.refusals import Refusal
from keys.signing import RawCall
from keys.trust import TrustList
from tests.support.federation import person_numbers
from tests.support.wire import DESK, LANE, PURPOSE, Wire, served

NOOR, OTHER = "000876549", "000876562"
NOTICE = ("--notice-given-on", "2027-04-19")
EXPORT_MAP = """\
{delimiter: ",", encoding: utf-8, date-format: "%Y-%m-%d", columns: {person-number: bsn, case-reference: case, \
registered-on: since, birth-date: born}}
"""


@dataclass
class Office:
    """Two agencies with their settings on disk, and a gateway on the loopback interface."""

    folder: Path
    wire: Wire
    capture: pytest.CaptureFixture[str]
    said: list[str] = field(default_factory=list)

    def settings(self, index: int = 0, **changes: str) -> Path:
        """Write the files of an agency and return its settings file."""
        home = self.folder / f"agency-{index}"
        if not home.exists():
            home.mkdir()
            (home / "passphrase").write_text("correct horse\n", encoding="utf-8")
            (home / "passphrase").chmod(0o600)
            own = self.wire.agencies[index]
            Keystore.create(home / "keystore", b"correct horse", cost=CHEAP).put(SIGNING_KEY_NAME, own.key.seed)
            self.wire.trust.save(home / "trust.json")
        agency = {"oin": self.wire.agencies[index].oin, "keystore": "keystore", "passphrase": "passphrase"}
        agency |= {"purpose": PURPOSE, "user-role": "intake", "lane": LANE, "contact": "intake"}
        sections = {"gateway": {"url": self.wire.url, "trust": "trust.json"}, "agency": agency | changes}
        lines = [
            line
            for name, content in sections.items()
            for line in (f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in content.items()))
        ]
        (home / "seinhuis.toml").write_text("\n".join(lines), encoding="utf-8")
        return home / "seinhuis.toml"

    def run(self, *arguments: str, index: int = 0, **changes: str) -> tuple[int, str, str]:
        """Run a command as one agency; return exit code, standard output and standard error."""
        code = cli.main([*arguments, "--config", str(self.settings(index, **changes))])
        out, err = self.capture.readouterr()
        self.said += [out, err]
        return code, out, err

    def json(self, *arguments: str, index: int = 0) -> Any:
        """Run a command that must succeed; return its data."""
        code, out, err = self.run(*arguments, "--json", index=index)
        assert 0 == code, err
        return json.loads(out)

    def person(self, bsn: str = NOOR) -> str:
        """Write a person's file."""
        path = self.folder / "noor.json"
        path.write_text(json.dumps({"bsn": bsn}), encoding="utf-8")
        return str(path)


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """Two agencies and a gateway; English is spoken."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    with served() as wire:
        yield Office(tmp_path, wire, capsys)


def test_the_main_job_from_the_keyboard(office: Office) -> None:
    """Two agencies register one person, both are told, one looks, reports contact and acknowledges."""
    register = ("register", "--person", office.person(), *NOTICE, "--attest")
    receipts = [office.json(*register, "--case", f"Z-{index}", index=index) for index in (0, 1)]
    assert ["active", "active"] == [receipt["status"] for receipt in receipts]
    (alert,) = office.json("inbox", "list")
    code, out, _ = office.run("inbox", "tail", "--count", "1", "--json")
    assert (0, alert) == (code, json.loads(out))
    match = office.json("match", "show", alert["matchId"])
    assert "Z-0" == match["caseReference"]
    assert [match["id"]] == [each["id"] for each in office.json("match", "list")]
    reported = office.json("match", "contact", match["id"], "--outcome", "contacted", "--case", "Z-0")
    assert "answered" == reported["state"]
    assert [alert["id"]] == office.json("inbox", "ack", alert["id"])["acknowledged"]
    renewed = office.json("renew", receipts[0]["id"], "--case", "Z-0", *NOTICE, "--attest")
    assert receipts[0]["id"] == renewed["id"] == office.json("registrations")[0]["id"]
    withdrawn = office.json("withdraw", receipts[0]["id"], "--case", "Z-0", "--reason", "risk_gone")
    assert "withdrawn" == withdrawn["status"]
    assert not any(NOOR.lstrip("0") in text for text in office.said)


def test_a_registration_is_kept_in_order_from_the_keyboard(office: Office) -> None:
    """Its notice is put off and given, it is restricted and lifted, and what the archive told is shown."""
    receipt = office.json("register", "--person", office.person(), "--case", "Z-1", *NOTICE, "--attest")
    of = (receipt["id"], "--case", "Z-1")
    put_off = office.json("notice", "defer", *of, "--reason", "safety", "--review-on", "2027-05-03")
    assert {"status": "deferred", "on": "2027-05-03", "reason": "safety"} == put_off["subjectNotice"]
    given = office.json("notice", "give", *of, "--on", "2027-04-19")
    assert {"status": "given", "on": "2027-04-19"} == given["subjectNotice"]
    assert "restricted" == office.json("restriction", "set", *of)["status"]
    assert "active" == office.json("restriction", "lift", *of)["status"]
    code, _, err = office.run("archive", "show", receipt["id"])
    assert (0, True) == (code, "The archive told nothing here." in err)
    why = {"nl": "Omdat het mag.", "en": "Because it is admitted."}
    told = {"disclosure": "contact", "rules": ["V1"], "legalBasis": ["Jeugdwet 7.1.4.3"], "why": why}
    office.wire.hints = [told | {"givenAt": "2027-04-20T12:00:00Z", "other": {"agency": "the other", "contact": DESK}}]
    assert "the other" == office.json("archive", "show", *of)[0]["other"]["agency"]
    code, out, _ = office.run("archive", "show", receipt["id"])
    assert (0, True, True) == (code, "the other" in out, DESK["phone"] in out)


def test_desks_and_whoami(office: Office) -> None:
    """The small commands."""
    desk = ("--name", "Intake", "--phone", "+1 202 555 0101", "--email", "intake@agency.example")
    assert "cnt_intake" == office.json("contact", "put", "intake", *desk)["id"]
    assert ["cnt_intake"] == [each["id"] for each in office.json("contact", "list")]
    assert office.wire.agencies[0].oin == office.json("whoami")["agency"]


def test_without_json_people_can_read_it_and_are_told_what_is_next(office: Office) -> None:
    """A table on standard output, the next command on standard error."""
    code, out, err = office.run("register", "--person", office.person(), "--case", "Z-1", *NOTICE, "--attest")
    assert (0, True, True) == (code, "renewBefore" in out, "Next: seinhuis inbox tail" in err)


@pytest.mark.parametrize(
    ("locale", "shown", "not_shown"),
    [
        ("nl_NL.UTF-8", ("eigen zaak", "andere instantie", "waarom"), ("own case", "why.")),
        ("en_US.UTF-8", ("own case", "other agency", "why"), ("eigen zaak", "why.")),
    ],
)
def test_a_match_is_readable_on_a_narrow_terminal(
    office: Office, monkeypatch: pytest.MonkeyPatch, locale: str, shown: tuple[str, ...], not_shown: tuple[str, ...]
) -> None:
    """Ids are whole, only one language is spoken, and no line is empty or wider than the terminal."""
    register = ("register", "--person", office.person(), *NOTICE, "--attest")
    for index in (0, 1):
        office.json(*register, "--case", f"Z-{index}", index=index)
    [alert] = office.json("inbox", "list")
    for name, value in {
        "LC_ALL": locale,
        "FORCE_COLOR": "1",
        "NO_COLOR": "1",
        "TERM": "xterm",
        "COLUMNS": "80",
    }.items():
        monkeypatch.setenv(name, value)
    said = [
        re.sub(r"\x1b\[[0-9;]*m", "", office.run(*command)[1])
        for command in (("inbox", "list"), ("match", "list"), ("registrations",), ("match", "show", alert["matchId"]))
    ]
    assert [True] * 3 == [alert["matchId"] in text for text in (said[0], said[1], said[3])]
    lines = [line.rstrip() for text in said for line in text.splitlines()]
    assert [] == [line for line in lines if not line or len(line) > 80]
    assert [] == [word for word in shown if word not in said[3]]
    assert [] == [word for word in not_shown if word in "".join(said)]


def test_a_match_that_is_over_has_nobody_to_call(office: Office) -> None:
    """The alert stays, because it was told; the match says that it has ended, and the next step is not to report."""
    register = ("register", "--person", office.person(), *NOTICE, "--attest")
    receipts = [office.json(*register, "--case", f"Z-{index}", index=index) for index in (0, 1)]
    [alert] = office.json("inbox", "list")
    office.json("withdraw", receipts[1]["id"], "--case", "Z-1", "--reason", "risk_gone", index=1)
    code, _, err = office.run("match", "show", alert["matchId"])
    assert (0, True, False) == (code, "This match is over" in err, "match contact" in err)
    assert 0 == office.run("match", "list")[0]


def test_the_next_step_is_named(office: Office) -> None:
    """After reporting and after acknowledging, too."""
    register = ("register", "--person", office.person(), *NOTICE, "--attest")
    for index in (0, 1):
        office.json(*register, "--case", f"Z-{index}", index=index)
    [alert] = office.json("inbox", "list")
    assert {"id", "kind", "matchId", "at", "registrationId", "desk", "exclusionId"} == alert.keys()
    assert alert["at"].endswith("Z")
    assert "Next: seinhuis" in office.run("match", "contact", alert["matchId"], "--outcome", "contacted")[2]
    assert "Next: seinhuis" in office.run("inbox", "ack", alert["id"])[2]


@pytest.mark.parametrize("debug", ["", "1"])
def test_an_unexpected_error_shows_its_type_and_no_text(
    office: Office, monkeypatch: pytest.MonkeyPatch, debug: str
) -> None:
    """Exit 6 and no traceback: the text of an error can hold a person number (G35); on request it says where."""

    def broken(_: object) -> object:
        raise ValueError(NOOR)

    monkeypatch.setattr("adapters.client.Gateway.whoami", broken)
    monkeypatch.setenv("SEINHUIS_DEBUG", debug)
    code, out, err = office.run("whoami")
    assert (6, "", True, False) == (code, out, "ValueError" in err, NOOR in err)
    assert (bool(debug), not debug) == ("test_command.py" in err, "SEINHUIS_DEBUG=1" in err)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """As it was installed."""
    assert 0 == cli.main(["--version"])
    assert f"seinhuis {version('seinhuis')}\n" == capsys.readouterr().out


def test_a_dry_run_asks_the_policy_and_nobody_else(office: Office) -> None:
    """No holder and no registration: exit 0 when it is admitted, 3 when it is not."""
    register = ("register", "--person", office.person(), "--case", "Z-1", *NOTICE, "--dry-run")
    assert office.json(*register)["permitted"]
    code, _, err = office.run(*register, "--lane", "adult")
    assert (3, {}, 0) == (code, office.wire.registrations, office.wire.holder_calls.total())
    assert "why: That is admitted." in err


def test_preconditions_are_attested_by_name(office: Office) -> None:
    """As often as the rule has some, when registering and when renewing."""
    attested = ("--precondition", "consent-given", "--precondition", "court-order", "--attest")
    receipt = office.json("register", "--person", office.person(), "--case", "Z-1", *NOTICE, *attested)
    office.json("renew", receipt["id"], "--case", "Z-1", *NOTICE, *attested)
    said = [json.loads(call.body)["preconditions"] for call in office.wire.calls if b"attested" in call.body]
    assert [["consent-given", "court-order"]] * 2 == said


def test_parents_are_named_by_their_files(office: Office) -> None:
    """As a child is: a number on the command line is refused."""
    mother = office.folder / "mother.json"
    mother.write_text(person_numbers(2)[1], encoding="utf-8")
    register = ("register", "--person", office.person(), "--case", "Z-1", *NOTICE, "--attest", "--parent")
    office.json(*register, str(mother))
    (said,) = (json.loads(call.body) for call in office.wire.calls if b"attested" in call.body)
    assert 1 == len(said["parents"])
    code, _, err = office.run(*register, person_numbers(2)[1])
    assert (2, True) == (code, "never a number" in err)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--case", "Z-1", *NOTICE, "--attest"), "--person"),
        (("--person", NOOR, "--case", "Z-1", *NOTICE, "--attest"), "never a number"),
        (("--person", "FILE", "--case", "Z-1", *NOTICE), "--attest"),
        (("--person", "FILE", "--case", "Z-1", "--attest"), "--notice-given-on"),
        (("--person", "FILE", "--case", "Z-1", "--notice-deferred", "safety", "--attest"), "--review-on"),
        (("--person", "BAD", "--case", "Z-1", *NOTICE, "--attest"), "11-test"),
        (("--person", "NONE", "--case", "Z-1", *NOTICE, "--attest"), "No such file"),
    ],
)
def test_a_wrong_command_is_usage(office: Office, arguments: tuple[str, ...], reason: str) -> None:
    """Exit 2 with the reason, and never the number."""
    bad = office.folder / "bad.json"
    bad.write_text(f"{int(NOOR) + 2:09d}", encoding="utf-8")
    places = {"FILE": office.person(), "BAD": str(bad), "NONE": str(office.folder / "none.json")}
    code, out, err = office.run("register", *(places.get(each, each) for each in arguments))
    assert (2, "") == (code, out)
    assert reason in err
    assert f"{int(NOOR)}" not in err
    assert [] == office.wire.calls


def not_signed(wire: Wire, call: RawCall) -> httpx2.Response:
    """Anybody answers."""
    return httpx2.Response(200, json={})


def busy(wire: Wire, call: RawCall) -> httpx2.Response:
    """Come back in an hour."""
    answer = wire.problem(call, "limit-overloaded")
    answer.headers["retry-after"] = "3600"
    return answer


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (lambda wire, call: wire.problem(call, "policy-agency-not-admitted"), 3),
        (lambda wire, call: wire.problem(call, "signature-clock", seconds=90), 3),
        (lambda wire, call: wire.problem(call, "state-not-found"), 4),
        (busy, 5),
        (not_signed, 6),
    ],
)
@pytest.mark.parametrize("as_json", [True, False])
def test_the_exit_code_says_who_can_mend_it(
    office: Office, fault: Callable[[Wire, RawCall], httpx2.Response], code: int, as_json: bool
) -> None:
    """Refused, not found, later, integrity; with --json the problem is an object on standard error."""
    office.wire.gateway_faults = [fault]
    exit_code, out, err = office.run("whoami", *(["--json"] if as_json else []))
    assert (code, "") == (exit_code, out)
    said = json.loads(err)["code"] if as_json else err.partition(":")[0]
    assert "-" in said


def test_settings_are_refused_with_every_mistake(office: Office) -> None:
    """What is missing, unknown or not what it should be, by place."""
    home = office.settings().parent
    (home / "seinhuis.toml").write_text('[gateway]\nurl = 1\n[agency]\nunknown = "x"\n[other]\n', encoding="utf-8")
    code = cli.main(["whoami", "--config", str(home / "seinhuis.toml")])
    err = office.capture.readouterr().err
    places = ("[other]: unknown", "gateway.url: is not a text", "gateway.trust: missing", "agency.unknown: unknown")
    assert (2, []) == (code, [place for place in places if place not in err])


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda home: (home / "passphrase").write_text("wrong\n", encoding="utf-8"), "agency.keystore"),
        (lambda home: (home / "passphrase").unlink(), "agency.passphrase"),
        (lambda home: (home / "keystore").unlink(), "agency.keystore"),
        (lambda home: (home / "trust.json").unlink(), "gateway.trust"),
        (lambda home: (home / "trust.json").write_text("{}", encoding="utf-8"), "gateway.trust"),
        (lambda home: (home / "seinhuis.toml").unlink(), "seinhuis init"),
        (lambda home: (home / "seinhuis.toml").write_text("[", encoding="utf-8"), "TOML"),
    ],
)
def test_files_that_do_not_fit_are_named(office: Office, spoil: Callable[[Path], object], reason: str) -> None:
    """Exit 2 and which file it is; never a secret."""
    path = office.settings()
    spoil(path.parent)
    code = cli.main(["whoami", "--config", str(path)])
    err = office.capture.readouterr().err
    assert (2, True, False) == (code, reason in err, "correct horse" in err)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_authorities_that_cannot_be_read_are_named(office: Office, content: str | None) -> None:
    """Exit 2 and which file it is, whether it is missing or holds something else."""
    path = office.settings()
    path.write_text(path.read_text("utf-8").replace("[gateway]", '[gateway]\nca = "ca.pem"'), encoding="utf-8")
    if content is not None:
        (path.parent / "ca.pem").write_text(content, encoding="utf-8")
    assert 2 == cli.main(["whoami", "--config", str(path)])
    assert "ca.pem: is no readable list of certificates" in office.capture.readouterr().err


def test_the_settings_come_from_the_environment(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """SEINHUIS_CONFIG names the file, for the command and for `Gateway.from_env`."""
    monkeypatch.setenv("SEINHUIS_CONFIG", str(office.settings()))
    assert (0, LANE) == (cli.main(["whoami", "--json"]), Settings.from_env().lane)


def test_an_export_is_imported(office: Office) -> None:
    """Checked first, then registered; the error file is named, and importing again is refused."""
    export, map_file = office.folder / "export.csv", office.folder / "export.map.yaml"
    rows = [f"{bsn},Z-{at},2027-01-01,2015-01-01" for at, bsn in enumerate((NOOR, OTHER, ""))]
    export.write_text("\n".join(("bsn,case,since,born", *rows)), encoding="utf-8")
    map_file.write_text(EXPORT_MAP, encoding="utf-8")
    command = ("import", "csv", str(export), "--map", str(map_file))
    checked = office.json(*command, "--dry-run")
    assert ((2, 1), {}) == ((checked["good"], checked["bad"]), office.wire.registrations)
    assert 2 == office.run(*command)[0]
    report = office.json(*command, "--attest")
    errors = str(office.folder / "export.errors.csv")
    assert (2, 1, errors) == (report["accepted"], report["refused"], report["errors"])
    code, _, err = office.run(*command, "--attest", "--resume")
    assert (2, True) == (code, "already" in err)
    assert not any(bsn.lstrip("0") in text for bsn in (NOOR, OTHER) for text in office.said)


def test_a_new_agency_begins(office: Office) -> None:
    """A key, settings and a request that the region's trust list can take up; nothing is ever overwritten."""
    folder = office.folder / "new"
    who = ("--oin", "00000000990000000404", "--name", "School", "--kind", "school", "--gateway", office.wire.url)
    assert 0 == cli.main(["init", str(folder), *who, "--json"])
    told = json.loads(office.capture.readouterr().out)
    request = TrustList.load(folder / "trust-request.json")
    assert told["keyId"] == request.parties[0].keys[0].key_id
    office.wire.trust.with_party(request.parties[0]).save(folder / "trust.json")
    assert told["keyId"] == Settings.load(told["config"]).signing_key().key_id
    assert 2 == cli.main(["init", str(folder), *who])
    capture = office.capture
    for option, wrong, said in (
        ("--oin", "12", "twenty digits"),
        ("--kind", "colour", "youth_protection"),
        ("--gateway", "gateway.example", "https://"),
        ("--name", " ", "give the name"),
    ):
        capture.readouterr()
        assert 2 == cli.main(["init", str(office.folder / "other"), *who, option, wrong])
        assert said in capture.readouterr().err
    assert not (office.folder / "other").exists()


def test_the_doctor_finds_a_healthy_agency_healthy(office: Office) -> None:
    """Everything that a registration needs is looked at."""
    desk = ("--name", "Intake", "--phone", "+1 202 555 0101", "--email", "intake@agency.example")
    office.json("contact", "put", "intake", *desk)
    looked_at = {row["about"]: row["health"] for row in office.json("doctor")}
    expected = {"settings", "key", "clock", "gateway", "manifest", "holder 1", "policy", "desk"}
    assert dict.fromkeys(expected, "good") == looked_at


def test_the_doctor_names_what_is_wrong_and_what_to_do(office: Office) -> None:
    """A clock that is off, a desk that does not exist, a key nobody knows, a gateway that is not there."""
    office.wire.gateway_now = datetime(2020, 1, 1, tzinfo=UTC)
    code, out, _ = office.run("doctor", "--json")
    found = {row["about"]: row for row in json.loads(out)}
    assert (5, "bad", False) == (code, found["clock"]["health"], "policy" in found)
    assert "NTP" in found["clock"]["remedy"]
    office.wire.gateway_now = None
    _, out, _ = office.run("doctor", "--json")
    assert "seinhuis contact put" in {row["about"]: row for row in json.loads(out)}["desk"]["remedy"]
    trust = TrustList(tuple(party for party in office.wire.trust.parties if party.role != "agency"))
    trust.save(office.settings().parent / "trust.json")
    _, out, _ = office.run("doctor", "--json")
    assert ["key"] == [row["about"] for row in json.loads(out) if row["health"] != "good"]
    (office.settings().parent / "trust.json").unlink()
    _, out, _ = office.run("doctor", "--json")
    [missing] = json.loads(out)
    assert str(office.settings().parent / "trust.json") in missing["remedy"]
    trust.save(office.settings().parent / "trust.json")
    office.wire.url = "http://127.0.0.1:1"
    _, out, _ = office.run("doctor", "--json")
    assert "bad" == {row["about"]: row["health"] for row in json.loads(out)}["gateway"]


def test_problems_are_explained(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One, or the whole catalogue; in Dutch when the locale is."""
    monkeypatch.setenv("LC_ALL", "nl_NL.UTF-8")
    assert 0 == cli.main(["errors", "signature-clock", "--json"])
    assert PROBLEMS["signature-clock"].title_nl == json.loads(capsys.readouterr().out)["title"]
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert 0 == cli.main(["errors", "--json"])
    told = {row["code"]: row for row in json.loads(capsys.readouterr().out)}
    assert PROBLEMS.keys() | {refusal.value.code for refusal in Refusal} <= told.keys()
    assert all(row["title"] and row["fix"] for row in told.values())
    assert 4 == cli.main(["errors", "no-such-code"])


def test_no_color_when_nobody_wants_it(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR is obeyed, even where color is forced."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    cli.main(["errors", "signature-clock"])
    assert "\x1b[3" not in capsys.readouterr().out


def test_nothing_shows_a_person_or_a_token(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """Canaries: number and token stand in no output, traceback, log, address or header, whatever goes wrong (G35)."""
    caplog.set_level(logging.DEBUG)
    person = Person.from_file(office.person())
    agency = Settings.load(office.settings()).agency()
    agency.patience_seconds = 0.0
    with Gateway(agency) as gateway:
        for fault in (not_signed, busy, *map(_problem_of, PROBLEMS)):
            office.wire.gateway_faults = [fault]
            try:
                gateway.registrations.register(person, case="Z-1", notice=notice_given(date(2027, 4, 19)))
            except SeinhuisError:
                office.said.append(traceback.format_exc())
    register = ("register", "--person", office.person(), *NOTICE, "--attest")
    office.run(*register, "--case", "Z-1")
    office.run(*register, "--case", f"Z {NOOR}")
    office.run("match", "show", f"mat_{NOOR}")
    tokens = {json.loads(call.body)["token"][4:] for call in office.wire.calls if b'"token"' in call.body}
    seen = [*office.said, caplog.text, *(f"{call.target_uri} {call.headers}" for call in office.wire.calls)]
    assert (2 + len(PROBLEMS) + 6, 1) == (len(office.said), len(tokens))
    canaries = [NOOR.lstrip("0"), *tokens]
    assert [] == [canary for canary in canaries for text in seen if canary in text]


def _problem_of(code: str) -> Callable[[Wire, RawCall], httpx2.Response]:
    return lambda wire, call: wire.problem(call, code)

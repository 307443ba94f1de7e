"""The policy commands tell an officer in plain words what a card says, what is wrong, and what a change opens."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters import cli
from adapters.cli.policies import officers
from adapters.cli.policies.names import POLICY
from gateway.policies.directory import policy_files
from gateway.policies.signing import save_release
from keys.custody import CHEAP
from tests.support.cards import POLICIES
from tests.support.gateway_records import gateway_with_a_record
from tests.support.releases import unsigned, with_contents


@dataclass
class Officer:
    """Somebody with a copy of the cards in a folder, who is spoken to in a language."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    def speaks(self, locale: str) -> None:
        """Change the language of the machine."""
        self.patch.setenv("LC_ALL", locale)

    def on_a_terminal(self) -> None:
        """Speak Dutch, on a terminal of eighty columns without colors."""
        self.speaks("nl_NL.UTF-8")
        for name, value in {"FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "xterm", "COLUMNS": "80"}.items():
            self.patch.setenv(name, value)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run a policy command; return exit code, standard output and standard error."""
        code = cli.main(["policy", *arguments])
        out, err = (re.sub(r"\x1b\[[0-9;]*m", "", text) for text in self.capture.readouterr())
        return code, out, err

    def json(self, *arguments: str) -> Any:
        """Run a policy command that must succeed; return its data."""
        code, out, err = self.run(*arguments, "--json")
        assert 0 == code, err
        return json.loads(out)

    def card(self, name: str = "kaarten") -> Path:
        """Copy the real cards into a folder of that name; return its youth card."""
        if not (self.folder / name).exists():
            shutil.copytree(POLICIES, self.folder / name)
        return self.folder / name / "youth.yaml"

    def change(self, old: str, new: str, name: str = "kaarten") -> None:
        """Change one passage of the youth card."""
        text = self.card(name).read_text("utf-8")
        assert 1 == text.count(old)
        self.card(name).write_text(text.replace(old, new), encoding="utf-8")

    def line_of(self, passage: str) -> int:
        """Return the line of the youth card on which a passage stands."""
        return self.card().read_text("utf-8").partition(passage)[0].count("\n") + 1


@pytest.fixture
def officer(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Officer:
    """An officer in an empty folder, spoken to in English."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    return Officer(tmp_path, capsys, monkeypatch)


def test_a_new_card_names_each_place_to_fill_in(officer: Officer) -> None:
    """Whatever is marked does not load, and lint names just those lines."""
    code, _, err = officer.run("new", "--lane", "youth", "--out", "card.yaml")
    assert (0, True) == (code, "Next: seinhuis policy lint card.yaml" in err)
    marked = {
        number
        for number, line in enumerate(Path("card.yaml").read_text("utf-8").splitlines(), start=1)
        if "INVULLEN" in line and not line.startswith("#")
    }
    code, out, _ = officer.run("lint", "card.yaml")
    named = {int(line.split(":")[1]) for line in out.splitlines()}
    assert (2, marked) == (code, named)


def test_a_card_that_is_there_is_never_overwritten(officer: Officer) -> None:
    """Exit 2, and the file is as it was."""
    Path("card.yaml").write_text("mine", encoding="utf-8")
    code, out, err = officer.run("new", "--lane", "jeugd", "--out", "card.yaml")
    assert (2, "", "mine", True) == (code, out, Path("card.yaml").read_text("utf-8"), "not overwritten" in err)


def test_lint_names_place_and_word_that_was_meant(officer: Officer) -> None:
    """All mistakes at once, as an editor can jump to them."""
    officer.change("reikt-tot: contact\n    te-bevestigen: Wie", "reikt-tot: contcat\n    te-bevestigen: Wie")
    officer.change("{jonger-dan: 23}", "{jonger: 23}")
    code, out, err = officer.run("lint", "kaarten")
    assert (2, 3) == (code, len(out.splitlines()))
    place = f"kaarten/youth.yaml:{officer.line_of('reikt-tot: contcat')}:16: grondslagen.jeugdwet-7.1.4.1.reikt-tot: "
    assert f"{place}onbekend woord 'contcat'; bedoelde u 'contact'?" in out
    assert "Next: seinhuis policy lint kaarten" in err
    code, out, _ = officer.run("lint", "kaarten", "--json")
    assert (2, "contact") == (code, json.loads(out)[-1]["suggestion"])


def test_lint_says_that_all_is_well(officer: Officer) -> None:
    """For a folder, a single card, and the cards that are installed."""
    officer.speaks("nl_NL.UTF-8")
    for path in ("kaarten", "kaarten/youth.yaml"):
        officer.card()
        code, out, err = officer.run("lint", path)
        assert (0, "", True) == (code, out, "Alles in orde" in err)
    assert [] == officer.json("lint")


@pytest.mark.parametrize("command", ["lint", "test"])
def test_what_is_not_there_is_told(officer: Officer, command: str) -> None:
    """Exit 4, without a traceback."""
    code, out, err = officer.run(command, "nowhere")
    assert (4, "", True) == (code, out, "nowhere: is not there" in err)


def test_examples_are_counted_and_say_which_rule_decided(officer: Officer) -> None:
    """Every example of the card, each with its line."""
    officer.card()
    rows = officer.json("test", "kaarten/youth.yaml")
    assert {True} == {row["passed"] for row in rows}
    assert "ziekenhuis, jeugd-afstemming, betrokken: mag-niet" in [
        row["example"] for row in rows if row["rule"] == "N2"
    ]
    _, _, err = officer.run("test", "kaarten/youth.yaml")
    assert f"{len(rows)} examples: {len(rows)} hold, 0 do not." in err


def test_an_example_that_is_not_true_fails_with_its_place(officer: Officer) -> None:
    """The others are shown as holding; exit 2."""
    officer.change("vlag: betrokken, dan: mag-niet, door: N2}", "vlag: betrokken, dan: mag, door: R1}")
    code, out, err = officer.run("test", "kaarten", "--json")
    failed = [row for row in json.loads(out) if not row["passed"]]
    assert (2, {"nooit-registreren[1]", "ziekenhuis, jeugd-afstemming, betrokken: mag"}) == (
        code,
        {row["example"] for row in failed},
    )
    line = officer.line_of("vlag: betrokken, dan: mag, door: R1}\n    - {wie: kinderopvang")
    assert [f"youth.yaml:{line}"] == [row["place"] for row in failed if row["rule"] == "R1"]
    assert re.search(r"\d+ hold, 2 do not", err)


def test_other_mistakes_come_before_examples(officer: Officer) -> None:
    """A card with unknown words has no examples to try."""
    officer.change("wie: [ziekenhuis]", "wie: [voorbeeld]")
    code, out, err = officer.run("test", "kaarten")
    assert (2, "", True) == (code, out, "Next: seinhuis policy lint kaarten" in err)


def test_a_card_is_a_page_in_the_language_of_the_reader(officer: Officer) -> None:
    """On standard output, or in a file."""
    assert "Jeugd" in officer.run("render", "--lane", "jeugd", "--language", "nl")[1]
    english = officer.run("render", "--lane", "youth")[1]
    assert {"file": "pages/youth.md"} == officer.json("render", "--lane", "youth", "--out", "pages/youth.md")
    assert english == Path("pages/youth.md").read_text("utf-8")


def test_all_reading_versions_are_written_at_once(officer: Officer) -> None:
    """Of each lane, in both languages."""
    rows = officer.json("render", "--reading", "pages")
    assert {"pages/youth.nl.md", "pages/youth.en.md"} <= {row["file"] for row in rows}
    assert all(Path(row["file"]).read_text("utf-8") for row in rows)


def test_a_page_is_of_one_lane_or_of_all(officer: Officer) -> None:
    """Exit 2 for neither and for both."""
    assert 2 == officer.run("render")[0]
    assert 2 == officer.run("render", "--lane", "youth", "--reading", "pages")[0]


def test_a_lane_without_a_card_is_not_found(officer: Officer) -> None:
    """Exit 4, saying which lanes there are; a misspelled lane is asked after."""
    officer.card().unlink()
    officer.card("other")
    code, out, err = officer.run("render", "--lane", "youth", "--cards", "kaarten")
    assert (4, "", True) == (code, out, "There is no card for the lane youth" in err)
    code, _, err = officer.run("render", "--lane", "jeugt", "--cards", "other")
    assert (2, True) == (code, "did you mean jeugd?" in err)


@pytest.mark.parametrize("lane", ["jeugd", "veilig-thuis"])
def test_the_matrix_fits_on_a_terminal(officer: Officer, lane: str) -> None:
    """Each kind of agency has a row, its number stands above its column, and no line is wider than the terminal."""
    officer.on_a_terminal()
    code, out, _ = officer.run("matrix", "--lane", lane)
    lines = out.splitlines()
    assert (0, []) == (code, [line for line in lines if len(line.rstrip()) > 80])
    assert "1 bevestigd, 2 contact" in " ".join(lines)
    heading = next(line for line in lines if line.startswith("hoort (rij)"))
    numbers = [int(number) for number in heading.partition("(kolom)")[2].split()]
    assert [*range(1, len(numbers) + 1)] == numbers


def test_the_matrix_is_data_for_other_programs(officer: Officer) -> None:
    """One row for each pair, in code names."""
    rows = officer.json("matrix", "--lane", "veilig-thuis", "--on", "2027-03-01")
    told = {(row["recipient"], row["other"], row["level"]) for row in rows if "open_report" in row["ownFlags"]}
    assert ("veilig_thuis", "police", "flag") in told


@pytest.mark.parametrize(("form", "start"), [("html", b"<!doctype html>"), ("svg", b"<svg"), ("pdf", b"%PDF-")])
def test_the_matrix_is_a_page_a_picture_or_a_print(officer: Officer, form: str, start: bytes) -> None:
    """In a file of its own."""
    assert 0 == officer.run("matrix", "--lane", "youth", "--format", form, "--out", f"pages/matrix.{form}")[0]
    assert Path(f"pages/matrix.{form}").read_bytes().startswith(start)


def test_a_card_is_printed(officer: Officer) -> None:
    """As PDF."""
    assert 0 == officer.run("render", "--lane", "youth", "--format", "pdf", "--out", "youth.pdf")[0]
    assert Path("youth.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("lane", "learns", "of"),
    [("veilig-thuis", "school", "veilig-thuis"), ("Veilig Thuis", "School", "veilig_thuis")],
)
def test_an_answer_is_a_plain_sentence_with_rule_basis_and_what_would_do(
    officer: Officer, lane: str, learns: str, of: str
) -> None:
    """Asked in Dutch words, labels or code names."""
    officer.on_a_terminal()
    asked = ("--lane", lane, "--to", learns, "--from", of, "--purpose", "radar", "--own-flag", "involved")
    code, out, _ = officer.run("explain", *asked)
    said = " ".join(out.split())
    assert (0, True) == (code, "antwoord School hoort van Veilig Thuis hooguit: bevestigd." in said)
    assert "Wmo 2015 4.1.1 (van 2015-01-01 tot onbepaald, herzien voor" in said
    assert "regel V5 zou contact toestaan, als de eigen vlag zorgmelding is" in said


def test_who_may_not_register_hears_why_and_what_would_do(officer: Officer) -> None:
    """A precondition that is attested opens it."""
    asked = ("--lane", "adult", "--register", "ggz")
    _, out, _ = officer.run("explain", *asked)
    assert "Mental health care may not register." in out
    assert "if toestemming-geldig is attested" in out
    assert officer.json("explain", *asked, "--attest", "consent_valid")["permitted"]


def test_whoever_asks_about_a_lane_that_is_shut_hears_so(officer: Officer) -> None:
    """The card answers, and the gateway would not."""
    _, _, err = officer.run("explain", "--lane", "handle_with_care", "--register", "politie")
    assert "this lane is shut while this is not there yet" in err


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("--from", "school"), "name --from and --to, or --register alone"),
        (("--from", "school", "--to", "polite"), "did you mean politie?"),
        (("--from", "veilig-thuis", "--to", "school"), "name one: zorgmelding, betrokken"),
        (("--from", "school", "--to", "politie", "--purpose", "gezelligheid"), "choose one of:"),
        (("--from", "school", "--to", "politie", "--wanted", "kontakt"), "did you mean contact?"),
    ],
)
def test_a_question_that_is_not_clear_is_asked_back(officer: Officer, asked: tuple[str, ...], told: str) -> None:
    """Exit 2, naming the words that were probably meant, or all there are."""
    code, out, err = officer.run("explain", "--lane", "veilig-thuis", *asked)
    assert (2, "", True) == (code, out, told in " ".join(err.split()))


def test_what_does_not_depend_on_flags_needs_none(officer: Officer) -> None:
    """The police never learn anything of a school, whatever the flags."""
    found = officer.json("explain", "--lane", "veilig-thuis", "--from", "school", "--to", "politie")
    assert ("silent", "V7") == (found["level"], found["nearest"]["rule"])
    tomorrow = officer.json("explain", "--lane", "youth", "--from", "school", "--to", "politie", "--on", "2030-01-01")
    assert "policy_expired" == tomorrow["denial"]


def test_a_difference_is_data_for_other_programs(officer: Officer) -> None:
    """Counts, and sentences in both languages."""
    officer.card()
    found = officer.json("diff", "none", "kaarten")
    assert found["opened"] == sum(change["opened"] for change in found["changes"])
    assert {"nl", "en"} == found["changes"][0]["text"].keys()


def test_cards_that_do_not_load_are_not_compared(officer: Officer) -> None:
    """Exit 2, with every mistake at its place, as an object when asked."""
    officer.change("zonder-regel: mag-niet ", "zonder-regel: mag ")
    code, _, err = officer.run("diff", "none", "kaarten", "--json")
    [mistake] = json.loads(err)["mistakes"]
    assert (2, True) == (code, mistake.startswith("kaarten/youth.yaml:"))


def test_a_command_says_which_cards_it_read(officer: Officer) -> None:
    """Those in a folder that lies here, or else those of the software; with a folder named, that one."""
    asked = ("matrix", "--lane", "jeugd")
    assert "Read: the cards of this software's version." in officer.run(*asked)[2]
    for name in ("policies", "kaarten"):
        officer.card(name)
        assert f"Read: the cards in {name}." in officer.run(*asked)[2]
    officer.card("geldend")
    assert "Read: the cards in geldend." in officer.run(*asked, "--cards", "geldend")[2]
    assert "Read: the cards in kaarten." in officer.run("test")[2]


def test_a_proposal_that_cannot_be_read_names_its_mistakes(officer: Officer) -> None:
    """Exit 2, and no release."""
    officer.card()
    Path("voorstel.yaml").write_text("voorstel: x\nwaarm: y\n", encoding="utf-8")
    arguments = ("kaarten", "--proposal", "voorstel.yaml", "--previous", "none", "--out", "releases")
    code, out, err = officer.run("release", *arguments)
    assert (2, "", True) == (code, out, "bedoelde u 'waarom'?" in err)
    assert "The proposal is not right." in err
    assert not Path("releases").exists()


@pytest.mark.parametrize("command", ["verify", "sign"])
def test_a_file_that_is_no_release_is_not_believed(officer: Officer, command: str) -> None:
    """Exit 6 for another file, 4 for none."""
    rest = {
        "verify": ("--trust", "trust.json"),
        "sign": ("--keystore", "k", "--passphrase-file", "p", "--officer", "00000000990000000901"),
    }[command]
    Path("x.release.json").write_text("{}", encoding="utf-8")
    assert 6 == officer.run(command, "x.release.json", *rest)[0]
    assert 4 == officer.run(command, "y.release.json", *rest)[0]


def test_an_officer_begins_once(officer: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is there is never overwritten; an OIN has twenty digits."""
    monkeypatch.setattr(officers, "COST", CHEAP)
    begin = ("officer", "mine", "--name", "Officer", "--oin")
    assert 2 == officer.run(*begin, "12")[0]
    assert 0 == officer.run(*begin, "00000000990000000901")[0]
    kept = Path("mine/officer.keystore").read_bytes()
    code, _, err = officer.run(*begin, "00000000990000000901")
    assert (2, True, kept) == (code, "is there already" in err, Path("mine/officer.keystore").read_bytes())


def test_every_policy_command_shows_an_example(officer: Officer) -> None:
    """A line that can be copied."""
    for name, *_ in POLICY:
        code, out, _ = officer.run(name, "--help")
        assert (0, True) == (code, bool(re.search(r"(Voorbeeld|Example):\s+seinhuis\s+policy", out)))


def test_cards_are_exported(officer: Officer) -> None:
    """As a page, as data, and as JSON-LD; all lanes or one."""
    assert 0 == officer.run("export", "--format", "register", "--out", "register.md")[0]
    assert Path("register.md").read_text("utf-8").startswith("#")
    records = officer.json("export", "--format", "register", "--lane", "youth")["records"]
    assert 1 == len(records)
    assert "@context" in officer.json("export", "--format", "odrl")
    assert officer.run("export", "--format", "dpia", "--lane", "veilig-thuis")[1].startswith("#")


def test_schemas_are_written_for_an_editor(officer: Officer) -> None:
    """One for cards, one for the vocabulary."""
    rows = officer.json("schema", "--out", "schema")
    assert ["schema/card.schema.json", "schema/vocabulary.schema.json"] == [row["file"] for row in rows]
    assert "https://json-schema.org/draft/2020-12/schema" == json.loads(Path(rows[0]["file"]).read_text())["$schema"]


def test_a_proposal_is_tried_on_what_happened(officer: Officer) -> None:
    """How far the record reaches comes first; then what would have been decided otherwise."""
    config = gateway_with_a_record(officer.folder / "gateway", POLICIES, registrations=3)
    officer.change("      - school\n      - leerplicht\n", "      - leerplicht\n")
    text = officer.card().read_text("utf-8")
    lines = [line for line in text.splitlines(keepends=True) if "school" not in line]
    officer.card().write_text("".join(lines), encoding="utf-8")
    period = ("--config", str(config), "--from", "2026-10-01", "--until", "2026-11-01")
    found = officer.json("simulate", "kaarten", *period)
    assert (3, 3, 3) == (found["recorded"], found["replayed"], found["closed"])
    officer.speaks("nl_NL.UTF-8")
    _, out, _ = officer.run("simulate", "kaarten", *period)
    assert out.index("Hoe ver deze proef reikt") < out.index("Gesloten: **3**")


def test_a_period_without_days_is_asked_back(officer: Officer) -> None:
    """Exit 2."""
    officer.card()
    arguments = ("--config", "g.toml", "--from", "2026-10-01", "--until", "2026-10-01")
    code, _, err = officer.run("simulate", "kaarten", *arguments)
    assert (2, True) == (code, "is not after --from" in err)


def test_a_gateway_that_cannot_be_read_is_told(officer: Officer) -> None:
    """Exit 2, with what is wrong with its settings."""
    officer.card()
    Path("g.toml").write_text('oin = "1"\n', encoding="utf-8")
    code, _, err = officer.run(
        "simulate", "kaarten", "--config", "g.toml", "--from", "2026-10-01", "--until", "2026-11-01"
    )
    assert (2, True) == (code, "missing setting: database" in err)


def test_a_release_cannot_hide_what_is_signed(officer: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signs that a screen obeys are shown as a mark, before an officer signs and afterwards."""
    monkeypatch.setattr(officers, "COST", CHEAP)
    officer.run("officer", "mine", "--name", "Officer", "--oin", "00000000990000000901")
    made = unsigned(policy_files(POLICIES))
    hostile = with_contents(made, title="Klein\x1b[2J herstel\u202e", why="Geen\rreden")
    path = save_release(hostile, officer.folder)
    key = ("--keystore", "mine/officer.keystore", "--passphrase-file", "mine/officer.passphrase")
    code, out, err = officer.run(
        "sign", str(path), *key, "--officer", "00000000990000000901", "--yes-i-read", hostile.digest
    )
    assert (0, set()) == (code, {"\x1b", "\u202e", "\r"} & set(out + err))
    assert "Klein\ufffd[2J herstel\ufffd" in err


def test_a_difference_that_is_told_wrongly_is_never_signed(officer: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command recomputes what changes: exit 6, and no signature, whatever the release says of itself."""
    monkeypatch.setattr(officers, "COST", CHEAP)
    officer.run("officer", "mine", "--name", "Officer", "--oin", "00000000990000000901")
    lying = with_contents(unsigned(policy_files(POLICIES)), difference_nl="Er verandert niets.\n")
    path = save_release(lying, officer.folder)
    before = path.read_bytes()
    key = ("--keystore", "mine/officer.keystore", "--passphrase-file", "mine/officer.passphrase")
    sign = ("sign", str(path), *key, "--officer", "00000000990000000901", "--yes-i-read", lying.digest)
    code, _, err = officer.run(*sign)
    assert (6, True, before) == (code, "is not what changes" in err, path.read_bytes())


def test_a_script_signs_only_the_digest_that_was_read(officer: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another digest, or the first characters alone, is no agreement: exit 3."""
    monkeypatch.setattr(officers, "COST", CHEAP)
    officer.run("officer", "mine", "--name", "Officer", "--oin", "00000000990000000901")
    made = unsigned(policy_files(POLICIES))
    path = save_release(made, officer.folder)
    key = ("--keystore", "mine/officer.keystore", "--passphrase-file", "mine/officer.passphrase")
    sign = ("sign", str(path), *key, "--officer", "00000000990000000901", "--yes-i-read")
    assert [3, 3, 0] == [officer.run(*sign, given)[0] for given in ("0" * 64, made.digest[:8], made.digest)]


def test_the_machine_of_an_agency_loads_no_policies() -> None:
    """The names of these commands cost an agency nothing: what they need of the gateway comes with the command."""
    loaded = "import sys, adapters.cli; print([name for name in sys.modules if name.startswith('gateway.core.policy')])"
    run = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True, cwd=POLICIES.parent
    )
    assert "[]\n" == run.stdout

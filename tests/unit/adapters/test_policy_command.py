"""The policy commands tell an officer in plain words what a card says, what is wrong, and what a change opens."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters import cli
from tests.support.cards import POLICIES


@dataclass
class Officer:
    """Somebody with a copy of the cards in a folder, who is spoken to in a language."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    def speaks(self, locale: str) -> None:
        """Change the language of the machine."""
        self.patch.setenv("LC_ALL", locale)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run a policy command; return exit code, standard output and standard error."""
        code = cli.main(["policy", *arguments])
        out, err = self.capture.readouterr()
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
    officer.change("zonder-regel: mag-niet ", "zonder-regel: mag ")
    code, out, err = officer.run("test", "kaarten")
    assert (2, "", True) == (code, out, "Next: seinhuis policy lint kaarten" in err)

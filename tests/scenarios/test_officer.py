"""Two privacy officers change a rule: what a typo costs, what a change opens, and whose signatures it takes."""

import io
import json
import re
import shlex
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters import cli
from adapters.cli.policies import officers
from keys.custody import CHEAP
from keys.trust import TrustList
from tests.support.cards import POLICIES
from tests.support.gateway_records import gateway_with_a_record

FIRST, SECOND = "00000000990000000901", "00000000990000000902"
RELEASES = Path("uitgaven")


@dataclass
class Office:
    """A folder with the cards as they are in force (`geldend`) and a copy that is being changed (`kaarten`)."""

    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch
    code: int = 0
    out: str = ""
    err: str = ""

    def policy(self, command: str, *, typed: str = "") -> int:
        """Give a policy command, and type something when asked."""
        self.patch.setattr("sys.stdin", io.StringIO(typed))
        self.code = cli.main(["policy", *shlex.split(command)])
        self.out, self.err = self.capture.readouterr()
        return self.code

    def write(self, old: str, new: str) -> None:
        """Change a passage of the youth card."""
        card = Path("kaarten/youth.yaml")
        text = card.read_text("utf-8")
        assert 1 == text.count(old), old
        card.write_text(text.replace(old, new), encoding="utf-8")

    def let_childcare_take_part(self) -> None:
        """Write down that childcare may register, with the examples that show it, and count the card up."""
        self.write("wie: [kinderopvang, om,", "wie: [om,")
        self.write("      - vrouwenopvang\n", "      - vrouwenopvang\n      - kinderopvang\n")
        self.write(
            "wie: kinderopvang, doel: jeugd-afstemming, vlag: betrokken, dan: mag-niet, door: N1",
            "wie: kinderopvang, doel: jeugd-afstemming, vlag: betrokken, dan: mag, door: R1",
        )
        self.write(
            "aan: kinderopvang, doel: jeugd-afstemming, wat: bevestigd, dan: mag-niet",
            "aan: kinderopvang, doel: jeugd-afstemming, wat: contact, dan: mag, door: V1",
        )
        version = next(line for line in Path("kaarten/youth.yaml").read_text("utf-8").splitlines() if "versie:" in line)
        self.write(version, f"versie: {int(version.split()[1]) + 1}")

    def propose(self, opened: int) -> None:
        """Write a proposal that says how much it opens."""
        text = (
            f"voorstel: Kinderopvang\nwaarom: Zij ziet jonge kinderen.\nverwachte-verruiming: {{geopend: {opened}}}\n"
        )
        Path("voorstel.yaml").write_text(text, encoding="utf-8")

    def release(self, cards: str, previous: str) -> int:
        """Make a release of some cards."""
        return self.policy(f"release {cards} --proposal voorstel.yaml --previous {previous} --out {RELEASES} --json")

    def count(self, old: str, new: str) -> int:
        """Tell how much opens between two versions."""
        self.policy(f"diff {old} {new} --json")
        return int(json.loads(self.out)["opened"])

    def sign(self, who: str, *, typed: str | None = None, oin: str = "", more: str = "") -> int:
        """Have an officer sign the second release; without `typed`, as asked."""
        digest = json.loads(self.second.read_text("utf-8"))["digest"]
        command = f"sign {self.second} --keystore {who}/officer.keystore --passphrase-file {who}/officer.passphrase"
        answer = f"{digest[:8] if typed is None else typed}\n"
        return self.policy(f"{command} --officer {oin or who} {more}", typed=answer)

    def propose_childcare(self) -> None:
        """Make the release that holds the change, and the one before it."""
        self.propose(self.count("none", "geldend"))
        assert 0 == self.release("geldend", "none")
        self.let_childcare_take_part()
        self.propose(self.count("geldend", "kaarten"))
        assert 0 == self.release("kaarten", f"{RELEASES}/0001.release.json")

    @property
    def second(self) -> Path:
        """The release that holds the change."""
        return RELEASES / "0002.release.json"


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Office:
    """Dutch is spoken; the region trusts two officers."""
    monkeypatch.setenv("LC_ALL", "nl_NL.UTF-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(officers, "COST", CHEAP)
    for folder in ("geldend", "kaarten"):
        shutil.copytree(POLICIES, folder)
    made = Office(capsys, monkeypatch)
    for oin in (FIRST, SECOND):
        assert 0 == made.policy(f"officer {oin} --oin {oin} --name Functionaris")
        trust(Path(oin))
    return made


def trust(folder: Path) -> None:
    """Put an officer on the region's trust list, as its operator does."""
    path = Path("trust.json")
    trusted = TrustList.load(path) if path.exists() else TrustList()
    for party in TrustList.load(folder / officers.REQUEST).parties:
        trusted = trusted.with_party(party)
    trusted.save(path)


def test_a_typo_is_found_where_it_stands_and_the_word_that_was_meant_is_named(office: Office) -> None:
    """One letter wrong, and the card does not load."""
    office.write("      - vrouwenopvang\n", "      - vrouwenopvnag\n")
    assert 2 == office.policy("lint kaarten")
    line = Path("kaarten/youth.yaml").read_text("utf-8").partition("vrouwenopvnag")[0].count("\n") + 1
    assert f"kaarten/youth.yaml:{line}:9: registreren[1].wie[" in office.out
    assert "onbekend woord 'vrouwenopvnag'; bedoelde u 'vrouwenopvang'?" in office.out
    office.write("      - vrouwenopvnag\n", "      - vrouwenopvang\n")
    assert 0 == office.policy("lint kaarten")


def test_a_wider_rule_is_told_in_dutch_before_anybody_signs(office: Office) -> None:
    """Who may do more, who hears more of whom, and by which rule."""
    office.let_childcare_take_part()
    assert 0 == office.policy("diff geldend kaarten")
    counts, _, sentences = office.out.partition("Geopend: ")[2].partition("\n")
    assert re.match(r"\*\*[1-9]\d*\*\* situaties. Gesloten: \*\*0\*\*", counts)
    assert "Kinderopvang mag voortaan wel registreren" in sentences
    assert "Regel V1" in sentences


def test_a_widening_that_nobody_expected_is_not_released(office: Office) -> None:
    """The proposal says 1 and the count says more: refused, and no file is left behind."""
    office.propose(office.count("none", "geldend"))
    assert 0 == office.release("geldend", "none")
    office.let_childcare_take_part()
    said = f"geopend: {office.count('geldend', 'kaarten')}; het voorstel zegt 1"
    office.propose(1)
    assert 3 == office.release("kaarten", f"{RELEASES}/0001.release.json")
    assert said in json.loads(office.err.partition("Volgende")[0])["mistakes"][1]
    assert not office.second.exists()


def test_two_officers_release_what_they_read_and_one_does_not(office: Office) -> None:
    """One signature is not enough, a second by the same officer is none, and two are."""
    office.propose(office.count("none", "geldend"))
    office.release("geldend", "none")
    office.let_childcare_take_part()
    office.propose(office.count("geldend", "kaarten"))
    assert 0 == office.release("kaarten", f"{RELEASES}/0001.release.json")
    assert 3 == office.sign(FIRST, typed="")
    assert 0 == office.sign(FIRST)
    assert office.err.index("Kinderopvang mag voortaan wel registreren") < office.err.index("Typ de eerste 8 tekens")
    assert 6 == office.policy(f"verify {office.second} --trust trust.json")
    assert "te weinig geldige handtekeningen" in office.err
    assert 3 == office.sign(FIRST)
    assert 0 == office.sign(SECOND)
    assert 0 == office.policy(f"verify {office.second} --trust trust.json")
    assert "In orde: 2 functionarissen tekenden" in office.err


def test_a_number_that_is_mistyped_spoils_no_release(office: Office) -> None:
    """Of another officer, of nobody, or no number at all: nothing is signed, and the release is as it was."""
    office.propose_childcare()
    before = office.second.read_bytes()
    for wrong in (SECOND, f"{FIRST[:-1]}9", FIRST[:-1]):
        assert 2 == office.sign(FIRST, oin=wrong)
        assert "--officer" in office.err
    Path(FIRST, officers.REQUEST).unlink()
    assert 2 == office.sign(FIRST)
    assert 2 == office.sign(FIRST, oin=SECOND, more="--trust trust.json")
    assert before == office.second.read_bytes()


def test_the_release_before_it_is_checked_or_it_is_said_that_it_was_not(office: Office) -> None:
    """A difference is worth what it is compared with: unsigned is told aloud, and refused with a trust file."""
    office.propose_childcare()
    assert 6 == office.sign(FIRST, more="--trust trust.json")
    assert "te weinig geldige handtekeningen" in office.err
    assert 0 == office.sign(FIRST)
    assert "LET OP: wie de vorige uitgave (1) tekende, is niet nagegaan" in office.err


def test_a_name_under_a_release_is_no_signature(office: Office) -> None:
    """What stands there in an officer's name without being of that officer is reported, never believed."""
    office.propose_childcare()
    assert 0 == office.sign(FIRST)
    written = json.loads(office.second.read_text("utf-8"))
    written["signatures"][0]["signature"] = "A" * 86
    canonical = json.dumps(written, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    office.second.write_text(f"{canonical}\n", encoding="utf-8")
    assert 6 == office.sign(FIRST)
    assert "U tekende deze uitgave al" not in office.err
    assert "past niet bij deze inhoud" in office.err


def test_what_was_read_is_what_is_signed(office: Office) -> None:
    """A release that was changed after it was made is neither signed nor believed."""
    office.propose(office.count("none", "geldend"))
    office.release("geldend", "none")
    first = RELEASES / "0001.release.json"
    first.write_text(first.read_text("utf-8").replace("Zij ziet", "Wij zien"), encoding="utf-8")
    command = f"sign {first} --keystore {FIRST}/officer.keystore --passphrase-file {FIRST}/officer.passphrase"
    assert 6 == office.policy(f"{command} --officer {FIRST}", typed="\n")
    assert "veranderd nadat de uitgave werd gemaakt" in office.err
    assert 6 == office.policy(f"verify {first} --trust trust.json")


PAGE = Path(__file__).parents[2] / "docs" / "paths" / "privacy-officer.md"
_PLACE = re.compile(r":\d+:\d+:")
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Reader:
    """Somebody who does what the page says, from top to bottom, and nothing else."""

    office: Office
    codes: list[tuple[str, int]] = field(default_factory=list)
    said: str = ""

    def follow(self, page: str) -> None:
        """Write the files that the page shows, make its changes, and give its commands as they stand."""
        for kind, content in _FENCE.findall(page):
            if kind == "yaml":
                Path(content.partition("\n")[0].removeprefix("# ")).write_text(content, encoding="utf-8")
            elif kind == "diff":
                self._change(*content.split("\n", 1))
            elif kind == "console":
                self._command(content)
            else:
                self._hear(content)

    def _hear(self, expected: str) -> None:
        """Meet what the page says that the last command says; a line of a card may have moved."""
        told = _PLACE.sub(":", self.office.out + self.office.err)
        for line in _PLACE.sub(":", expected).splitlines():
            assert line in told

    def _change(self, heading: str, lines: str) -> None:
        path = Path(heading.removeprefix("--- "))
        text = path.read_text("utf-8")
        old, new = ("".join(f"{line[1:]}\n" for line in lines.splitlines() if line[0] in kept) for kept in (" -", " +"))
        assert 1 == text.count(old), old
        path.write_text(text.replace(old, new), encoding="utf-8")

    def _command(self, content: str) -> None:
        for line in content.splitlines():
            words = shlex.split(line.removeprefix("$ "))
            if words[0] == "cp":
                shutil.copytree(words[2], words[3])
            elif words[0] == "export":
                self.office.patch.setenv(*words[1].split("=", 1))
            else:
                self.codes.append((line, self._seinhuis(words)))

    def _seinhuis(self, words: list[str]) -> int:
        assert ["seinhuis", "policy"] == words[:2]
        digest = json.loads(self.office.second.read_text("utf-8"))["digest"] if words[2] == "sign" else ""
        code = self.office.policy(shlex.join(words[2:]), typed=f"{digest[:8]}\n")
        if words[2] == "officer":
            trust(Path(words[3]))
        self.said += self.office.out + self.office.err
        return code


def test_the_path_of_the_officer_works_as_it_is_written(office: Office) -> None:
    """Every command of the page, with its changes and files: just those fail that show what is refused, and how."""
    for made in ("geldend", "kaarten", FIRST, SECOND):
        shutil.rmtree(made)
    Path("trust.json").unlink()
    shutil.copytree(POLICIES, "policies")
    gateway_with_a_record(Path("knooppunt").absolute(), POLICIES)
    reader = Reader(office)
    reader.follow(PAGE.read_text("utf-8"))
    failed = [(line.split()[3], code) for line, code in reader.codes if code]
    assert [("lint", 2), ("test", 2), ("release", 3), ("verify", 6)] == failed, reader.said

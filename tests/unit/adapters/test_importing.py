"""An export is imported whole: good rows registered once, bad rows given back to repair, whatever happens meanwhile."""

import csv
import json
import stat
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import httpx2
import pytest

from adapters import Gateway, PolicyRefused, TryAgainLater
from adapters.error_file import ErrorFile, error_path
from adapters.import_state import ImportRefused, ImportState, state_path
from adapters.importing import BatchDone, ImportReport, ImportTerms, begin_or_resume, check_source, import_source
from adapters.rows import RowFault
from adapters.sources.csv import CsvExport, SourceRefused
from keys.signing import RawCall
from tests.support.federation import Federation, person_numbers
from tests.support.wire import Wire

BSNS = person_numbers(8)
MAP = """\
delimiter: ";"
encoding: cp1252
date-format: "%d-%m-%Y"
columns: {person-number: BSN, case-reference: Zaaknummer, registered-on: Melding, birth-date: Geboren, \
notice-on: Mededeling, contact: Loket}
person-number-may-lack-leading-zeros: true
"""
HEADING = ("Naam", "BSN", "Zaaknummer", "Melding", "Geboren", "Mededeling", "Loket")
ON = date(2027, 4, 20)
NOBODY = Wire(Federation(1, 1))


def row(bsn: str, case: str, *, born: str = "01-02-2015", notice: str = "19-04-2027", desk: str = "Balie Zuid") -> str:
    """Return one line of the export."""
    return f"Coördinatie;{bsn};{case};03-03-2027;{born};{notice};{desk}"


GOOD = [row(bsn.lstrip("0"), f"Z-{at}") for at, bsn in enumerate(BSNS)]


@dataclass
class Desk:
    """An agency with an export on its disk."""

    folder: Path
    wire: Wire = field(default_factory=lambda: Wire(Federation(1, 1)))
    terms: ImportTerms = field(default_factory=lambda: ImportTerms(lane="youth", on=ON, batch_rows=2))

    @property
    def export(self) -> Path:
        """Where the export lies."""
        return self.folder / "school.csv"

    def write(self, *lines: str) -> None:
        """Write the export and its map."""
        self.export.write_text("\n".join((";".join(HEADING), *lines, "")), encoding="cp1252")
        (self.folder / "school.map.yaml").write_text(MAP, encoding="utf-8")

    def source(self, export: Path | None = None) -> CsvExport:
        """Open the export."""
        return CsvExport.open(export or self.export, self.folder / "school.map.yaml")

    def run(
        self, *, resume: bool = False, export: Path | None = None, done: list[BatchDone] | None = None
    ) -> ImportReport:
        """Import the export as the command does."""
        source, path = self.source(export), state_path(export or self.export)
        with Gateway(self.wire.caller(patience_seconds=0.0), transport=self.wire.transport()) as gateway:
            state = begin_or_resume(gateway, source, self.terms, path, resume=resume)
            errors = ErrorFile.beside(
                source.path, heading=source.heading, delimiter=";", encoding="cp1252", size=state.errors_bytes
            )
            on_batch = done.append if done is not None else lambda _: None
            return import_source(
                gateway, source, self.terms, state=state, state_file=path, errors=errors, on_batch=on_batch
            )

    def errors(self, export: Path | None = None) -> list[list[str]]:
        """Read the error file."""
        with error_path(export or self.export).open(encoding="cp1252", newline="") as file:
            return list(csv.reader(file, delimiter=";"))

    def registered(self) -> list[str]:
        """Return the case references that the gateway holds, sorted: two batches are under way at once."""
        return sorted(each["view"]["caseReference"] for each in self.wire.registrations.values())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An agency with nothing imported yet."""
    return Desk(tmp_path)


def test_good_rows_are_registered_and_the_import_tells_as_it_goes(desk: Desk) -> None:
    """Batches end in order, with the receipts that were given."""
    desk.write(*GOOD[:5])
    done: list[BatchDone] = []
    assert ImportReport(5, 0, ()) == desk.run(done=done)
    assert [2, 2, 1] == [batch.rows for batch in done]
    receipts = [receipt.id for batch in done for receipt in batch.receipts]
    assert (sorted(desk.wire.registrations), False) == (sorted(receipts), error_path(desk.export).exists())


def test_what_a_row_says_arrives(desk: Desk) -> None:
    """Notice, desk and case reference; a row without a notice defers it for four weeks."""
    desk.write(GOOD[0], row(BSNS[1], "Z-1", notice="", desk="Intake Noord"))
    desk.run()
    first, second = (each["view"] for each in desk.wire.registrations.values())  # one batch keeps its order
    assert ("cnt_balie_zuid", {"status": "given", "on": "2027-04-19"}) == (first["contactId"], first["subjectNotice"])
    deferred = {"status": "deferred", "on": "2027-05-18", "reason": "unreachable"}
    assert ("cnt_intake_noord", deferred) == (second["contactId"], second["subjectNotice"])


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (row("000000013", "Z-9"), RowFault.PERSON_ELEVEN_TEST),
        (row("", "Z-9"), RowFault.PERSON_MISSING),
        (row("12a", "Z-9"), RowFault.PERSON_NOT_DIGITS),
        (row("0000000012", "Z-9"), RowFault.PERSON_LENGTH),
        (row(BSNS[0], " "), RowFault.CASE_MISSING),
        (row(BSNS[0], "Z-9", born="31-02-2015"), RowFault.BIRTH_DATE),
        (row(BSNS[0], "Z-9", born=""), RowFault.BIRTH_DATE),
        (row(BSNS[0], "Z-9", notice="soon"), RowFault.NOTICE_ON),
        (row(BSNS[0], "Z-9", born="20-04-2004"), RowFault.TOO_OLD),
        (row(BSNS[0], "Z-9") + ";too;many", RowFault.CELLS),
        ("too;few", RowFault.CELLS),
    ],
)
def test_a_bad_row_is_found_before_anything_leaves(tmp_path: Path, line: str, fault: RowFault) -> None:
    """First, in the middle and last."""
    desk = Desk(tmp_path, wire=NOBODY)
    desk.write(line, GOOD[0], line, GOOD[1], line)
    found = [each for _, each in check_source(desk.source(), desk.terms)]
    assert [fault, None, fault, None, fault] == found


@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_bad_row_comes_back_with_its_reason_and_cancels_no_other(desk: Desk, place: int) -> None:
    """First, in the middle or last; it never left the agency."""
    line, fault = row("000000013", "Z-9"), RowFault.PERSON_ELEVEN_TEST
    desk.write(*GOOD[:place], line, *GOOD[place:4])
    assert ImportReport(4, 1, ()) == desk.run()
    assert ["Z-0", "Z-1", "Z-2", "Z-3"] == desk.registered()
    assert [[*HEADING, "reason"], [*line.split(";"), fault.text("nl")]] == desk.errors()


def test_a_row_that_the_gateway_refuses_comes_back_with_its_code(desk: Desk) -> None:
    """Its neighbors are registered."""
    desk.write(row(BSNS[0], "REFUSE-1"), *GOOD[1:3], row(BSNS[3], "<script>"))
    desk.run()
    reasons = [cells[-1] for cells in desk.errors()[1:]]
    assert ["Z-1", "Z-2"] == desk.registered()
    assert reasons[0].startswith("policy-term-past: ")
    assert reasons[1].startswith("request-member-invalid: ")
    assert reasons[1].endswith("(caseReference)")


def test_the_error_file_is_repaired_and_imported_by_the_same_map(desk: Desk) -> None:
    """Only what was bad comes in the second time, and its old reasons give way to new ones."""
    desk.write(GOOD[0], row("000000013", "Z-1"), row("", "Z-2"))
    desk.run()
    repaired = error_path(desk.export)
    repaired.write_bytes(repaired.read_bytes().replace(b"000000013", BSNS[1].encode()))
    assert ImportReport(1, 1, ()) == desk.run(export=repaired)
    assert ["Z-0", "Z-1"] == desk.registered()
    assert [[*HEADING, "reason"], [*row("", "Z-2").split(";"), RowFault.PERSON_MISSING.text("nl")]] == desk.errors(
        repaired
    )


def test_a_term_never_outlives_the_twenty_third_birthday(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the birthday comes before the longest term, it is sent; born on 29 February ends on 28 February.

    How long the archive may keep is said by the first of that month, earlier and never later: no day of birth is told.
    """
    act = desk.wire._act  # noqa: SLF001

    def with_term(call: RawCall, oin: str, case: str) -> tuple[int, bytes]:
        status, content = act(call, oin, case)
        if call.target_uri.endswith("/policy-checks"):
            content = json.dumps(json.loads(content) | {"validUntilAtMost": "2029-04-20"}).encode()
        return status, content

    monkeypatch.setattr(desk.wire, "_act", with_term)
    born = ["29-02-2004", "19-04-2006", "20-04-2006", "01-01-2015"]
    desk.terms = ImportTerms(lane="youth", on=date(2027, 2, 1))
    desk.write(*(row(bsn, "Z-1", born=day, notice="") for bsn, day in zip(BSNS, born, strict=False)))
    desk.run()
    lines = next(call.body for call in desk.wire.calls if call.target_uri.endswith("/registration-batches"))
    sent = [json.loads(line).get("validUntil") for line in lines.splitlines()]
    assert ["2027-02-28", "2029-04-19", None, None] == sent
    archived = [json.loads(line).get("archiveUntil") for line in lines.splitlines()]
    assert ["2027-02-01", "2029-04-01", "2029-04-01", "2038-01-01"] == archived


def is_gone(wire: Wire, call: RawCall) -> httpx2.Response | None:
    """The gateway is away from the third batch on."""
    if call.target_uri.endswith("/registration-batches") and len(wire.registrations) >= 4:
        wire.gateway_faults.append(is_gone)
        raise httpx2.ConnectError("refused")
    wire.gateway_faults.append(is_gone)
    return wire.at_gateway(call)


def test_a_broken_import_is_resumed_and_does_nothing_twice(desk: Desk) -> None:
    """What was done stays done; the rest follows; each bad row stands in the error file once."""
    desk.write(row("", "X-0"), *GOOD[:4], row("", "X-1"), *GOOD[4:8])
    desk.wire.gateway_faults = [is_gone]
    with pytest.raises(TryAgainLater):
        desk.run()
    halfway = len(desk.registered())
    desk.wire.gateway_faults = []
    assert ImportReport(8, 2, ()) == desk.run(resume=True)
    assert 0 < halfway < 8
    assert [f"Z-{at}" for at in range(8)] == desk.registered()
    assert ["X-0", "X-1"] == [cells[2] for cells in desk.errors()[1:]]


@pytest.mark.parametrize("dies_after", ["the call", "the error file"])
def test_an_import_that_is_killed_between_any_two_writes_does_nothing_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, dies_after: str
) -> None:
    """The batch that was not noted as done is sent again under the same key; its bad rows are written once."""
    desk.write(*GOOD[:2], row("", "X-0"), GOOD[2], GOOD[3])
    kind, name = (ErrorFile, "add") if dies_after == "the call" else (ImportState, "after_batch")
    original = getattr(kind, name)
    times = iter(range(10))

    def die_the_second_time(*arguments: object, **named: object) -> object:
        if next(times) == 1:
            raise KeyboardInterrupt
        return original(*arguments, **named)

    monkeypatch.setattr(kind, name, die_the_second_time)
    with pytest.raises(KeyboardInterrupt):
        desk.run()
    assert ImportReport(4, 1, ()) == desk.run(resume=True)
    assert ["Z-0", "Z-1", "Z-2", "Z-3"] == desk.registered()
    assert ["X-0"] == [cells[2] for cells in desk.errors()[1:]]


def test_a_resumed_import_says_what_it_said_the_first_day(desk: Desk) -> None:
    """Days that are counted from the beginning stay the same, else the same batch would be another one."""
    desk.write(*(row(bsn, "Z-1", notice="") for bsn in BSNS[:2]))
    desk.wire.gateway_faults = [Wire.at_gateway, _lost]
    with pytest.raises(TryAgainLater):
        desk.run()
    desk.terms = ImportTerms(lane="youth", on=date(2027, 4, 25), batch_rows=1)
    assert 2 == desk.run(resume=True).accepted == len(desk.registered())


def _lost(wire: Wire, call: RawCall) -> httpx2.Response:
    wire.at_gateway(call)
    raise httpx2.ReadError("lost")


def test_an_import_is_not_begun_over_another(desk: Desk) -> None:
    """A finished import is not done again by mistake, and a broken one is not mixed with another file."""
    desk.write(GOOD[0])
    desk.run()
    with pytest.raises(ImportRefused, match="already"):
        desk.run()
    desk.write(*GOOD)
    desk.wire.gateway_faults = [is_gone]
    with pytest.raises(TryAgainLater):
        desk.run()
    with pytest.raises(ImportRefused, match="--resume"):
        desk.run()
    desk.write(*GOOD[:7])
    with pytest.raises(ImportRefused, match="changed"):
        desk.run(resume=True)


def test_an_agency_that_may_not_register_sends_no_person(desk: Desk) -> None:
    """The policy is asked first, and refuses the whole."""
    desk.write(*GOOD)
    desk.terms = ImportTerms(lane="adult", on=ON)
    with pytest.raises(PolicyRefused):
        desk.run()
    assert (1, False) == (len(desk.wire.calls), state_path(desk.export).exists())


def test_files_beside_the_export_are_for_the_agency_alone(desk: Desk) -> None:
    """The error file holds persons; the state holds none, and its keys are not a hash of the file."""
    desk.write(*GOOD[:3], row("", "X-0"))
    desk.run()
    for path in (error_path(desk.export), state_path(desk.export)):
        assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    state = ImportState.load(state_path(desk.export))
    assert state is not None
    assert not any(bsn in state_path(desk.export).read_text(encoding="utf-8") for bsn in BSNS)
    other = ImportState.begin(digest=state.digest, lane="youth", on=ON, latest_until=None, batch_rows=2)
    assert state.idempotency_key(0) != other.idempotency_key(0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[", "is not YAML"),
        ("a: b", "columns: Field required"),
        (MAP.replace("cp1252", "latin-99"), "encoding: unknown"),
        (MAP.replace('";"', '";;"'), "delimiter"),
        (MAP.replace("case-reference", "case-ref"), "columns.case-ref"),
        (MAP + "surprise: 1\n", "surprise"),
        (MAP.replace("true", "'yes'"), "person-number-may-lack-leading-zeros"),
        (MAP.replace("Loket", "Balie"), 'no column "Balie"'),
    ],
)
def test_a_map_that_does_not_fit_is_refused_with_every_mistake(desk: Desk, text: str, reason: str) -> None:
    """Before a row is read."""
    desk.write(GOOD[0])
    (desk.folder / "school.map.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SourceRefused, match=reason):
        desk.source()


def test_an_export_that_is_not_what_the_map_says_is_refused(desk: Desk) -> None:
    """Another encoding, or no file at all."""
    desk.write(GOOD[0])
    (desk.folder / "school.map.yaml").write_text(MAP.replace("cp1252", "utf-8"), encoding="utf-8")
    with pytest.raises(SourceRefused, match="cannot be read"):
        list(desk.source().rows())
    (desk.folder / "school.map.yaml").write_text(MAP.replace("cp1252", "utf-16"), encoding="utf-8")
    with pytest.raises(SourceRefused, match="utf-16"):
        desk.source()
    desk.export.unlink()
    with pytest.raises(SourceRefused, match="cannot be read"):
        desk.source()


@pytest.mark.parametrize(
    ("export", "errors"),
    [
        ("own.csv", "own.errors.csv"),
        ("own.errors.csv", "own.errors.2.csv"),
        ("own.errors.2.csv", "own.errors.3.csv"),
        ("own.errors.of.may.csv", "own.errors.of.may.errors.csv"),
    ],
)
def test_a_repaired_error_file_has_its_own(export: str, errors: str) -> None:
    """What is given back a second time goes into the next file, never over the one that is being read."""
    assert Path(errors) == error_path(Path(export))

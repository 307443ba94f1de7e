"""An agency brings its export: bad rows come back to be repaired, and what was taken is never taken twice."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.error_file import ErrorFile, error_path
from adapters.identity import Person
from adapters.import_state import ImportRefused, state_path
from adapters.importing import BatchDone, ImportReport, ImportTerms, begin_or_resume, import_source
from adapters.sources.csv import CsvExport
from tests.support.scene import Office, Scene, today

MAP = """
delimiter: ";"
encoding: utf-8
date-format: "%d-%m-%Y"
columns:
  person-number: BSN
  case-reference: Dossier
  registered-on: Sinds
  birth-date: Geboren
  notice-on: Ingelicht
"""
HEADING = "Dossier;BSN;Sinds;Geboren;Ingelicht"
ROWS_AT_ONCE = 3


class BrokenOff(Exception):
    """The computer of the agency stopped here."""


@dataclass
class Cabinet:
    """An agency's folder with an export and its map."""

    folder: Path

    def export(self, name: str, rows: list[tuple[str, str]]) -> Path:
        """Write an export of (case, person number) rows."""
        since, born = (today() - timedelta(days=days) for days in (7, 3650))
        lines = (f"{case};{bsn};{since:%d-%m-%Y};{born:%d-%m-%Y};{since:%d-%m-%Y}" for case, bsn in rows)
        path = self.folder / name
        path.write_text("\n".join((HEADING, *lines)) + "\n", encoding="utf-8")
        return path

    def bring(self, office: Office, export: Path, *, resume: bool = False, stop_after: int = 0) -> ImportReport:
        """Import an export as the command does; stop after so many batches."""
        map_file = self.folder / "map.yaml"
        map_file.write_text(MAP, encoding="utf-8")
        source = CsvExport.open(export, map_file)
        terms = ImportTerms(lane="youth", on=today(), batch_rows=ROWS_AT_ONCE)
        state = begin_or_resume(office.gateway, source, terms, state_path(export), resume=resume)
        errors = ErrorFile(
            error_path(export), heading=source.heading, delimiter=";", encoding="utf-8", size=state.errors_bytes
        )
        done: list[BatchDone] = []

        def on_batch(batch: BatchDone) -> None:
            done.append(batch)
            if len(done) == stop_after:
                raise BrokenOff

        return import_source(
            office.gateway,
            source,
            terms,
            state=state,
            state_file=state_path(export),
            errors=errors,
            on_batch=on_batch,
        )


@pytest.fixture
def cabinet(tmp_path: Path) -> Cabinet:
    """Give the agency a folder."""
    return Cabinet(tmp_path)


def _rows(children: list[Person]) -> list[tuple[str, str]]:
    return [(f"S-{number}", child.bsn) for number, child in enumerate(children)]


def _brought(school: Office) -> int:
    return len(school.gateway.registrations.list())


@pytest.mark.parametrize("bad", [0, 3, 6], ids=["first", "middle", "last"])
def test_a_bad_row_comes_back_and_is_imported_once_repaired(scene: Scene, cabinet: Cabinet, bad: int) -> None:
    """A number with a slip of the pen: the others are taken, the row is repaired in its file and imported by itself."""
    school, police = scene.office("school"), scene.office("police")
    children = [scene.child() for _ in range(7)]
    police.registers(children[bad])
    rows, before = _rows(children), _brought(school)
    slip = rows[bad][1][:-1] + str((int(rows[bad][1][-1]) + 1) % 10)

    first = cabinet.bring(school, cabinet.export("a.csv", [*rows[:bad], (rows[bad][0], slip), *rows[bad + 1 :]]))
    assert (6, 1) == (first.accepted, first.refused)
    scene.settle()
    assert () == school.hears()

    returned = error_path(cabinet.folder / "a.csv")
    returned.write_text(returned.read_text(encoding="utf-8").replace(slip, rows[bad][1]), encoding="utf-8")
    second = cabinet.bring(school, returned)
    assert (1, 0) == (second.accepted, second.refused)
    scene.settle()
    assert rows[bad][0] == school.sees_what_it_hears().case_reference
    assert before + 7 == _brought(school)


@pytest.mark.parametrize("stop_after", [1, 2])
def test_an_import_that_broke_off_goes_on_and_does_nothing_twice(
    scene: Scene, cabinet: Cabinet, stop_after: int
) -> None:
    """The computer stops after a batch; another import is refused, a resumed one does the rest."""
    school = scene.office("school")
    export = cabinet.export("b.csv", _rows([scene.child() for _ in range(8)]))
    before = _brought(school)
    with pytest.raises(BrokenOff):
        cabinet.bring(school, export, stop_after=stop_after)
    with pytest.raises(ImportRefused):
        cabinet.bring(school, export)

    report = cabinet.bring(school, export, resume=True)

    assert (8, 0) == (report.accepted, report.refused)
    assert before + 8 == _brought(school)
    with pytest.raises(ImportRefused):
        cabinet.bring(school, export, resume=True)
    assert before + 8 == _brought(school)

"""Writes what each agency of the region has: one CSV in its own habits, good rows and bad, and a map to read it by.

The map, `<agency>.map.yaml`, tells an importer what is where::

    delimiter: ";"
    encoding: cp1252
    date-format: "%d-%m-%Y"
    columns:
      person-number: BSN
      case-reference: Zaaknummer
      registered-on: Datum melding
      birth-date: Geboortedatum
      notice-on: Datum mededeling
      contact: Loket
    person-number-may-lack-leading-zeros: true

- `delimiter`: one character. Quotes and line ends are those of RFC 4180.
- `encoding`: a Python codec name; `utf-8-sig` where the file begins with a byte order mark.
- `date-format`: as in `strptime`, the same for every date of the file.
- `columns`: field to heading. `person-number`, `case-reference`, `registered-on` and `birth-date` are always there,
  `notice-on` and `contact` only where the agency has such a column. Columns that no field names are not to be read.
- An empty `notice-on` cell says the same as no such column: the notice is deferred, and the row is good.
- `contact`: the name of a desk, never of a person.
- `person-number-may-lack-leading-zeros`: a number of fewer than nine digits is to be filled with zeros from the left.
  Spaces and dots between the digits of a person number are to be ignored whatever this says.

A bad row has a person number that fails the 11-test, none at all, or a birth date that is no date. Every export
has one of each for every thousand rows begun, the first of the file and the last of the file among them.
"""

import csv
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Final

import yaml

from deploy.region.agencies import AGENCIES, UNMAPPED, BsnHabit, ExportField, ExportHabit, RegionAgency
from deploy.region.people import Involvement, Person, Region

ROWS_PER_BAD_THREE: Final = 1_000
_PRIVATE: Final = 0o600


class Fault(Enum):
    """What is wrong with a bad row."""

    FAILED_ELEVEN_TEST = "failed eleven-test"
    EMPTY_PERSON_NUMBER = "empty person number"
    UNREADABLE_DATE = "unreadable date"


@dataclass(frozen=True, slots=True)
class Export:
    """One agency's file: `rows` counts all below the heading, `bad_rows` those among them that must be refused."""

    agency: RegionAgency
    path: Path
    rows: int
    bad_rows: int

    @property
    def map_path(self) -> Path:
        """Where the map of this export lies."""
        return self.path.with_suffix(".map.yaml")


def write_exports(region: Region, directory: Path) -> tuple[Export, ...]:
    """Write one export and one map for each agency, in the order of `AGENCIES`; files of an earlier run give way."""
    directory.mkdir(parents=True, exist_ok=True)
    by_agency: defaultdict[str, list[Involvement]] = defaultdict(list)
    for involvement in region.involvements:
        by_agency[involvement.agency_slug].append(involvement)
    return tuple(_write_export(region, agency, by_agency[agency.slug], directory) for agency in AGENCIES)


def _write_export(region: Region, agency: RegionAgency, known: Sequence[Involvement], directory: Path) -> Export:
    good_count, bad_count = len(known), _bad_row_count(region, len(known))
    export = Export(agency, directory / f"{agency.slug}.csv", rows=good_count + bad_count, bad_rows=bad_count)
    habit = agency.export
    export.path.unlink(missing_ok=True)
    private = os.open(export.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)  # it holds person numbers
    with os.fdopen(private, "w", encoding=habit.encoding, newline="") as file:
        writer = csv.writer(file, delimiter=habit.delimiter)
        writer.writerow(heading for _, heading in habit.columns)
        writer.writerows(_rows(region, agency, known, bad_count))
    export.map_path.write_text(_map_of(habit), encoding="utf-8")
    return export


def _map_of(habit: ExportHabit) -> str:
    content = {
        "delimiter": habit.delimiter,
        "encoding": habit.encoding,
        "date-format": habit.date_format,
        "columns": {field.value: heading for field, heading in habit.columns if field not in UNMAPPED},
        "person-number-may-lack-leading-zeros": habit.bsn_habit is BsnHabit.ZEROS_LOST,
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def _bad_row_count(region: Region, good_count: int) -> int:
    """Count the bad rows to write; they borrow a person other than the story child, and need one to borrow."""
    return len(Fault) * (1 + good_count // ROWS_PER_BAD_THREE) if len(region.people) > 1 else 0


def _rows(region: Region, agency: RegionAgency, known: Sequence[Involvement], bad_count: int) -> Iterator[list[str]]:
    """Give the rows by date of registration, the bad ones spread evenly from the first place to the last."""
    in_order = sorted(known, key=lambda involvement: involvement.since_on)
    good = (_cells(agency, region.people[each.person_index], each) for each in in_order)
    bad = _bad_cells(region, agency, len(known), bad_count)
    for ordinal, spoiled in enumerate(bad, start=1):
        yield _row(agency.export, spoiled)
        gap_end, gap_start = (len(known) * i // (bad_count - 1) for i in (ordinal, ordinal - 1))
        if ordinal < bad_count:
            yield from (_row(agency.export, cells) for cells in islice(good, gap_end - gap_start))
    yield from (_row(agency.export, cells) for cells in good)


def _row(habit: ExportHabit, cells: dict[ExportField, str]) -> list[str]:
    return [cells[field] for field, _ in habit.columns]


def _cells(agency: RegionAgency, person: Person, involvement: Involvement) -> dict[ExportField, str]:
    habit = agency.export
    return {
        ExportField.PERSON_NUMBER: _written(person.person_number, habit.bsn_habit),
        ExportField.BIRTH_DATE: _dated(person.birth_on, habit),
        ExportField.CASE_REFERENCE: involvement.case_reference,
        ExportField.REGISTERED_ON: _dated(involvement.since_on, habit),
        ExportField.NOTICE_ON: _dated(involvement.notice_on, habit) if involvement.notice_on else "",
        ExportField.CONTACT: agency.contact_name,
        ExportField.NAME: f"{person.first_name} {person.last_name}",
        ExportField.ADDRESS: person.address,
    }


def _bad_cells(
    region: Region, agency: RegionAgency, good_count: int, bad_count: int
) -> Iterator[dict[ExportField, str]]:
    faults = tuple(Fault)
    for ordinal in range(bad_count):
        borrowed = region.people[1 + ordinal * len(region.people) // bad_count % (len(region.people) - 1)]
        case_reference = agency.case_reference(good_count + ordinal)
        involvement = Involvement(agency.slug, 0, region.on, case_reference, notice_on=None)
        yield _spoil(_cells(agency, borrowed, involvement), borrowed, faults[ordinal % len(faults)], agency.export)


def _spoil(cells: dict[ExportField, str], person: Person, fault: Fault, habit: ExportHabit) -> dict[ExportField, str]:
    match fault:
        case Fault.FAILED_ELEVEN_TEST:
            # Another last digit always fails: the sum moves by 1 or 9, never by a multiple of 11.
            wrong = person.person_number[:-1] + str((int(person.person_number[-1]) + 1) % 10)
            return cells | {ExportField.PERSON_NUMBER: _written(wrong, habit.bsn_habit)}
        case Fault.EMPTY_PERSON_NUMBER:
            return cells | {ExportField.PERSON_NUMBER: ""}
        case Fault.UNREADABLE_DATE:
            no_such_day = habit.date_format.replace("%d", "31").replace("%m", "02").replace("%Y", "2019")
            return cells | {ExportField.BIRTH_DATE: no_such_day}


def _dated(on: date, habit: ExportHabit) -> str:
    return on.strftime(habit.date_format)


def _written(person_number: str, habit: BsnHabit) -> str:
    match habit:
        case BsnHabit.NINE_DIGITS:
            return person_number
        case BsnHabit.ZEROS_LOST:
            return person_number.lstrip("0")
        case BsnHabit.SPACED:
            return f"{person_number[:3]} {person_number[3:6]} {person_number[6:]}"
        case BsnHabit.DOTTED:
            return f"{person_number[:4]}.{person_number[4:6]}.{person_number[6:]}"

"""Decides how an agency's CSV export is read, by a map that says which of its columns is what.

    delimiter: ";"
    encoding: cp1252
    date-format: "%d-%m-%Y"
    columns:
      person-number: BSN
      case-reference: Zaaknummer
      registered-on: Datum melding
      birth-date: Geboortedatum
      notice-on: Datum mededeling     # optional: absent or an empty cell means that the notice is deferred
      contact: Loket                  # optional: the name of a desk
      flag: Soort betrokkenheid       # optional: how the agency is involved; an empty cell is what the import says
    flags: {Zorgmelding: care_report} # optional: the agency's own words for the flags of the card
      first-parent: BSN ouder 1       # optional, as is second-parent: an empty cell is no parent
    person-number-may-lack-leading-zeros: true

Quotes and line ends are those of RFC 4180. Columns that the map does not name are not read. Every row is checked here,
with the 11-test, before anything leaves.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from adapters.identity import Person, PersonRefused
from adapters.rows import OF_PERSON, Record, Row, RowFault
from keys.fingerprint import fingerprint

_PIECE: Final = 1024 * 1024
_LARGEST_MAP: Final = 64 * 1024
_DATES: Final = {
    "birth_date": RowFault.BIRTH_DATE,
    "registered_on": RowFault.REGISTERED_ON,
    "notice_on": RowFault.NOTICE_ON,
}

_PARENTS: Final = ("first_parent", "second_parent")


class SourceRefused(ValueError):
    """An export or its map cannot be read at all; `mistakes` names all that is wrong, never a cell."""

    def __init__(self, *mistakes: str) -> None:
        """Keep all mistakes."""
        self.mistakes = mistakes
        super().__init__("; ".join(mistakes))


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class _Strict(BaseModel):
    model_config = ConfigDict(
        alias_generator=_kebab, extra="forbid", frozen=True, hide_input_in_errors=True, coerce_numbers_to_str=False
    )


Heading = Annotated[str, StringConstraints(min_length=1)]


class Columns(_Strict):
    """Which heading holds which field."""

    person_number: Heading
    case_reference: Heading
    registered_on: Heading
    birth_date: Heading
    notice_on: Heading | None = None
    contact: Heading | None = None
    flag: Heading | None = None
    first_parent: Heading | None = None
    second_parent: Heading | None = None


class ExportMap(_Strict):
    """How one agency writes its export."""

    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)]
    encoding: str
    date_format: Annotated[str, StringConstraints(pattern="%")]
    columns: Columns
    flags: Mapping[str, str] = Field(default_factory=dict)
    person_number_may_lack_leading_zeros: bool = Field(default=False, strict=True)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a map file; raises SourceRefused with every mistake."""
        try:
            text = path.read_text(encoding="utf-8")[:_LARGEST_MAP]
            export_map = cls.model_validate(yaml.safe_load(text))
            "".encode(export_map.encoding)
        except OSError:
            raise SourceRefused(f"{path.name}: cannot be read") from None
        except (yaml.YAMLError, UnicodeError, RecursionError):
            raise SourceRefused(f"{path.name}: is not YAML") from None
        except LookupError:
            raise SourceRefused(f"{path.name}: encoding: unknown") from None
        except ValidationError as invalid:
            found = invalid.errors(include_input=False, include_context=False, include_url=False)
            named = (f"{path.name}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found)
            raise SourceRefused(*named) from None
        return export_map


@dataclass(frozen=True, slots=True)
class CsvExport:
    """An export that can be read: the file is there, and its heading has the columns that the map names.

    `digest` names this file read by this map, `row_count` counts its lines. Rows are read as they are needed.
    """

    path: Path
    map: ExportMap
    heading: tuple[str, ...]
    digest: str
    row_count: int

    @classmethod
    def open(cls, path: Path, map_path: Path) -> Self:
        """Look the file through once; raises SourceRefused."""
        export_map = ExportMap.load(map_path)
        try:
            digest, lines = _digest(path, export_map)
            heading = next(_reader(path, export_map), [])
        except OSError:
            raise SourceRefused(f"{path.name}: cannot be read") from None
        except (UnicodeError, csv.Error):
            raise SourceRefused(f"{path.name}: cannot be read as {export_map.encoding} CSV") from None
        named = export_map.columns.model_dump(exclude_none=True).values()
        missing = [f'{path.name}: there is no column "{name}"' for name in named if name not in heading]
        if missing:
            raise SourceRefused(*missing)
        return cls(path, export_map, tuple(heading), digest, max(lines - 1, 0))

    def rows(self) -> Iterator[Row]:
        """Give every row below the heading; raises SourceRefused where the file itself cannot be read on."""
        places = {field: self.heading.index(name) for field, name in self._named().items()}
        reader = _reader(self.path, self.map)
        next(reader)
        number = 0
        try:
            for number, cells in enumerate(reader, start=1):  # said when reading stops
                yield Row(number, tuple(cells), self._read(cells, places))
        except (UnicodeError, csv.Error):
            raise SourceRefused(f"{self.path.name}: cannot be read on after row {number}") from None

    def _named(self) -> Mapping[str, str]:
        return self.map.columns.model_dump(exclude_none=True)

    def _read(self, cells: Sequence[str], places: Mapping[str, int]) -> Record | RowFault:
        """Return what the row says, or the first thing that is wrong with it."""
        if len(cells) != len(self.heading):
            return RowFault.CELLS
        said = {field: cells[place].strip() for field, place in places.items()}
        try:
            person = self._person(said["person_number"])
        except PersonRefused as refused:
            return OF_PERSON[refused.fault]
        if not said["case_reference"]:
            return RowFault.CASE_MISSING
        days: dict[str, date] = {}
        for field, fault in _DATES.items():
            text = said.get(field, "")
            day = _day(text, self.map.date_format)
            if day is not None:
                days[field] = day
            elif text or field != "notice_on":
                return fault
        try:
            parents = tuple(self._person(text) for field in _PARENTS if (text := said.get(field, "")))
        except PersonRefused:
            return RowFault.PARENT
        return Record(
            person=person,
            case=said["case_reference"],
            birth_on=days["birth_date"],
            registered_on=days["registered_on"],
            notice_on=days.get("notice_on"),
            contact=said.get("contact", ""),
            flag=self.map.flags.get(said.get("flag", ""), said.get("flag", "")),
            parents=parents,
        )

    def _person(self, text: str) -> Person:
        return Person.from_bsn(text, may_lack_leading_zeros=self.map.person_number_may_lack_leading_zeros)


@lru_cache(maxsize=50_000)  # an export has few different days, and strptime is slow
def _day(text: str, date_format: str) -> date | None:
    try:
        return datetime.strptime(text, date_format).date()  # noqa: DTZ007  # a day on paper has no zone
    except ValueError:
        return None


def _reader(path: Path, export_map: ExportMap) -> Iterator[list[str]]:
    with path.open(encoding=export_map.encoding, newline="") as file:
        yield from csv.reader(file, delimiter=export_map.delimiter, strict=True)


def _digest(path: Path, export_map: ExportMap) -> tuple[str, int]:
    """Return what names this file read by this map, and how many lines the file has."""
    lines, last = 0, b"\n"

    def pieces() -> Iterator[bytes]:
        nonlocal lines, last
        yield export_map.model_dump_json().encode() + b"\n"
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                lines += piece.count(b"\n")
                last = piece[-1:]
                yield piece

    return fingerprint(pieces()), lines + (last != b"\n")

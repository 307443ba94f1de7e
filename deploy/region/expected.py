"""Counts, naively and from the written files alone, what an honest import of the region's exports must lead to.

It reads the CSV files and their maps with a small parser of its own and shares no code with the importer or with what
wrote the files: if all are wrong in one way, it is not because they copied it. All rows are in the lane `youth`.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeAlias

import yaml

from deploy.region.exports import Export

WEIGHTS: Final = (9, 8, 7, 6, 5, 4, 3, 2, -1)
DATE_FIELDS: Final = ("birth-date", "registered-on", "notice-on")
MAY_BE_EMPTY: Final = frozenset({"notice-on"})

Map: TypeAlias = dict[str, Any]


def expected_matches(exports: Iterable[Export]) -> int:
    """Count the unordered pairs of different agencies that know one person, over all persons."""
    known_by: defaultdict[str, set[str]] = defaultdict(set)
    for export in exports:
        for person_number in _person_numbers(export):
            if person_number is not None:
                known_by[person_number].add(export.agency.slug)
    return sum(len(agencies) * (len(agencies) - 1) // 2 for agencies in known_by.values())


def expected_registrations(exports: Iterable[Export]) -> int:
    """Count the good rows; a person whom one agency has twice counts twice."""
    return sum(person_number is not None for export in exports for person_number in _person_numbers(export))


def expected_bad_rows(exports: Iterable[Export]) -> int:
    """Count the rows that must be refused."""
    return sum(person_number is None for export in exports for person_number in _person_numbers(export))


def _person_numbers(export: Export) -> Iterator[str | None]:
    """Give for each row its person number in nine digits, or None where the row is bad."""
    how: Map = yaml.safe_load(export.map_path.read_text(encoding="utf-8"))
    with export.path.open(encoding=how["encoding"], newline="") as file:
        for row in csv.DictReader(file, delimiter=how["delimiter"]):
            cells = {field: row[heading].strip() for field, heading in how["columns"].items()}
            yield _person_number(cells, how) if cells["case-reference"] and _dates_hold(cells, how) else None


def _person_number(cells: dict[str, str], how: Map) -> str | None:
    text = cells["person-number"].replace(" ", "").replace(".", "")
    if text and how["person-number-may-lack-leading-zeros"]:
        text = text.rjust(9, "0")
    if len(text) != len(WEIGHTS) or not (text.isascii() and text.isdigit()) or not int(text):
        return None
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, text, strict=True))
    return text if total % 11 == 0 else None


def _dates_hold(cells: dict[str, str], how: Map) -> bool:
    dates = ((field, cells[field]) for field in DATE_FIELDS if field in cells)
    return all(_is_date(text, how["date-format"]) for field, text in dates if text or field not in MAY_BE_EMPTY)


@lru_cache(maxsize=50_000)  # a region has few different days, and strptime is slow
def _is_date(text: str, date_format: str) -> bool:
    try:
        datetime.strptime(text, date_format)  # noqa: DTZ007 - only whether it is a day matters
    except ValueError:
        return False
    return True

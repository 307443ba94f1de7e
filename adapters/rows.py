"""Holds what every source of registrations gives: one row of an agency's own system, read or with what is wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol

from adapters.identity import Person, PersonFault


class RowFault(Enum):
    """What can be wrong with a row before anything leaves; in Dutch and English, for whoever repairs it."""

    PERSON_MISSING = ("burgerservicenummer ontbreekt", "person number is missing")
    PERSON_NOT_DIGITS = ("burgerservicenummer bevat andere tekens", "person number has other characters than digits")
    PERSON_LENGTH = ("burgerservicenummer heeft geen negen cijfers", "person number has not nine digits")
    PERSON_ELEVEN_TEST = ("burgerservicenummer voldoet niet aan de elfproef", "person number fails the 11-test")
    CASE_MISSING = ("zaakkenmerk ontbreekt", "case reference is missing")
    BIRTH_DATE = ("geboortedatum is geen datum", "birth date is no date")
    REGISTERED_ON = ("datum van registratie is geen datum", "day of registration is no date")
    NOTICE_ON = ("datum van mededeling is geen datum", "day of the notice is no date")
    PARENT = ("burgerservicenummer van een ouder is ongeldig", "person number of a parent is invalid")
    CELLS = ("rij heeft te weinig of te veel kolommen", "row has too few or too many cells")
    TOO_OLD = ("te oud voor deze stroom", "too old for this lane")

    def text(self, language: str) -> str:
        """Return it in "nl" or "en"."""
        return self.value[1] if language == "en" else self.value[0]


OF_PERSON = {
    PersonFault.MISSING: RowFault.PERSON_MISSING,
    PersonFault.NOT_DIGITS: RowFault.PERSON_NOT_DIGITS,
    PersonFault.LENGTH: RowFault.PERSON_LENGTH,
    PersonFault.ELEVEN_TEST: RowFault.PERSON_ELEVEN_TEST,
}


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """What a good row says; `notice_on` absent means that the notice is deferred, `contact` and `flag` may be empty."""

    person: Person
    case: str
    birth_on: date
    registered_on: date
    notice_on: date | None = None
    contact: str = ""
    flag: str = ""
    parents: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One row: its place below the heading (from 1), its cells as they were, and what it says or what is wrong."""

    number: int
    cells: tuple[str, ...]
    content: Record | RowFault


class Source(Protocol):
    """Where rows come from, always the same ones in the same order, so that an import can be resumed."""

    @property
    def digest(self) -> str:
        """Name these rows, read in this way, and no others; it never leaves the agency."""

    @property
    def row_count(self) -> int:
        """Say about how many rows there are, for a progress bar."""

    def rows(self) -> Iterator[Row]:
        """Give the rows from the first."""

"""Decides who somebody without a person number is at the agency: name and full birth date in one normal form."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Self

from adapters.identity import Person, PersonFault, PersonRefused, birth_date_in, members_of, text_of
from adapters.names import normal_form
from keys.hidden import Hidden
from keys.labels import derived_input

_MEMBERS: Final = frozenset({"givenName", "familyName", "birthDate"})
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True, repr=False)
class Unnumbered(Hidden):
    """A person without a person number, by the first given name, the family name and the full date of birth.

    Neither name nor date leaves the agency. Whoever is registered so is set aside until an official resolved it.
    """

    given_name: str
    family_name: str
    birth_on: date

    def __post_init__(self) -> None:
        """Refuse a name of which nothing is left to compare."""
        if not (normal_form(_first(self.given_name)) and normal_form(self.family_name)):
            raise PersonRefused(PersonFault.NAME)

    @classmethod
    def from_members(cls, members: Mapping[str, Any]) -> Self:
        """Read the members of a file; any other than names and birth date is refused (domain rule 17)."""
        names = members.get("givenName"), members.get("familyName")
        birth_on = birth_date_in(members)
        if members.keys() != _MEMBERS or not all(isinstance(name, str) for name in names):
            raise PersonRefused(PersonFault.NAME)
        if birth_on is None:
            raise PersonRefused(PersonFault.BIRTH_DATE)
        return cls(str(names[0]), str(names[1]), birth_on)

    def oprf_input(self) -> bytes:
        """Return the bytes that are blinded (protocol, sections 2 and 7)."""
        names = normal_form(self.family_name), normal_form(_first(self.given_name))
        return derived_input(json.dumps([*names, _either_way(self.birth_on)], separators=(",", ":")))


def person_from_file(path: str | Path) -> Person | Unnumbered:
    """Read a file, or standard input for "-", as `Person.from_file`, or `{"givenName", "familyName", "birthDate"}`.

    Raises PersonRefused without what the file holds, and OSError when it cannot be read.
    """
    text = text_of(path)
    if text.startswith("{") and "bsn" not in (members := members_of(text)):
        return Unnumbered.from_members(members)
    return Person.from_text(text)


def _first(given_name: str) -> str:
    """Return the first of several given names: the others are often left out."""
    return next(iter(given_name.replace("-", " ").split()), "")


def _either_way(day: date) -> str:
    """Return a date that is the same with day and month exchanged, where both ways are a date."""
    low, high = sorted((day.day, day.month)) if day.day <= _MONTHS else (day.month, day.day)
    return f"{day.year:04}-{low:02}-{high:02}"

"""Decides what a person is at the agency: one normal form of the person number, refused here or valid from here on."""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

from stdnum.nl import bsn

from keys.hidden import Hidden
from keys.labels import bsn_input

_DIGITS: Final = 9
_SHORTEST_OLD_NUMBER: Final = 8  # numbers of before 1988 have eight digits and are filled with one zero
_SEPARATORS: Final = re.compile(r"[ .]")
_LONGEST_FILE: Final = 1024


class PersonFault(StrEnum):
    """What can be wrong with a person number."""

    MISSING = "there is no person number"
    NOT_DIGITS = "a person number has only digits, with spaces or dots between them"
    LENGTH = "a person number has nine digits"
    ELEVEN_TEST = "the person number fails the 11-test"
    NOT_IN_FILE = 'the JSON object has no member "bsn" with a number'
    BIRTH_DATE = 'the member "birthDate" is no date like 2018-05-31'
    NAME = 'without a number there are "givenName", "familyName" in Latin letters and "birthDate", and nothing else'
    NOT_A_FILE = "the file is neither a number nor a JSON object"


class PersonRefused(ValueError):
    """What was given is not a person number; `fault` says what is wrong with it, and nothing says what it was."""

    def __init__(self, fault: PersonFault) -> None:
        """Refuse for a reason that holds no part of the value."""
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True, repr=False)
class Person(Hidden):
    """A person whom the agency knows, by a citizen service number (BSN) in normal form.

    It never prints itself and is never pickled. Make it with `from_bsn` or `from_file`. `birth_on`, where it is known,
    never leaves the agency either: by it the client sees to the age limit of a lane.
    """

    bsn: str
    birth_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse anything but nine ASCII digits that pass the 11-test."""
        if not (self.bsn.isascii() and self.bsn.isdigit() and len(self.bsn) == _DIGITS):
            raise PersonRefused(PersonFault.LENGTH)
        if not bsn.is_valid(self.bsn):
            raise PersonRefused(PersonFault.ELEVEN_TEST)

    @classmethod
    def from_bsn(cls, text: str, *, may_lack_leading_zeros: bool = False) -> Self:
        """Read a number as people write it: spaces and dots between the digits are ignored, eight digits are filled.

        With `may_lack_leading_zeros` any shorter number is filled with zeros, for exports that a spreadsheet went
        through. Raises PersonRefused, without the number.
        """
        digits = _SEPARATORS.sub("", text)
        if not digits:
            raise PersonRefused(PersonFault.MISSING)
        if not (digits.isascii() and digits.isdigit()):
            raise PersonRefused(PersonFault.NOT_DIGITS)
        if may_lack_leading_zeros or len(digits) == _SHORTEST_OLD_NUMBER:
            digits = digits.zfill(_DIGITS)
        return cls(digits)

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Read a file, or standard input for "-": JSON `{"bsn": "...", "birthDate": "2018-05-31"}`, or the bare number.

        The birth date may be left out.

        Raises PersonRefused without what the file holds, and OSError when it cannot be read.
        """
        return cls.from_text(text_of(path))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what a file holds; raises PersonRefused without it."""
        if not text.startswith("{"):
            return cls.from_bsn(text)
        members = members_of(text)
        return replace(cls.from_bsn(_number_in(members)), birth_on=birth_date_in(members))

    def oprf_input(self) -> bytes:
        """Return the bytes that are blinded (protocol, section 2)."""
        return bsn_input(self.bsn)


def text_of(path: str | Path) -> str:
    """Return the beginning of a file, or of standard input for "-", without what surrounds it."""
    return (sys.stdin.read(_LONGEST_FILE) if str(path) == "-" else _beginning(Path(path))).strip()


def _beginning(path: Path) -> str:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return file.read(_LONGEST_FILE)


def _number_in(members: Mapping[str, Any]) -> str:
    number = members.get("bsn")
    if isinstance(number, str):
        return number
    if isinstance(number, int) and not isinstance(number, bool):
        return str(number)
    raise PersonRefused(PersonFault.NOT_IN_FILE)


def birth_date_in(members: Mapping[str, Any]) -> date | None:
    """Return the birth date, where there is one; raises PersonRefused for what is none."""
    said = members.get("birthDate")
    if said is None:
        return None
    try:
        return date.fromisoformat(said)
    except (ValueError, TypeError):
        raise PersonRefused(PersonFault.BIRTH_DATE) from None


def members_of(text: str) -> dict[str, Any]:
    """Return the members of a JSON object; raises PersonRefused without them."""
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        # The parser's own message quotes the text, and the chain would print it.
        raise PersonRefused(PersonFault.NOT_A_FILE) from None
    return dict(members)

"""Whether a text contains something that could be a person number (BSN), so that free text never carries one."""

import re
import unicodedata
from datetime import date
from itertools import accumulate
from typing import Final

_BSN_DIGITS: Final = 9
_LENGTHS: Final = (8, 9)  # old numbers have eight digits and are padded with a zero
_WEIGHTS: Final = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_MODULUS: Final = 11

# One to three characters that are neither letter nor digit may stand between the digits of one number ("12.34 / 567").
_DIGITS_APART: Final = re.compile(r"[0-9]+(?:[\W_]{1,3}[0-9]+)*")
# A date in a text is no number: only as YYYY-MM-DD, and only when no sign but a space ties it to further digits.
_ISO_DATE: Final = re.compile(
    r"(?<![0-9])(?<![0-9][^\w ])(?<![0-9]_)([0-9]{4}-[0-9]{2}-[0-9]{2})(?!(?:[^\w ]|_)?[0-9])"
)
_A_DATE: Final = "d"  # a letter: digits before and after a date are not one number


def looks_like_person_number(text: str) -> bool:
    """Whether eight or nine digits in the text pass the 11-test, in any script and with separators between them.

    Errs on the side of yes: one in eleven of other numbers of that length passes the test too. Only a valid ISO date is
    let through. Digits inside a longer unbroken row (an OIN, an IBAN) are not looked at.
    """
    searched = _ISO_DATE.sub(_without_date, _plain(text))
    return any(_holds_person_number(row.group()) for row in _DIGITS_APART.finditer(searched))


def passes_eleven_test(digits: str) -> bool:
    """Whether eight or nine ASCII digits satisfy the 11-test of the BSN; nine zeros, which it lets through, do not."""
    padded = digits.zfill(_BSN_DIGITS)
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, padded, strict=True))
    return total % _MODULUS == 0 and padded.strip("0") != ""


def _holds_person_number(row: str) -> bool:
    """Try every series of whole groups of digits that has the length of a person number."""
    groups = re.findall("[0-9]+", row)
    ends = list(accumulate(map(len, groups), initial=0))
    digits = "".join(groups)
    boundaries = set(ends)
    return any(
        start + length in boundaries and passes_eleven_test(digits[start : start + length])
        for start in ends
        for length in _LENGTHS
    )


def _plain(text: str) -> str:
    """Bring digits of every script, spaces and dashes to ASCII and drop invisible characters."""
    return "".join(map(_plain_character, unicodedata.normalize("NFKC", text)))


def _plain_character(character: str) -> str:
    if character.isascii() and not character.isspace():
        return character
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Cf":
        return ""
    if category == "Pd" or character == "\N{MINUS SIGN}":
        return "-"
    return " " if character.isspace() else character


def _without_date(found: re.Match[str]) -> str:
    try:
        date.fromisoformat(found.group(1))
    except ValueError:
        return found.group()
    return _A_DATE

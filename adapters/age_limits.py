"""Decides what a birth date says of a registration: when it ends, and until when it may be kept."""

from datetime import date
from typing import Final

_ENDS_AT_AGE: Final = {"youth": 23}  # domain rule 8: until the birthday at 00:00 Europe/Amsterdam


def limit_on(lane: str, birth_on: date | None) -> date | None:
    """Return the birthday on which a lane ends for a person; None where the lane, or what is known, sets no limit."""
    age = _ENDS_AT_AGE.get(lane)
    return None if age is None or birth_on is None else _birthday(birth_on, age)


def first_of_month(day: date | None) -> date | None:
    """Return the first of a month for the archive: earlier, never later; any other day would tell the birth date."""
    return None if day is None else day.replace(day=1)


def _birthday(birth_on: date, age: int) -> date:
    """Return the birthday on which this age is reached; born on 29 February: 28 February (domain rule 8)."""
    try:
        return birth_on.replace(year=birth_on.year + age)
    except ValueError:
        return birth_on.replace(year=birth_on.year + age, day=28)

"""When a term ends: Dutch working days for deadlines, plain calendar dates for terms in months or years.

Deadlines run on the working days of the Algemene termijnenwet, article 3: not on a Saturday, a Sunday or a day that
article names. Days that a royal decree equates with them (article 3, third paragraph) differ per year and are passed
in. Terms in hours, months or years are never shifted.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays

AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")

#: Stored with a deadline, so that it can be explained after the calendar has changed.
CALENDAR_VERSION: Final = "nl-algemene-termijnenwet-3/1"

#: Outside these years the holiday tables are empty, which would silently make every weekday a working day.
FIRST_YEAR: Final = 1966
LAST_YEAR: Final = 2100

# Article 3, first and second paragraph. The public calendar may list more days than this law does.
_NAMED_BY_LAW: Final = frozenset(
    {
        "Nieuwjaarsdag",
        "Goede vrijdag",
        "Tweede paasdag",
        "Koninginnedag",  # until 2013
        "Koningsdag",
        "Bevrijdingsdag",
        "Hemelvaartsdag",
        "Tweede pinksterdag",
        "Eerste kerstdag",
        "Tweede kerstdag",
    },
)
_SATURDAY: Final = 5
_MONTHS_PER_YEAR: Final = 12
_DAYS_OF_EVERY_MONTH: Final = 28


class OutsideCalendarError(ValueError):
    """The calendar does not know the holidays of that year, so no working day can be counted there."""


def is_working_day(on: date, *, equated_on: frozenset[date] = frozenset()) -> bool:
    """Whether the term of a deadline runs on this date; `equated_on` are the days a royal decree closes besides."""
    return on.weekday() < _SATURDAY and on not in equated_on and on not in _holidays_of(on.year)


def add_working_days(start: datetime | date, days: int, *, equated_on: frozenset[date] = frozenset()) -> date:
    """Give the last day of a term of `days` working days (at least 1) that starts the day after `start`.

    A moment must carry its time zone and counts as the day it is in Amsterdam. Raises ValueError for a moment without a
    zone or fewer than one day, OutsideCalendarError beyond the years of the calendar.
    """
    if days < 1:
        raise ValueError("a term has at least one working day")
    day = local_date(start)
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day, equated_on=equated_on)
    return day


def local_date(moment: datetime | date) -> date:
    """Give the date in Amsterdam of a moment with a time zone; a date is returned as it is."""
    if not isinstance(moment, datetime):
        return moment
    if moment.utcoffset() is None:
        raise ValueError("a moment without a time zone has no date")
    return moment.astimezone(AMSTERDAM).date()


def add_months(start_on: date, months: int) -> date:
    """Give the same day so many months later, or the last day of that month when it is shorter; never shifted."""
    year, month = divmod(start_on.year * _MONTHS_PER_YEAR + start_on.month - 1 + months, _MONTHS_PER_YEAR)
    day = start_on.day if start_on.day <= _DAYS_OF_EVERY_MONTH else min(start_on.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day)


@lru_cache(maxsize=LAST_YEAR - FIRST_YEAR + 1)
def _holidays_of(year: int) -> frozenset[date]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise OutsideCalendarError(f"the calendar runs from {FIRST_YEAR} to {LAST_YEAR}")
    listed = holidays.country_holidays(
        "NL",
        years=year,
        categories=("public", "optional"),
        language="nl",
        expand=False,
    )
    return frozenset(on for on, name in listed.items() if name in _NAMED_BY_LAW)

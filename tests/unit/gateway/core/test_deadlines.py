"""Deadlines in Dutch working days, terms in months, and the birthday that ends a registration."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.core.deadlines import (
    CALENDAR_VERSION,
    OutsideCalendarError,
    add_months,
    add_working_days,
    is_working_day,
    local_date,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class TestWorkingDays:
    """Deadlines."""

    def test_a_report_before_easter_and_kings_day_has_until_the_monday_after(self) -> None:
        """Report on Thursday 17 April 2025 at 16:30; five working days end on Monday 28 April (scenario 6)."""
        reported_at = datetime(2025, 4, 17, 16, 30, tzinfo=AMSTERDAM)
        assert date(2025, 4, 28) == add_working_days(reported_at, 5)

    @pytest.mark.parametrize(
        "closed_on",
        [
            "2026-01-01",  # New Year
            "2026-04-03",  # Good Friday
            "2026-04-06",  # Easter Monday
            "2026-04-27",  # King's Day
            "2025-04-26",  # King's Day, a day early when the 27th is a Sunday
            "2026-05-05",  # Liberation Day, also in years that are no lustrum
            "2026-05-14",  # Ascension
            "2026-05-25",  # Whit Monday
            "2026-12-25",
            "2026-12-26",
            "2026-11-21",  # a Saturday
            "2026-11-22",  # a Sunday
        ],
    )
    def test_no_term_runs_on_a_day_that_the_law_names(self, closed_on: str) -> None:
        """Saturday, Sunday and the days of article 3 are no working days."""
        assert not is_working_day(date.fromisoformat(closed_on))

    @pytest.mark.parametrize("open_on", ["2025-12-31", "2026-12-24", "2026-05-15", "2026-10-05", "2026-11-23"])
    def test_a_term_runs_on_days_that_the_law_does_not_name(self, open_on: str) -> None:
        """New Year's Eve, Christmas Eve and the Friday after Ascension are working days."""
        assert is_working_day(date.fromisoformat(open_on))

    def test_a_royal_decree_can_close_a_day_besides(self) -> None:
        """Days equated under the third paragraph are passed in and skipped."""
        friday_after_ascension = date(2026, 5, 15)
        until = add_working_days(date(2026, 5, 13), 1, equated_on=frozenset({friday_after_ascension}))
        assert date(2026, 5, 18) == until

    def test_a_moment_counts_as_the_day_it_is_in_amsterdam(self) -> None:
        """22:30 UTC in summer is already the next day."""
        assert date(2026, 6, 4) == add_working_days(datetime(2026, 6, 2, 22, 30, tzinfo=UTC), 1)
        assert date(2026, 6, 3) == add_working_days(datetime(2026, 6, 2, 21, 30, tzinfo=UTC), 1)

    def test_a_moment_without_a_zone_is_refused(self) -> None:
        """No zone is guessed."""
        with pytest.raises(ValueError, match="time zone"):
            local_date(datetime(2026, 6, 2, 12, 0))  # noqa: DTZ001 - that is the point

    @pytest.mark.parametrize("days", [0, -1])
    def test_a_term_of_no_days_is_refused(self, days: int) -> None:
        """A deadline lies ahead."""
        with pytest.raises(ValueError, match="at least one"):
            add_working_days(date(2026, 6, 2), days)

    @pytest.mark.parametrize("year", [1965, 2101])
    def test_years_without_a_calendar_are_refused(self, year: int) -> None:
        """An empty list of holidays must not turn every weekday into a working day."""
        with pytest.raises(OutsideCalendarError):
            add_working_days(date(year, 3, 1), 5)

    def test_the_calendar_has_a_version(self) -> None:
        """A deadline names the calendar that it was counted with."""
        assert CALENDAR_VERSION.startswith("nl-")


class TestMonthsAndBirthdays:
    """Terms that are never shifted."""

    @pytest.mark.parametrize(
        ("start_on", "months", "expected"),
        [
            ("2027-04-20", 24, "2029-04-20"),
            ("2027-08-31", 18, "2029-02-28"),
            ("2028-02-29", 24, "2030-02-28"),
            ("2028-02-29", 48, "2032-02-29"),
            ("2027-12-01", 1, "2028-01-01"),
            ("2027-04-10", 24, "2029-04-10"),
        ],
    )
    def test_a_term_in_months_is_not_shifted(self, start_on: str, months: int, expected: str) -> None:
        """The same day of the month, or its last day; a weekend changes nothing."""
        assert date.fromisoformat(expected) == add_months(date.fromisoformat(start_on), months)

    def test_two_years_may_end_on_a_saturday(self) -> None:
        """Terms in years are never shifted to a working day (domain rule 13)."""
        ends_on = add_months(date(2025, 11, 21), 24)
        assert ends_on == date(2027, 11, 21)
        assert not is_working_day(ends_on)

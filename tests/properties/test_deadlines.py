"""What holds for every deadline, whatever the day it starts on."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from adapters.age_limits import limit_on
from gateway.core.deadlines import add_months, add_working_days, is_working_day

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAYS = st.dates(date(1970, 1, 1), date(2090, 12, 31))
COUNTS = st.integers(1, 60)


@given(start_on=DAYS, days=COUNTS)
def test_a_deadline_is_a_working_day_with_exactly_so_many_before_it(start_on: date, days: int) -> None:
    """Counting the working days after the start up to the deadline gives the term back."""
    deadline_on = add_working_days(start_on, days)
    passed = (start_on + timedelta(days=n) for n in range(1, (deadline_on - start_on).days + 1))
    assert is_working_day(deadline_on)
    assert days == sum(map(is_working_day, passed))


@given(start_on=DAYS, days=COUNTS, more=COUNTS)
def test_terms_add_up(start_on: date, days: int, more: int) -> None:
    """A term and then another is the term of both together."""
    assert add_working_days(start_on, days + more) == add_working_days(add_working_days(start_on, days), more)


@given(one_on=DAYS, other_on=DAYS, days=COUNTS)
def test_who_starts_later_never_ends_earlier(one_on: date, other_on: date, days: int) -> None:
    """The order of starts is the order of deadlines."""
    first_on, second_on = sorted((one_on, other_on))
    assert add_working_days(first_on, days) <= add_working_days(second_on, days)


@given(moment=st.datetimes(datetime(1970, 1, 2), datetime(2090, 1, 1)), days=COUNTS)  # noqa: DTZ001 - bounds of a strategy
def test_the_hour_of_the_day_makes_no_difference(moment: datetime, days: int) -> None:
    """A moment in Amsterdam gives the deadline of its date, also on the nights that the clock changes."""
    assert add_working_days(moment.date(), days) == add_working_days(moment.replace(tzinfo=AMSTERDAM), days)


@given(start_on=DAYS, months=st.integers(0, 60))
def test_months_keep_the_day_or_take_the_last_one(start_on: date, months: int) -> None:
    """So many months later lies in the right month and never overshoots it."""
    end_on = add_months(start_on, months)
    assert months == (end_on.year - start_on.year) * 12 + end_on.month - start_on.month
    assert end_on.day == start_on.day or (end_on + timedelta(days=1)).day == 1


@given(birth_on=DAYS)
def test_nobody_is_kept_past_the_twenty_third_birthday(birth_on: date) -> None:
    """The end is the birthday, or the day before it for who has none that year."""
    ends_on = limit_on("youth", birth_on)
    assert ends_on is not None
    leapling = (birth_on.month, birth_on.day) == (2, 29)
    assert (birth_on.year + 23, birth_on.month, 28 if leapling else birth_on.day) == (
        ends_on.year,
        ends_on.month,
        ends_on.day,
    )

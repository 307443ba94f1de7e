"""The last day of a registration as the agency computes it: a birth date never leaves."""

from datetime import date, timedelta

from adapters.age_limits import limit_on


def test_the_twenty_third_birthday_ends_a_registration() -> None:
    """Someone leaves the youth lane on the birthday itself."""
    assert date(2027, 3, 15) == limit_on("youth", date(2004, 3, 15))


def test_a_leapling_turns_twenty_three_on_the_28th() -> None:
    """Born on 29 February: the registration ends on 28 February."""
    birthday = limit_on("youth", date(2004, 2, 29))
    assert birthday is not None
    assert date(2027, 2, 28) == birthday
    assert date(2027, 3, 1) == birthday + timedelta(days=1)


def test_other_lanes_and_unknown_birth_dates_set_no_limit() -> None:
    """Then the term alone ends it."""
    assert limit_on("veilig_thuis", date(2004, 3, 15)) is None
    assert limit_on("youth", None) is None

"""Free text that may or may not carry a person number. All numbers are synthetic: they begin with three zeros."""

from collections.abc import Iterator

import pytest

from gateway.core.person_numbers import looks_like_person_number, passes_eleven_test

NUMBER = "000123456"


def test_the_synthetic_number_passes_and_its_neighbors_fail() -> None:
    """One changed digit is always noticed by the 11-test."""
    assert passes_eleven_test(NUMBER)
    assert not any(passes_eleven_test(f"00012345{last}") for last in "012345789")


def test_nine_zeros_are_no_person_number() -> None:
    """The sum is divisible, but nobody has that number."""
    assert not passes_eleven_test("000000000")


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        NUMBER[1:],  # eight digits: the first zero fell off
        f"bsn {NUMBER}, graag terugbellen",
        f"case-{NUMBER}",
        f"Z{NUMBER}x",
        "000.123.456",
        "000 123 456",
        "0001.23.456",
        "000-12-3456",
        "000 . 123 . 456",
        "000_123_456",
        "cnt_000_123_456",
        "000/123/456",
        "000:123:456",
        "00,01,23,456",
        "0(0)0+1=2*3#4|5~6",
        "000 / 123 / 456",
        "2027-04-19/000/123/456",
        "0 0 0 1 2 3 4 5 6",
        "000\n123\t456",
        "000\N{NO-BREAK SPACE}123\N{NARROW NO-BREAK SPACE}456",
        "000\N{EN DASH}123\N{EN DASH}456",
        "000\N{SOFT HYPHEN}123\N{ZERO WIDTH SPACE}456",
        "０００１２３４５６",
        "٠٠٠١٢٣٤٥٦",
        "⓪⓪⓪①②③④⑤⑥",
        f"tel. 010 {NUMBER}",
        f"{NUMBER} 2027",
        f"2027-04-19 {NUMBER}",
        f"{NUMBER} op 2027-04-19",
        "2027-13-45 000123456",
    ],
)
def test_a_person_number_is_seen_however_it_is_written(text: str) -> None:
    """Separators, other scripts, invisible characters and neighbors do not hide it."""
    assert looks_like_person_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "geen cijfers",
        "Z-2027-12",
        "wijkteam-oost",
        "00012345",  # eight digits that fail
        "000123458",
        "1234567",
        "00000000000000000123",  # an OIN: one unbroken row of twenty
        "reg_01JC2Y8N6Q4V3W5X7Z9ABCDEFG",
    ],
)
def test_other_text_is_let_through(text: str) -> None:
    """Short, longer and failing numbers are no person numbers."""
    assert not looks_like_person_number(text)


def test_every_date_of_a_year_is_let_through() -> None:
    """One in eleven dates passes the 11-test as digits; written as a date it is a date."""
    days = [f"2027-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
    assert any(passes_eleven_test(day.replace("-", "")) for day in days)
    assert [] == [day for day in days if looks_like_person_number(day)]
    assert [] == [day for day in days if looks_like_person_number(f"op {day}T10:00 besproken")]


def test_a_date_is_only_a_date_when_it_is_written_as_one() -> None:
    """Bare digits, points for dashes, a further digit, a year that never was: then it is looked at."""
    bare = next(day for day in _days("2027{}{}") if passes_eleven_test(day))
    tied = next(day for day in _days("2027-{}-{}-3") if passes_eleven_test(day.replace("-", "")))
    pointed = next(day for day in _days("2027.{}.{}") if passes_eleven_test(day.replace(".", "")))
    impossible = next(day for day in _days("0000-{}-{}") if passes_eleven_test(day.replace("-", "")))
    assert [True] * 4 == [looks_like_person_number(text) for text in (bare, tied, pointed, impossible)]


def _days(shape: str) -> Iterator[str]:
    return (shape.format(f"{month:02}", f"{day:02}") for month in range(1, 13) for day in range(1, 29))

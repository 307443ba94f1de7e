"""What the figures of a year say: who found each other, how soon in working days, how far the rest climbed."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.core.usefulness import FollowedMatch, drawn_up_from, event_of, figures_of, period_of
from gateway.protocol.messages.matches import ContactOutcome, LadderStep

THURSDAY = datetime(2025, 4, 17, 10, tzinfo=UTC)
LANE = "youth"
Reports = tuple[tuple[datetime, ContactOutcome], ...]


def _told(outcome: ContactOutcome, *, days: int = 1) -> Reports:
    return ((THURSDAY + timedelta(days=days), outcome),)


def _match(*reports: tuple[datetime, ContactOutcome], step: LadderStep = LadderStep.REPORTER) -> FollowedMatch:
    return FollowedMatch(LANE, step, THURSDAY, reports)


FOUND = _match(*_told(ContactOutcome.CONTACTED, days=5))
SILENT = _match(step=LadderStep.SUPERVISOR)


def test_a_year_says_how_many_found_each_other() -> None:
    """Twenty of thirty did, and ten went to the supervisor unanswered."""
    figures = figures_of(LANE, [FOUND] * 20 + [SILENT] * 10)
    assert (30, 20, 0, 67) == (
        figures.matches,
        figures.contact_made,
        figures.other_outcome,
        figures.contact_rate_percent,
    )
    figures = figures_of(LANE, [FOUND] * 40 + [SILENT] * 20 + [_match(*_told(ContactOutcome.WRONG_PERSON))] * 20)
    assert (80, 40, 20, 20, 50) == (
        figures.matches,
        figures.contact_made,
        figures.other_outcome,
        figures.unanswered,
        figures.contact_rate_percent,
    )


def test_easter_is_no_working_day_between_match_and_contact() -> None:
    """From Thursday before Easter to the Tuesday after it is one working day."""
    assert 1 == figures_of(LANE, [FOUND] * 40).median_working_days


@pytest.mark.parametrize(("contacts", "median", "p90"), [(19, None, None), (20, 1, None), (99, 1, None), (100, 1, 1)])
def test_a_quantile_has_ten_contacts_on_either_side(contacts: int, median: int | None, p90: int | None) -> None:
    """Of fewer it would tell of a single match."""
    figures = figures_of(LANE, [FOUND] * contacts)
    assert (median, p90) == (figures.median_working_days, figures.p90_working_days)


def test_of_two_reports_the_one_that_they_found_each_other_counts() -> None:
    """Whichever came first."""
    none = (THURSDAY + timedelta(days=1), ContactOutcome.NONE)
    later = (THURSDAY + timedelta(days=5), ContactOutcome.PLAN_MADE)
    assert later == _match(none, later).decisive == _match(later, none).decisive
    assert none == _match(none).decisive
    assert _match().decisive is None


def test_fewer_than_ten_matches_look_like_none() -> None:
    """A lane in which nothing happened and one in which little did say the same."""
    assert figures_of(LANE, []) == figures_of(LANE, [FOUND] * 9)


def test_matches_of_another_lane_are_not_counted() -> None:
    """Each lane has its own figures."""
    assert figures_of("adult", [FOUND] * 30) == figures_of("adult", [])


def test_a_year_is_that_of_amsterdam() -> None:
    """It begins an hour before that of London, and is drawn up on the first of February after it."""
    from_at, until_at = period_of(2025)
    assert datetime(2024, 12, 31, 23, tzinfo=UTC) == from_at
    assert datetime(2025, 12, 31, 23, tzinfo=UTC) == until_at
    assert datetime(2026, 1, 31, 23, tzinfo=UTC) == drawn_up_from(2025)


def test_each_municipality_and_year_has_one_event_of_its_own() -> None:
    """Of the form that events have."""
    ids = {event_of(place, year) for place in ("here", "there") for year in (2025, 2026)}
    assert 4 == len(ids)
    assert all(30 == len(one) and one.startswith("evt_00") for one in ids)

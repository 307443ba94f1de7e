"""Bad luck with time: a calendar without the next year, a clock that jumps either way, a worker away for a year."""

from collections.abc import Iterator

import pytest

from gateway.core import deadlines
from gateway.core.events import EventKind
from gateway.flows.matching.escalate import escalate
from gateway.flows.matching.match import ATTEMPTS_BEFORE_PARKING, FailedJob, match_waiting
from gateway.flows.registering import register
from gateway.flows.registering.expire import expire
from gateway.flows.registering.remind import remind
from gateway.flows.replay import replay
from gateway.ids import mint
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.matches import MatchState
from gateway.store import SqlStore, reconcile
from tests.support.house import involvement, receipt_of
from tests.support.ladders import Ladder, at
from tests.support.lives import matches_of

THURSDAY = at(2025, 4, 17, 16, 30)
DEPUTY_COMES = at(2025, 4, 29, 0, 0)
NEW_YEARS_EVE = at(2025, 12, 30, 12)


@pytest.fixture
def ladder(store: SqlStore) -> Ladder:
    """Open a house on the Thursday before Easter."""
    return Ladder(store, THURSDAY)


@pytest.fixture
def short_calendar(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Give the house a calendar that nobody made for the next year."""
    deadlines._holidays_of.cache_clear()  # noqa: SLF001 - years that it has already read are years that it has
    monkeypatch.setattr(deadlines, "LAST_YEAR", 2025)
    yield monkeypatch
    deadlines._holidays_of.cache_clear()  # noqa: SLF001


def test_a_calendar_without_next_year_holds_matches_up_visibly_and_loses_none(
    ladder: Ladder, short_calendar: pytest.MonkeyPatch
) -> None:
    """No deadline is guessed: the jobs are parked with their fault, and matched by hand once the calendar is there."""
    ladder.clock.set(NEW_YEARS_EVE)
    ladder.small.register_many([(ladder.police, "Noor"), (ladder.team, "Noor")])
    failed: list[FailedJob] = []
    for _ in range(ATTEMPTS_BEFORE_PARKING):
        match_waiting(ladder.small.house, tell=failed.append)
    assert [] == matches_of(ladder.small, ladder.police)
    assert {"OutsideCalendarError"} == {type(one.error).__name__ for one in failed}
    parked = ladder.store.view("parked", lambda view: view.jobs.parked())
    assert parked > 0
    assert any(event["parked"] for event in ladder.happened(EventKind.JOB_FAILED))

    short_calendar.undo()
    replay(ladder.store, mint=mint)
    ladder.match()
    (match,) = matches_of(ladder.small, ladder.police)
    assert "2026-01-07" == match.due_on.isoformat()
    assert reconcile(ladder.store).sound


def test_a_calendar_without_next_year_stops_no_match_that_ends_before_it(
    ladder: Ladder, short_calendar: pytest.MonkeyPatch
) -> None:
    """In April nothing reaches into the year that is missing."""
    del short_calendar
    ladder.meet(ladder.police, ladder.team)
    ladder.clock.set(DEPUTY_COMES)
    assert 1 == escalate(ladder.small.house)


def test_a_clock_that_jumps_back_doubles_nothing(ladder: Ladder) -> None:
    """The step was taken; when its day comes again it is not taken again, and the next comes on its own day."""
    match = ladder.meet(ladder.police, ladder.team)
    ladder.clock.set(DEPUTY_COMES)
    assert 1 == escalate(ladder.small.house)
    ladder.clock.set(THURSDAY)
    assert 0 == escalate(ladder.small.house)
    ladder.report(ladder.police, match)
    ladder.clock.set(DEPUTY_COMES)
    assert 0 == escalate(ladder.small.house)
    assert [AlertKind.MATCH, AlertKind.DEPUTY] == ladder.kinds(ladder.team)


def test_a_clock_that_jumps_ahead_ends_what_is_over_and_revives_nothing_on_its_way_back(ladder: Ladder) -> None:
    """What expired by a clock that was wrong stays ended: the agency is told of it, and attests anew (rule 9)."""
    ladder.meet(ladder.police, ladder.team)
    ladder.clock.set(at(2060, 1, 1))
    while expire(ladder.small.house):
        pass
    ladder.clock.set(THURSDAY)
    ladder.match()
    assert {MatchState.ENDED} == {match.state for match in matches_of(ladder.small, ladder.police)}
    assert 0 == expire(ladder.small.house)
    ladder.meet(ladder.police, ladder.team)
    states = [match.state for match in matches_of(ladder.small, ladder.police)]
    assert [MatchState.ENDED, MatchState.OPEN] == states
    assert reconcile(ladder.store).sound


def test_a_worker_away_over_every_deadline_does_each_thing_once_and_says_how_late(ladder: Ladder) -> None:
    """Back after two months: three steps one after the other, each with the day on which it was due, and no more."""
    ladder.meet(ladder.police, ladder.team)
    ladder.clock.set(at(2025, 6, 20))
    taken = []
    while escalate(ladder.small.house):
        taken.append(ladder.happened(EventKind.MATCH_ESCALATED)[-1])
    assert ["deputy", "coordinator", "supervisor"] == [one["step"] for one in taken]
    assert ["2025-04-28", "2025-04-30", "2025-05-06"] == [one["due_on"] for one in taken]
    assert {"2025-06-20"} == {one["raised_on"] for one in taken}


def test_reminders_of_a_worker_that_was_away_come_once(ladder: Ladder) -> None:
    """The term ends in a week: one reminder, however many weeks of reminders were missed."""
    on = THURSDAY.date()
    row = register.Row(0, involvement(1, on, valid_until=at(2025, 8, 1).date()))
    prepared = register.prepare(ladder.small.signed(ladder.police, (row,)), ladder.small.house, today_on=on)
    ours = receipt_of(register.record([prepared], ladder.small.house)[0])
    ladder.clock.set(at(2025, 7, 25))
    while remind(ladder.small.house):
        pass
    told = [alert.match for alert in ladder.waiting(ladder.police) if alert.kind is AlertKind.RENEWAL_DUE]
    assert [ours.id] == told

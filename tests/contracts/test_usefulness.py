"""The figures of a year on both stores: of whole years and municipalities, drawn up once, for whoever may see them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.escalate import escalate
from gateway.flows.reporting.coverage import own_coverage
from gateway.protocol.messages.matches import ContactOutcome
from gateway.protocol.messages.registrations import WithdrawalReason
from gateway.store import SqlStore
from keys.trust import TrustList
from tests.support.crowd import at_once
from tests.support.ladders import ELSEWHERE, HERE, at, policies_of_all_years
from tests.support.lives import withdrawn
from tests.support.years import DRAWN_UP, YEAR, Year


@pytest.fixture
def year(store: SqlStore) -> Year:
    """Open a house in the spring of the year."""
    return Year(store)


def test_a_supervisor_sees_what_came_of_the_matches_of_the_municipality(year: Year) -> None:
    """How many, how many found each other and how soon, and how many went unanswered up to the supervisor."""
    ladder = year.ladder
    silent = year.meets(ladder.police, ladder.team, times=20)
    found = year.meets(ladder.police, ladder.elsewhere, times=20)
    ladder.clock.set(at(2025, 3, 5))
    year.tells(ladder.police, found)
    for step in (at(2025, 3, 20), at(2025, 3, 30), at(2025, 4, 10)):
        ladder.clock.set(step)
        while escalate(ladder.small.house):
            pass
    ladder.clock.set(DRAWN_UP)
    seen = year.youth(ladder.supervisor)

    assert 40 == len(silent) + len(found)
    assert (40, 20, 20, 50) == (seen.matches, seen.contact_made, seen.unanswered, seen.contact_rate_percent)
    assert seen == year.youth(year.officer, municipality=HERE)


def test_small_counts_are_hidden_and_a_small_lane_looks_like_an_empty_one(year: Year) -> None:
    """Nine matches are none; of forty, of which three were of a wrong person, neither those are told nor the rest."""
    ladder = year.ladder
    year.meets(ladder.elsewhere, ladder.team, times=9)
    made = year.meets(ladder.police, ladder.team, times=40)
    year.tells(ladder.police, made[:3], ContactOutcome.WRONG_PERSON)
    year.tells(ladder.police, made[3:])
    ladder.clock.set(DRAWN_UP)
    there = year.youth(year.officer, municipality=ELSEWHERE)
    here = year.youth(ladder.supervisor)

    assert {"lane", "outcomes", "furthest_steps"} == set(there.model_dump(exclude_none=True))
    assert 49 == here.matches
    assert None is here.other_outcome is here.outcomes.wrong_person is here.unanswered


def test_who_may_not_see_aggregates_sees_none(year: Year) -> None:
    """An agency, a supervisor who asks for another municipality, an officer who names none or one that is not."""
    ladder = year.ladder
    ladder.clock.set(DRAWN_UP)
    for who, municipality, refusal in (
        (ladder.police, "", Refusal.AGENCY_NOT_ADMITTED),
        (ladder.supervisor, ELSEWHERE, Refusal.AGENCY_NOT_ADMITTED),
        (year.officer, "", Refusal.MEMBER_INVALID),
        (year.officer, "nowhere", Refusal.NOT_FOUND),
    ):
        with pytest.raises(Refused) as refused:
            year.asks(who, municipality=municipality)
        assert refusal is refused.value.refusal


def test_a_year_is_told_a_month_after_it_is_over(year: Year) -> None:
    """Until then its last matches could still be answered; a moment before is refused, with the day."""
    year.ladder.clock.set(DRAWN_UP - timedelta(milliseconds=1))
    with pytest.raises(Refused) as refused:
        year.asks(year.ladder.supervisor)
    assert (Refusal.YEAR_NOT_OVER, "2026-02-01") == (refused.value.refusal, refused.value.facts["drawn_up_from"])
    assert 0 == year.drawn_up()


def test_what_was_told_too_late_does_not_count(year: Year) -> None:
    """Whenever the figures are asked for, they are those of the day on which they could be drawn up."""
    ladder = year.ladder
    made = year.meets(ladder.police, ladder.team, times=30)
    ladder.clock.set(DRAWN_UP)
    year.tells(ladder.police, made)
    seen = year.youth(ladder.supervisor)
    assert (30, 0, 30) == (seen.matches, seen.contact_made, seen.unanswered)


def test_two_who_ask_first_at_once_see_the_same(year: Year) -> None:
    """The figures are drawn up once."""
    ladder = year.ladder
    year.meets(ladder.police, ladder.team, times=12)
    ladder.clock.set(DRAWN_UP)
    seen: list[object] = []
    at_once([lambda: seen.append(year.youth(ladder.supervisor)) for _ in range(4)])
    assert 4 == len(seen)
    assert all(one == seen[0] for one in seen)
    assert 1 == year.drawn_up()


def test_a_match_that_never_was_counts_nowhere(year: Year) -> None:
    """What was registered in error is forgotten in the figures too."""
    ladder, small = year.ladder, year.ladder.small
    year.meets(ladder.police, ladder.team, times=10)
    receipts = small.register_many([(ladder.police, "in error"), (ladder.team, "in error")])
    ladder.match()
    withdrawn(small, ladder.police, receipts[0].id, WithdrawalReason.REGISTERED_IN_ERROR)
    ladder.clock.set(DRAWN_UP)
    assert 10 == year.youth(ladder.supervisor).matches


def test_coverage_says_who_takes_part(year: Year) -> None:
    """An agency that the municipality designated and that has no key yet is designated, and takes no part."""
    ladder, small = year.ladder, year.ladder.small
    waiting = replace(year.ladder.elsewhere.party(), oin=year.officer.oin, municipality=HERE, keys=())
    parties = (one.party() for one in small.parties if one.oin != year.officer.oin)
    small.trust = TrustList((*parties, waiting))
    ladder.clock.set(DRAWN_UP)
    seen = own_coverage(small.signed(ladder.team, None), small.house)
    assert (HERE, 3, 2) == (seen.municipality, seen.designated, seen.taking_part)
    assert "2 van 3" in seen.why.nl
    assert seen == year.asks(ladder.supervisor, year=YEAR).coverage


def test_every_lane_in_force_is_listed(year: Year) -> None:
    """That a lane is there says nothing of what happened in it."""
    ladder = year.ladder
    ladder.clock.set(DRAWN_UP)
    lanes = [one.lane for one in year.asks(ladder.supervisor).lanes]
    assert [one.lane for one in policies_of_all_years().policies] == lanes

"""A6: whoever asks twice for figures, of another time, area or state, and subtracts, learns of no single match."""

import pytest

from gateway.core.refusals import Refusal, Refused
from gateway.core.small_cells import FEWEST
from gateway.protocol.messages.matches import ContactOutcome
from gateway.protocol.messages.registrations import WithdrawalReason
from gateway.store import SqlStore
from keys.trust import TrustList
from tests.support.door import Door
from tests.support.ladders import HERE, at
from tests.support.lives import withdrawn
from tests.support.years import DRAWN_UP, YEAR, Year


@pytest.fixture
def year(store: SqlStore) -> Year:
    """Open a house in the spring of the year."""
    return Year(store)


def test_asking_again_after_something_changed_gives_the_same_figures(year: Year) -> None:
    """A report, a withdrawal in error and an agency that left: none of them shows as a difference."""
    ladder, small = year.ladder, year.ladder.small
    receipts = small.register_many([(who, person) for person in range(30) for who in (ladder.police, ladder.team)])
    ladder.match()
    made = ladder.store.view("page", lambda view: view.matches.page(ladder.police.oin, after="", limit=100))
    ladder.clock.set(DRAWN_UP)
    before = year.asks(ladder.supervisor)
    year.tells(ladder.team, [made[1].id], ContactOutcome.WRONG_PERSON)
    withdrawn(small, ladder.police, receipts[0].id, WithdrawalReason.REGISTERED_IN_ERROR)
    small.trust = TrustList(tuple(one.party() for one in small.parties if one is not ladder.team))
    ladder.clock.set(at(2027, 5, 1))
    assert before.lanes == year.asks(year.officer, municipality=HERE).lanes
    assert 1 == year.drawn_up()


def test_the_same_figures_drawn_up_anew_would_have_told(year: Year) -> None:
    """The control: had they not been asked for before, the match that was withdrawn is missing from them."""
    ladder, small = year.ladder, year.ladder.small
    receipts = small.register_many([(who, person) for person in range(30) for who in (ladder.police, ladder.team)])
    ladder.match()
    withdrawn(small, ladder.police, receipts[0].id, WithdrawalReason.REGISTERED_IN_ERROR)
    ladder.clock.set(DRAWN_UP)
    assert 29 == year.youth(ladder.supervisor).matches


@pytest.mark.parametrize(
    "query",
    [
        "year=2025&month=3",
        "year=2025&from=2025-01-01&until=2025-03-01",
        "year=2025&agency=00000000990000000001",
        "year=2025&lane=youth",
        "year=2025&year=2024",
        "year=2025.5",
        "year=202503",
    ],
)
def test_no_smaller_period_or_area_can_be_asked_for(door: Door, query: str) -> None:
    """Only whole calendar years of whole municipalities have an address."""
    answer = door.send(door.supervisor().signs("GET", f"/usefulness?{query}"))
    assert (400, "request-member-invalid") == (answer.status_code, answer.json()["code"])


def test_the_year_that_runs_cannot_be_followed_from_day_to_day(year: Year) -> None:
    """Today's figures less yesterday's would be the matches of one day."""
    ladder = year.ladder
    year.meets(ladder.police, ladder.team, times=3 * FEWEST)
    for moment in (at(2025, 3, 4), at(2025, 3, 5), at(2025, 12, 31), at(2026, 1, 31, 23)):
        ladder.clock.set(moment)
        with pytest.raises(Refused) as refused:
            year.asks(ladder.supervisor, year=YEAR)
        assert Refusal.YEAR_NOT_OVER is refused.value.refusal


def test_two_municipalities_with_the_same_matches_do_not_give_each_other_away(year: Year) -> None:
    """Nine matches within one and thirty between both: what is shown of one says nothing of the nine of the other."""
    ladder = year.ladder
    year.meets(ladder.police, ladder.elsewhere, times=30)
    ladder.clock.set(DRAWN_UP)
    here, there = (year.youth(year.officer, municipality=place) for place in (HERE, "elsewhere"))
    assert here == there

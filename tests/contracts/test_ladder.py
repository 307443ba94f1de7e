"""The ladder: without contact a match goes to deputy, coordinator and supervisor, each step once (domain rule 14)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from gateway.core.events import EventKind
from gateway.flows.matching.escalate import escalate
from gateway.flows.matching.show_match import list_matches
from gateway.flows.registering.withdraw import Withdrawal, withdraw
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.matches import LadderStep, MatchState
from gateway.protocol.messages.registrations import WithdrawalReason, WithdrawRegistration
from gateway.store import SqlStore, reconcile
from tests.support.crowd import at_once
from tests.support.ladders import DEPUTY, Ladder, at
from tests.support.records import do

THURSDAY = at(2025, 4, 17, 16, 30)
DEPUTY_COMES = at(2025, 4, 29, 0, 0)
COORDINATOR_COMES = at(2025, 5, 1, 0, 0)
SUPERVISOR_COMES = at(2025, 5, 7, 0, 0)
MATCH = [AlertKind.MATCH]


@pytest.fixture
def ladder(store: SqlStore) -> Ladder:
    """Open a house on the Thursday before Easter."""
    return Ladder(store, THURSDAY)


def _climb_all(ladder: Ladder) -> int:
    """Escalate as the worker does until nothing is left; return how many steps were taken."""
    taken = 0
    while climbed := escalate(ladder.small.house):
        taken += climbed
    return taken


def test_five_working_days_from_the_thursday_before_easter_end_on_a_monday(ladder: Ladder) -> None:
    """Scenario 6: Good Friday and Easter Monday do not count; the deputy hears once Monday 28 April is over."""
    match = ladder.meet(ladder.police, ladder.team)
    call = ladder.small.signed(ladder.police, None)
    (seen,) = list_matches(call, ladder.small.house, after="").matches
    assert ("2025-04-28", "2025-04-28") == (seen.due_on.isoformat(), str(seen.next_step_on))

    ladder.clock.set(DEPUTY_COMES - timedelta(seconds=1))
    assert 0 == escalate(ladder.small.house)
    ladder.clock.set(DEPUTY_COMES)
    assert 1 == escalate(ladder.small.house)

    for agency in (ladder.police, ladder.team):
        told, deputy = ladder.waiting(agency)
        assert (AlertKind.MATCH, "") == (told.kind, told.desk)
        assert (AlertKind.DEPUTY, DEPUTY, match) == (deputy.kind, deputy.desk, deputy.match)


def test_each_step_alerts_whom_it_names(ladder: Ladder) -> None:
    """The deputy desks, then the coordinators, then the supervisor of the municipality; then nothing more."""
    ladder.meet(ladder.police, ladder.team)
    expected = [*MATCH]
    for moment, kind in ((DEPUTY_COMES, AlertKind.DEPUTY), (COORDINATOR_COMES, AlertKind.COORDINATOR)):
        ladder.clock.set(moment - timedelta(seconds=1))
        assert 0 == escalate(ladder.small.house)
        ladder.clock.set(moment)
        assert 1 == escalate(ladder.small.house)
        expected.append(kind)
        assert [expected, expected, []] == [
            ladder.kinds(who) for who in (ladder.police, ladder.team, ladder.supervisor)
        ]
    ladder.clock.set(SUPERVISOR_COMES)
    assert 1 == escalate(ladder.small.house)
    assert [AlertKind.SUPERVISOR] == ladder.kinds(ladder.supervisor)
    assert [expected, expected] == [ladder.kinds(who) for who in (ladder.police, ladder.team)]
    ladder.clock.set(SUPERVISOR_COMES + timedelta(days=365))
    assert 0 == escalate(ladder.small.house)
    assert reconcile(ladder.store).sound


def test_a_worker_that_was_down_skips_nothing_and_says_how_late_it_is(ladder: Ladder) -> None:
    """Every step is taken, in order and once, and its event has the day it was due and the day it was raised."""
    ladder.meet(ladder.police, ladder.team)
    ladder.clock.set(at(2025, 6, 2))
    assert 3 == _climb_all(ladder)
    assert 0 == escalate(ladder.small.house)
    told = [
        (one["step"], one["due_on"], one["raised_on"], len(one["alerts"]))  # type: ignore[arg-type]
        for one in ladder.happened(EventKind.MATCH_ESCALATED)
    ]
    assert [
        ("deputy", "2025-04-28", "2025-06-02", 2),
        ("coordinator", "2025-04-30", "2025-06-02", 2),
        ("supervisor", "2025-05-06", "2025-06-02", 1),
    ] == told


def test_who_reported_is_not_alerted_again(ladder: Ladder) -> None:
    """Only the deputy of the side that did not; and a match on which both reported climbs no further."""
    match = ladder.meet(ladder.police, ladder.team)
    ladder.report(ladder.police, match)
    ladder.clock.set(DEPUTY_COMES)
    assert 1 == escalate(ladder.small.house)
    assert (MATCH, [*MATCH, AlertKind.DEPUTY]) == (ladder.kinds(ladder.police), ladder.kinds(ladder.team))
    ladder.report(ladder.team, match)
    ladder.clock.set(SUPERVISOR_COMES)
    assert 0 == escalate(ladder.small.house)


@pytest.mark.parametrize("reason", WithdrawalReason)
def test_a_match_that_ended_climbs_no_further(ladder: Ladder, reason: WithdrawalReason) -> None:
    """Whatever the reason of the withdrawal (G8)."""
    registration = ladder.small.register(ladder.police, 1)
    ladder.meet(ladder.team)
    wanted = Withdrawal(registration.id, WithdrawRegistration(reason=reason))
    withdraw(ladder.small.signed(ladder.police, wanted), ladder.small.house)
    ladder.clock.set(SUPERVISOR_COMES)
    assert 0 == escalate(ladder.small.house)
    assert [MATCH, MATCH] == [ladder.kinds(who) for who in (ladder.police, ladder.team)]


def test_a_match_whose_party_is_over_climbs_no_further_though_nothing_ended_it_yet(ladder: Ladder) -> None:
    """Expiry is decided by the clock of the database, inside the hold (G15)."""
    ladder.meet(ladder.police, ladder.team)
    ladder.clock.set(at(2060, 1, 1))
    assert 0 == escalate(ladder.small.house)


def test_an_agency_hears_nothing_of_the_matches_of_others(ladder: Ladder) -> None:
    """Nor does the supervisor of a municipality in which no agency is a party."""
    ladder.meet(ladder.police, ladder.team, person=1)
    ladder.small.register(ladder.elsewhere, 2)
    ladder.clock.set(SUPERVISOR_COMES)
    assert 3 == _climb_all(ladder)
    assert [] == ladder.kinds(ladder.elsewhere)


def test_a_side_of_the_municipality_is_enough_for_its_supervisor(ladder: Ladder) -> None:
    """The supervisor hears of a match between an agency of the municipality and one of elsewhere, once."""
    ladder.meet(ladder.police, ladder.elsewhere)
    ladder.clock.set(SUPERVISOR_COMES)
    assert 3 == _climb_all(ladder)
    assert [AlertKind.SUPERVISOR] == ladder.kinds(ladder.supervisor)


def test_a_round_takes_no_more_than_its_limit(ladder: Ladder) -> None:
    """Those whose step came first go first, and the next round takes the others."""
    first = ladder.meet(ladder.police, ladder.team, person=1)
    ladder.clock.set(THURSDAY + timedelta(days=5))
    later = ladder.meet(ladder.police, ladder.team, person=2)
    ladder.clock.set(at(2025, 5, 1, 12))
    climbed = []
    while escalate(ladder.small.house, limit=1):
        climbed.append(ladder.happened(EventKind.MATCH_ESCALATED)[-1]["match"])
    assert [first, later, first] == climbed


def test_workers_at_one_moment_take_each_step_once(ladder: Ladder) -> None:
    """Four workers and ten matches: ten events, two alerts each."""
    for person in range(10):
        ladder.meet(ladder.police, ladder.team, person=person)
    ladder.clock.set(DEPUTY_COMES)
    taken = at_once([partial(_climb_all, ladder)] * 4)
    assert 10 == sum(taken) == len(ladder.happened(EventKind.MATCH_ESCALATED))
    assert [20, 20] == [len(ladder.waiting(who)) for who in (ladder.police, ladder.team)]
    assert reconcile(ladder.store).sound


def test_a_report_and_an_escalation_at_one_moment_agree(ladder: Ladder) -> None:
    """Whichever came first: the match is answered and on its step, and who reported first is not alerted after."""
    matches = [ladder.meet(ladder.police, ladder.team, person=person) for person in range(8)]
    ladder.clock.set(DEPUTY_COMES)
    reports: list[Callable[[], object]] = [partial(ladder.report, ladder.police, match) for match in matches]
    works: list[Callable[[], object]] = [*reports, partial(_climb_all, ladder), partial(_climb_all, ladder)]
    at_once(works)
    _climb_all(ladder)
    page = ladder.store.view("page", lambda view: view.matches.page(ladder.police.oin, after="", limit=100))
    assert {(MatchState.ANSWERED, LadderStep.DEPUTY)} == {(one.state, one.step) for one in page}
    assert 16 == len(ladder.waiting(ladder.team))
    assert sorted(matches) == sorted(str(one["match"]) for one in ladder.happened(EventKind.MATCH_ESCALATED))


def test_a_match_in_the_hands_of_a_report_is_left_to_it(ladder: Ladder, store_kind: str) -> None:
    """The hold of the report counts: its match is passed over, not waited for, and taken in the next round."""
    match = ladder.meet(ladder.police, ladder.team)
    ladder.clock.set(DEPUTY_COMES)
    climbed: list[int] = []

    def hold(tx: object) -> None:
        tx.matches.hold(match)  # type: ignore[attr-defined]
        if store_kind == "postgresql":  # SQLite has one writer, who waits
            climbed.append(escalate(ladder.small.house))

    do(ladder.store, hold)
    climbed.append(escalate(ladder.small.house))
    assert 1 == climbed.pop()
    assert [] == [one for one in climbed if one]


def test_a_purged_match_leaves_no_alert_of_the_ladder(ladder: Ladder) -> None:
    """What hangs on a registration goes with it, the alerts of every step included."""
    receipt = ladder.small.register(ladder.police, 1)
    ladder.meet(ladder.team)
    ladder.clock.set(SUPERVISOR_COMES)
    _climb_all(ladder)
    do(ladder.store, lambda tx: tx.purges.remove([receipt.id]))
    for who in (ladder.police, ladder.team, ladder.supervisor):
        assert [] == ladder.kinds(who)

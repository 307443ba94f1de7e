"""Safety oversight on both stores: held by exactly one agency, moved by acceptance alone (domain rule 16)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from gateway.core.events import EventKind
from gateway.core.handover import Oversight
from gateway.core.refusals import Refusal, Refused
from gateway.flows.overseeing.escalate_handovers import escalate_handovers
from gateway.flows.registering.expire import expire
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.oversight import HandoverRefusalReason, HandoverRole, HandoverState, HandoverView
from gateway.store import SqlStore, open_store, reconcile
from gateway.store.faults import StoreBroken
from tests.support.crowd import at_once
from tests.support.faults import Crash, How, When, fail_at
from tests.support.handing_over import (
    CONDITIONS,
    LOCAL_TEAM,
    OTHER_CONDITIONS,
    OTHER_LOCAL_TEAM,
    OTHER_VEILIG_THUIS,
    POLICE,
    SCHOOL,
    VEILIG_THUIS,
    Case,
    Lane,
    alert_kinds,
)
from tests.support.house import SmallHouse
from tests.support.records import do, mint, person, registration
from tests.support.stores import hold_clock, opened

VT, TEAM = "Instantie 1", "Instantie 2"


@pytest.fixture
def lane(store: SqlStore) -> Lane:
    """Open the lane of Veilig Thuis."""
    return Lane.opened(store)


@pytest.fixture
def case(lane: Lane) -> Case:
    """Let Veilig Thuis hold safety oversight of a child, with a local team involved too."""
    return Case.begun(lane)


def _refusal(act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.refusal


class TestBeginning:
    """Veilig Thuis says that it holds safety oversight, by an open report of its own."""

    def test_whoever_may_know_the_other_sees_who_holds_it(self, case: Case) -> None:
        """Both sides of the match are told in one line."""
        mine, theirs = (case.lane.looks(number, case.match).safety_oversight for number in (VEILIG_THUIS, LOCAL_TEAM))
        assert mine is not None
        assert theirs is not None
        assert (VT, True, VT, False) == (mine.holder, mine.own, theirs.holder, theirs.own)
        assert mine.since == theirs.since

    def test_nobody_else_may_begin_while_it_is_held(self, case: Case) -> None:
        """Neither again, nor by another report, nor another Veilig Thuis."""
        lane = case.lane
        again = lane.registers(VEILIG_THUIS, "open_report")
        elsewhere = lane.registers(OTHER_VEILIG_THUIS, "open_report")
        for number, receipt in ((VEILIG_THUIS, case.report), (VEILIG_THUIS, again), (OTHER_VEILIG_THUIS, elsewhere)):
            assert Refusal.OVERSIGHT_HELD is _refusal(partial(lane.begins, number, receipt))
        assert VT == case.holder()

    def test_it_takes_an_open_report(self, case: Case) -> None:
        """A local team cannot take it by itself, and in another lane there is none."""
        assert Refusal.OVERSIGHT_NEEDS_REPORT is _refusal(partial(case.lane.begins, LOCAL_TEAM, case.team))

    def test_another_agencys_report_is_not_found(self, case: Case) -> None:
        """As one that never was (G24)."""
        assert Refusal.NOT_FOUND is _refusal(partial(case.lane.begins, LOCAL_TEAM, case.report))

    def test_it_ends_with_its_registration_and_another_may_begin(self, case: Case) -> None:
        """The risk is gone for one; the next report begins anew."""
        case.lane.leaves(VEILIG_THUIS, case.report)
        next_one = case.lane.registers(OTHER_VEILIG_THUIS, "open_report")
        case.lane.begins(OTHER_VEILIG_THUIS, next_one)
        case.lane.matches()
        match = case.lane.match_of(OTHER_VEILIG_THUIS, next_one)
        held = case.lane.looks(OTHER_VEILIG_THUIS, match).safety_oversight
        assert held is not None
        assert "Instantie 7" == held.holder

    def test_a_report_that_is_over_cannot_begin_it(self, lane: Lane) -> None:
        """Whoever withdrew is no longer involved."""
        report = lane.registers(VEILIG_THUIS, "open_report")
        lane.leaves(VEILIG_THUIS, report)
        assert Refusal.NOT_ACTIVE is _refusal(partial(lane.begins, VEILIG_THUIS, report))

    def test_a_party_that_may_not_know_the_other_is_told_nothing_of_it(self, case: Case) -> None:
        """Police are only acknowledged; the school knows Veilig Thuis and not the local team that holds it later."""
        lane = case.lane
        police = lane.registers(POLICE, "care_report")
        school = lane.registers(SCHOOL, "care_report")
        lane.matches()
        assert lane.looks(POLICE, lane.match_of(POLICE, police)).safety_oversight is None
        match = lane.match_of(SCHOOL, school)
        before = lane.looks(SCHOOL, match).safety_oversight
        assert before is not None
        assert (VT, False) == (before.holder, before.own)
        lane.accepts(LOCAL_TEAM, case.offered().id)
        assert lane.looks(SCHOOL, match).safety_oversight is None

    def test_the_database_itself_refuses_a_second_holder(self, store: SqlStore) -> None:
        """Whatever the statements before it believed."""
        report, other = registration(lane="veilig_thuis"), registration(lane="veilig_thuis")
        do(store, lambda tx: tx.registrations.add([report, other]))

        def begin(by: str) -> None:
            oversight = Oversight(mint("ovs"), person(1), report.agency, by, datetime(2026, 1, 1, tzinfo=UTC))
            do(store, lambda tx: tx.oversights.begin(oversight))

        begin(report.id)
        with pytest.raises(StoreBroken):
            begin(other.id)
        holder = store.view("holder", lambda view: view.oversights.holder(person(1)))
        assert holder is not None
        assert report.id == holder.registration


class TestHandingOver:
    """Offered, then accepted or refused; only acceptance moves it."""

    def test_an_accepted_offer_moves_safety_oversight(self, case: Case) -> None:
        """Before it Veilig Thuis holds it, after it the local team, from the moment of the acceptance."""
        offered = case.offered()
        assert (HandoverState.OFFERED, HandoverRole.GIVING, VT) == (offered.state, offered.role, case.holder())
        accepted = case.lane.accepts(LOCAL_TEAM, offered.id)
        assert (HandoverState.ACCEPTED, HandoverRole.TAKING) == (accepted.state, accepted.role)
        held = case.lane.looks(LOCAL_TEAM, case.match).safety_oversight
        assert held is not None
        assert (TEAM, True, accepted.decided_at) == (held.holder, held.own, held.since)

    def test_both_see_the_same_version_of_the_conditions(self, case: Case) -> None:
        """Each with its own registration, and the match that it is about."""
        offered = case.offered()
        mine, theirs = (case.lane.sees(number, offered.id) for number in (VEILIG_THUIS, LOCAL_TEAM))
        assert {CONDITIONS} == {mine.conditions_version, theirs.conditions_version}
        assert (case.report.id, case.team.id) == (mine.registration_id, theirs.registration_id)
        assert [mine] == case.lane.lists(VEILIG_THUIS)
        assert [theirs] == case.lane.lists(LOCAL_TEAM)
        assert offered.id == case.lane.looks(LOCAL_TEAM, case.match).handover

    def test_the_other_is_alerted_of_each_step(self, case: Case) -> None:
        """The local team of the offer, Veilig Thuis of what came of it, each offer anew."""
        case.lane.refuses(LOCAL_TEAM, case.offered().id)
        case.lane.takes_back(VEILIG_THUIS, case.offered().id)
        case.lane.accepts(LOCAL_TEAM, case.offered().id)
        offered, withdrawn = AlertKind.HANDOVER_OFFERED, AlertKind.HANDOVER_WITHDRAWN
        assert [AlertKind.MATCH, offered, offered, withdrawn, offered] == alert_kinds(case.lane, LOCAL_TEAM)
        came = [AlertKind.MATCH, AlertKind.HANDOVER_REFUSED, AlertKind.HANDOVER_ACCEPTED]
        assert came == alert_kinds(case.lane, VEILIG_THUIS)

    def test_conditions_that_were_not_offered_cannot_be_accepted(self, case: Case) -> None:
        """Whoever read another version takes nothing over."""
        offered = case.offered()
        wrong = partial(case.lane.accepts, LOCAL_TEAM, offered.id, OTHER_CONDITIONS)
        assert Refusal.HANDOVER_CONDITIONS_DIFFER is _refusal(wrong)
        assert VT == case.holder()

    def test_a_refusal_leaves_it_where_it_was_and_says_why(self, case: Case) -> None:
        """It may be offered anew after that."""
        refused = case.lane.refuses(LOCAL_TEAM, case.offered().id, HandoverRefusalReason.CONDITIONS_UNCLEAR)
        assert (HandoverState.REFUSED, "conditions_unclear") == (refused.state, refused.reason)
        assert VT == case.holder()
        case.lane.accepts(LOCAL_TEAM, case.offered(OTHER_CONDITIONS).id, OTHER_CONDITIONS)
        assert TEAM == case.holder()

    @pytest.mark.parametrize("first", ["accepts", "refuses", "takes_back"])
    @pytest.mark.parametrize("second", ["accepts", "refuses", "takes_back"])
    def test_nothing_comes_of_an_offer_twice(self, case: Case, first: str, second: str) -> None:
        """Accepted twice, accepted after a refusal, withdrawn after acceptance: the first counts."""
        offered = case.offered()
        who = {"accepts": LOCAL_TEAM, "refuses": LOCAL_TEAM, "takes_back": VEILIG_THUIS}
        getattr(case.lane, first)(who[first], offered.id)
        before = case.lane.sees(VEILIG_THUIS, offered.id), case.holder()
        assert Refusal.HANDOVER_CLOSED is _refusal(lambda: getattr(case.lane, second)(who[second], offered.id))
        assert before == (case.lane.sees(VEILIG_THUIS, offered.id), case.holder())

    def test_a_repeated_acceptance_gets_the_first_answer(self, case: Case) -> None:
        """Its reply got lost: the same key gives the same answer and moves nothing (G6)."""
        offered = case.offered()
        answers = [case.lane.accepts(LOCAL_TEAM, offered.id, key="the-same-key-twice-over") for _ in range(2)]
        assert answers[0] == answers[1]

    @pytest.mark.parametrize("number", [POLICE, OTHER_VEILIG_THUIS, OTHER_LOCAL_TEAM])
    def test_a_stranger_finds_nothing(self, case: Case, number: int) -> None:
        """Neither to see nor to answer (G24)."""
        offered = case.offered()
        lane = case.lane
        for act in (lane.accepts, lane.refuses, lane.takes_back, lane.sees):
            assert Refusal.NOT_FOUND is _refusal(partial(act, number, offered.id))
        assert [] == lane.lists(number)

    def test_each_side_takes_its_own_steps(self, case: Case) -> None:
        """Veilig Thuis accepts nothing of its own, the local team takes nothing back."""
        offered, lane = case.offered(), case.lane
        for act, number in ((lane.accepts, VEILIG_THUIS), (lane.refuses, VEILIG_THUIS), (lane.takes_back, LOCAL_TEAM)):
            assert Refusal.HANDOVER_OTHER_SIDE is _refusal(partial(act, number, offered.id))

    def test_it_is_asked_about_for_the_purpose_of_the_registration(self, case: Case) -> None:
        """Under another purpose there is nothing to see or do (G25)."""
        offered, other = case.offered(), "youth-coordination"
        for act in (
            partial(case.lane.sees, LOCAL_TEAM, offered.id, purpose=other),
            partial(case.lane.accepts, LOCAL_TEAM, offered.id, purpose=other),
            partial(case.lane.offers, VEILIG_THUIS, case.report, case.match, purpose=other),
        ):
            assert Refusal.PURPOSE_DIFFERS is _refusal(act)

    def test_every_step_is_an_event(self, case: Case, store: SqlStore) -> None:
        """With the handover's id, and never whom it is about."""
        case.lane.refuses(LOCAL_TEAM, case.offered().id)
        case.lane.takes_back(VEILIG_THUIS, case.offered().id)
        case.lane.accepts(LOCAL_TEAM, case.offered().id)
        rows = store.view("events", lambda view: view.events.page(after="", limit=9_999))
        kinds = [row.event.kind for row in rows if row.event.kind.value.startswith(("oversight", "handover"))]
        offered = EventKind.HANDOVER_OFFERED
        expected = [EventKind.OVERSIGHT_BEGUN, offered, EventKind.HANDOVER_REFUSED]
        expected += [offered, EventKind.HANDOVER_WITHDRAWN, offered, EventKind.HANDOVER_ACCEPTED]
        assert expected == kinds


class TestWhoMayOffer:
    """Veilig Thuis, which holds it, to a local team that it may know."""

    def test_one_offer_about_a_person_is_open_at_a_time(self, case: Case) -> None:
        """Another team is asked after the first has answered."""
        team = case.lane.registers(OTHER_LOCAL_TEAM, "involved")
        case.lane.matches()
        other = case.lane.match_of(OTHER_LOCAL_TEAM, team)
        offered = case.offered()
        offer = partial(case.lane.offers, VEILIG_THUIS, case.report, other)
        assert Refusal.HANDOVER_OPEN is _refusal(offer)
        case.lane.refuses(LOCAL_TEAM, offered.id)
        case.lane.accepts(OTHER_LOCAL_TEAM, offer().id)
        assert Refusal.OVERSIGHT_NOT_YOURS is _refusal(case.offered)

    def test_whoever_does_not_hold_it_offers_nothing(self, lane: Lane) -> None:
        """Neither before it began nor after it moved, and the local team does not hand it on."""
        report = lane.registers(VEILIG_THUIS, "open_report")
        team = lane.registers(LOCAL_TEAM, "involved")
        lane.matches()
        match = lane.match_of(LOCAL_TEAM, team)
        assert Refusal.OVERSIGHT_NOT_YOURS is _refusal(partial(lane.offers, VEILIG_THUIS, report, match))
        lane.begins(VEILIG_THUIS, report)
        lane.accepts(LOCAL_TEAM, lane.offers(VEILIG_THUIS, report, match).id)
        assert Refusal.HANDOVER_NOT_ADMITTED is _refusal(partial(lane.offers, LOCAL_TEAM, team, match))

    @pytest.mark.parametrize("number", [POLICE, SCHOOL, OTHER_VEILIG_THUIS])
    def test_it_is_offered_to_a_local_team_only(self, case: Case, number: int) -> None:
        """Not to police, who hear nothing of Veilig Thuis, nor to a school or another Veilig Thuis."""
        flag = "open_report" if number == OTHER_VEILIG_THUIS else "care_report"
        case.lane.registers(number, flag)
        case.lane.matches()
        (match,) = case.lane.matches_of(VEILIG_THUIS, case.report) - {case.match}
        offer = partial(case.lane.offers, VEILIG_THUIS, case.report, match)
        assert Refusal.HANDOVER_NOT_ADMITTED is _refusal(offer)

    def test_a_match_of_others_is_not_found(self, case: Case) -> None:
        """Nor one of another registration of one's own."""
        other = Case.begun(case.lane, person="other child", team=OTHER_LOCAL_TEAM)
        offer = partial(case.lane.offers, VEILIG_THUIS, case.report, other.match)
        assert Refusal.NOT_FOUND is _refusal(offer)

    def test_after_the_match_there_is_nobody_to_offer_to(self, case: Case) -> None:
        """The local team left."""
        case.lane.leaves(LOCAL_TEAM, case.team)
        assert Refusal.MATCH_ENDED is _refusal(case.offered)


class TestLapsing:
    """An offer is over when one of the two is no longer involved."""

    @pytest.mark.parametrize("leaving", [VEILIG_THUIS, LOCAL_TEAM])
    def test_an_offer_lapses_with_a_registration(self, case: Case, leaving: int) -> None:
        """It can no longer be accepted."""
        offered = case.offered()
        case.lane.leaves(leaving, case.report if leaving == VEILIG_THUIS else case.team)
        assert HandoverState.LAPSED is case.lane.sees(VEILIG_THUIS, offered.id).state
        assert Refusal.HANDOVER_CLOSED is _refusal(partial(case.lane.accepts, LOCAL_TEAM, offered.id))

    def test_a_lapsed_offer_makes_way_for_the_next(self, case: Case) -> None:
        """The team left and came back: there is another match, and another offer."""
        offered, lane = case.offered(), case.lane
        lane.leaves(LOCAL_TEAM, case.team)
        team = lane.registers(LOCAL_TEAM, "involved")
        lane.matches()
        again = lane.offers(VEILIG_THUIS, case.report, lane.match_of(LOCAL_TEAM, team))
        states = {one.id: one.state for one in lane.lists(LOCAL_TEAM)}
        assert {offered.id: HandoverState.LAPSED, again.id: HandoverState.OFFERED} == states
        lane.accepts(LOCAL_TEAM, again.id)

    def test_the_term_of_a_registration_ends_it_by_the_clock_of_the_database(self, store: SqlStore) -> None:
        """Though nothing has ended the registration yet (G15)."""
        clock = hold_clock(store, now := datetime(2026, 3, 2, 9, tzinfo=UTC))
        lane = Lane.opened(store)
        report = lane.registers(VEILIG_THUIS, "open_report", on=now.date(), until=date(2026, 3, 4))
        team = lane.registers(LOCAL_TEAM, "involved", on=now.date())
        lane.matches()
        lane.begins(VEILIG_THUIS, report)
        offered = lane.offers(VEILIG_THUIS, report, lane.match_of(LOCAL_TEAM, team))
        clock.set(datetime(2026, 3, 3, 23, tzinfo=UTC))  # midnight in Amsterdam
        assert Refusal.HANDOVER_CLOSED is _refusal(partial(lane.accepts, LOCAL_TEAM, offered.id))
        assert 1 == expire(lane.small.house)
        next_one = lane.registers(VEILIG_THUIS, "open_report", on=date(2026, 3, 4))
        lane.begins(VEILIG_THUIS, next_one)


class TestSilence:
    """An offer that is not answered is told to both, once, by the clock of the database."""

    def test_both_are_told_after_five_working_days_and_never_again(self, store: SqlStore) -> None:
        """Veilig Thuis holds it still, and a late answer counts."""
        clock = hold_clock(store, now := datetime(2026, 4, 2, 14, 30, tzinfo=UTC))  # the Thursday before Easter
        case = _case_on(Lane.opened(store), now.date())
        offered = case.offered()
        assert date(2026, 4, 13) == offered.due_on
        clock.set(datetime(2026, 4, 13, 21, 59, tzinfo=UTC))
        assert 0 == escalate_handovers(case.lane.small.house)
        clock.set(datetime(2026, 4, 13, 22, 0, tzinfo=UTC))  # midnight in Amsterdam
        assert [1, 0] == [escalate_handovers(case.lane.small.house) for _ in range(2)]
        for number in (VEILIG_THUIS, LOCAL_TEAM):
            assert AlertKind.HANDOVER_UNANSWERED is alert_kinds(case.lane, number)[-1]
            seen = case.lane.sees(number, offered.id)
            assert (HandoverState.OFFERED, True) == (seen.state, seen.escalated_at is not None)
        assert VT == case.holder()
        case.lane.accepts(LOCAL_TEAM, offered.id)
        assert TEAM == case.holder()

    def test_what_was_answered_is_silent_no_more(self, store: SqlStore) -> None:
        """Neither a refused offer nor a lapsed one is told of."""
        clock = hold_clock(store, now := datetime(2026, 6, 1, 9, tzinfo=UTC))
        lane = Lane.opened(store)
        one, two = (_case_on(lane, now.date(), person=name) for name in ("one", "two"))
        lane.refuses(LOCAL_TEAM, one.offered().id)
        two.offered()
        lane.leaves(LOCAL_TEAM, two.team)
        clock.set(now + timedelta(days=30))
        assert 0 == escalate_handovers(lane.small.house)

    def test_a_worker_that_was_down_skips_nothing_and_shows_the_delay(self, store: SqlStore) -> None:
        """Weeks later both are told of every offer, and the event names the day that it was due."""
        clock = hold_clock(store, now := datetime(2026, 6, 1, 9, tzinfo=UTC))
        lane = Lane.opened(store)
        cases = [_case_on(lane, now.date(), person=number) for number in range(5)]
        for case in cases:
            case.offered()
        clock.set(now + timedelta(days=60))
        assert [3, 2, 0] == [escalate_handovers(lane.small.house, limit=3) for _ in range(3)]
        rows = store.view("events", lambda view: view.events.page(after="", limit=9_999))
        due = [row.event.fields["due"] for row in rows if row.event.kind is EventKind.HANDOVER_ESCALATED]
        assert ["2026-06-08"] * 5 == due

    def test_two_workers_tell_once(self, store_url: str) -> None:
        """Both find it; one tells."""
        with opened(store_url) as one, opened(store_url) as other:
            clock = hold_clock(one, now := datetime(2026, 6, 1, 9, tzinfo=UTC))
            lane = Lane.opened(one)
            case = _case_on(lane, now.date())
            case.offered()
            clock.set(now + timedelta(days=30))
            hold_again = other.database.engines.writer.dialect.name == "sqlite"
            if hold_again:  # each process has a clock of its own there
                hold_clock(other, now + timedelta(days=30))
            houses = [lane.small.house, SmallHouse(other, lane.small.parties).house]
            assert 1 == sum(at_once([partial(escalate_handovers, house) for house in houses]))
            assert 1 == alert_kinds(lane, LOCAL_TEAM).count(AlertKind.HANDOVER_UNANSWERED)


def _case_on(lane: Lane, on: date, *, person: int | str = "child") -> Case:
    report = lane.registers(VEILIG_THUIS, "open_report", on=on, person=person)
    team = lane.registers(LOCAL_TEAM, "involved", on=on, person=person)
    lane.matches()
    lane.begins(VEILIG_THUIS, report)
    return Case(lane, report, team, lane.match_of(LOCAL_TEAM, team))


class TestAtOneMoment:
    """Two steps at one instant: one of them counts."""

    def test_two_acceptances_at_one_moment_move_it_once(self, store_url: str) -> None:
        """One is answered, the other is told that it is closed."""
        with opened(store_url) as one, opened(store_url) as other:
            case = Case.begun(Lane.opened(one))
            offered = case.offered()
            lanes = [case.lane, Lane(SmallHouse(other, case.lane.small.parties))]
            came = at_once([partial(_outcome, partial(lane.accepts, LOCAL_TEAM, offered.id)) for lane in lanes])
            assert {HandoverState.ACCEPTED, Refusal.HANDOVER_CLOSED} == set(came)
            assert TEAM == case.holder()

    def test_acceptance_and_withdrawal_at_one_moment_follow_each_other(self, store_url: str) -> None:
        """Whichever is first counts, and who holds it fits that."""
        with opened(store_url) as one, opened(store_url) as other:
            lane, beside = Lane.opened(one), Lane(SmallHouse(other, Lane.opened(one).small.parties))
            for number in range(8):
                case = Case.begun(lane, person=number)
                offered = case.offered()
                accepting = partial(_outcome, partial(lane.accepts, LOCAL_TEAM, offered.id))
                leaving = partial(_outcome, partial(beside.takes_back, VEILIG_THUIS, offered.id))
                came = set(at_once([accepting, leaving] if number % 2 else [leaving, accepting]))
                state = lane.sees(VEILIG_THUIS, offered.id).state
                assert {state, Refusal.HANDOVER_CLOSED} == came
                assert (TEAM if state is HandoverState.ACCEPTED else VT) == case.holder()

    def test_acceptance_and_the_giver_leaving_at_one_moment(self, store_url: str) -> None:
        """Accepted first, the team holds it; left first, there was nothing to accept any more."""
        with opened(store_url) as one, opened(store_url) as other:
            lane, beside = Lane.opened(one), Lane(SmallHouse(other, Lane.opened(one).small.parties))
            for number in range(8):
                case = Case.begun(lane, person=number)
                offered = case.offered()
                accepting = partial(_outcome, partial(lane.accepts, LOCAL_TEAM, offered.id))

                leaving = partial(_left, beside, case)
                came, _ = at_once([accepting, leaving])
                accepted = lane.sees(VEILIG_THUIS, offered.id).state is HandoverState.ACCEPTED
                assert (HandoverState.ACCEPTED if accepted else Refusal.HANDOVER_CLOSED) is came
            assert reconcile(one).sound

    def test_two_beginnings_at_one_moment_have_one_holder(self, store_url: str) -> None:
        """The other is told that it is held."""
        with opened(store_url) as one, opened(store_url) as other:
            lane = Lane.opened(one)
            beside = Lane(SmallHouse(other, lane.small.parties))
            mine = lane.registers(VEILIG_THUIS, "open_report")
            theirs = lane.registers(OTHER_VEILIG_THUIS, "open_report")

            def begins(where: Lane, number: int, receipt: object) -> Refusal | None:
                try:
                    where.begins(number, receipt)  # type: ignore[arg-type]
                except Refused as refused:
                    return refused.refusal
                return None

            came = at_once(
                [partial(begins, lane, VEILIG_THUIS, mine), partial(begins, beside, OTHER_VEILIG_THUIS, theirs)]
            )
            assert {None, Refusal.OVERSIGHT_HELD} == set(came)


def _left(lane: Lane, case: Case) -> HandoverState | Refusal:
    lane.leaves(VEILIG_THUIS, case.report)
    return HandoverState.WITHDRAWN


def _outcome(act: Callable[[], HandoverView]) -> HandoverState | Refusal:
    try:
        return act().state
    except Refused as refused:
        return refused.refusal


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("how", How)
def test_an_acceptance_survives_the_failure_of_every_call(store: SqlStore, how: How, when: When) -> None:
    """Whatever fails, asking again with the same key leaves one holder, one alert and the first answer (G1, G6)."""
    lane = Lane.opened(store)
    k, reached = 0, True
    while reached:
        k += 1
        case = Case.begun(lane, person=k)
        offered = case.offered()
        accept = partial(lane.accepts, LOCAL_TEAM, offered.id, key=f"key-of-acceptance-{k:04}")
        with fail_at(store.database, k, when=when, how=how) as fault:
            try:
                accept()
            except Crash:
                pass
            except Refused as refused:
                assert refused.refusal is Refusal.OUTCOME_UNKNOWN  # noqa: PT017 - the others are failures
        reached = fault.reached
        assert HandoverState.ACCEPTED is accept().state
        assert TEAM == case.holder()
    assert k > 8
    assert k == alert_kinds(lane, VEILIG_THUIS).count(AlertKind.HANDOVER_ACCEPTED)


def test_a_restart_keeps_who_holds_it(store_url: str) -> None:
    """Another process opens the same database."""
    with opened(store_url) as first:
        case = Case.begun(Lane.opened(first))
        case.lane.accepts(LOCAL_TEAM, case.offered().id)
        parties = case.lane.small.parties
    again = open_store(store_url)
    try:
        lane = Lane(SmallHouse(again, parties))
        assert TEAM == Case(lane, case.report, case.team, case.match).holder()
    finally:
        again.close()

"""Monitoring of Veilig Thuis on both stores: only after a handover, for 18 months at most, and what it recognizes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from gateway.core.refusals import Refusal, Refused
from gateway.flows.registering.renew import Renewal, renew
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.notices import NoticeStatus, SubjectNotice
from gateway.protocol.messages.registrations import OwnRegistration, Receipt, RenewRegistration
from gateway.store import SqlStore, reconcile
from tests.support.handing_over import (
    LOCAL_TEAM,
    OTHER_VEILIG_THUIS,
    POLICE,
    RADAR,
    SCHOOL,
    VEILIG_THUIS,
    Case,
    Lane,
    alert_kinds,
)
from tests.support.stores import HeldClock, hold_clock

HANDED_OVER_AT = datetime(2026, 8, 31, 22, 30, tzinfo=UTC)  # 1 September in Amsterdam
ENDS_ON = date(2028, 3, 1)


@pytest.fixture
def clock(store: SqlStore) -> HeldClock:
    """Stop the clock of the database shortly before the handover."""
    return hold_clock(store, HANDED_OVER_AT)


@pytest.fixture
def lane(store: SqlStore, clock: HeldClock) -> Lane:
    """Let Veilig Thuis hand safety oversight of a child over, and leave."""
    del clock
    lane, on = Lane.opened(store), date(2026, 8, 1)
    report, team = (lane.registers(who, flag, on=on) for who, flag in WHO)
    lane.matches()
    lane.begins(VEILIG_THUIS, report)
    offered = lane.offers(VEILIG_THUIS, report, lane.match_of(LOCAL_TEAM, team))
    lane.accepts(LOCAL_TEAM, offered.id)
    return lane


WHO = ((VEILIG_THUIS, "open_report"), (LOCAL_TEAM, "involved"))


def _refused(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value


def _renews(lane: Lane, receipt: Receipt, on: date, until: date | None = None) -> OwnRegistration:
    notice = SubjectNotice(status=NoticeStatus.GIVEN, on=on)
    asked = RenewRegistration(attested=True, subject_notice=notice, valid_until=until)
    call = lane.small.signed(lane.agency(VEILIG_THUIS), Renewal(receipt.id, asked), purpose=RADAR)
    return OwnRegistration.model_validate_json(renew(call, lane.small.house, today_on=on))


class TestTerm:
    """Eighteen months after the handover, on the calendar and never shifted."""

    def test_without_a_handover_nobody_monitors(self, lane: Lane) -> None:
        """Neither of another person, nor another Veilig Thuis of this one."""
        of_another = partial(lane.registers, VEILIG_THUIS, "monitoring", person="another")
        by_another = partial(lane.registers, OTHER_VEILIG_THUIS, "monitoring")
        for act in (of_another, by_another):
            assert Refusal.MONITORING_WITHOUT_HANDOVER is _refused(act).refusal

    def test_an_offer_alone_is_no_handover(self, lane: Lane) -> None:
        """It must have been accepted."""
        case = Case.begun(lane, person="another")
        case.offered()
        monitor = partial(lane.registers, VEILIG_THUIS, "monitoring", person="another")
        assert Refusal.MONITORING_WITHOUT_HANDOVER is _refused(monitor).refusal

    def test_it_runs_from_the_handover_and_not_from_the_registering(self, lane: Lane, clock: HeldClock) -> None:
        """Three months later it still ends on the same day, though the lane's own term is longer."""
        clock.set(datetime(2026, 12, 1, 9, tzinfo=UTC))
        assert ENDS_ON == lane.registers(VEILIG_THUIS, "monitoring", on=date(2026, 12, 1)).valid_until

    def test_a_later_end_is_refused_with_the_last_day(self, lane: Lane, clock: HeldClock) -> None:
        """An earlier one is taken as it is."""
        clock.set(datetime(2026, 12, 1, 9, tzinfo=UTC))
        monitor = partial(lane.registers, VEILIG_THUIS, "monitoring", on=date(2026, 12, 1))
        refused = _refused(partial(monitor, until=ENDS_ON + timedelta(days=1)))
        assert (Refusal.TERM_TOO_LONG, ENDS_ON.isoformat()) == (refused.refusal, refused.facts["latest"])
        assert ENDS_ON == monitor(until=ENDS_ON).valid_until
        assert date(2027, 1, 1) == monitor(until=date(2027, 1, 1)).valid_until

    def test_after_eighteen_months_it_is_over(self, lane: Lane, clock: HeldClock) -> None:
        """On the last day it can still be registered; at midnight in Amsterdam no more."""
        clock.set(datetime(2028, 2, 29, 22, 59, tzinfo=UTC))
        monitor = partial(lane.registers, VEILIG_THUIS, "monitoring")
        assert ENDS_ON == monitor(on=date(2028, 2, 29)).valid_until
        clock.set(datetime(2028, 2, 29, 23, tzinfo=UTC))
        assert Refusal.MONITORING_WITHOUT_HANDOVER is _refused(partial(monitor, on=ENDS_ON)).refusal

    def test_renewing_makes_it_no_longer(self, lane: Lane, clock: HeldClock) -> None:
        """A new attestation under the same end."""
        receipt = lane.registers(VEILIG_THUIS, "monitoring", on=date(2026, 9, 1), until=date(2027, 3, 1))
        clock.set(datetime(2027, 2, 1, 9, tzinfo=UTC))
        on = date(2027, 2, 1)
        assert Refusal.TERM_TOO_LONG is _refused(partial(_renews, lane, receipt, on, date(2028, 3, 2))).refusal
        assert ENDS_ON == _renews(lane, receipt, on).valid_until

    def test_an_agency_asks_for_its_report_without_any_of_it(self, lane: Lane) -> None:
        """Reports and what others register have the term of the card."""
        assert date(2028, 2, 1) == lane.registers(VEILIG_THUIS, "open_report", on=date(2026, 8, 1)).valid_until


class TestRecognizing:
    """A report or a concern about someone who is being monitored is told as such, to Veilig Thuis alone."""

    @pytest.fixture
    def watching(self, lane: Lane, clock: HeldClock) -> Lane:
        """Let Veilig Thuis monitor, months after the report was closed."""
        lane.registers(VEILIG_THUIS, "monitoring", on=date(2026, 9, 1))
        lane.matches()
        clock.set(datetime(2027, 1, 4, 1, 10, tzinfo=UTC))
        return lane

    @pytest.mark.parametrize("number", [POLICE, SCHOOL])
    def test_a_care_report_during_monitoring(self, store: SqlStore, clock: HeldClock, number: int) -> None:
        """The one who reported it hears of a match, and nothing of the monitoring."""
        lane = _only_monitoring(store, clock)
        lane.registers(number, "care_report", on=date(2027, 1, 4))
        lane.matches()
        assert AlertKind.DURING_MONITORING in alert_kinds(lane, VEILIG_THUIS)
        assert AlertKind.DURING_MONITORING not in alert_kinds(lane, number)
        assert reconcile(store).sound

    def test_being_involved_is_no_report(self, store: SqlStore, clock: HeldClock) -> None:
        """A match like any other."""
        lane = _only_monitoring(store, clock)
        lane.registers(SCHOOL, "involved", on=date(2027, 1, 4))
        lane.matches()
        assert not {AlertKind.DURING_MONITORING, AlertKind.RE_REPORT} & set(alert_kinds(lane, VEILIG_THUIS))

    def test_a_report_with_another_veilig_thuis_is_a_re_report_to_both(self, store: SqlStore, clock: HeldClock) -> None:
        """They may see one another's flag."""
        lane = _only_monitoring(store, clock)
        lane.registers(OTHER_VEILIG_THUIS, "open_report", on=date(2027, 1, 4))
        lane.matches()
        for number in (VEILIG_THUIS, OTHER_VEILIG_THUIS):
            assert AlertKind.RE_REPORT in alert_kinds(lane, number)
        assert reconcile(store).sound

    def test_ones_own_new_report_shows_that_one_was_monitoring(self, watching: Lane, clock: HeldClock) -> None:
        """As long as the eighteen months run."""
        on = date(2027, 1, 4)
        again = watching.registers(VEILIG_THUIS, "open_report", on=on)
        assert watching.shows(VEILIG_THUIS, again).re_report is True
        clock.set(datetime(2028, 3, 1, 9, tzinfo=UTC))
        later = watching.registers(VEILIG_THUIS, "open_report", on=date(2028, 3, 1))
        assert watching.shows(VEILIG_THUIS, later).re_report is None
        assert watching.shows(VEILIG_THUIS, again).re_report is True


def _only_monitoring(store: SqlStore, clock: HeldClock) -> Lane:
    """Let Veilig Thuis monitor a child, with no registration of a report left."""
    lane, on = Lane.opened(store), date(2026, 8, 1)
    report, team = (lane.registers(who, flag, on=on) for who, flag in WHO)
    lane.matches()
    lane.begins(VEILIG_THUIS, report)
    lane.accepts(LOCAL_TEAM, lane.offers(VEILIG_THUIS, report, lane.match_of(LOCAL_TEAM, team)).id)
    lane.registers(VEILIG_THUIS, "monitoring", on=date(2026, 9, 1))
    lane.leaves(VEILIG_THUIS, report)
    lane.matches()
    clock.set(datetime(2027, 1, 4, 1, 10, tzinfo=UTC))
    return lane


class TestClocks:
    """Statutory clocks, shown to Veilig Thuis with its own registration."""

    def test_a_report_runs_against_two_clocks(self, lane: Lane, clock: HeldClock) -> None:
        """Five working days by the calendar, and ten weeks that are not shifted."""
        clock.set(datetime(2027, 3, 25, 15, tzinfo=UTC))  # the Thursday before Easter
        report = lane.registers(VEILIG_THUIS, "open_report", person="another", on=date(2027, 3, 25))
        clocks = lane.shows(VEILIG_THUIS, report).clocks
        assert clocks is not None
        said = [(one.name, one.due_on, one.calendar is not None) for one in clocks]
        assert [("safety_assessment", date(2027, 4, 5), True), ("investigation", date(2027, 6, 3), False)] == said

    def test_monitoring_ends_eighteen_months_after_the_handover(self, lane: Lane) -> None:
        """Whenever it was registered."""
        clocks = lane.shows(VEILIG_THUIS, lane.registers(VEILIG_THUIS, "monitoring", on=date(2026, 9, 1))).clocks
        assert clocks is not None
        assert [("monitoring", ENDS_ON)] == [(one.name, one.due_on) for one in clocks]

    @pytest.mark.parametrize(("number", "flag"), [(POLICE, "care_report"), (LOCAL_TEAM, "involved")])
    def test_nobody_else_has_one(self, lane: Lane, number: int, flag: str) -> None:
        """They are those of Veilig Thuis."""
        seen = lane.shows(number, lane.registers(number, flag))
        assert (None, None) == (seen.clocks, seen.re_report)


@pytest.mark.parametrize("store_kind", ["sqlite"], indirect=True)
def test_a_silent_purpose_is_no_way_to_ask_whether_one_may_monitor(lane: Lane) -> None:
    """It is answered as ever, with or without a handover."""
    for who in (VEILIG_THUIS, OTHER_VEILIG_THUIS):
        lane.registers(who, "monitoring", purpose="screening", on=date(2026, 9, 1))

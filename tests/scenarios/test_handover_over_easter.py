"""Handover over Easter: a report on Thursday 17 April 2025 at 16:30, whose five working days end on Monday 28 April."""

from datetime import UTC, date, datetime

from gateway.core.policy import PolicySet, compile_policy
from gateway.flows.overseeing.escalate_handovers import escalate_handovers
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.oversight import HandoverState
from gateway.store import SqlStore, reconcile
from tests.support.cards import POLICIES, load
from tests.support.handing_over import LOCAL_TEAM, VEILIG_THUIS, Lane, alert_kinds
from tests.support.stores import HeldClock, hold_clock

THURSDAY = datetime(2025, 4, 17, 14, 30, tzinfo=UTC)  # 16:30 in Amsterdam
MONDAY_ON = date(2025, 4, 28)
VT, TEAM = "Instantie 1", "Instantie 2"


def _lane_of_2025(store: SqlStore) -> tuple[Lane, HeldClock]:
    """Open the lane as its card would have it a year before it begins."""
    clock = hold_clock(store, THURSDAY)
    lane = Lane.opened(store)
    card = (POLICIES / "veilig_thuis.yaml").read_text("utf-8").replace("{van: 2026-01-01,", "{van: 2025-01-01,")
    lane.small.policies = PolicySet((compile_policy(load(card)),), "")
    return lane, clock


def test_the_safety_of_a_child_is_somebodys_all_the_time(store: SqlStore) -> None:
    """Good Friday and Easter Monday do not count; Veilig Thuis holds it, answered or not, until the team takes it."""
    lane, clock = _lane_of_2025(store)
    report = lane.registers(VEILIG_THUIS, "open_report", on=THURSDAY.date())
    team = lane.registers(LOCAL_TEAM, "involved", on=THURSDAY.date())
    lane.matches()
    lane.begins(VEILIG_THUIS, report)
    match = lane.match_of(LOCAL_TEAM, team)

    def holder() -> str | None:
        held = lane.looks(VEILIG_THUIS, match).safety_oversight
        return None if held is None else held.holder

    clocks = lane.shows(VEILIG_THUIS, report).clocks or ()
    assert ("safety_assessment", MONDAY_ON) == (clocks[0].name, clocks[0].due_on)

    offered = lane.offers(VEILIG_THUIS, report, match)
    assert (MONDAY_ON, clocks[0].calendar) == (offered.due_on, offered.calendar)

    clock.set(datetime(2025, 4, 28, 21, 59, tzinfo=UTC))
    assert 0 == escalate_handovers(lane.small.house)
    clock.set(datetime(2025, 4, 28, 22, 0, tzinfo=UTC))
    assert 1 == escalate_handovers(lane.small.house)
    assert VT == holder()
    for number in (VEILIG_THUIS, LOCAL_TEAM):
        assert 1 == alert_kinds(lane, number).count(AlertKind.HANDOVER_UNANSWERED)

    clock.set(datetime(2025, 4, 29, 8, 0, tzinfo=UTC))
    assert HandoverState.ACCEPTED is lane.accepts(LOCAL_TEAM, offered.id).state
    assert TEAM == holder()

    watching = lane.registers(VEILIG_THUIS, "monitoring", on=date(2025, 4, 29))
    lane.leaves(VEILIG_THUIS, report)
    lane.matches()
    assert date(2026, 10, 29) == watching.valid_until
    held = lane.looks(LOCAL_TEAM, lane.match_of(LOCAL_TEAM, team)).safety_oversight
    assert held is not None
    assert (TEAM, True) == (held.holder, held.own)
    assert reconcile(store).sound

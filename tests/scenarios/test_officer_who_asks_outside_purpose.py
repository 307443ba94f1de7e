"""Scenario 9: a police officer asks outside purpose on a Monday morning, then registers, looks and leaves."""

from datetime import date

from gateway.core.events import EventKind
from gateway.flows.matching.match import match_waiting
from gateway.flows.registering import register
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.matches import MatchState
from gateway.protocol.messages.registrations import Receipt, WithdrawalReason
from gateway.store import SqlStore, reconcile
from tests.support.house import PURPOSE, SmallHouse, TestAgency, agencies, involvement, receipt_of
from tests.support.ladders import at
from tests.support.lives import events_of, heard, matches_of, withdrawn
from tests.support.stores import hold_clock

MONDAY_ON = date(2026, 9, 7)
INVESTIGATION = "criminal-investigation"


def _registers(small: SmallHouse, agency: TestAgency, *, on: date, purpose: str = PURPOSE) -> Receipt:
    rows = (register.Row(0, involvement("Noor", on, purpose=purpose)),)
    prepared = register.prepare(small.signed(agency, rows, purpose=purpose), small.house, today_on=on)
    receipt = receipt_of(register.record([prepared], small.house)[0])
    match_waiting(small.house)
    return receipt


def _alarms(store: SqlStore) -> list[object]:
    return [event["reason"] for event in events_of(store, EventKind.ALARM_RAISED)]


def test_he_learns_nothing_and_everybody_who_must_know_does(store: SqlStore) -> None:
    """What he asks for an investigation is answered as no-hit; what he fishes for shows him nobody."""
    clock = hold_clock(store, at(2026, 9, 1, 9))
    small = SmallHouse(store, agencies(4))
    small.open_desks()
    police, school = small.parties[0], small.parties[3]
    _registers(small, school, on=date(2026, 9, 1))

    # Monday 10:00: outside purpose. The receipt is that of any registration; nobody is met, the officers are alarmed.
    clock.set(at(2026, 9, 7, 10))
    silent = _registers(small, police, on=MONDAY_ON, purpose=INVESTIGATION)
    assert silent.id.startswith("reg_")
    assert [] == matches_of(small, police) == matches_of(small, school)
    assert ["silent_purpose"] == _alarms(store)

    # 11:00: as an involvement. Both are told at one moment: he cannot look without being seen.
    clock.set(at(2026, 9, 7, 11))
    fishing = _registers(small, police, on=MONDAY_ON)
    assert [1, 1] == [len(heard(small, who, AlertKind.MATCH)) for who in (police, school)]
    (seen,) = matches_of(small, school)
    assert seen.other is not None
    assert police.name == seen.other.agency

    # 11:20: he is gone again. That is an alarm, and what he comes back for at noon shows him nobody for a day.
    clock.set(at(2026, 9, 7, 11, 20))
    withdrawn(small, police, fishing.id, WithdrawalReason.RISK_GONE)
    assert ["silent_purpose", "register_match_withdraw"] == _alarms(store)
    clock.set(at(2026, 9, 7, 12))
    _registers(small, police, on=MONDAY_ON)
    assert {None} == {match.other for match in matches_of(small, police)}
    assert [police.name] == [
        match.other.agency for match in matches_of(small, school) if match.state is MatchState.OPEN and match.other
    ]

    # Tuesday 12:00: if he really is involved, he is shown whom to call, as anybody is.
    clock.set(at(2026, 9, 8, 12))
    standing = [match for match in matches_of(small, police) if match.state is MatchState.OPEN]
    assert [school.name] == [match.other.agency for match in standing if match.other]
    assert reconcile(store).sound

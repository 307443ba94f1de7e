"""What is told of a meeting: nothing to both when one side would hear nothing, and else to each what its rule says."""

from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from gateway.core.events import EventKind
from gateway.core.policy import LanePolicy, PolicySet, compile_policy
from gateway.flows.matching.match import match_waiting
from gateway.flows.matching.show_match import list_matches, show_match
from gateway.flows.registering import register
from gateway.flows.registering.withdraw import Withdrawal, withdraw
from gateway.protocol.messages.matches import MatchView
from gateway.protocol.messages.registrations import Receipt, WithdrawalReason, WithdrawRegistration
from gateway.store import SqlStore, reconcile
from tests.support.cards import POLICIES, load, policy
from tests.support.house import SmallHouse, TestAgency, agencies, involvement, receipt_of

# In the lane of Veilig Thuis; the order in which `agencies` hands out the kinds.
POLICE, VEILIG_THUIS, LOCAL_TEAM, SCHOOL, MENTAL_HEALTH, YOUTH_PROTECTION = range(6)
RADAR = "vt-radar"


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Open a house of six agencies of six kinds."""
    house = SmallHouse(store, agencies(6))
    house.open_desks()
    return house


def _registers(small: SmallHouse, number: int, flag: str, *, person: str = "child") -> Receipt:
    today_on = datetime.now(UTC).date()
    asked = involvement(person, today_on, lane="veilig_thuis", purpose=RADAR, flag=flag)
    rows: tuple[register.Row, ...] = (register.Row(0, asked),)
    call = small.signed(small.parties[number], rows, purpose=RADAR)
    prepared = register.prepare(call, small.house, today_on=today_on)
    return receipt_of(register.record([prepared], small.house)[0])


def _withdraws(small: SmallHouse, agency: TestAgency, receipt: Receipt) -> None:
    wanted = Withdrawal(receipt.id, WithdrawRegistration(reason=WithdrawalReason.RISK_GONE))
    withdraw(small.signed(agency, wanted, purpose=RADAR), small.house)


def _sees(small: SmallHouse, number: int) -> MatchView:
    agency = small.parties[number]
    (listed,) = list_matches(small.signed(agency, None, purpose=RADAR), small.house, after="").matches
    return show_match(small.signed(agency, None, purpose=RADAR), small.house, listed.id)


def _withheld(small: SmallHouse) -> list[dict[str, Any]]:
    assert isinstance(small.store, SqlStore)
    rows = small.store.view("events", lambda view: view.events.page(after="", limit=9_999))
    return [dict(row.event.fields) for row in rows if row.event.kind is EventKind.MATCH_WITHHELD]


@pytest.mark.parametrize(
    ("number", "flag", "disclosure"),
    [
        (LOCAL_TEAM, "involved", "contact"),
        (SCHOOL, "care_report", "contact"),
        (SCHOOL, "involved", "acknowledged"),
        (POLICE, "care_report", "acknowledged"),
    ],
)
def test_veilig_thuis_sees_the_flag_and_the_other_what_its_rule_says(
    small: SmallHouse, number: int, flag: str, disclosure: str
) -> None:
    """The lane is not symmetric: a desk without a flag for one, a bare acknowledgment for another."""
    _registers(small, VEILIG_THUIS, "open_report")
    _registers(small, number, flag)
    match_waiting(small.house)

    at_veilig_thuis, at_other = _sees(small, VEILIG_THUIS), _sees(small, number)

    assert ("flag", disclosure) == (at_veilig_thuis.disclosure, at_other.disclosure)
    assert at_veilig_thuis.other is not None
    assert (small.parties[number].name, flag) == (at_veilig_thuis.other.agency, at_veilig_thuis.other.flag)
    assert at_veilig_thuis.other.contact is not None
    if disclosure == "acknowledged":
        assert at_other.other is None
    else:
        assert at_other.other is not None
        assert (True, None) == (at_other.other.contact is not None, at_other.other.flag)


def test_a_meeting_of_which_one_side_would_hear_nothing_is_on_record_once(small: SmallHouse) -> None:
    """Police and school learn nothing of one another there: no match, one event, however often it is looked at."""
    _registers(small, POLICE, "care_report")
    _registers(small, SCHOOL, "involved")
    assert 0 == match_waiting(small.house).matches
    _registers(small, LOCAL_TEAM, "involved", person="another")
    match_waiting(small.house)

    police, school = (small.parties[number].oin for number in (POLICE, SCHOOL))
    expected = {
        "kind": "person_match",
        "lane": "veilig_thuis",
        "policy": small.policies.lane("veilig_thuis").digest,  # type: ignore[union-attr]
        "agencies": (police, school),
        "purposes": (RADAR, RADAR),
        "flags": ("care_report", "involved"),
        "levels": ("silent", "silent"),
        "rules": ("", ""),
    }
    assert [expected] == _withheld(small)


def test_a_further_registration_of_a_silent_pair_is_on_record_for_itself(small: SmallHouse, store: SqlStore) -> None:
    """Every two registrations once: also when an older one ends and what is left is looked at anew."""
    first = _registers(small, POLICE, "care_report")
    _registers(small, SCHOOL, "involved")
    match_waiting(small.house)
    _registers(small, POLICE, "involved")
    match_waiting(small.house)
    assert [("care_report", "involved"), ("involved", "involved")] == [one["flags"] for one in _withheld(small)]

    _withdraws(small, small.parties[POLICE], first)
    match_waiting(small.house)

    assert 2 == len(_withheld(small))
    assert reconcile(store).sound


def _remembered(store: SqlStore) -> int:
    with store.database.engines.reader.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM withheld_meetings").scalar_one())


def test_many_registrations_of_a_silent_pair_are_on_record_as_one(small: SmallHouse, store: SqlStore) -> None:
    """What grows with the square of the registrations of two agencies would be a way to fill the house."""
    for _ in range(5):
        _registers(small, POLICE, "care_report")
        _registers(small, SCHOOL, "involved")
    match_waiting(small.house)
    _registers(small, POLICE, "care_report")
    _registers(small, SCHOOL, "involved")
    match_waiting(small.house)

    assert (1, 1) == (len(_withheld(small)), _remembered(store))
    assert reconcile(store).sound


@pytest.mark.parametrize("number", [POLICE, SCHOOL])
def test_when_the_oldest_of_a_silent_pair_ends_the_others_stay_silent(
    small: SmallHouse, store: SqlStore, number: int
) -> None:
    """What is left is remembered by those that go on (G10), and is no news."""
    oldest = {agency: _registers(small, agency, "involved") for agency in (POLICE, SCHOOL)}
    for agency in (POLICE, SCHOOL):
        _registers(small, agency, "involved")
    match_waiting(small.house)
    _withdraws(small, small.parties[number], oldest[number])
    assert reconcile(store).sound
    match_waiting(small.house)

    assert 1 == len(_withheld(small))
    assert reconcile(store).sound


def test_the_reconciler_does_not_miss_a_match_that_policy_withholds(small: SmallHouse, store: SqlStore) -> None:
    """`gateway verify` stays at zero for silent pairs, and still finds one that was never decided (G10)."""
    for number in (POLICE, SCHOOL, MENTAL_HEALTH):
        _registers(small, number, "involved")
        _registers(small, number, "care_report")
    match_waiting(small.house)
    assert reconcile(store).sound

    with store.database.engines.writer.begin() as connection:
        connection.exec_driver_sql("DELETE FROM withheld_meetings")
    assert 12 == reconcile(store).pairs_without_match


def _card_without(rule: str) -> LanePolicy:
    """Give the card of Veilig Thuis without one of its rules."""
    content = yaml.safe_load((POLICIES / "veilig_thuis.yaml").read_text("utf-8"))
    content["vertellen"] = [one for one in content["vertellen"] if one["regel"] != rule]
    shown = content["voorbeelden"]["vertellen"]
    content["voorbeelden"]["vertellen"] = [one for one in shown if one.get("door") != rule]
    return compile_policy(load(yaml.safe_dump(content, allow_unicode=True)))


def test_one_side_that_would_hear_nothing_silences_the_other(small: SmallHouse) -> None:
    """Veilig Thuis would see the flag of the school, which would hear nothing: so neither does (domain rule 3)."""
    small.policies = PolicySet((_card_without("V6"),), "")
    _registers(small, VEILIG_THUIS, "open_report")
    _registers(small, SCHOOL, "involved")

    assert 0 == match_waiting(small.house).matches
    assert [(("flag", "silent"), ("V2", ""))] == [(one["levels"], one["rules"]) for one in _withheld(small)]


def test_a_silent_older_registration_does_not_hide_one_that_tells(small: SmallHouse, store: SqlStore) -> None:
    """The match is made by the oldest registrations that may tell (G9), whatever the agency's others keep silent."""
    small.policies = PolicySet((_card_without("V6"),), "")
    _registers(small, SCHOOL, "involved")
    _registers(small, SCHOOL, "care_report")
    match_waiting(small.house)
    _registers(small, VEILIG_THUIS, "open_report")

    assert 1 == match_waiting(small.house).matches
    assert "contact" == _sees(small, SCHOOL).disclosure
    assert [] == _withheld(small)
    assert reconcile(store).sound


def test_without_a_card_nothing_is_told_and_that_is_on_record(small: SmallHouse) -> None:
    """A card taken away leaves registrations that meet under no policy at all."""
    small.register_many([(small.parties[POLICE], 1), (small.parties[SCHOOL], 1)])
    small.policies = PolicySet((), "")

    assert 0 == match_waiting(small.house).matches
    assert [("", ("silent", "silent"))] == [(one["policy"], one["levels"]) for one in _withheld(small)]


def test_an_ordinary_match_leaves_no_such_event(small: SmallHouse) -> None:
    """Nothing was kept silent."""
    small.policies = PolicySet((policy(),), "")
    small.register_many([(small.parties[POLICE], 1), (small.parties[SCHOOL], 1)])

    assert 1 == match_waiting(small.house).matches
    assert [] == _withheld(small)

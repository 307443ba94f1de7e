"""The list of accepted cases: seen by participants, found by reference while open, held against being closed."""

from dataclasses import replace
from functools import partial

from gateway.core.involvement import Oin, Registration
from gateway.core.safety_case import SafetyCase
from gateway.protocol.messages.safety_cases import CaseStatus
from gateway.store import SqlStore
from gateway.store.transactions import SqlTx
from tests.support.footings import case_of
from tests.support.records import CARE, POLICE, SCHOOL, add, do, person, registration, withdraw


def _add(store: SqlStore, *cases: SafetyCase) -> None:
    for case in cases:
        do(store, partial(_write, case))


def _write(case: SafetyCase, tx: SqlTx) -> None:
    tx.cases.add(case)


def _one(store: SqlStore, case: SafetyCase, agency: Oin) -> SafetyCase | None:
    return store.view("one", lambda view: view.cases.one(case.id, agency=agency))


def _kept(store: SqlStore, lane: str) -> bool:
    return store.view("kept", lambda view: view.cases.kept_in(lane))


def _close(store: SqlStore, case: SafetyCase) -> None:
    do(store, lambda tx: tx.cases.close(case.id))


def test_a_case_comes_back_to_whoever_takes_part(store: SqlStore) -> None:
    """As it was added; to anybody else it is as absent as none (G24)."""
    case = case_of(POLICE, SCHOOL)
    _add(store, case)
    for agency in (POLICE, SCHOOL):
        found = _one(store, case, agency)
        assert found is not None
        assert case == replace(found, opened_at=None)
    assert None is _one(store, case, CARE)


def test_pages_of_cases_follow_each_other(store: SqlStore) -> None:
    """So many cases, not so many participants; in order of id."""
    cases = [case_of(POLICE, SCHOOL, CARE, reference=f"ZVH-{number}") for number in range(5)]
    _add(store, *cases)
    _add(store, case_of(SCHOOL))
    first = store.view("page", lambda view: view.cases.page(POLICE, after="", limit=3))
    rest = store.view("page", lambda view: view.cases.page(POLICE, after=first[-1].id, limit=3))
    assert [case.id for case in cases] == [one.id for one in (*first, *rest)]


def test_an_open_case_is_found_by_agency_and_reference(store: SqlStore) -> None:
    """Only by whoever takes part, and not once it is closed."""
    case = case_of(POLICE, SCHOOL)
    _add(store, case)
    wanted = {(POLICE, "ZVH-1"), (CARE, "ZVH-1"), (POLICE, "ZVH-2")}
    found: list[frozenset[tuple[Oin, str, str]]] = []
    do(store, lambda tx: found.append(tx.cases.hold_open(wanted)))
    _close(store, case)
    do(store, lambda tx: found.append(tx.cases.hold_open(wanted)))
    assert [frozenset({(POLICE, "safety_house", "ZVH-1")}), frozenset()] == found


def test_cases_of_one_reference_are_kept_apart(store: SqlStore) -> None:
    """Each with its own participants, the closed ones left out."""
    one, other, closed = case_of(POLICE, SCHOOL), case_of(CARE), case_of(POLICE, CARE)
    _add(store, one, other, closed)
    _close(store, closed)
    found = store.view("open", lambda view: view.cases.open_of({"ZVH-1"}))
    assert [(one.id, one.participants), (other.id, other.participants)] == [(x.id, x.participants) for x in found]


def test_a_case_is_held_while_it_is_open(store: SqlStore) -> None:
    """And says when it is no longer."""
    case = case_of(POLICE)
    _add(store, case)
    held: list[bool] = []
    do(store, lambda tx: held.append(tx.cases.hold(case.id)))
    _close(store, case)
    do(store, lambda tx: held.append(tx.cases.hold(case.id)))
    assert [True, False] == held
    found = _one(store, case, POLICE)
    assert found is not None
    assert CaseStatus.CLOSED is found.status


def _under(agency: Oin, reference: str = "ZVH-1", lane: str = "safety_house") -> Registration:
    return replace(registration(agency, person(1), lane=lane), case_reference=reference)


def test_what_rests_on_a_case_is_what_its_participants_registered_under_it(store: SqlStore) -> None:
    """Active, in its lane, under its reference."""
    case = case_of(POLICE, SCHOOL)
    _add(store, case)

    resting, gone = _under(POLICE), _under(SCHOOL)
    add(store, resting, gone, _under(CARE), _under(POLICE, "ZVH-2"), _under(POLICE, lane="youth"))
    withdraw(store, [gone])
    found = store.view("resting", lambda view: view.cases.resting_on(case))
    assert ((resting.id, person(1).value),) == found


def test_a_lane_can_forget_its_cases(store: SqlStore) -> None:
    """When its legal basis ends; those of another lane stay."""
    case, other = case_of(POLICE), case_of(POLICE, lane="another")
    _add(store, case, other)
    do(store, lambda tx: tx.cases.forget("safety_house"))
    assert [False, True] == [_kept(store, lane) for lane in ("safety_house", "another")]

"""Broken glass: it ends at its instant, is confirmed once and judged twice, and is seen whatever became of it."""

from datetime import date, timedelta
from functools import partial

import pytest

from gateway.core.emergency import BrokenGlass, Emergency
from gateway.core.involvement import Registration
from gateway.protocol.messages.emergencies import EmergencyState, Verdict
from gateway.store import SqlStore
from gateway.store.transactions import SqlTx
from tests.support.footings import glass_of
from tests.support.records import CARE, POLICE, SCHOOL, add, do, match_waiting, person, withdraw
from tests.support.stores import hold_clock

DUE_ON = date(2026, 1, 5)


def _broken(store: SqlStore, *glass: tuple[Registration, BrokenGlass]) -> None:
    add(store, *(registration for registration, _ in glass))
    for _, one in glass:
        do(store, partial(_add, one))


def _add(glass: BrokenGlass, tx: SqlTx) -> None:
    tx.emergencies.add(glass)


def _confirm(store: SqlStore, glass: BrokenGlass) -> None:
    def confirm(tx: SqlTx) -> None:
        tx.emergencies.confirm(glass.registration, user="u-2", review_due_on=DUE_ON, calendar="nl")

    do(store, confirm)


def _judge(store: SqlStore, glass: BrokenGlass, number: int) -> None:
    officer = (SCHOOL, CARE)[number - 1]
    verdict = Verdict.JUSTIFIED
    do(
        store,
        lambda tx: tx.emergencies.judge(glass.registration, officer=officer, verdict=verdict, number=number),
    )


def _one(store: SqlStore, glass: BrokenGlass) -> Emergency:
    found = store.view("one", lambda view: view.emergencies.one(glass.registration))
    assert found is not None
    return found


def _overdue(store: SqlStore, before_on: date) -> bool:
    return store.view("overdue", lambda view: view.emergencies.unreviewed(before_on=before_on))


def test_broken_glass_comes_back_as_it_was_recorded(store: SqlStore) -> None:
    """With nobody who confirmed or judged it."""
    registration, glass = glass_of(POLICE)
    _broken(store, (registration, glass))
    found = _one(store, glass)
    expected = (glass.registration, POLICE, "emergency", glass.reason, "u-1", "N-1", glass.ends_at)
    seen = (found.registration, found.agency, found.lane, found.reason, found.broken_by, found.case_reference)
    assert expected == (*seen, found.ends_at)
    assert (EmergencyState.ASKED, None, ()) == (found.state, found.confirmed_by, found.verdicts)
    assert None is store.view("one", lambda view: view.emergencies.one("reg_nobody"))


def test_it_is_over_at_its_instant(store: SqlStore) -> None:
    """And so is the registration: it matches no more, and is due to expire."""
    glass = glass_of(POLICE, token=person(1))
    _broken(store, glass, glass_of(SCHOOL, token=person(1), ends_at=glass[1].ends_at + timedelta(hours=1)))
    for one in (glass,):
        _confirm(store, one[1])
    clock = hold_clock(store, glass[1].ends_at - timedelta(milliseconds=1))
    assert EmergencyState.OPEN is _one(store, glass[1]).state
    clock.set(glass[1].ends_at)
    assert EmergencyState.OVER is _one(store, glass[1]).state
    assert () == match_waiting(store)
    due = store.view("due", lambda view: view.registrations.due_to_expire(limit=10))
    assert [glass[1].registration] == [job.registration for job in due]


def test_both_sides_of_a_match_are_open_or_it_is_not(store: SqlStore) -> None:
    """One that is unconfirmed, withdrawn or over is enough for nothing to be shown."""
    one, other = (glass_of(agency, token=person(2)) for agency in (POLICE, SCHOOL))
    _broken(store, one, other)
    (match,) = match_waiting(store)

    def both_open() -> bool:
        return store.view("both open", lambda view: view.emergencies.both_open(match.id))

    _confirm(store, one[1])
    assert not both_open()
    _confirm(store, other[1])
    assert both_open()
    withdraw(store, [other[0]])
    assert not both_open()


def test_which_are_confirmed_is_answered_for_all_at_once(store: SqlStore) -> None:
    """What is no broken glass is not among them."""
    one, other = glass_of(POLICE), glass_of(SCHOOL)
    _broken(store, one, other)
    _confirm(store, one[1])
    asked = {one[0].id, other[0].id, "reg_nobody"}
    assert {one[0].id} == store.view("confirmed", lambda view: view.emergencies.confirmed(asked))


def test_a_day_is_counted_by_agency_and_user(store: SqlStore) -> None:
    """A user is the same one however the pseudonym is written; other days and agencies are not counted."""
    _broken(store, glass_of(POLICE, number=1), glass_of(POLICE, number=2), glass_of(SCHOOL, number=1))

    def used(user: str, on: date) -> tuple[int, int]:
        return store.view("used", lambda view: view.emergencies.used(POLICE, user=user, on=on))

    assert (2, 2) == used("U-1", date(2026, 1, 2))
    assert (2, 0) == used("u-3", date(2026, 1, 2))
    assert (0, 0) == used("u-1", date(2026, 1, 3))


@pytest.mark.parametrize("judged", [0, 1, 2])
def test_a_review_is_overdue_after_its_day_until_two_judged_it(store: SqlStore, judged: int) -> None:
    """Each is given out once."""
    _, glass = one = glass_of(POLICE)
    _broken(store, one, glass_of(SCHOOL))
    _confirm(store, glass)
    for number in range(1, judged + 1):
        _judge(store, glass, number)
    assert not _overdue(store, DUE_ON)
    assert (judged < 2) is _overdue(store, DUE_ON + timedelta(days=1))

    taken: list[str] = []
    for _ in range(2):
        do(
            store,
            lambda tx: taken.extend(
                late.registration for late in tx.emergencies.escalate(before_on=DUE_ON + timedelta(days=1), limit=10)
            ),
        )
    assert [glass.registration][: 2 - judged] == taken


def test_what_is_to_be_reviewed_comes_in_pages(store: SqlStore) -> None:
    """So many uses, not so many verdicts; an agency's own page knows no other's."""
    glass = [glass_of(POLICE, number=number) for number in (1, 2, 3)]
    _broken(store, *glass, glass_of(SCHOOL))
    for _, one in glass:
        _confirm(store, one)
    _judge(store, glass[0][1], 1)
    first = store.view("page", lambda view: view.emergencies.to_review(after="", limit=2))
    rest = store.view("page", lambda view: view.emergencies.to_review(after=first[-1].registration, limit=2))
    ids = [one.registration for _, one in glass]
    assert ids == [one.registration for one in (*first, *rest)]
    own = store.view("own", lambda view: view.emergencies.page(POLICE, after="", limit=10))
    assert ids == [one.registration for one in own]


def test_a_purge_takes_broken_glass_with_its_registration(store: SqlStore) -> None:
    """When the last basis of the lane has ended nothing is left to review."""
    registration, glass = glass_of(POLICE)
    _broken(store, (registration, glass))
    _confirm(store, glass)
    _judge(store, glass, 1)
    do(store, lambda tx: tx.purges.remove([registration.id]))
    assert None is store.view("one", lambda view: view.emergencies.one(glass.registration))

"""The inbox: unacknowledged alerts, oldest first; it skips none, under any number of writers (G13)."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from gateway.core.involvement import Oin
from gateway.flows.ports.store import Recorded
from gateway.store import SqlStore
from gateway.store.transactions import SqlTx
from keys.tokens import IndexToken
from tests.support.crowd import at_once
from tests.support.records import (
    CARE,
    POLICE,
    SCHOOL,
    add,
    match_waiting,
    mint,
    open_matches,
    person,
    recorded,
    registration,
)
from tests.support.stores import hold_clock, opened


def _inbox(store: SqlStore, agency: Oin, limit: int = 1000) -> list[str]:
    return [alert.id for alert in store.view("inbox", lambda view: view.alerts.waiting(agency, limit=limit))]


def _newest(store: SqlStore, agency: Oin, *, limit: int) -> list[str]:
    return [alert.id for alert in store.view("inbox", lambda view: view.alerts.newest(agency, limit=limit))]


def _acknowledge(store: SqlStore, agency: Oin, *alerts: str) -> set[str]:
    return set(store.change("acknowledge", lambda tx: recorded(tx.alerts.acknowledge(agency, alerts))))


def _meet(store: SqlStore, *numbers: int) -> None:
    add(store, *(registration(agency, person(n)) for n in numbers for agency in (POLICE, SCHOOL)))
    match_waiting(store)


def test_the_oldest_come_first(store: SqlStore) -> None:
    """By the time of the alert, whatever its id; a page holds no more than asked."""
    clock = hold_clock(store, datetime(2026, 1, 1, 12, tzinfo=UTC))
    _meet(store, 1)
    clock.set(datetime(2026, 1, 1, 11, tzinfo=UTC))
    _meet(store, 2)
    first, second = store.view("inbox", lambda view: view.alerts.waiting(POLICE, limit=9))
    assert timedelta(hours=1) == second.created_at - first.created_at
    assert [first.id] == _inbox(store, POLICE, limit=1)


def test_the_newest_are_found_however_many_wait(store: SqlStore) -> None:
    """A page of them holds the newest, in the order in which they came, and none that was acknowledged."""
    clock = hold_clock(store, datetime(2026, 1, 1, 12, tzinfo=UTC))
    for hour in range(4):
        clock.set(datetime(2026, 1, 1, hour, tzinfo=UTC))
        _meet(store, hour)
    _, *later, last = _inbox(store, POLICE)
    assert [*later, last] == _newest(store, POLICE, limit=3)
    assert [last] == _newest(store, POLICE, limit=1)
    _acknowledge(store, POLICE, last)
    assert later == _newest(store, POLICE, limit=2)


def test_an_acknowledged_alert_is_shown_no_more(store: SqlStore) -> None:
    """To the agency that acknowledged it; the other still has its own."""
    _meet(store, 1, 2)
    done, left = _inbox(store, POLICE)
    assert {done} == _acknowledge(store, POLICE, done)
    assert [left] == _inbox(store, POLICE)
    assert 2 == len(_inbox(store, SCHOOL))


def test_acknowledging_twice_is_the_same_as_once(store: SqlStore) -> None:
    """A repeated call gets the same answer."""
    _meet(store, 1)
    (alert,) = _inbox(store, POLICE)
    assert {alert} == _acknowledge(store, POLICE, alert)
    assert {alert} == _acknowledge(store, POLICE, alert, alert)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_anothers_alert_is_as_unknown_as_none(store: SqlStore, place: int) -> None:
    """In any position it is left alone, stays in its own inbox, and spoils no other (G14, G24)."""
    _meet(store, 1, 2)
    own = _inbox(store, POLICE)
    (theirs, *_) = _inbox(store, SCHOOL)
    for stranger in (theirs, mint("alt")):
        listed = list(own)
        listed.insert(place, stranger)
        assert set(own) == _acknowledge(store, POLICE, *listed)
    assert theirs in _inbox(store, SCHOOL)
    assert set() == _acknowledge(store, CARE, theirs)


def test_alerts_stay_after_a_restart(store_url: str) -> None:
    """Until they are acknowledged."""
    with opened(store_url) as store:
        _meet(store, 1)
        alerts = _inbox(store, POLICE)
    with opened(store_url) as store:
        assert alerts == _inbox(store, POLICE)
        _acknowledge(store, POLICE, *alerts)
    with opened(store_url) as store:
        assert [] == _inbox(store, POLICE)


def _match_slowly(token: IndexToken, pause_s: float, tx: SqlTx) -> Recorded[list[str]]:
    jobs = tx.jobs.of_persons({token})
    matches = open_matches(tx, jobs)
    time.sleep(pause_s)  # alerts written, not yet committed
    tx.jobs.done(jobs)
    return recorded([match.alerts[0] for match in matches])


def test_eight_writers_with_long_transactions_skip_nothing(store_url: str) -> None:
    """Alerts become visible out of order; a reader that acknowledges all the while still gets every one, once."""
    writers, rounds = 8, 6
    with opened(store_url) as one, opened(store_url) as other:
        for number in range(writers * rounds):
            add(one, registration(POLICE, person(number)), registration(SCHOOL, person(number)))

        def write(store: SqlStore, number: int) -> list[str]:
            made: list[str] = []
            for turn in range(rounds):
                token, pause_s = person(number * rounds + turn), (number % 4) * 0.004
                alerts = store.change("write", partial(_match_slowly, token, pause_s))
                made += alerts
            return made

        def read() -> list[str]:
            seen: list[str] = []
            while len(seen) < writers * rounds:
                page = _inbox(one, POLICE, limit=5)
                seen += page
                _acknowledge(one, POLICE, *page)
            return seen

        works: list[Callable[[], list[str]]] = [partial(write, (one, other)[n % 2], n) for n in range(writers)]
        *written, seen = at_once([*works, read])
    assert sorted(alert for made in written for alert in made) == sorted(seen)

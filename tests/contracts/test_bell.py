"""The bell: a commit wakes whoever waits, no ring is lost between two waits, and a lost connection rings too."""

import threading
import time

import pytest

from gateway.flows.ports.store import Recorded, Tx
from gateway.store import SqlStore
from tests.support.crowd import at_once
from tests.support.postgres import PostgresServer, database_of
from tests.support.records import SCHOOL, add, match_waiting, recorded, registration
from tests.support.stores import opened

LONG_S = 30.0


def test_a_commit_wakes_whoever_waits(store_url: str) -> None:
    """From another connection, as from another process."""
    with opened(store_url) as worker, opened(store_url) as gateway:
        bell = worker.bell()
        woken, _ = at_once([lambda: bell.wait(LONG_S), lambda: add(gateway, registration())])
        assert woken
        bell.close()


def test_a_ring_before_the_wait_is_not_lost(store: SqlStore) -> None:
    """Registrations and matches both ring; what rang while nobody waited is heard at the next wait."""
    bell = store.bell()
    add(store, registration(), registration(SCHOOL))
    assert bell.wait(LONG_S)
    match_waiting(store)
    assert bell.wait(LONG_S)
    bell.close()


def test_it_is_silent_when_nothing_happens(store: SqlStore) -> None:
    """Nor does a change that was rolled back ring."""
    bell = store.bell()

    def fail(tx: Tx) -> Recorded[None]:
        tx.registrations.add([registration()])
        raise KeyError

    with pytest.raises(KeyError):
        store.change("fail", fail)
    assert not bell.wait(0.1)
    bell.close()


def test_it_rings_at_commit_and_not_before(store: SqlStore) -> None:
    """Whoever is woken finds the job."""
    bell = store.bell()
    may_commit = threading.Event()

    def slow(tx: Tx) -> Recorded[None]:
        tx.registrations.add([registration()])
        may_commit.wait(LONG_S)
        return recorded(None)

    def worker() -> tuple[bool, bool, bool]:
        early = bell.wait(0.1)
        may_commit.set()
        return early, bell.wait(LONG_S), store.view("waiting", lambda view: view.jobs.waiting())

    assert (False, True, True) == at_once([worker, lambda: store.change("slow", slow)])[0]
    bell.close()


def test_closing_it_ends_the_wait(store: SqlStore) -> None:
    """From another thread, long before the time is over."""
    bell = store.bell()

    def close() -> bool:
        time.sleep(0.05)
        bell.close()
        return False

    assert [False, False] == at_once([lambda: bell.wait(LONG_S), close])


def test_it_listens_again_after_its_connection_was_cut(postgres: PostgresServer, postgresql_url: str) -> None:
    """And rings for it, because something may have happened meanwhile."""
    with opened(postgresql_url) as store:
        bell = store.bell()
        postgres.cut(database_of(postgresql_url))
        assert bell.wait(LONG_S)
        assert not bell.wait(0.1)
        add(store, registration())
        assert bell.wait(LONG_S)
        bell.close()

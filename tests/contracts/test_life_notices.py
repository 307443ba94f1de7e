"""Notices of death and of moving wait, are taken once, and leave nothing of the person."""

from collections.abc import Callable
from datetime import date
from threading import Barrier

from gateway.core.life_notice import LifeEvent, LifeNotice
from gateway.flows.ports.persons import PersonsRegistration
from gateway.protocol.messages.registrations import RegistrationStatus
from gateway.store import SqlStore
from gateway.store.transactions import SqlTx
from tests.support.crowd import at_once
from tests.support.records import CARE, POLICE, SCHOOL, add, do, mint, person, recorded, registration, withdraw


def _notice(number: int = 1, *, lane: str = "youth") -> LifeNotice:
    return LifeNotice(mint("lif"), CARE, LifeEvent.DIED, lane, person(number), date(2026, 1, 2))


def _kept(store: SqlStore, *notices: LifeNotice) -> None:
    def add_all(tx: SqlTx) -> None:
        for notice in notices:
            tx.life_notices.add(notice)

    do(store, add_all)


def _taken(store: SqlStore, then: Callable[[], object] = lambda: None, *, limit: int = 10) -> tuple[LifeNotice, ...]:
    def work(tx: SqlTx) -> object:
        taken = tx.life_notices.take(limit=limit)
        then()
        if taken:
            tx.life_notices.forget([notice.id for notice in taken])
        return recorded(taken)

    found: tuple[LifeNotice, ...] = store.change("take", work)  # type: ignore[arg-type]
    return found


def test_notices_come_back_oldest_first_and_once(store: SqlStore) -> None:
    """As they were kept; after that none waits."""
    notices = [_notice(number) for number in range(3)]
    _kept(store, *notices)
    assert store.view("waiting", lambda view: view.life_notices.waiting())
    assert (*notices[:2],) == _taken(store, limit=2)
    assert (notices[2],) == _taken(store, limit=2)
    assert not store.view("waiting", lambda view: view.life_notices.waiting())


def test_two_workers_take_different_notices(store: SqlStore, store_kind: str) -> None:
    """What one holds the other passes over; SQLite has one writer, who does it all."""
    _kept(store, *(_notice(number) for number in range(2)))
    together = Barrier(2 if store_kind == "postgresql" else 1)
    works = [lambda: _taken(store, lambda: together.wait(30), limit=1)] * 2
    assert [1, 1] == [len(taken) for taken in at_once(works)]
    assert () == _taken(store)


def test_what_stands_and_what_is_archived_about_a_person_is_found(store: SqlStore) -> None:
    """In the lane of the notice alone, restricted or not; what is over and forgotten is nobody's."""
    stands, restricted = registration(POLICE, person(1)), registration(SCHOOL, person(1))
    archived, gone = registration(CARE, person(1)), registration(POLICE, person(1))
    add(store, stands, restricted, archived, gone, registration(POLICE, person(1), lane="adult"))
    add(store, registration(POLICE, person(2)))
    withdraw(store, [archived, gone])

    def settle(tx: SqlTx) -> None:
        tx.registrations.restrict(restricted.id)
        (kept,) = tx.registrations.several((archived.id,))
        assert RegistrationStatus.WITHDRAWN is kept.status
        tx.archive.keep({archived.id: tx.now().replace(year=2090)})
        tx.archive.forget([gone.id], cases=False)

    do(store, settle)
    found = store.view("of person", lambda view: view.life_notices.registrations_of(_notice()))
    expected = [(stands, True), (restricted, True), (archived, False)]
    assert sorted(PersonsRegistration(one.id, one.agency, goes_on) for one, goes_on in expected) == list(found)

"""What `change` and `view` promise: with its event or not at all, and never in doubt without saying so."""

import pickle
import threading
from collections.abc import Callable
from functools import partial

import pytest

from gateway.core.events import EventKind
from gateway.core.refusals import Refusal, Refused
from gateway.flows.ports.store import Recorded, Tx, View
from gateway.store import InnerContradiction, SqlStore, StoreBroken
from gateway.store.transactions import SqlTx, SqlView
from tests.support.crowd import at_once
from tests.support.postgres import PostgresServer, database_of
from tests.support.records import POLICE, SCHOOL, add, desk, happened, match_waiting, recorded, registration, slip
from tests.support.stores import opened


def _registered(store: SqlStore) -> list[str]:
    return [one.id for one in store.view("page", lambda view: view.registrations.page(POLICE, after="", limit=99))]


def _events(store: SqlStore) -> list[str]:
    return [one.event.id for one in store.view("events", lambda view: view.events.page(after="", limit=99))]


def test_a_change_returns_its_result_and_keeps_its_events(store: SqlStore) -> None:
    """With the database's time, and the fields as they were."""
    event = happened(EventKind.ALERTS_ACKNOWLEDGED)
    event = type(event)(event.id, event.kind, POLICE, {"purpose": "a purpose", "alerts": ("alt_1", "alt_2")})
    before = store.view("now", lambda view: view.now())
    assert "done" == store.change("put", lambda tx: Recorded("done", (event,)))
    (kept,) = store.view("events", lambda view: view.events.page(after="", limit=9))
    assert event == kept.event
    assert before <= kept.at <= store.view("now", lambda view: view.now())


def test_a_change_without_an_event_is_a_contradiction(store: SqlStore) -> None:
    """Nothing of it is written; it is no exception that a flow catches by accident (G28, G42)."""

    def work(tx: Tx) -> Recorded[None]:
        tx.registrations.add([registration()])
        return Recorded(None, ())

    with pytest.raises(InnerContradiction):
        store.change("silent", work)
    assert issubclass(InnerContradiction, AssertionError)
    assert [] == _registered(store)


def _silently(write: Callable[[SqlTx], object], tx: SqlTx) -> Recorded[object]:
    return Recorded(write(tx), ())


def test_every_write_needs_an_event(store: SqlStore) -> None:
    """Of whatever port; reading and claiming need none."""
    add(store, registration())
    (job,) = store.view("peek", lambda view: view.jobs.peek(limit=1))
    writes: tuple[Callable[[SqlTx], object], ...] = (
        lambda tx: tx.calls.admit([slip()]),
        lambda tx: tx.calls.trim(answers_before_days=1),
        lambda tx: tx.jobs.done([job]),
        lambda tx: tx.jobs.failed(job, park=False),
        lambda tx: tx.desks.put(POLICE, desk()),
        lambda tx: tx.alerts.acknowledge(POLICE, ["alt_1"]),
        lambda tx: tx.webhooks.remove(POLICE, "whe_1"),
        lambda tx: tx.matches.end_stale([job]),
    )
    for write in writes:
        with pytest.raises(InnerContradiction):
            store.change("silent", partial(_silently, write))

    def read(tx: Tx) -> Recorded[None]:
        tx.claim({job.index_token})
        tx.matches.hold("mat_1")
        tx.jobs.take(limit=1)
        tx.calls.answers([slip(key="k")])
        tx.calls.admit([])
        tx.matches.open([])
        return Recorded(None, ())

    store.change("read", read)


def test_a_refusal_undoes_everything_and_passes_through(store: SqlStore) -> None:
    """With its facts; the next change finds the store as it was."""

    def work(tx: Tx) -> Recorded[None]:
        tx.registrations.add([registration()])
        raise Refused(Refusal.NOT_FOUND, row=3)

    with pytest.raises(Refused) as refused:
        store.change("refuse", work)
    assert (Refusal.NOT_FOUND, {"row": 3}) == (refused.value.refusal, dict(refused.value.facts))
    assert [] == _registered(store)
    add(store, registration())


def test_a_look_changes_nothing(store: SqlStore) -> None:
    """Writing in it is a contradiction: a look has no event and no place in the order of changes."""

    def work(view: View) -> None:
        view.desks.put(POLICE, desk())

    with pytest.raises(InnerContradiction):
        store.view("look", work)
    assert () == store.view("of", lambda view: view.desks.of(POLICE))


def test_a_look_sees_one_moment(store: SqlStore) -> None:
    """What is committed while it lasts is for the next look."""

    def work(view: SqlView) -> tuple[int, int]:
        before = len(view.registrations.page(POLICE, after="", limit=9))
        thread = threading.Thread(target=add, args=(store, registration()))
        thread.start()
        thread.join(30)
        return before, len(view.registrations.page(POLICE, after="", limit=9))

    assert (0, 0) == store.view("look", work)
    assert 1 == len(_registered(store))


def test_many_threads_change_one_store(store: SqlStore) -> None:
    """Each change is done once, with its event."""

    def work() -> None:
        for _ in range(5):
            add(store, registration())

    at_once([work] * 8)
    assert (40, 40) == (len(_registered(store)), len(_events(store)))


def test_a_database_error_holds_no_value(store: SqlStore) -> None:
    """Neither its text nor what travels with it: a unique violation names the key in the database's own words (G35)."""
    add(store, one := registration())
    with pytest.raises(StoreBroken) as refused:
        add(store, one)
    error: BaseException = refused.value
    assert (None, None) == (error.__cause__, error.__context__)
    for told in (str(error), repr(error), pickle.dumps(error.args).decode("latin-1")):
        assert one.id not in told
        assert one.case_reference not in told


def test_connections_cut_in_the_middle_of_a_change_are_made_again(
    postgres: PostgresServer, postgresql_url: str
) -> None:
    """Before commit nothing was done, so the whole closure runs again (G3)."""
    name = database_of(postgresql_url)
    attempts: list[int] = []
    with opened(postgresql_url) as store:

        def work(tx: Tx) -> Recorded[None]:
            tx.registrations.add([registration()])
            attempts.append(1)
            if len(attempts) == 1:
                postgres.cut(name)
            return recorded(None)

        store.change("cut", work)
        postgres.cut(name)
        assert 1 == len(_registered(store))
    assert 2 == len(attempts)


def test_a_database_that_stays_away_is_told_as_unavailable(postgres: PostgresServer, postgresql_url: str) -> None:
    """Nothing was done, so the caller may try later; when it is back, all that was acknowledged is there."""
    name = database_of(postgresql_url)
    with opened(postgresql_url, patience_s=0.2) as store:
        add(store, one := registration())
        postgres.allow(name, connections=False)
        for attempt in (lambda: add(store, registration()), lambda: _registered(store)):
            with pytest.raises(Refused) as refused:
                attempt()
            assert refused.value.refusal is Refusal.STORE_UNAVAILABLE
        postgres.allow(name, connections=True)
        assert [one.id] == _registered(store)


def test_a_writer_elsewhere_that_never_ends_is_told_as_unavailable(sqlite_url: str) -> None:
    """Another process holds the file: after its patience a change is refused, and nothing was done."""
    with opened(sqlite_url) as one, opened(sqlite_url, patience_s=0.1) as other:
        held, done = threading.Event(), threading.Event()

        def hold(tx: Tx) -> Recorded[None]:
            held.set()
            done.wait(30)
            return recorded(None)

        def refused() -> Refusal:
            held.wait(30)
            with pytest.raises(Refused) as error:
                add(other, registration())
            done.set()
            return error.value.refusal

        assert [None, Refusal.STORE_UNAVAILABLE] == at_once([lambda: one.change("hold", hold), refused])
        assert [] == _registered(one)
        add(other, registration(SCHOOL))
        match_waiting(other)


def test_changes_of_one_file_follow_each_other(sqlite_url: str) -> None:
    """The write lock is taken at the start: no change reads what another is about to change, so none runs twice."""
    runs: list[int] = []
    with opened(sqlite_url) as one, opened(sqlite_url) as other:

        def look_then_write(tx: Tx) -> Recorded[None]:
            runs.append(len(tx.registrations.page(POLICE, after="", limit=99)))
            tx.registrations.add([registration()])
            return recorded(None)

        def work(store: SqlStore) -> None:
            for _ in range(8):
                store.change("look then write", look_then_write)

        at_once([partial(work, store) for store in (one, other)])
    assert list(range(16)) == runs

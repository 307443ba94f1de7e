"""The k-th failure loop: every database call and commit of a change fails in turn, and nothing is half done."""

from itertools import count

import pytest

from gateway.core.refusals import Refusal, Refused
from gateway.flows.ports.calls import Answer
from gateway.flows.ports.store import Recorded, Tx
from gateway.store import SqlStore, reconcile
from tests.support.faults import Crash, How, When, fail_at
from tests.support.records import (
    POLICE,
    SCHOOL,
    add,
    inbox,
    match_waiting,
    open_matches,
    person,
    recorded,
    registration,
    slip,
)


def _register(store: SqlStore, number: int) -> bytes:
    """Register a person under an idempotency key of its own, as a flow does, and return the answer."""
    call, one = slip(key=f"key {number}"), registration(POLICE, person(number))

    def work(tx: Tx) -> Recorded[bytes]:
        assert (True,) == tx.calls.admit([call])
        if kept := tx.calls.answers([call]):
            return recorded(kept[0].body)
        tx.registrations.add([one])
        tx.calls.keep([Answer(POLICE, call.idempotency_key, 0, call.body_digest, one.id.encode())])
        return recorded(one.id.encode())

    return store.change("register", work)


def _registered(store: SqlStore) -> set[str]:
    return {one.id for one in store.view("page", lambda view: view.registrations.page(POLICE, after="", limit=999))}


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("how", How)
def test_a_registration_survives_the_failure_of_every_call(store: SqlStore, how: How, when: When) -> None:
    """Whatever fails, asking again with the same key leaves exactly one registration and gives its answer (G1, G6)."""
    for k in count(1):
        before = _registered(store)
        with fail_at(store.database, k, when=when, how=how) as fault:
            try:
                _register(store, k)
            except Crash:
                pass
            except Refused as refused:
                assert refused.refusal is Refusal.OUTCOME_UNKNOWN  # noqa: PT017 - the others are failures
        answer = _register(store, k)
        assert {answer.decode()} == _registered(store) - before
        if not fault.reached:
            break
    assert k > 5
    assert len(store.view("peek", lambda view: view.jobs.peek(limit=99))) == k


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("how", How)
def test_matching_survives_the_failure_of_every_call(store: SqlStore, how: How, when: When) -> None:
    """Whatever fails, the next worker leaves one match and both alerts for each person, and a sound index (G9)."""
    for k in count(1):
        add(store, registration(POLICE, person(k)), registration(SCHOOL, person(k)))
        with fail_at(store.database, k, when=when, how=how) as fault:
            try:
                match_waiting(store)
            except Crash:
                pass
            except Refused as refused:
                assert refused.refusal is Refusal.OUTCOME_UNKNOWN  # noqa: PT017 - the others are failures
        match_waiting(store)
        if not fault.reached:
            break
    assert k > 5
    assert reconcile(store).sound
    for agency in (POLICE, SCHOOL):
        assert k == len(inbox(store, agency))


@pytest.mark.parametrize("when", When)
def test_a_commit_that_may_have_happened_is_told_as_unknown(store: SqlStore, when: When) -> None:
    """Lost during commit, nobody knows: never "done", never "not done" (G3, G4)."""
    add(store, registration(POLICE), registration(SCHOOL))
    calls: list[int] = []

    def work(tx: Tx) -> Recorded[None]:
        calls.append(1)
        jobs = tx.jobs.take(limit=9)
        open_matches(tx, jobs)
        tx.jobs.done(jobs)
        return recorded(None)

    with fail_at(store.database, 999) as counting:
        store.change("count", lambda tx: recorded(tx.jobs.take(limit=0)))
    with fail_at(store.database, counting.calls, when=when, how=How.LOST), pytest.raises(Refused) as refused:
        store.change("empty", lambda tx: recorded(tx.jobs.take(limit=0)))
    assert refused.value.refusal is Refusal.OUTCOME_UNKNOWN
    store.change("match", work)
    assert [1] == calls

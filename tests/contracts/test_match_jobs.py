"""The queue of match jobs: oldest first, each held by one worker, a parked one in nobody's way."""

from collections.abc import Callable
from functools import partial
from threading import Event as Signal

from gateway.flows.ports.matches import MatchJob
from gateway.flows.ports.store import Recorded, Tx
from gateway.flows.replay import replay
from gateway.store import SqlStore
from tests.support.crowd import at_once
from tests.support.records import POLICE, SCHOOL, add, do, mint, person, recorded, registration
from tests.support.stores import opened


def _waiting(store: SqlStore) -> bool:
    return store.view("waiting", lambda view: view.jobs.waiting())


def _peek(store: SqlStore) -> tuple[MatchJob, ...]:
    return store.view("peek", lambda view: view.jobs.peek(limit=100))


def _fail(store: SqlStore, job: MatchJob, *, park: bool) -> None:
    do(store, lambda tx: tx.jobs.failed(job, park=park))


def test_jobs_are_taken_oldest_first_and_removed_when_done(store: SqlStore) -> None:
    """In order of acceptance; what is not done waits again."""
    ids = []
    for number in range(3):
        one = registration(POLICE, person(number))
        add(store, one)
        ids.append(one.id)

    def work(tx: Tx) -> Recorded[list[str]]:
        jobs = tx.jobs.take(limit=2)
        tx.jobs.done(jobs[:1])
        return recorded([job.registration for job in jobs])

    assert _waiting(store)
    assert ids[:2] == store.change("take", work)
    assert ids[1:] == [job.registration for job in _peek(store)]


def test_an_empty_queue_waits_for_nothing(store: SqlStore) -> None:
    """Asked outside a change."""
    assert not _waiting(store)
    assert () == _peek(store)


def test_one_job_is_taken_by_its_registration(store: SqlStore) -> None:
    """Or nothing, when it is gone."""
    one, other = registration(), registration(POLICE, person(2))
    add(store, one, other)

    def take(id_: str) -> list[str]:
        return store.change("take", lambda tx: recorded([job.registration for job in tx.jobs.take_one(id_)]))

    assert [one.id] == take(one.id)
    assert [] == take(registration().id)


def test_jobs_of_persons_are_found_by_the_whole_token(store: SqlStore) -> None:
    """Of these persons and no others; parked ones wait for a human."""
    ours, theirs, parked = registration(POLICE), registration(SCHOOL), registration(POLICE)
    add(store, ours, theirs, parked, registration(POLICE, person(2)))
    (job,) = (job for job in _peek(store) if job.registration == parked.id)
    _fail(store, job, park=True)
    found = store.view("of persons", lambda view: view.jobs.of_persons({person(1)}))
    assert {ours.id, theirs.id} == {job.registration for job in found}
    assert () == store.view("of persons", lambda view: view.jobs.of_persons(set()))


def test_failures_are_counted_and_a_parked_job_holds_up_no_other(store: SqlStore) -> None:
    """It is counted as parked and taken no more (G12)."""
    bad, good = registration(), registration(POLICE, person(2))
    add(store, bad, good)
    job = _peek(store)[0]
    _fail(store, job, park=False)
    assert [(bad.id, 1), (good.id, 0)] == [(job.registration, job.attempts) for job in _peek(store)]
    _fail(store, job, park=True)
    assert [good.id] == [job.registration for job in _peek(store)]
    assert 1 == store.view("parked", lambda view: view.jobs.parked())


def test_a_parked_job_is_replayed(store: SqlStore) -> None:
    """It waits again as if it had never failed, and with what else was parked there is an event of it."""
    one = registration()
    add(store, one)
    _fail(store, _peek(store)[0], park=True)
    assert (1, 0) == replay(store, mint=mint)
    assert [(one.id, 0)] == [(job.registration, job.attempts) for job in _peek(store)]
    assert (0, 0) == replay(store, mint=mint)


def test_a_job_that_was_not_committed_as_done_waits_again(store: SqlStore) -> None:
    """A worker that dies leaves its jobs to the next."""
    one = registration()
    add(store, one)

    def die(tx: Tx) -> Recorded[None]:
        tx.jobs.done(tx.jobs.take(limit=1))
        raise KeyboardInterrupt

    try:
        store.change("die", die)
    except KeyboardInterrupt:
        assert [one.id] == [job.registration for job in _peek(store)]


def test_two_workers_take_different_jobs(store_url: str) -> None:
    """Each job is done by one of them, and none waits for a job that the other holds."""
    with opened(store_url) as one, opened(store_url) as other:
        add(one, *(registration(POLICE, person(number)) for number in range(40)))

        def drain(store: SqlStore) -> list[str]:
            taken: list[str] = []
            while True:

                def work(tx: Tx) -> Recorded[list[str]]:
                    jobs = tx.jobs.take(limit=3)
                    tx.jobs.done(jobs)
                    return recorded([job.registration for job in jobs])

                batch = store.change("drain", work)
                taken += batch
                if not batch and not _waiting(store):
                    return taken

        taken = [id_ for ids in at_once([lambda: drain(one), lambda: drain(other)] * 2) for id_ in ids]
    assert 40 == len(taken) == len(set(taken))


def test_two_workers_with_jobs_of_one_person_do_not_deadlock(postgresql_url: str) -> None:
    """The one that holds the person leaves the job that the other holds, who waits for the person."""
    has_claimed, may_finish = Signal(), Signal()
    with opened(postgresql_url) as one, opened(postgresql_url) as other:
        first, second = registration(POLICE), registration(SCHOOL)
        add(one, first, second)

        def claiming(tx: Tx) -> Recorded[None]:
            taken = tx.jobs.take_one(first.id)
            tx.claim({person(1)})
            has_claimed.set()
            may_finish.wait(30)
            tx.jobs.done((*taken, *tx.jobs.of_persons({person(1)})))
            return recorded(None)

        def waiting(tx: Tx) -> Recorded[None]:
            has_claimed.wait(30)
            taken = tx.jobs.take_one(second.id)
            may_finish.set()
            tx.claim({person(1)})
            tx.jobs.done(taken)
            return recorded(None)

        attempts: list[str] = []

        def counted(work: Callable[[Tx], Recorded[None]], tx: Tx) -> Recorded[None]:
            attempts.append(work.__name__)
            return work(tx)

        at_once(
            [
                lambda: one.change("claiming", partial(counted, claiming)),
                lambda: other.change("waiting", partial(counted, waiting)),
            ]
        )
        assert ["claiming", "waiting"] == sorted(attempts)
        assert not _waiting(one)

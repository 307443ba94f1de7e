"""The worker's loops: woken at once, patient when the store is away, and deaf to slow receivers."""

import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import structlog

from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.match import ATTEMPTS_BEFORE_PARKING, match_waiting
from gateway.flows.ports.house import House
from gateway.flows.ports.webhooks import Delivery, Undelivered
from gateway.flows.telling.deliver import Send
from gateway.telemetry import Log
from gateway.wake import Wake
from gateway.worker import Worker
from gateway.worker.loop import Loop
from gateway.worker.postman import SENDERS_PER_AGENCY
from gateway.worker.rounds import Round
from tests.support.gateways import Neighborhood, log_to

LOG = structlog.wrap_logger(structlog.ReturnLogger())
PATIENCE_SECONDS = 20.0


def until(ready: Callable[[], bool]) -> None:
    """Wait until something is so."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        assert time.monotonic() < give_up_at, "it never came"
        time.sleep(0.01)


@contextmanager
def working(
    here: Neighborhood,
    send: Send,
    *,
    house: House | None = None,
    log: Log = LOG,
    broken: Callable[[], None] = lambda: None,
) -> Iterator[None]:
    """Run a worker that sends like this."""
    wake = Wake(here.store.bell())
    worker = Worker(house or here.house, wake, send, sign=lambda _: b"", append=lambda _: None, log=log, broken=broken)
    worker.start()
    wake.start()
    try:
        yield
    finally:
        worker.stop()
        wake.close()


def hook(here: Neighborhood, number: int, path: str) -> None:
    """Give an agency an address to be told at."""
    answer = here.caller(number).call("POST", "/v1/webhook-endpoints", {"url": f"https://hooks.example/{path}"})
    assert 201 == answer.status_code


def meet(here: Neighborhood, *people: int) -> None:
    """Let two agencies register the same people."""
    for person in people:
        for number in (0, 1):
            assert 201 == here.caller(number).register(person).status_code


class Rounds:
    """Work that counts its rounds, and may fail in them."""

    def __init__(self, *faults: Exception) -> None:
        self.done = 0
        self.broken = threading.Event()
        self._faults = list(faults)
        self.loop = Loop(Round("work", 60.0, self._round), log=LOG, broken=self.broken.set)

    def _round(self) -> bool:
        if self._faults:
            raise self._faults.pop(0)
        self.done += 1
        return False


def test_a_ring_wakes_a_loop_at_once() -> None:
    """A loop that would look again in a minute looks now."""
    rounds = Rounds()
    rounds.loop.start()
    until(lambda: rounds.done == 1)

    rounds.loop.ring()
    until(lambda: rounds.done == 2)

    rounds.loop.stop()
    rounds.loop.join()


def test_a_loop_outlives_a_store_that_is_away() -> None:
    """Refusals and faults are tried again after a pause."""
    rounds = Rounds(Refused(Refusal.STORE_UNAVAILABLE), ValueError())
    rounds.loop.start()

    until(lambda: rounds.done == 1)

    rounds.loop.stop()
    rounds.loop.join()


def test_a_contradiction_ends_a_loop() -> None:
    """The worker is told, and nothing more is done (G42)."""
    rounds = Rounds(AssertionError())
    rounds.loop.start()

    assert rounds.broken.wait(PATIENCE_SECONDS)
    rounds.loop.join()
    assert 0 == rounds.done


def test_a_worker_does_everything_that_nobody_asks_for(here: Neighborhood) -> None:
    """Each kind of work has a thread of its own: a clock that nobody winds would pass every deadline in silence."""
    with working(here, lambda _: None):
        running = {thread.name for thread in threading.enumerate()}
    ends = {"expire", "expire consents", "sunset", "purge archive", "trim", "export erasures"}
    climbs = {"escalate", "escalate handovers", "escalate reviews", "remind"}
    rights = {"route requests", "remind of requests", "alarm overdue requests", "answer requests"}
    assert {"match", "deliver", "reconsider", "apply life notices", *ends, *climbs, *rights} <= running


def test_a_slow_receiver_delays_nobody_else(here: Neighborhood) -> None:
    """While one address takes its time, another gets its alert, and the first gets one call at a time (G11)."""
    slow, quick = here.caller(0), here.caller(1)
    for caller, path in ((slow, "slow"), (quick, "quick")):
        answer = caller.call("POST", "/v1/webhook-endpoints", {"url": f"https://hooks.example/{path}"})
        assert 201 == answer.status_code
    let_go = threading.Event()
    started: list[str] = []
    finished: list[str] = []

    def send(delivery: Delivery) -> Undelivered | None:
        path = delivery.endpoint.url.rpartition("/")[2]
        started.append(path)
        if path == "slow":
            let_go.wait(PATIENCE_SECONDS)
        finished.append(path)
        return None

    wake = Wake(here.store.bell())
    worker = Worker(here.house, wake, send, sign=lambda _: b"", append=lambda _: None, log=LOG, broken=lambda: None)
    worker.start()
    wake.start()
    try:
        for person in (0, 1, 2):
            slow.register(person)
            quick.register(person)
        until(lambda: finished.count("quick") == 3)
        assert 1 == started.count("slow")
        let_go.set()
        until(lambda: finished.count("slow") == 3)
    finally:
        let_go.set()
        worker.stop()
        wake.close()


def test_a_contradiction_while_delivering_ends_the_worker(here: Neighborhood) -> None:
    """Whoever delivers is no exception: the worker is told, and stops (G42)."""
    broken = threading.Event()

    def send(_: Delivery) -> Undelivered | None:
        raise AssertionError

    with working(here, send, broken=broken.set):
        hook(here, 0, "hook")
        meet(here, 0)
        assert broken.wait(PATIENCE_SECONDS)


def test_a_parked_job_is_told_with_its_fault(here: Neighborhood) -> None:
    """Which registration, and what went wrong and where: a human has to mend it (G12)."""
    said = io.StringIO()

    def mint(prefix: str) -> str:
        if prefix == "mat":
            raise ZeroDivisionError
        return here.house.mint(prefix)

    house = replace(here.house, mint=mint)
    meet(here, 0)
    for _ in range(ATTEMPTS_BEFORE_PARKING - 1):
        match_waiting(house)
    with working(here, lambda _: None, house=house, log=log_to(said)):
        until(lambda: said.getvalue().count("job parked") == 2)
    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    parked = [line for line in lines if line["event"] == "job parked"]
    assert {("error", "ZeroDivisionError")} == {(line["level"], line["fault"]) for line in parked}
    assert len({line["registration"] for line in parked}) == 2


def test_a_contradiction_is_no_jobs_fault(here: Neighborhood) -> None:
    """It is not counted and parked: it passes through, so that the worker stops (G42)."""

    def mint(prefix: str) -> str:
        assert prefix != "mat"
        return here.house.mint(prefix)

    meet(here, 0)
    with pytest.raises(AssertionError):
        match_waiting(replace(here.house, mint=mint))
    assert [0, 0] == [job.attempts for job in here.store.view("peek", lambda view: view.jobs.peek(limit=10))]


def test_an_agency_whose_receivers_hang_delays_nobody_else(here: Neighborhood) -> None:
    """Not with all the addresses that it may have and far more alerts than are looked at in one round (G11)."""
    for number in range(5):
        hook(here, 0, f"slow/{number}")
    people = range(20)
    meet(here, *people)
    here.match()  # 100 deliveries, all of them older than the one that counts
    hook(here, 1, "quick")
    let_go, quick = threading.Event(), threading.Event()
    started: list[str] = []

    def send(delivery: Delivery) -> Undelivered | None:
        if delivery.endpoint.url.endswith("quick"):
            quick.set()
            return None
        started.append(delivery.endpoint.id)
        let_go.wait(PATIENCE_SECONDS)
        return Undelivered.TIMED_OUT

    with working(here, send):
        until(lambda: len(started) == SENDERS_PER_AGENCY)
        meet(here, len(people))
        assert quick.wait(PATIENCE_SECONDS)
        assert SENDERS_PER_AGENCY == len(started)
        let_go.set()
        until(lambda: len(set(started)) == 5)  # the fifth had to wait for a sender of its agency
        assert 5 == len(started)  # and no alert behind a failure is tried before its address has rested

"""The worker's loops: woken at once, patient when the store is away, and deaf to slow receivers."""

import threading
import time
from collections.abc import Callable

import structlog

from gateway.core.refusals import Refusal, Refused
from gateway.flows.ports import Delivery, Undelivered
from gateway.wake import Wake
from gateway.worker import Loop, Worker
from tests.support.gateways import Neighborhood

LOG = structlog.wrap_logger(structlog.ReturnLogger())
PATIENCE_SECONDS = 20.0


def until(ready: Callable[[], bool]) -> None:
    """Wait until something is so."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        assert time.monotonic() < give_up_at, "it never came"
        time.sleep(0.01)


class Rounds:
    """Work that counts its rounds, and may fail in them."""

    def __init__(self, *faults: Exception) -> None:
        self.done = 0
        self.broken = threading.Event()
        self._faults = list(faults)
        self.loop = Loop("work", self._round, every_seconds=60.0, log=LOG, broken=self.broken.set)

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
    worker = Worker(here.house, wake, send, log=LOG, broken=lambda: None)
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

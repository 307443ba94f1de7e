"""What nobody asked for just now: match what was accepted, deliver alerts, end what is over, escalate, purge, trim."""

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from gateway.core.involvement import Oin
from gateway.core.refusals import Refused
from gateway.flows.answer_request import alarm_overdue, answer_requests
from gateway.flows.deliver import Send, deliver, due
from gateway.flows.end_consents import expire_consents
from gateway.flows.erasures import Append, export_erasures
from gateway.flows.escalate import escalate
from gateway.flows.escalate_handovers import escalate_handovers
from gateway.flows.expire import expire
from gateway.flows.life_notices import apply_notices
from gateway.flows.match import FailedJob, match_waiting
from gateway.flows.ports import Delivery, Endpoint, House
from gateway.flows.purge_archive import purge_archive
from gateway.flows.remind import remind
from gateway.flows.remind_of_requests import remind_of_requests
from gateway.flows.review_emergency import escalate_reviews
from gateway.flows.route_requests import route_requests
from gateway.flows.sunset import Sign, sunset
from gateway.flows.trim import trim
from gateway.reconsidering import Reconsidering
from gateway.telemetry import Log, fault_of
from gateway.wake import Wake

SENDERS: Final = 16
SENDERS_PER_AGENCY: Final = 4
TURN_SECONDS: Final = 10.0  # after so long an address lets others go first, though it answers
LOOK_ANYWAY_SECONDS: Final = 1.0  # should a ring ever be missed, this is what it costs
EXPIRE_SECONDS: Final = 30.0
ESCALATE_HANDOVERS_SECONDS: Final = 30.0
ESCALATE_SECONDS: Final = 60.0
EXPIRE_CONSENTS_SECONDS: Final = 5.0  # what rests on a consent is gone within seconds of its end
SUNSET_SECONDS: Final = 60.0
RECONSIDER_SECONDS: Final = 2.0
PURGE_ARCHIVE_SECONDS: Final = 60.0
REMIND_SECONDS: Final = 60.0
EXPORT_ERASURES_SECONDS: Final = 1.0  # so much of what was erased a lost disk could bring back
REQUESTS_SECONDS: Final = 5.0
ANSWER_REQUESTS_SECONDS: Final = 60.0
ESCALATE_REVIEWS_SECONDS: Final = 60.0
APPLY_NOTICES_SECONDS: Final = 5.0  # the dead are told of nobody for longer than that
TRIM_SECONDS: Final = 600.0
_FIRST_PAUSE_SECONDS: Final = 0.2
_LONGEST_PAUSE_SECONDS: Final = 5.0
_CHANCES: Final = 1_000_000


class Loop:
    """Does one kind of work again and again in a thread, until it is told to stop.

    `work` returns whether there may be more at once. Between rounds it waits for a ring or `every_seconds`. When the
    store is away, or a round fails, it tries again after a growing pause; an inner contradiction stops it (G42).
    """

    def __init__(
        self, name: str, work: Callable[[], bool], *, every_seconds: float, log: Log, broken: Callable[[], None]
    ) -> None:
        """Prepare the thread."""
        self._work = work
        self._every_seconds = every_seconds
        self._log = log
        self._broken = broken
        self._name = name
        self._stopping = False
        self._ring = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def ring(self) -> None:
        """Say that there may be work now."""
        self._ring.set()

    def stop(self) -> None:
        """Finish the round that runs and no other."""
        self._stopping = True
        self._ring.set()

    def join(self) -> None:
        """Wait until it has stopped."""
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while not self._stopping:
            self._ring.clear()
            try:
                more = self._work()
            except AssertionError as error:
                self._log.critical("contradiction", loop=self._name, **fault_of(error))
                self._broken()
                return
            except Exception as error:  # noqa: BLE001 - whatever it was, the next round may do
                said = {"refusal": error.refusal.value} if isinstance(error, Refused) else fault_of(error)
                self._log.warning("round failed", loop=self._name, **said)
                self._ring.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
                continue
            pause = _FIRST_PAUSE_SECONDS
            if not more:
                self._ring.wait(self._every_seconds)


class Postman:
    """Sends what is due: one delivery at a time for each address, so that a slow receiver delays nobody else (G11).

    An agency has a few of the senders at most, an address that fails rests, and what is due at either is not even
    looked at meanwhile: however much of it there is, it crowds out nobody's alert.
    """

    def __init__(
        self, house: House, send: Send, *, log: Log, done: Callable[[], None], broken: Callable[[], None]
    ) -> None:
        """Send with `send`; `done` is called when an address is free again, `broken` at an inner contradiction."""
        self._house = house
        self._send = send
        self._log = log
        self._done = done
        self._broken = broken
        self._lock = threading.Lock()
        self._under_way: dict[str, Oin] = {}
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="deliver")

    def round(self) -> bool:
        """Hand out what is due at addresses that are free; return whether anything was, so that there may be more."""
        with self._lock:
            busy = dict(self._under_way)
        if len(busy) >= SENDERS:
            return False
        full = [agency for agency, taken in Counter(busy.values()).items() if taken >= SENDERS_PER_AGENCY]
        by_endpoint: dict[Endpoint, list[Delivery]] = {}
        for delivery in due(self._house, besides=busy, not_of=full):
            by_endpoint.setdefault(delivery.endpoint, []).append(delivery)
        given = [endpoint for endpoint in by_endpoint if self._take(endpoint)]
        for endpoint in given:
            self._pool.submit(self._one_address, endpoint.id, by_endpoint[endpoint])
        return bool(given)

    def close(self) -> None:
        """Finish what is under way."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _take(self, endpoint: Endpoint) -> bool:
        """Take a sender for an address; False when all are taken, or its agency's share is."""
        with self._lock:
            of_agency = sum(agency == endpoint.agency for agency in self._under_way.values())
            if len(self._under_way) >= SENDERS or of_agency >= SENDERS_PER_AGENCY:
                return False
            self._under_way[endpoint.id] = endpoint.agency
        return True

    def _one_address(self, endpoint: str, deliveries: list[Delivery]) -> None:
        ends_at = time.monotonic() + TURN_SECONDS
        try:
            for delivery in deliveries:
                if deliver(delivery, self._house, send=self._send, jitter=_jitter) is not None:
                    break  # the others go to the same place: they wait until it has rested
                if time.monotonic() > ends_at:
                    break
        except AssertionError as error:
            self._log.critical("contradiction", loop="deliver", **fault_of(error))
            self._broken()
        except Exception as error:  # noqa: BLE001 - it is due still, and comes again
            self._log.warning("delivery failed", **fault_of(error))
        finally:
            with self._lock:
                del self._under_way[endpoint]
            self._done()


class Worker:
    """The loops of one worker process; any number of workers may run beside each other on one database."""

    def __init__(
        self,
        house: House,
        wake: Wake,
        send: Send,
        *,
        sign: Sign,
        append: Append,
        log: Log,
        broken: Callable[[], None],
    ) -> None:
        """Work for this house; `sign` signs its purge receipts, `append` writes its erasure journal.

        `broken` is called when it contradicts itself.
        """
        self._wake = wake
        self._log = log
        self._postman = Postman(house, send, log=log, done=self._free_address, broken=broken)
        self._match = Loop(
            "match",
            lambda: match_waiting(house, tell=self._job_failed).jobs > 0,
            every_seconds=LOOK_ANYWAY_SECONDS,
            log=log,
            broken=broken,
        )
        self._deliver = Loop("deliver", self._postman.round, every_seconds=LOOK_ANYWAY_SECONDS, log=log, broken=broken)
        self._expire = Loop("expire", lambda: expire(house) > 0, every_seconds=EXPIRE_SECONDS, log=log, broken=broken)
        self._handovers = Loop(
            "escalate handovers",
            lambda: escalate_handovers(house) > 0,
            every_seconds=ESCALATE_HANDOVERS_SECONDS,
            log=log,
            broken=broken,
        )
        self._expire_consents = Loop(
            "expire consents",
            lambda: expire_consents(house) > 0,
            every_seconds=EXPIRE_CONSENTS_SECONDS,
            log=log,
            broken=broken,
        )
        self._escalate = Loop(
            "escalate", lambda: escalate(house) > 0, every_seconds=ESCALATE_SECONDS, log=log, broken=broken
        )
        self._sunset = Loop(
            "sunset", lambda: sunset(house, sign=sign), every_seconds=SUNSET_SECONDS, log=log, broken=broken
        )
        self._reconsider = Loop(
            "reconsider", Reconsidering(house).round, every_seconds=RECONSIDER_SECONDS, log=log, broken=broken
        )
        self._purge_archive = Loop(
            "purge archive",
            lambda: purge_archive(house) > 0,
            every_seconds=PURGE_ARCHIVE_SECONDS,
            log=log,
            broken=broken,
        )
        self._remind = Loop("remind", lambda: remind(house) > 0, every_seconds=REMIND_SECONDS, log=log, broken=broken)
        self._export = Loop(
            "export erasures",
            lambda: export_erasures(house, append=append) > 0,
            every_seconds=EXPORT_ERASURES_SECONDS,
            log=log,
            broken=broken,
        )
        self._route = Loop(
            "route requests",
            lambda: route_requests(house) > 0,
            every_seconds=REQUESTS_SECONDS,
            log=log,
            broken=broken,
        )
        self._answer = Loop(
            "answer requests",
            lambda: remind_of_requests(house) + alarm_overdue(house) + answer_requests(house, sign=sign) > 0,
            every_seconds=ANSWER_REQUESTS_SECONDS,
            log=log,
            broken=broken,
        )
        self._life_notices = Loop(
            "apply life notices",
            lambda: apply_notices(house) > 0,
            every_seconds=APPLY_NOTICES_SECONDS,
            log=log,
            broken=broken,
        )
        self._reviews = Loop(
            "escalate reviews",
            lambda: escalate_reviews(house) > 0,
            every_seconds=ESCALATE_REVIEWS_SECONDS,
            log=log,
            broken=broken,
        )
        self._trim = Loop("trim", lambda: trim(house) is None, every_seconds=TRIM_SECONDS, log=log, broken=broken)
        self._loops = (
            self._match,
            self._deliver,
            self._expire,
            self._handovers,
            self._expire_consents,
            self._handovers,
            self._escalate,
            self._handovers,
            self._reviews,
            self._life_notices,
            self._sunset,
            self._reconsider,
            self._purge_archive,
            self._remind,
            self._export,
            self._route,
            self._answer,
            self._trim,
        )

    def start(self) -> None:
        """Begin; whatever waited since the last worker is done at once."""
        self._wake.tell(self._match.ring)
        self._wake.tell(self._deliver.ring)
        for loop in self._loops:
            loop.start()

    def stop(self) -> None:
        """Finish the rounds and deliveries that run; what is left is in the database for the next worker."""
        for loop in self._loops:
            loop.stop()
        for loop in self._loops:
            loop.join()
        self._postman.close()

    def _free_address(self) -> None:
        self._deliver.ring()

    def _job_failed(self, failed: FailedJob) -> None:
        """Say which job failed and why: a parked one waits for a human, who has to hear of it (G12)."""
        said = {"registration": failed.job.registration, **fault_of(failed.error)}
        if failed.parked:
            self._log.error("job parked", **said)
        else:
            self._log.warning("job failed", **said)


def _jitter() -> float:
    """Return a number in [0.5, 1.5)."""
    return 0.5 + secrets.randbelow(_CHANCES) / _CHANCES

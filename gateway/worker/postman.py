"""Brings alerts to where agencies want them."""

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from gateway.core.involvement import Oin
from gateway.flows.ports.house import House
from gateway.flows.ports.webhooks import Delivery, Endpoint
from gateway.flows.telling.deliver import Send, deliver, due
from gateway.telemetry import Log, fault_of

SENDERS: Final = 16
SENDERS_PER_AGENCY: Final = 4
TURN_SECONDS: Final = 10.0  # after so long an address lets others go first, though it answers
_CHANCES: Final = 1_000_000


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


def _jitter() -> float:
    """Return a number in [0.5, 1.5)."""
    return 0.5 + secrets.randbelow(_CHANCES) / _CHANCES

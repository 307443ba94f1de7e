"""Holds what one agency of the demo heard: each alert once, with the moment at which the agency held it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from adapters import Gateway
from adapters.hearing import Alert

_POLL_S: Final = 2
_LOOK_S: Final = 0.5


class NotHeard(RuntimeError):
    """An agency that could not listen: the alerts may be there, and nobody came for them."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An alert that an agency holds; `at` is monotonic time in seconds, before it was acknowledged."""

    alert: Alert
    at: float


class Ears:
    """Listens for one agency in a thread of its own: a long poll, and each alert acknowledged once it is noted."""

    def __init__(self, gateway: Gateway, *, on_alerts: Callable[[int], None] = lambda _: None) -> None:
        """Listen with a gateway; `on_alerts` is told how many alerts came that were not heard before."""
        self._gateway = gateway
        self._on_alerts = on_alerts
        self._heard: dict[str, Heard] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._listen, name="ears", daemon=True)

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop listening."""
        self._closed = True
        self._thread.join()

    @property
    def heard(self) -> tuple[Heard, ...]:
        """All alerts heard until now, in order."""
        with self._changed:
            return tuple(self._heard.values())

    def wait_for(self, match_id: str, *, seconds: float) -> Heard | None:
        """Return the alert about a match as soon as it is heard; None when it does not come in time."""
        return self._wait(
            lambda: next((one for one in self._heard.values() if one.alert.match_id == match_id), None), seconds
        )

    def next_after(self, count: int, *, seconds: float) -> Heard | None:
        """Return the alert heard after the first `count`; None when it does not come in time."""
        return self._wait(lambda: list(self._heard.values())[count] if len(self._heard) > count else None, seconds)

    def _wait(self, find: Callable[[], Heard | None], seconds: float) -> Heard | None:
        until = time.monotonic() + seconds
        with self._changed:
            while (found := find()) is None and time.monotonic() < until:
                if self._error is not None:
                    raise NotHeard("an agency could not listen") from self._error
                self._changed.wait(min(_LOOK_S, max(0.0, until - time.monotonic())))
            return found

    def _listen(self) -> None:
        try:
            while not self._closed:
                alerts = self._gateway.alerts.wait(_POLL_S)
                if alerts:
                    self._note(alerts)
                    self._gateway.alerts.acknowledge(*alerts)
        except Exception as error:  # noqa: BLE001 - whoever waits for an alert is told, in its own thread
            with self._changed:
                self._error = error
                self._changed.notify_all()

    def _note(self, alerts: tuple[Alert, ...]) -> None:
        now = time.monotonic()
        with self._changed:
            new = [alert for alert in alerts if alert.id not in self._heard]
            self._heard.update({alert.id: Heard(alert, now) for alert in new})
            self._changed.notify_all()
        self._on_alerts(len(new))

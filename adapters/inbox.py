"""Decides how an agency's own system takes alerts in: handled first, acknowledged after, so that none can be lost."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from adapters.hearing import LONGEST_WAIT_S, Alert
from gateway.protocol.messages.alerts import AcknowledgedAlerts

_REMEMBERED: Final = 10_000


class AlertDesk(Protocol):
    """What is needed of `gateway.alerts`."""

    def wait(self, seconds: int = ..., *, limit: int = ...) -> tuple[Alert, ...]:
        """Return unacknowledged alerts, waiting for one if there is none."""

    def acknowledge(self, *alerts: Alert | str) -> AcknowledgedAlerts:
        """Take alerts out of the inbox."""


@dataclass(slots=True)
class Inbox:
    """Takes alerts one by one: at least once each, and once only as long as this object lives.

    An alert whose handler raises stays in the inbox and comes again; those before it are acknowledged. An alert whose
    acknowledgement got lost comes again too, and is then acknowledged without the handler.
    """

    alerts: AlertDesk
    handled: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def take(self, handler: Callable[[Alert], object], *, wait_seconds: int = LONGEST_WAIT_S, limit: int = 100) -> int:
        """Give each waiting alert to the handler, acknowledge, and return how many were new; raises what it raises."""
        waiting = self.alerts.wait(wait_seconds, limit=limit)
        done: list[Alert] = []
        fresh = 0
        try:
            for alert in waiting:
                if alert.id not in self.handled:
                    handler(alert)
                    self._remember(alert)
                    fresh += 1
                done.append(alert)
        finally:
            if done:
                self.alerts.acknowledge(*done)
        return fresh

    def take_until(
        self, stop: Callable[[], bool], handler: Callable[[Alert], object], *, wait_seconds: int = LONGEST_WAIT_S
    ) -> int:
        """Take alerts until told to stop, which is asked between two waits; return how many were new."""
        fresh = 0
        while not stop():
            fresh += self.take(handler, wait_seconds=wait_seconds)
        return fresh

    def _remember(self, alert: Alert) -> None:
        self.handled[alert.id] = None
        if len(self.handled) > _REMEMBERED:
            self.handled.popitem(last=False)

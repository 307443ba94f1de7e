"""An agency's own system takes alerts in: handled first and acknowledged after, each at least once."""

from dataclasses import dataclass, field

import pytest

from adapters import Alert, Inbox
from gateway.protocol.messages.alerts import AcknowledgedAlerts
from tests.support.parties import NOW
from tests.support.wire import identifier

FIRST, SECOND, THIRD = (Alert(identifier("alt", at), "match", identifier("mat", at), NOW) for at in (1, 2, 3))


@dataclass
class Desk:
    """An inbox at the gateway; `loses` acknowledgements get lost on their way."""

    waiting: list[Alert] = field(default_factory=lambda: [FIRST, SECOND, THIRD])
    loses: int = 0

    def wait(self, seconds: int = 20, *, limit: int = 100) -> tuple[Alert, ...]:
        """Return what waits."""
        return tuple(self.waiting[:limit])

    def acknowledge(self, *alerts: Alert | str) -> AcknowledgedAlerts:
        """Take alerts out."""
        if self.loses:
            self.loses -= 1
            raise ConnectionError
        self.waiting = [alert for alert in self.waiting if alert not in alerts]
        return AcknowledgedAlerts(acknowledged=(), unknown=())


def test_each_alert_is_handled_and_leaves_the_inbox() -> None:
    """In the order in which they wait."""
    desk, handled = Desk(), list[Alert]()
    assert 3 == Inbox(desk).take(handled.append)
    assert ([FIRST, SECOND, THIRD], []) == (handled, desk.waiting)


def test_an_alert_whose_handler_fails_stays() -> None:
    """Those before it are acknowledged; it comes again, and those after it too."""
    desk, handled = Desk(), list[Alert]()

    def fails_at_second(alert: Alert) -> None:
        if alert is SECOND and len(handled) == 1:
            handled.append(alert)
            raise ValueError("no room")
        handled.append(alert)

    inbox = Inbox(desk)
    with pytest.raises(ValueError, match="no room"):
        inbox.take(fails_at_second)
    assert [SECOND, THIRD] == desk.waiting
    assert 2 == inbox.take(fails_at_second)
    assert ([FIRST, SECOND, SECOND, THIRD], []) == (handled, desk.waiting)


def test_a_lost_acknowledgement_does_not_handle_twice() -> None:
    """The alert comes again and is acknowledged without its handler."""
    desk, handled = Desk(loses=1), list[Alert]()
    inbox = Inbox(desk)
    with pytest.raises(ConnectionError):
        inbox.take(handled.append)
    assert 0 == inbox.take(handled.append)
    assert ([FIRST, SECOND, THIRD], []) == (handled, desk.waiting)


def test_it_goes_on_until_told_to_stop() -> None:
    """Between two waits it asks whether to stop."""
    asked = iter([False, False, True])
    assert 3 == Inbox(Desk()).take_until(lambda: next(asked), lambda alert: None, wait_seconds=0)

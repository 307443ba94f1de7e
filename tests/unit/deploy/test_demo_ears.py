"""The ears of an agency: each alert heard once, acknowledged, and whoever waits is told when listening fails."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from adapters import Alert, Gateway
from deploy.demo_ears import Ears, NotHeard

AT = datetime(2027, 3, 31, tzinfo=UTC)


class Inbox:
    """An inbox that shows what is not acknowledged, and waits a moment when there is nothing."""

    def __init__(self) -> None:
        self.waiting: list[Alert] = []
        self.acknowledged: list[str] = []
        self.broken = False
        self._pause = threading.Event()

    def wait(self, seconds: int) -> tuple[Alert, ...]:
        """Show what waits."""
        if self.broken:
            raise ConnectionError
        if not self.waiting:
            self._pause.wait(0.005)
        return tuple(self.waiting)

    def acknowledge(self, *alerts: Alert) -> None:
        """Remove what is acknowledged."""
        self.acknowledged += [alert.id for alert in alerts]
        self.waiting = [alert for alert in self.waiting if alert not in alerts]


def alert(number: int) -> Alert:
    """Make an alert about the match of the same number."""
    return Alert(f"alt_{number}", "nl.seinhuis.alert.v1", f"mat_{number}", AT)


@pytest.fixture
def inbox() -> Inbox:
    """Give an empty inbox."""
    return Inbox()


@pytest.fixture
def ears(inbox: Inbox) -> Iterator[Ears]:
    """Listen to it."""
    gateway: Any = SimpleNamespace(alerts=inbox)
    with Ears(cast("Gateway", gateway)) as ears:
        yield ears


def test_an_alert_is_heard_by_its_match_and_acknowledged(inbox: Inbox, ears: Ears) -> None:
    """It is noted before it is acknowledged, and leaves the inbox."""
    inbox.waiting = [alert(1), alert(2)]
    heard = ears.wait_for("mat_2", seconds=10)
    assert heard is not None
    assert alert(2) == heard.alert
    while len(inbox.acknowledged) < 2:
        pass
    assert ["alt_1", "alt_2"] == inbox.acknowledged


def test_an_alert_that_comes_again_is_heard_once(inbox: Inbox, ears: Ears) -> None:
    """At least once at the gateway is once here."""
    inbox.waiting = [alert(1)]
    ears.wait_for("mat_1", seconds=10)
    inbox.waiting = [alert(1), alert(2)]
    assert ears.next_after(1, seconds=10) is not None
    assert ["alt_1", "alt_2"] == [heard.alert.id for heard in ears.heard]


def test_what_does_not_come_in_time_is_nothing(ears: Ears) -> None:
    """Waiting ends."""
    assert ears.wait_for("mat_9", seconds=0.01) is None
    assert ears.next_after(0, seconds=0.01) is None


def test_whoever_waits_is_told_that_listening_failed(inbox: Inbox, ears: Ears) -> None:
    """Silence because nobody listens must not look like silence."""
    inbox.broken = True
    with pytest.raises(NotHeard):
        ears.wait_for("mat_1", seconds=10)

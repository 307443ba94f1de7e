"""Wakes whoever waits for the store: one thread listens to the bell, and rings for all who asked to be told."""

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

#: However often the store changes, nobody is woken more often than this; the price is this much delay at most.
LULL_SECONDS: Final = 0.01
_LISTEN_SECONDS: Final = 0.5


class Bell(Protocol):
    """What the store rings when jobs, alerts or deliveries were committed."""

    def wait(self, timeout_s: float) -> bool:
        """Wait in this thread until it rings; False when it did not within the time."""

    def close(self) -> None:
        """Stop listening."""


class Wake:
    """Listens to one bell in a thread of its own. Listeners are called in that thread and must return at once."""

    def __init__(self, bell: Bell) -> None:
        """Listen to a bell, which is closed with this."""
        self._bell = bell
        self._listeners: tuple[Callable[[], None], ...] = ()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="wake", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def tell(self, listener: Callable[[], None]) -> None:
        """Call this listener whenever the bell rings."""
        self._listeners = (*self._listeners, listener)

    def close(self) -> None:
        """Stop listening, and wake everybody a last time so that they see it."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()
        self._bell.close()
        self._ring()

    def _listen(self) -> None:
        while not self._closing.is_set():
            if self._bell.wait(_LISTEN_SECONDS):
                self._ring()
                time.sleep(LULL_SECONDS)

    def _ring(self) -> None:
        for listener in self._listeners:
            listener()

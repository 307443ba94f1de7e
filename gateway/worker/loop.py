"""One kind of work, done again and again in a thread."""

import threading
from collections.abc import Callable
from typing import Final

from gateway.core.refusals import Refused
from gateway.telemetry import Log, fault_of
from gateway.worker.rounds import Round

_FIRST_PAUSE_SECONDS: Final = 0.2
_LONGEST_PAUSE_SECONDS: Final = 5.0


class Loop:
    """Does one round again and again in a thread, until it is told to stop.

    Between rounds it waits for a ring or as long as the round says, unless there may be more at once. When the
    store is away, or a round fails, it tries again after a growing pause; an inner contradiction stops it (G42).
    """

    def __init__(self, round_: Round, *, log: Log, broken: Callable[[], None]) -> None:
        """Prepare the thread."""
        self._round = round_
        self._log = log
        self._broken = broken
        self._stopping = False
        self._ring = threading.Event()
        self._thread = threading.Thread(target=self._run, name=round_.name, daemon=True)

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
                more = self._round.work()
            except AssertionError as error:
                self._log.critical("contradiction", loop=self._round.name, **fault_of(error))
                self._broken()
                return
            except Exception as error:  # noqa: BLE001 - whatever it was, the next round may do
                said = {"refusal": error.refusal.value} if isinstance(error, Refused) else fault_of(error)
                self._log.warning("round failed", loop=self._round.name, **said)
                self._ring.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
                continue
            pause = _FIRST_PAUSE_SECONDS
            if not more:
                self._ring.wait(self._round.every_seconds)

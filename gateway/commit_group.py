"""Decides which calls share one durable commit: what arrives while one transaction runs goes into the next."""

import asyncio
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.core.refusals import Refusal, Refused
from gateway.flows.registering.register import Outcome, Prepared
from gateway.telemetry import Log, fault_of

CALLS_AT_ONCE: Final = 256
CALLS_WAITING: Final = 2048
CALLS_WAITING_PER_AGENCY: Final = 512

Record = Callable[[Sequence[Prepared]], Sequence[Outcome]]


@dataclass(frozen=True, slots=True)
class _Waiting:
    prepared: Prepared
    answer: "asyncio.Future[Outcome]"


class _Queue:
    """Calls in line, each agency in a line of its own; the lines are served in turn, so a long one delays no other."""

    def __init__(self) -> None:
        self._lines: dict[str, deque[_Waiting]] = {}
        self.length = 0

    def add(self, waiting: _Waiting) -> None:
        self._lines.setdefault(waiting.prepared.call.caller.oin, deque()).append(waiting)
        self.length += 1

    def take(self, limit: int) -> list[_Waiting]:
        taken: list[_Waiting] = []
        while self._lines and len(taken) < limit:
            agency = next(iter(self._lines))
            line = self._lines.pop(agency)
            taken.append(line.popleft())
            if line:
                self._lines[agency] = line  # back to the end: the next agency's turn
        self.length -= len(taken)
        return taken


class CommitGroup:
    """One writer thread, and the calls that wait for it.

    A group is all waiting single calls (256 at most) and one chunk of a batch, so that batches yield to singles. When
    too many wait, a call is refused before it costs the database anything (G37).
    """

    def __init__(self, record: Record, *, log: Log, on_contradiction: Callable[[], None]) -> None:
        """Write groups with `record`; call `on_contradiction` when it found that the house contradicts itself (G42)."""
        self._record = record
        self._log = log
        self._on_contradiction = on_contradiction
        self._singles, self._chunks = _Queue(), _Queue()
        self._of_agency: Counter[str] = Counter()
        self._changed = threading.Condition()
        self._closed = self._contradicted = False
        self._thread = threading.Thread(target=self._write, name="commit-group", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def close(self) -> None:
        """Write what waits, then stop."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def waiting(self) -> int:
        """How many calls wait to be written."""
        return self._singles.length + self._chunks.length

    async def submit(self, prepared: Prepared) -> Outcome:
        """Hand over a prepared call and return what became of it once that is durable.

        Raises:
            Refused: `overloaded` when too many wait, of this agency or in all; `internal` when the writer has stopped.
        """
        waiting = _Waiting(prepared, asyncio.get_running_loop().create_future())
        agency = prepared.call.caller.oin
        with self._changed:
            if self._closed:
                raise Refused(Refusal.STORE_UNAVAILABLE)
            if self.waiting >= CALLS_WAITING or self._of_agency[agency] >= CALLS_WAITING_PER_AGENCY:
                raise Refused(Refusal.OVERLOADED)
            self._of_agency[agency] += 1
            (self._singles if len(prepared.rows) == 1 else self._chunks).add(waiting)
            self._changed.notify()
        return await waiting.answer

    def _write(self) -> None:
        while group := self._next_group():
            outcomes = self._outcomes([waiting.prepared for waiting in group])
            loop = group[0].answer.get_loop()
            loop.call_soon_threadsafe(_answer, tuple(zip(group, outcomes, strict=True)))

    def _next_group(self) -> list[_Waiting]:
        """Return the next group, waiting for one; empty when closed and everything is written."""
        with self._changed:
            while not self.waiting and not self._closed:
                self._changed.wait()
            group = self._singles.take(CALLS_AT_ONCE) + self._chunks.take(1)
            for waiting in group:
                self._of_agency[waiting.prepared.call.caller.oin] -= 1
            return group

    def _outcomes(self, group: list[Prepared]) -> Sequence[Outcome]:
        if self._contradicted:  # what waits is not written by a house that contradicts itself (G42)
            return [Refused(Refusal.STORE_UNAVAILABLE)] * len(group)
        try:
            return self._record(group)
        except Refused as refused:  # the store is away, or it is unknown whether it committed: true of the whole group
            return [refused] * len(group)
        except AssertionError as error:
            self._log.critical("contradiction", **fault_of(error))
            self._stop()
            return [Refused(Refusal.INTERNAL)] * len(group)
        except Exception as error:  # noqa: BLE001 - one call that cannot be written must not take the others with it
            if len(group) == 1:
                self._log.error("fault", **fault_of(error))
                return [Refused(Refusal.INTERNAL)]
            return [outcome for prepared in group for outcome in self._outcomes([prepared])]

    def _stop(self) -> None:
        with self._changed:
            self._closed = self._contradicted = True
        self._on_contradiction()


def _answer(answered: Sequence[tuple[_Waiting, Outcome]]) -> None:
    for waiting, outcome in answered:
        if not waiting.answer.done():  # a caller that hung up has cancelled it
            waiting.answer.set_result(outcome)

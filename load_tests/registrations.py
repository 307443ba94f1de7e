"""Measures what one registration costs: single calls and batches, on each store and without any, in one run.

The subjects take turns, round by round: on a shared machine only neighbors in time can be compared. A figure is the
median of its rounds. CPU-seconds are those of the processes that did the work, until the worker has matched everything.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from load_tests.generator import closed_loop, run
from load_tests.report import Figures, Row, Table
from load_tests.subjects import NO_STORE, Database, Spent, Subject, house, without_store

CONNECTIONS: Final = 64
BATCH_CONNECTIONS: Final = 2
BATCH_ROWS: Final = 1_000
ROUNDS: Final = 3
_SINGLES: Final = 2_000
_BATCHES: Final = 4
_WARM_UP: Final = 200
_CREATED: Final = 201


@dataclass(frozen=True, slots=True)
class Load:
    """How registrations are sent: so many calls of so many registrations, over so many connections."""

    name: str
    calls: int
    rows: int
    connections: int

    def sign(self, subject: Subject, calls: int | None = None) -> list[bytes]:
        """Return the calls of one round, signed now."""
        amount = calls or self.calls
        if self.rows == 1:
            return subject.callers.singles(amount, gateway_url=subject.gateway_url)
        return subject.callers.batches(amount, rows=self.rows, gateway_url=subject.gateway_url)


@dataclass(frozen=True, slots=True)
class Round:
    """One round: how many registrations, in how many seconds, for how much of whose CPU."""

    registrations: int
    seconds: float
    spent: Spent
    generator: float  # CPU-seconds of the generator itself

    def milliseconds(self, seconds: float) -> float:
        """Return CPU-milliseconds for each registration."""
        return 1000 * seconds / self.registrations


def play(subject: Subject, load: Load, *, calls: int | None = None) -> Round:
    """Sign, send, let the worker finish, and count."""
    signed = load.sign(subject, calls)
    before, started, own = subject.spent(), time.monotonic(), time.process_time()
    run(closed_loop(subject.address, signed, connections=load.connections, status=_CREATED))
    seconds, generator = time.monotonic() - started, time.process_time() - own
    subject.drain()
    return Round(len(signed) * load.rows, seconds, subject.spent() - before, generator)


def take_turns(subjects: Sequence[Subject], load: Load, *, rounds: int = ROUNDS) -> dict[str, list[Round]]:
    """Play all subjects in every round, each round in the other direction; return the rounds by subject."""
    found: dict[str, list[Round]] = {subject.name: [] for subject in subjects}
    for subject in subjects:
        play(subject, load, calls=max(1, _WARM_UP // load.rows))
    for turn in range(rounds):
        for subject in subjects if turn % 2 == 0 else reversed(subjects):
            found[subject.name].append(play(subject, load))
    return found


def figures(rounds: Sequence[Round], beside: Sequence[Round] = ()) -> Figures:
    """Return the medians of rounds; `beside` are the rounds without a store, each in the same turn."""

    def median(of: Callable[[Round], float]) -> float:
        return statistics.median(map(of, rounds))

    found = {
        "registrations/s": median(lambda one: one.registrations / one.seconds),
        "gateway CPU-ms": median(lambda one: one.milliseconds(one.spent.gateway)),
    }
    if any(one.spent.worker for one in rounds):
        found["worker CPU-ms"] = median(lambda one: one.milliseconds(one.spent.worker))
    if any(one.spent.database for one in rounds):
        found["database CPU-ms"] = median(lambda one: one.milliseconds(one.spent.database))
    if beside:
        ratios = [one.spent.gateway / other.spent.gateway for one, other in zip(rounds, beside, strict=True)]
        found["gateway, times no store"] = statistics.median(ratios)
    found["generator CPU-ms"] = median(lambda one: one.milliseconds(one.generator))
    return found


def measure(*, seed: int, scale: float) -> tuple[Table, ...]:
    """Measure singles and batches on SQLite, on PostgreSQL and without a store."""
    single = Load("one at a time", max(CONNECTIONS, int(_SINGLES * scale)), 1, CONNECTIONS)
    batch = Load("in batches of 1,000", max(1, int(_BATCHES * scale)), BATCH_ROWS, BATCH_CONNECTIONS)
    with ExitStack() as stack:
        federation, sqlite = stack.enter_context(house(Database.SQLITE, seed=seed))
        _, postgresql = stack.enter_context(house(Database.POSTGRESQL, seed=seed))
        storeless = stack.enter_context(without_store(federation, sqlite.callers))
        subjects = (sqlite, postgresql, storeless)
        rows = tuple(row for load in (single, batch) for row in _rows(load, take_turns(subjects, load)))
    how = (
        f"closed loop against one gateway process; {single.calls:,} single calls over {CONNECTIONS} connections and"
        f" {batch.calls} batch calls over {BATCH_CONNECTIONS} in each of {ROUNDS} rounds, CPU-ms for each registration,"
        " every person new. *No store* is the same gateway with a double in place of its transactions."
    )
    return (Table("registrations", "Registrations", how, rows),)


def _rows(load: Load, found: dict[str, list[Round]]) -> list[Row]:
    beside = found[NO_STORE]
    return [
        Row(f"{load.name}, {name}", figures(rounds, () if name == NO_STORE else beside))
        for name, rounds in found.items()
    ]

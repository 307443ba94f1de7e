"""Transactions: the whole closure runs again when the database says so, and nothing is written without its event."""

import time
from collections.abc import Callable, Iterator
from random import SystemRandom
from types import TracebackType
from typing import Final, Self, TypeVar

from sqlalchemy import Connection, RootTransaction
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from gateway.core.events import Event
from gateway.core.refusals import Refusal, Refused
from gateway.flows.ports.store import Recorded
from gateway.store.bell import Bell
from gateway.store.database import Database
from gateway.store.faults import DurabilityLost, InnerContradiction, Overtaken, StoreBroken, Verdict
from gateway.store.sheet import Sheet
from gateway.store.transactions import SqlTx, SqlView

T = TypeVar("T")

ATTEMPTS: Final = 20
RACED_ATTEMPTS: Final = 8  # whoever took the key has committed by now, so the second attempt sees it
PATIENCE_S: Final = 3.0
_FIRST_PAUSE_S: Final = 0.002
_LONGEST_PAUSE_S: Final = 0.2
_ATTEMPTS: Final = {Verdict.AGAIN: ATTEMPTS, Verdict.RACED: RACED_ATTEMPTS}
_chance: Final = SystemRandom()


class SqlStore:
    """`gateway.flows.ports.store.Store` on SQLite or PostgreSQL; used by any number of threads."""

    def __init__(self, database: Database, *, patience_s: float = PATIENCE_S) -> None:
        self.database = database
        self._dialect = database.dialect
        self._engines = database.engines
        self._patience_s = patience_s
        self._disk_failed = False
        self._listeners: list[Callable[[tuple[Event, ...]], None]] = []

    def change(self, name: str, work: Callable[[SqlTx], Recorded[T]]) -> T:
        """Run `work` and record its events in one durable transaction (see the port).

        Raises:
            Refused: `store_unavailable`: nothing was done. `outcome_unknown`: lost during commit (G3).
            InnerContradiction: something was written and no event names it; or the disk failed before (G4).
            StoreBroken: the database refused a statement for a reason of ours.
        """
        return self._persist(name, lambda: self._change(name, work))

    def tell(self, listener: Callable[[tuple[Event, ...]], None]) -> None:
        """Tell a listener of the events of every change of this process, once they are durable; it must not raise."""
        self._listeners.append(listener)

    def view(self, name: str, work: Callable[[SqlView], T]) -> T:
        """Run `work` on a read-only look at one moment."""
        return self._persist(name, lambda: self._look(work))

    def bell(self) -> Bell:
        """Return a bell that rings when another transaction made something to match or deliver."""
        return self._dialect.bell()

    def close(self) -> None:
        """Close every connection."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _change(self, name: str, work: Callable[[SqlTx], Recorded[T]]) -> T:
        if self._disk_failed:
            raise DurabilityLost("a sync to disk failed earlier in this process")
        with self._engines.writer.connect() as connection, connection.begin() as transaction:
            recorded = self._write(name, work, connection)
            # A crash before this line leaves nothing; after it, everything. Nobody was answered yet either way.
            self._commit(connection, transaction)
        for listener in self._listeners:
            listener(recorded.events)
        return recorded.result

    def _write(self, name: str, work: Callable[[SqlTx], Recorded[T]], connection: Connection) -> Recorded[T]:
        sheet = Sheet(connection, may_write=True)
        tx = SqlTx(sheet, self._dialect)
        recorded = work(tx)
        if sheet.changed and not recorded.events:
            raise InnerContradiction(f"{name}: a change without an event")
        tx.events.record(recorded.events)
        if sheet.rings:
            self._dialect.ring(connection)
        return recorded

    def _commit(self, connection: Connection, transaction: RootTransaction) -> None:
        """Commit durably. An error that does not say "undone" can mean "done": the caller is told so (G3, G4)."""
        try:
            transaction.commit()
        except DBAPIError as error:
            connection.invalidate()
            verdict = self._dialect.verdict(error)
            if verdict in {Verdict.AGAIN, Verdict.RACED, Verdict.BROKEN}:
                raise
        except BaseException:
            connection.invalidate()  # it may still be inside the transaction, which the next one must not find
            raise
        else:
            return
        self._disk_failed |= verdict is Verdict.DISK
        raise Refused(Refusal.OUTCOME_UNKNOWN)

    def _look(self, work: Callable[[SqlView], T]) -> T:
        with self._engines.reader.connect() as connection, connection.begin():
            return work(SqlView(Sheet(connection, may_write=False)))

    def _persist(self, name: str, attempt: Callable[[], T]) -> T:
        """Attempt until it is done, cannot be done, or patience is over.

        Raises outside `except`: a database error holds values, and must not travel as the context of another (G35).
        """
        give_up_at = time.monotonic() + self._patience_s
        for attempts, pause_s in enumerate(_pauses(), start=1):
            code = "a row that changed meanwhile"
            try:
                return attempt()
            except Overtaken:
                verdict = Verdict.RACED
            except NoConnectionFree:
                break
            except DBAPIError as error:
                verdict, code = self._dialect.verdict(error), self._dialect.code(error)
            over = time.monotonic() > give_up_at or attempts >= _ATTEMPTS.get(verdict, attempts + 1)
            if verdict is Verdict.BROKEN or (verdict is Verdict.RACED and over):
                raise StoreBroken(name, code)
            if over:
                break
            time.sleep(pause_s)
        raise Refused(Refusal.STORE_UNAVAILABLE)


def _pauses() -> Iterator[float]:
    """Return growing pauses, shared out by chance so that those who met once do not meet again."""
    ceiling = _FIRST_PAUSE_S
    while True:
        yield _chance.uniform(0, ceiling)
        ceiling = min(2 * ceiling, _LONGEST_PAUSE_S)

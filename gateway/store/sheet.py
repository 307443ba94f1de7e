"""What one transaction reads and writes on: it remembers whether anything was written, and whom to wake."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Table

from gateway.store.faults import InnerContradiction
from gateway.store.sets import Row, insert_new_rows, insert_rows

Parameters = Mapping[str, Any] | None


class Sheet:
    """A connection inside a transaction. `changed` and `rings` follow from what was written through it."""

    __slots__ = ("_may_write", "changed", "connection", "rings")

    def __init__(self, connection: Connection, *, may_write: bool) -> None:
        self.connection = connection
        self._may_write = may_write
        self.changed = False
        self.rings = False

    @property
    def dialect(self) -> str:
        """The name of the database's dialect."""
        return self.connection.dialect.name

    def read(self, statement: Executable, parameters: Parameters = None) -> CursorResult[*tuple[Any, ...]]:
        """Run a statement that changes nothing."""
        return self.connection.execute(statement, parameters)

    def write(self, statement: Executable, parameters: Parameters = None) -> CursorResult[*tuple[Any, ...]]:
        """Run a statement that changes rows."""
        self._mark()
        return self.connection.execute(statement, parameters)

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows that all name the same columns; one whose key exists runs the whole change again."""
        if rows:
            self._mark()
            insert_rows(self.connection, table, rows)

    def insert_new(self, table: Table, rows: Sequence[Row]) -> set[tuple[Any, ...]]:
        """Insert rows, pass over those whose key exists, and return the primary keys of the new ones."""
        if not rows:
            return set()
        self._mark()
        return insert_new_rows(self.connection, table, rows)

    def ring(self) -> None:
        """Ring the bell of the workers when this transaction is committed: there is something to match or deliver."""
        self.rings = True

    def _mark(self) -> None:
        if not self._may_write:  # the database would refuse it too, in words that also mean a disk that is read-only
            raise InnerContradiction("a look that changes something")
        self.changed = True


class Port:
    """Base of the modules behind the ports: each speaks SQL on the sheet of one transaction."""

    __slots__ = ("_sheet",)

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

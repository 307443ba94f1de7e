"""What the two databases do each in their own way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from gateway.store.bell import Bell
from gateway.store.faults import Verdict


@dataclass(frozen=True, slots=True)
class Engines:
    """Connections to one database: those that change it, and those that cannot."""

    writer: Engine
    reader: Engine

    def dispose(self) -> None:
        """Close the connections that nobody uses."""
        self.writer.dispose()
        self.reader.dispose()


class Dialect(Protocol):
    """One of the two databases."""

    def engines(self) -> Engines:
        """Return the two engines, connected to nothing yet."""

    def absent(self) -> bool:
        """Return whether there is no database at the address, where connecting would make an empty one."""

    def prepare(self) -> None:
        """Make what the database needs before its first table."""

    def hold_schema(self, connection: Connection) -> None:
        """Hold the schema until the transaction ends, so that two migrations follow each other."""

    def unsafe(self, connection: Connection) -> list[str]:
        """Return why this database could lose what it acknowledged, read back from the database itself (G1, G2)."""

    def verdict(self, error: DBAPIError) -> Verdict:
        """Return what an error means."""

    def code(self, error: DBAPIError) -> str:
        """Return the database's code for an error, which holds no value."""

    def claim(self, connection: Connection, prefixes: Sequence[int]) -> None:
        """Hold these persons, given in order, until the transaction ends."""

    def ring(self, connection: Connection) -> None:
        """Ring the bell when this transaction is committed."""

    def bell(self) -> Bell:
        """Return a bell that this database rings."""

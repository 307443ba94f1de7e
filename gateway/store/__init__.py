"""The only SQL of the gateway: transactions, tables, and one module per port."""

from gateway.store import schema
from gateway.store.database import Database, dialect_of
from gateway.store.events import RecordedEvent
from gateway.store.faults import DurabilityLost, InnerContradiction, StoreBroken, UnsafeStore
from gateway.store.reconcile import Findings
from gateway.store.store import PATIENCE_S, SqlStore
from gateway.store.transactions import SqlView

__all__ = [
    "DurabilityLost",
    "Findings",
    "InnerContradiction",
    "RecordedEvent",
    "SqlStore",
    "SqlView",
    "StoreBroken",
    "UnsafeStore",
    "migrate",
    "open_store",
    "reconcile",
]


def open_store(url: str, *, patience_s: float = PATIENCE_S) -> SqlStore:
    """Open the store at `url`, such as `sqlite:////var/lib/seinhuis/gateway.db` or `postgresql://gateway@db/seinhuis`.

    `patience_s`: how long a change waits for a database that is away before it is refused.

    Raises:
        UnsafeStore: with every reason why this database may not be used (G2).
        Refused: `store_unavailable`.
    """
    return SqlStore(Database.open(url), patience_s=patience_s)


def migrate(url: str) -> None:
    """Bring the schema at `url` up to this version; makes the file of a SQLite database that is not there yet."""
    schema.upgrade(dialect_of(url))


def reconcile(store: SqlStore) -> Findings:
    """Recompute which pairs must have matched and count what is not as it must be (G10); repairs nothing."""
    return store.view("reconcile", SqlView.findings)

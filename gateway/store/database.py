"""One database, opened only when it keeps what it acknowledges: engines, safety, the schema gate."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from gateway.core.refusals import Refusal, Refused
from gateway.store import schema
from gateway.store.dialect import Dialect, Engines
from gateway.store.faults import UnsafeStore, Verdict
from gateway.store.postgresql import Postgresql
from gateway.store.sqlite import Sqlite

_DIALECTS: Final[Mapping[str, type[Sqlite] | type[Postgresql]]] = {
    "sqlite": Sqlite,
    "postgresql": Postgresql,
    "postgres": Postgresql,
}


def dialect_of(url: str) -> Dialect:
    """Return how to speak to the database at `url`.

    Raises:
        UnsafeStore: the address is none of a database that the gateway can use; the text does not repeat it, because
            an address can hold a password.
    """
    try:
        parsed: URL = make_url(url)
    except ArgumentError:
        raise UnsafeStore(["the address of the database cannot be read"]) from None
    made = _DIALECTS.get(parsed.get_backend_name())
    if made is None:
        raise UnsafeStore(["the address is of a database other than SQLite or PostgreSQL"])
    return made(parsed)


class Database:
    """A database that passed the gate."""

    def __init__(self, dialect: Dialect, engines: Engines) -> None:
        self.dialect = dialect
        self.engines = engines

    @classmethod
    def open(cls, url: str) -> "Database":
        """Open the database at `url`.

        Raises:
            UnsafeStore: with every reason why it may not be used (G2).
            Refused: `store_unavailable` when it cannot be reached.
        """
        dialect = dialect_of(url)
        if dialect.absent():
            raise UnsafeStore(["there is no database at this address: run `seinhuis db migrate`"])
        engines = dialect.engines()
        try:
            reasons = _reasons(dialect, engines)
        except BaseException:
            engines.dispose()
            raise
        if reasons:
            engines.dispose()
            raise UnsafeStore(reasons)
        return cls(dialect, engines)

    def close(self) -> None:
        """Close its connections."""
        self.engines.dispose()


def _reasons(dialect: Dialect, engines: Engines) -> list[str]:
    """Return every reason not to use this database; a process that skips its assertions is one (G42)."""
    reasons = [] if __debug__ else ["Python runs with -O, which skips the assertions that stop a contradiction"]
    try:
        with engines.writer.connect() as connection:
            reasons += dialect.unsafe(connection)
            if wrong := schema.mismatch(connection):
                reasons.append(wrong)
    except DBAPIError as error:
        away = dialect.verdict(error) is not Verdict.BROKEN
        reasons.append(f"the database answered {dialect.code(error)}")
    else:
        return reasons
    if away:
        raise Refused(Refusal.STORE_UNAVAILABLE)
    return reasons

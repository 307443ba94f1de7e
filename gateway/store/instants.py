"""How the store holds time: whole microseconds since 1970 in UTC, read from the clock of the database."""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

SECOND: Final = 1_000_000
DAY: Final = 86_400 * SECOND

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def microseconds(at: datetime) -> int:
    """Return an instant as the store holds it; exact, because floats would round the last digit."""
    return (at - _EPOCH) // _MICROSECOND


def instant(stored: int) -> datetime:
    """Return what the store holds as a UTC datetime."""
    return _EPOCH + timedelta(microseconds=stored)


class DatabaseTime(FunctionElement[int]):
    """The database's time, once per statement: a subquery, so that an index can be searched for it."""

    type = BigInteger()
    inherit_cache = True
    name = "database_time"


@compiles(DatabaseTime, "postgresql")
def _in_postgresql(_element: DatabaseTime, _compiler: SQLCompiler, **_options: object) -> str:
    return "(SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)"


@compiles(DatabaseTime, "sqlite")
def _in_sqlite(_element: DatabaseTime, _compiler: SQLCompiler, **_options: object) -> str:
    # Milliseconds, which is what SQLite's clock has; `unixepoch('now', 'subsec')` is younger than Debian's SQLite.
    return (
        "(SELECT CAST(strftime('%s', 'now') AS INTEGER) * 1000000"
        " + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000)"
    )

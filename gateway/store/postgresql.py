"""PostgreSQL 15 or later: READ COMMITTED, persons held by advisory locks, workers woken by NOTIFY."""

from collections.abc import Sequence
from typing import Final

import psycopg
from sqlalchemy import ARRAY, URL, BigInteger, Connection, bindparam, create_engine, event, func, select, text, union
from sqlalchemy.exc import DBAPIError

from gateway.store import tables
from gateway.store.activity import held_active
from gateway.store.bell import CHANNEL, Bell, PostgresqlBell
from gateway.store.dialect import Engines
from gateway.store.faults import UnsafeStore, Verdict

OLDEST: Final = 150_000
_DURABLE: Final = ("on", "remote_apply")
_SCHEMA_LOCK: Final = 0x5E1_4815  # any number that no index token begins with is as good; prefixes are 64 random bits

#: Nobody holds a person for long by forgetting to commit, and nobody waits forever for one who does.
_SESSION: Final = "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'"
_CONNECT: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}

_AGAIN: Final = frozenset({"40001", "40P01", "55P03"})
_RACED: Final = frozenset({"23505", "23503"})
_AWAY: Final = frozenset({"25006", "25P03", "57014"})
_AWAY_CLASSES: Final = frozenset({"08", "53", "57", "58"})

_STANDBY: Final = text(
    "SELECT current_setting('synchronous_standby_names') <> '' AND NOT EXISTS"
    " (SELECT FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum'))"
)
_keys = func.unnest(bindparam("prefixes", type_=ARRAY(BigInteger))).table_valued("key", name="persons").render_derived()
_CLAIM: Final = select(func.count(func.pg_advisory_xact_lock(_keys.c.key)))
_of_person: Final = tables.registrations.c.token_prefix == func.any(bindparam("prefixes", type_=ARRAY(BigInteger)))
_of_parents = (
    select(tables.registration_parents.c.token_prefix)
    .join(tables.registrations, tables.registrations.c.id == tables.registration_parents.c.registration)
    .where(_of_person, held_active(tables.registrations))
)
_family = union(select(_keys.c.key), _of_parents).order_by(text("1")).subquery("family")
#: Which parents a registration names never changes, so those of one that was committed before are known here.
_CLAIM_PERSONS: Final = select(func.count(func.pg_advisory_xact_lock(_family.c.key)))
_RING: Final = select(func.pg_notify(CHANNEL, ""))


class Postgresql:
    """The store of a region."""

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql+psycopg")

    def engines(self) -> Engines:
        """Return a writer in READ COMMITTED, and a reader of one snapshot that cannot write; both share a pool."""
        writer = create_engine(
            self._url,
            hide_parameters=True,
            isolation_level="READ COMMITTED",
            pool_size=8,
            max_overflow=8,
            pool_timeout=30,
            use_native_hstore=False,
            connect_args=_CONNECT,
        )
        event.listen(writer, "connect", _on_connect)
        return Engines(writer, writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True))

    def absent(self) -> bool:
        """Return False: connecting never makes a database here."""
        return False

    def prepare(self) -> None:
        """Nothing to do: an operator made the database."""

    def hold_schema(self, connection: Connection) -> None:
        """Hold an advisory lock that only migrations take."""
        connection.execute(_CLAIM, {"prefixes": [_SCHEMA_LOCK]})

    def unsafe(self, connection: Connection) -> list[str]:
        """Read the settings of the server and of this session back."""
        reasons = []
        if int(_show(connection, "server_version_num")) < OLDEST:
            reasons.append(f"PostgreSQL {_show(connection, 'server_version')} is older than 15")
        reasons += [
            f"PostgreSQL {name} is off: a crash loses acknowledged changes"
            for name in ("fsync", "full_page_writes")
            if _show(connection, name) != "on"
        ]
        if (synchronous := _show(connection, "synchronous_commit")) not in _DURABLE:
            reasons.append(_not_durable(synchronous))
        if connection.execute(_STANDBY).scalar():
            reasons.append("PostgreSQL names a synchronous standby and none is connected")
        return reasons

    def verdict(self, error: DBAPIError) -> Verdict:
        """Judge by SQLSTATE; an operational error without one never reached the server or lost it."""
        state = getattr(error.orig, "sqlstate", None)
        if state in _RACED:
            return Verdict.RACED
        if state in _AGAIN:
            return Verdict.AGAIN
        if error.connection_invalidated or state in _AWAY or (state or "")[:2] in _AWAY_CLASSES:
            return Verdict.AWAY
        if state is None and isinstance(error.orig, psycopg.OperationalError):
            return Verdict.AWAY
        return Verdict.BROKEN

    def code(self, error: DBAPIError) -> str:
        """Return the SQLSTATE."""
        return f"SQLSTATE {getattr(error.orig, 'sqlstate', None)}"

    def claim(self, connection: Connection, prefixes: Sequence[int]) -> None:
        """Take the locks of persons, and of parents that they have, in order and in a statement of its own.

        The next statement sees all that was committed before.
        """
        connection.execute(_CLAIM_PERSONS, {"prefixes": prefixes})

    def ring(self, connection: Connection) -> None:
        """Notify, which PostgreSQL does when the transaction is committed and not before."""
        connection.execute(_RING)

    def bell(self) -> Bell:
        """Return a bell that listens on a connection of its own."""
        return PostgresqlBell(self._url.set(drivername="postgresql").render_as_string(hide_password=False))


def _on_connect(connection: psycopg.Connection, _record: object) -> None:
    """Set up a session, and refuse one that would acknowledge before it is durable: a role can be given that (G2)."""
    with connection.cursor() as cursor:
        cursor.execute(_SESSION)
        cursor.execute("SHOW synchronous_commit")
        (synchronous,) = cursor.fetchone() or ("",)
    connection.commit()
    if synchronous not in _DURABLE:
        raise UnsafeStore([_not_durable(synchronous)])


def _not_durable(synchronous: str) -> str:
    return f"PostgreSQL synchronous_commit is {synchronous}: a crash loses acknowledged changes"


def _show(connection: Connection, name: str) -> str:
    return str(connection.execute(select(func.current_setting(name))).scalar())

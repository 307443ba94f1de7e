"""Measures whether a registration costs more in a large index than in a small one.

The rows are as real calls leave them, in every table that grows with the calls: registrations, nonces, kept answers and
events. Each size is compared with the gateway without a store in the same turns.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

from sqlalchemy import ColumnElement, Insert, Table, func, insert, not_, select

from gateway.store import SqlStore, tables
from load_tests import report
from load_tests.registrations import BATCH_ROWS, CONNECTIONS, Load, figures, play, take_turns
from load_tests.report import Row
from load_tests.subjects import NO_STORE, Database, Subject, house, without_store

SIZES: Final = (10_000, 200_000)
_ROUNDS: Final = 2
_CALLS: Final = 1_000
_COPY: Final = "."  # stands in the key of every copied row, and in no other
_GROWN: Final = {
    tables.registrations: "id",
    tables.nonces: "nonce",
    tables.answers: "idempotency_key",
    tables.events: "id",
}


def fill(subject: Subject, size: int) -> None:
    """Bring the index to about so many registrations: a first batch by real calls, the rest as copies of those.

    A copy is another person: its prefix differs by a little, so it takes its own place in every index.
    """
    assert subject.store is not None
    originals = _originals(subject.store)
    if not originals:
        play(subject, Load("fill", max(1, size // BATCH_ROWS), BATCH_ROWS, connections=2))
        return
    with subject.store.database.engines.writer.begin() as connection:
        for number in range(1, size // originals):
            for table, key in _GROWN.items():
                connection.execute(_copy(table, key, number))
        connection.exec_driver_sql("ANALYZE")


def _originals(store: SqlStore) -> int:
    table = tables.registrations
    with store.database.engines.writer.begin() as connection:
        return int(
            connection.execute(select(func.count()).select_from(table).where(_is_original(table.c.id))).scalar_one()
        )


def _is_original(key: ColumnElement[str]) -> ColumnElement[bool]:
    return not_(key.contains(_COPY))


def _copy(table: Table, key: str, number: int) -> Insert:
    changed = {key: table.c[key] + f"{_COPY}{number}"}
    if "token_prefix" in table.c:
        changed["token_prefix"] = table.c.token_prefix + number
    values = [changed.get(column.name, column) for column in table.c]
    rows = select(*values).where(_is_original(table.c[key]))
    return insert(table).from_select([column.name for column in table.c], rows, include_defaults=False)


def measure(*, seed: int, scale: float) -> tuple[report.Table, ...]:
    """Measure single registrations at each size on both stores."""
    rows = [row for database in Database for row in _grown(database, seed=seed, scale=scale)]
    how = (
        f"as above, {int(_CALLS * scale):,} single calls in each of {_ROUNDS} rounds, with so many registrations in the"
        " index already."
    )
    return (report.Table("growth", "The same in a larger index", how, tuple(rows)),)


def _grown(database: Database, *, seed: int, scale: float) -> list[Row]:
    load = Load("one at a time", max(CONNECTIONS, int(_CALLS * scale)), 1, CONNECTIONS)
    rows: list[Row] = []
    with ExitStack() as stack:
        federation, subject = stack.enter_context(house(database, seed=seed))
        storeless = stack.enter_context(without_store(federation, subject.callers))
        for size in (int(size * scale) for size in SIZES):
            fill(subject, size)
            found = take_turns((subject, storeless), load, rounds=_ROUNDS)
            rows.append(Row(f"{size:,} rows, {database}", figures(found[database], found[NO_STORE])))
    return _with_growth(rows)


def _with_growth(rows: Sequence[Row]) -> list[Row]:
    """Add to the last row how many times the first one's cost it has, both in multiples of the cost without a store."""
    ratio = "gateway, times no store"
    grown = rows[-1].figures[ratio] / rows[0].figures[ratio]
    return [*rows[:-1], Row(rows[-1].subject, {**rows[-1].figures, "times the first size": grown})]

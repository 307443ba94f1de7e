"""Statements over sets of values in one parameter, whatever their number: the text stays the same, so plans are kept.

PostgreSQL takes arrays, SQLite takes one JSON text.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Self

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Dialect,
    Executable,
    Insert,
    Select,
    Table,
    Text,
    bindparam,
    column,
    func,
    insert,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine

Row = Mapping[str, Any]


class _List(TypeDecorator[Sequence[Any]]):
    """A list as one parameter: an array where there are arrays, else JSON."""

    impl = Text
    cache_ok = True

    def __init__(self, item: type[TypeEngine[Any]]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.item) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> object:
        return list(value or ()) if dialect.name == "postgresql" else json.dumps(list(value or ()))


class _Condition(FunctionElement[bool]):
    """A condition in words of our own; left bare, because `(...) = 1` around it would hide it from SQLite's indexes."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> Self:  # noqa: ARG002 - the library's signature
        return self


class _Among(_Condition):
    inherit_cache = True
    name = "among"


class _PairAmong(_Condition):
    inherit_cache = True
    name = "pair_among"


def among(tested: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """Return the condition that a column is in the list given as `parameter`."""
    item = BigInteger if isinstance(tested.type, BigInteger) else Text
    return _Among(tested, bindparam(parameter, type_=_List(item)))


def pair_among(first: ColumnElement[str], second: ColumnElement[str], parameter: str) -> ColumnElement[bool]:
    """Return the condition that two text columns are one of the pairs given by `as_pairs` under the same name."""
    texts = _List(Text)
    return _PairAmong(
        first,
        second,
        bindparam(f"{parameter}_first", type_=texts),
        bindparam(f"{parameter}_second", type_=texts),
        bindparam(parameter, type_=texts),
    )


def as_pairs(parameter: str, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return what `pair_among` takes: two arrays, whose length PostgreSQL can plan with, or one list of pairs."""
    firsts, seconds = ([pair[side] for pair in pairs] for side in (0, 1))
    return {f"{parameter}_first": firsts, f"{parameter}_second": seconds, parameter: pairs}


@compiles(_Among, "postgresql")
def _among_in_postgresql(element: _Among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - the library's
    tested, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{tested} = ANY({values})"


@compiles(_Among, "sqlite")
def _among_in_sqlite(element: _Among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - the library's
    tested, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{tested} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - compiled clauses, no values


@compiles(_PairAmong, "postgresql")
def _pair_in_postgresql(element: _PairAmong, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - the library's
    first, second, firsts, seconds = (compiler.process(clause, **options) for clause in [*element.clauses][:4])
    return f"({first}, {second}) IN (SELECT * FROM unnest({firsts}, {seconds}))"  # noqa: S608 - compiled clauses


@compiles(_PairAmong, "sqlite")
def _pair_in_sqlite(element: _PairAmong, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - the library's
    first, second, _, _, pairs = element.clauses
    columns = ", ".join(compiler.process(clause, **options) for clause in (first, second))
    pair = "json_extract(value, '$[0]'), json_extract(value, '$[1]')"
    return f"({columns}) IN (SELECT {pair} FROM json_each({compiler.process(pairs, **options)}))"  # noqa: S608


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns; the rest take their defaults.

    One statement over arrays in PostgreSQL (row by row costs four times as much), one prepared statement in SQLite,
    whose JSON cannot carry bytes.
    """
    if not rows:
        return
    names = tuple(rows[0])
    if connection.dialect.name == "postgresql":
        connection.execute(_insert_given("postgresql", table, names), _parameters("postgresql", names, rows))
    else:
        statement, columns = _insert_one(table, names)
        connection.exec_driver_sql(statement, [tuple(read(row[name]) for name, read in columns) for row in rows])


def insert_new_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> set[tuple[Any, ...]]:
    """Insert rows of text and numbers, pass over those whose key exists, and return the keys of the new ones."""
    if not rows:
        return set()
    names, dialect = tuple(rows[0]), connection.dialect.name
    found = connection.execute(_insert_new(dialect, table, names), _parameters(dialect, names, rows))
    return {tuple(row) for row in found}


def upsert(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that can say what to do on a conflict, which each database spells in a class of its own."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _insert_one(table: Table, names: tuple[str, ...]) -> tuple[str, list[tuple[str, Callable[[Any], Any]]]]:
    """Return the text for SQLite and what its places take; row by row the library would cost more than the database."""
    compiled = insert(table).compile(dialect=sqlite.dialect(), column_keys=names)
    dated = {name for name in names if isinstance(table.c[name].type, Date)}
    places = compiled.positiontup or []
    return str(compiled), [(name, _as_text if name in dated else _as_it_is) for name in places]


def _as_text(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def _as_it_is(value: object) -> object:
    return value


@cache
def _insert_given(dialect: str, table: Table, names: tuple[str, ...]) -> Insert:
    return insert(table).from_select(list(names), _given(dialect, table, names))


@cache
def _insert_new(dialect: str, table: Table, names: tuple[str, ...]) -> Executable:
    given = _given(dialect, table, names).where(true())  # without it SQLite takes the conflict clause for a join
    insertion = upsert(dialect, table).from_select(list(names), given)
    return insertion.on_conflict_do_nothing().returning(*table.primary_key)


def _given(dialect: str, table: Table, names: tuple[str, ...]) -> Select[Any]:
    """Return the rows that `_parameters` carries as something to select from."""
    if dialect == "postgresql":
        arrays = [bindparam(name, type_=ARRAY(_plain(table.c[name]))) for name in names]
        given = func.unnest(*arrays).table_valued(*(column(name) for name in names), name="given").render_derived()
        return select(*given.c)
    each = func.json_each(bindparam("given", type_=Text())).table_valued("value", name="given")
    return select(*(func.json_extract(each.c.value, f"$.{name}") for name in names))


def _parameters(dialect: str, names: tuple[str, ...], rows: Sequence[Row]) -> dict[str, Any]:
    if dialect == "postgresql":
        return {name: [row[name] for row in rows] for name in names}
    return {"given": json.dumps(rows)}


def _plain(of: Column[Any]) -> TypeEngine[Any]:
    """Return a column's type without its collation, which an array of it cannot name."""
    return Text() if isinstance(of.type, Text) else of.type

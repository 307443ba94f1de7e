"""Collects what is asked of the database while something is done at the door."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, event

from tests.support.door import Door


@contextmanager
def statements(door: Door) -> Iterator[list[str]]:
    """Collect what is asked of the database."""
    asked: list[str] = []
    engines = door.store.database.engines

    def note(_: Connection, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    watched = {id(engine): engine for engine in (engines.writer, engines.reader)}.values()
    for engine in watched:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        for engine in watched:
            event.remove(engine, "before_cursor_execute", note)

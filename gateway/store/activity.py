"""When a registration is active: its status says so and its end has not come, by the clock of the database (G15)."""

from sqlalchemy import ColumnElement, FromClause, literal_column

from gateway.store.instants import DatabaseTime


def held_active(registration: FromClause) -> ColumnElement[bool]:
    """Return the condition that nobody has ended it yet: the words of the partial indexes, so that these are used."""
    return registration.c.status == literal_column("'active'")


def is_active(registration: FromClause) -> ColumnElement[bool]:
    """Return the condition that it matches: it goes on, and nothing restricts its use (G15)."""
    return goes_on(registration) & registration.c.restricted_at.is_(None)


def goes_on(registration: FromClause) -> ColumnElement[bool]:
    """Return the condition that it has not ended, and its end has not come; at that instant it is over."""
    return held_active(registration) & (registration.c.ends_at > DatabaseTime())


def is_over(registration: FromClause) -> ColumnElement[bool]:
    """Return the condition that its end has come and nobody has ended it yet."""
    return held_active(registration) & (registration.c.ends_at <= DatabaseTime())

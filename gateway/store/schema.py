"""The schema: moved by migrations only, in one transaction, and checked at every start."""

from collections.abc import Callable
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from gateway.store.dialect import Dialect


def upgrade(dialect: Dialect, revision: str = "head") -> None:
    """Bring a database up to a revision. Killed at any statement, it is as it was before (G41)."""
    dialect.prepare()
    _move(dialect, lambda config: command.upgrade(config, revision))


def downgrade(dialect: Dialect, revision: str) -> None:
    """Bring a database down to a revision; `base` is an empty one."""
    _move(dialect, lambda config: command.downgrade(config, revision))


def mismatch(connection: Connection) -> str | None:
    """Return what is wrong with the schema, or None when it is the one that this version was built with."""
    current = MigrationContext.configure(connection).get_current_revision()
    if current == HEAD:
        return None
    found = "has no tables yet" if current is None else f"is at revision {current}"
    return f"the schema {found}, this version needs {HEAD}: run `seinhuis db migrate`"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "gateway.store:migrations")  # found inside an installed wheel too
    return config


def _move(dialect: Dialect, move: Callable[[Config], None]) -> None:
    engines = dialect.engines()
    try:
        with engines.writer.begin() as connection:
            dialect.hold_schema(connection)
            config = _config()
            config.attributes["connection"] = connection
            move(config)
    finally:
        engines.dispose()


HEAD: Final = ScriptDirectory.from_config(_config()).get_current_head()

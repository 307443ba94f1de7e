"""Runs the steps inside the transaction that the caller began, so that all of them happen or none."""

from alembic import context

from gateway.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite's too: our transactions begin explicitly
)
context.run_migrations()

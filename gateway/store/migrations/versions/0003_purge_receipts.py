"""Keeps what policy did: receipts of purged lanes, meetings that were kept silent, and a way to the alarms."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_COUNTED = ("registrations", "jobs", "matches", "alerts", "deliveries")


def upgrade() -> None:
    """Make the two tables, and the index of the few events that are alarms."""
    op.create_table(
        "purge_receipts",
        _key("id", primary=True),
        _key("lane"),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _COUNTED),
        _key("reached"),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("statement", sa.LargeBinary()),
        sa.Column("signature", sa.LargeBinary()),
    )
    _index("purges_under_way", "purge_receipts", "lane", where="statement IS NULL", unique=True)
    op.create_table(
        "withheld_meetings",
        _key("low", sa.ForeignKey("registrations.id"), primary=True),
        _key("high", sa.ForeignKey("registrations.id"), primary=True),
    )
    _index("withheld_meetings_of_high", "withheld_meetings", "high")
    _index("events_that_are_alarms", "events", "id", where="kind = 'alarm_raised'")


def downgrade() -> None:
    """Drop them; who met in silence is found anew."""
    op.drop_index("events_that_are_alarms", "events")
    op.drop_table("withheld_meetings")
    op.drop_table("purge_receipts")


def _key(name: str, *constraints: sa.ForeignKey, primary: bool = False) -> sa.Column[str]:
    """Return a text column that is compared by its bytes."""
    by_bytes = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.Column(name, by_bytes, *constraints, primary_key=primary, nullable=False)


def _index(name: str, table: str, *columns: str, where: str | None = None, unique: bool = False) -> None:
    only = None if where is None else sa.text(where)
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=only, postgresql_where=only)

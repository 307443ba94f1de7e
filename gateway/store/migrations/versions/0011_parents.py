"""Keeps the parents' tokens that a registration carries."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_STANDING = ("token_prefix", "index_token", "lane", "agency_low", "agency_high")


def upgrade() -> None:
    """Make room for parents, and for matches by them beside those of the parent as a person."""
    by_bytes = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "registration_parents",
        sa.Column("registration", by_bytes, sa.ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("token_prefix", sa.BigInteger(), nullable=False),
        sa.Column("index_token", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.CheckConstraint("place BETWEEN 1 AND 2", name="parents_of_a_child"),
    )
    op.create_index("children_of_parent", "registration_parents", ["token_prefix"])
    op.create_table(
        "withheld_by_parents",
        sa.Column("low", by_bytes, sa.ForeignKey("registrations.id"), primary_key=True),
        sa.Column("high", by_bytes, sa.ForeignKey("registrations.id"), primary_key=True),
    )
    op.create_index("withheld_by_parents_of_high", "withheld_by_parents", ["high"])
    op.add_column("matches", sa.Column("kind", sa.Text(), nullable=False, server_default="person_match"))
    op.drop_index("matches_standing", "matches")
    _create(*_STANDING, "kind")


def downgrade() -> None:
    """Forget parents, and every match that was made by one."""
    by_parent = "(SELECT id FROM matches WHERE kind = 'parent_match')"
    alerts = f"(SELECT id FROM alerts WHERE match IN {by_parent})"  # noqa: S608 - texts of our own
    op.execute(f"DELETE FROM deliveries WHERE alert IN {alerts}")  # noqa: S608 - texts of our own
    for table in ("alerts", "match_parties"):
        op.execute(f"DELETE FROM {table} WHERE match IN {by_parent}")  # noqa: S608 - texts of our own
    op.execute("DELETE FROM matches WHERE kind = 'parent_match'")
    op.drop_index("matches_standing", "matches")
    op.drop_column("matches", "kind")
    _create(*_STANDING)
    op.drop_table("withheld_by_parents")
    op.drop_table("registration_parents")


def _create(*columns: str) -> None:
    only = sa.text("ended_at IS NULL")
    op.create_index("matches_standing", "matches", list(columns), unique=True, sqlite_where=only, postgresql_where=only)

"""Keeps notices of death and of moving until they were looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the table; nobody said anything yet."""
    op.create_table(
        "life_notices",
        _key("id", primary=True),
        _key("source"),
        sa.Column("kind", sa.Text(), nullable=False),
        _key("lane"),
        sa.Column("token_prefix", sa.BigInteger(), nullable=False),
        sa.Column("index_token", sa.LargeBinary(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    """Drop it; a register that is asked again says it again."""
    op.drop_table("life_notices")


def _key(name: str, *, primary: bool = False) -> sa.Column[str]:
    """Return a text column that is compared by its bytes."""
    by_bytes = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.Column(name, by_bytes, primary_key=primary, nullable=False)

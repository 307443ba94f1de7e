"""Keeps every release of the policies that was ever in force, so that a restart with an old folder does not go back."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table of releases."""
    by_bytes = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "policy_releases",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False, nullable=False),
        sa.Column("digest", by_bytes, nullable=False, unique=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("loaded_at", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    """Forget them; the folder of releases is read anew."""
    op.drop_table("policy_releases")

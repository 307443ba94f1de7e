"""Lets a webhook address rest as a whole after a failure, so that what waits there takes no turn of another (G11)."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add how often an address failed in a row, and until when it rests; none rests yet."""
    op.add_column("endpoints", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("endpoints", sa.Column("rests_until_at", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Forget it: every address is tried at once."""
    op.drop_column("endpoints", "rests_until_at")
    op.drop_column("endpoints", "failures")

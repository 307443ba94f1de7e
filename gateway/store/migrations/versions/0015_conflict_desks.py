"""Lets an agency have a conflict desk, and a party of a match be reached at one."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add both; until an agency says so, none of its desks is one."""
    op.add_column("desks", sa.Column("kind", sa.Text()))
    op.add_column("match_parties", sa.Column("desk", sa.Text()))


def downgrade() -> None:
    """Drop both: what was told at a conflict desk is then told at the intake."""
    op.drop_column("match_parties", "desk")
    op.drop_column("desks", "kind")

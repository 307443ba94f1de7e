"""Keeps persons known without a number apart, until a person resolves them."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Say of each registration how its person is known: until now, by a number."""
    op.add_column("registrations", sa.Column("identity", sa.Text(), nullable=False, server_default="exact"))


def downgrade() -> None:
    """Forget it; what was set aside stays so, since its token is nobody's."""
    op.drop_column("registrations", "identity")

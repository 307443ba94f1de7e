"""Gives matches their clocks: the next step of the ladder, who took a match, what was muted."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

"""Gives registrations the rest of their life: archive, cool-down, reminders, restrictions."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

"""Makes what some lanes rely on: consent grants, bans, messages that are told once."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

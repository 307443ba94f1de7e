"""Keeps who broke the glass for whom, and who reviewed it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the tables; nobody broke the glass yet."""
    op.create_table(
        "emergencies",
        _key("registration", sa.ForeignKey("registrations.id", ondelete="CASCADE"), primary=True),
        _key("agency"),
        sa.Column("reason", sa.Text(), nullable=False),
        _key("broken_by"),
        sa.Column("case_reference", sa.Text(), nullable=False),
        sa.Column("broken_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("broken_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", sa.Text()),
        sa.Column("confirmed_at", sa.BigInteger()),
        sa.Column("review_due_on", sa.Date()),
        sa.Column("calendar", sa.Text()),
        sa.Column("reviewed_at", sa.BigInteger()),
        sa.Column("escalated_at", sa.BigInteger()),
    )
    op.create_index("emergencies_of_day", "emergencies", ["agency", "broken_on", "number"], unique=True)
    op.create_index("emergencies_of_agency", "emergencies", ["agency", "registration"])
    to_review = "confirmed_at IS NOT NULL AND reviewed_at IS NULL"
    _index("emergencies_to_review", "registration", where=to_review)
    _index("emergencies_unreviewed", "review_due_on", where=f"{to_review} AND escalated_at IS NULL")
    op.create_table(
        "emergency_verdicts",
        _key("registration", sa.ForeignKey("emergencies.registration", ondelete="CASCADE"), primary=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        _key("officer"),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("judged_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 2", name="emergency_verdicts_of_two"),
    )
    op.create_index("emergency_verdicts_of_officer", "emergency_verdicts", ["registration", "officer"], unique=True)


def downgrade() -> None:
    """Drop them: the lane that relies on them is closed without."""
    op.drop_table("emergency_verdicts")
    op.drop_table("emergencies")


def _key(name: str, *constraints: sa.ForeignKey, primary: bool = False) -> sa.Column[str]:
    """Return a text column that is compared by its bytes."""
    by_bytes = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.Column(name, by_bytes, *constraints, primary_key=primary, nullable=False)


def _index(name: str, *columns: str, where: str) -> None:
    only = sa.text(where)
    op.create_index(name, "emergencies", list(columns), sqlite_where=only, postgresql_where=only)

"""Keeps requests of persons about their data, and the journal of what was erased."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_ALERTS = "('advice_asked', 'decision_asked', 'request_due', 'rectification_asked')"


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "subject_requests",
        _key("id", primary=True),
        *map(_key, ("desk", "lane")),
        _number("token_prefix"),
        sa.Column("index_token", sa.LargeBinary(), nullable=False),
        *map(_text, ("right", "age_class")),
        _text("wrong", nullable=True),
        _text("case_reference"),
        _number("received_at"),
        *map(_day, ("due_on", "ready_on")),
        _text("state"),
        _text("extension", nullable=True),
        _number("routed_at", nullable=True),
        *(_day(name, nullable=True) for name in ("reminded_on", "alarmed_on", "answered_on")),
        *(sa.Column(name, sa.LargeBinary(), nullable=True) for name in ("statement", "signature")),
    )
    _index("subject_requests_of_desk", "subject_requests", "desk", "id")
    _index("subject_requests_to_route", "subject_requests", "received_at", where="routed_at IS NULL")
    _index("subject_requests_pending", "subject_requests", "due_on", where="state = 'pending'")
    _index("subject_requests_ready", "subject_requests", "ready_on", where="state = 'pending'")
    _make_items()
    op.create_table(
        "erasure_journal",
        _key("registration", primary=True),
        _key("kind", primary=True),
        _text("reason"),
        _number("journaled_at"),
        _number("exported_at", nullable=True),
    )
    _index("erasures_to_export", "erasure_journal", "registration", "kind", where="exported_at IS NULL")


def downgrade() -> None:
    """Forget the requests, what was told about them, and the journal in here; the one outside stays."""
    told = f"(SELECT id FROM alerts WHERE kind IN {_ALERTS})"  # noqa: S608 - texts of our own
    op.execute(f"DELETE FROM deliveries WHERE alert IN {told}")  # noqa: S608 - texts of our own
    op.execute(f"DELETE FROM alerts WHERE kind IN {_ALERTS}")  # noqa: S608 - texts of our own
    op.drop_table("erasure_journal")
    op.drop_table("subject_request_items")
    op.drop_table("subject_requests")


def _make_items() -> None:
    op.create_table(
        "subject_request_items",
        _key("id", primary=True),
        _key("request", of=sa.ForeignKey("subject_requests.id")),
        _key("registration", of=sa.ForeignKey("registrations.id", ondelete="CASCADE")),
        *map(_key, ("agency", "municipality")),
        _number("restricted_at", nullable=True),
        *(_text(name, nullable=True) for name in ("advice", "advice_reason")),
        _number("advised_at", nullable=True),
        *(_text(name, nullable=True) for name in ("decision", "decision_reason")),
        _number("decided_at", nullable=True),
        _key("decided_by", nullable=True),
        _number("told_at", nullable=True),
    )
    _index("subject_request_items_of_request", "subject_request_items", "request")
    _index("subject_request_items_undecided", "subject_request_items", "request", where="decision IS NULL")
    _index("subject_request_items_of_agency", "subject_request_items", "agency", "id")
    _index("subject_request_items_of_municipality", "subject_request_items", "municipality", "id")
    _index("subject_request_items_of_registration", "subject_request_items", "registration")


def _key(
    name: str, *, of: sa.ForeignKey | None = None, primary: bool = False, nullable: bool = False
) -> sa.Column[str]:
    """Return a text column that is compared by its bytes."""
    by_bytes = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.Column(name, by_bytes, *(() if of is None else (of,)), primary_key=primary, nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _day(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Date(), nullable=nullable)


def _index(name: str, table: str, *columns: str, where: str | None = None) -> None:
    only = None if where is None else sa.text(where)
    op.create_index(name, table, list(columns), sqlite_where=only, postgresql_where=only)

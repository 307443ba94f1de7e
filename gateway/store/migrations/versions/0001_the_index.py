"""Makes the index: registrations, their queue, matches with their alerts, and the ledger of calls and events."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ACTIVE = "status = 'active'"
_NOT_PARKED = "parked_at IS NULL"


def upgrade() -> None:
    """Make every table."""
    _ledger()
    _registrations()
    _matches()
    _deliveries()


def downgrade() -> None:
    """Drop every table, those that refer to others first."""
    for table in ("deliveries", "endpoints", "desks", "alerts", "match_parties", "matches", "match_jobs"):
        op.drop_table(table)
    for table in ("registrations", "events", "answers", "nonces"):
        op.drop_table(table)


def _key(name: str, *constraints: sa.ForeignKey, primary: bool = False) -> sa.Column[str]:
    """Return a text column that is compared by its bytes."""
    by_bytes = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.Column(name, by_bytes, *constraints, primary_key=primary, nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    """Return a column for a token prefix, or for microseconds since 1970."""
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _index(name: str, table: str, *columns: str, where: str | None = None, unique: bool = False) -> None:
    only = None if where is None else sa.text(where)
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=only, postgresql_where=only)


def _ledger() -> None:
    op.create_table("nonces", _key("key_id", primary=True), _key("nonce", primary=True), _number("expires_at"))
    _index("nonces_expiring", "nonces", "expires_at")
    op.create_table(
        "answers",
        _key("agency", primary=True),
        _key("idempotency_key", primary=True),
        sa.Column("row", sa.Integer(), primary_key=True, autoincrement=False, nullable=False),
        _bytes("body_digest"),
        _bytes("body"),
        _number("kept_at"),
    )
    _index("answers_kept", "answers", "kept_at")
    op.create_table(
        "events",
        _key("id", primary=True),
        _text("kind"),
        _key("actor"),
        _number("at"),
        _text("fields"),
        sa.Column("position", sa.BigInteger(), unique=True),
    )


def _registrations() -> None:
    op.create_table(
        "registrations",
        _key("id", primary=True),
        _key("agency"),
        _key("lane"),
        _number("token_prefix"),
        _bytes("index_token"),
        _bytes("sealed"),
        _bytes("key_id"),
        sa.Column("epoch", sa.Integer(), nullable=False),
        *(_text(name) for name in ("flag", "purpose", "case_reference", "contact_id", "notice_status")),
        sa.Column("notice_on", sa.Date(), nullable=False),
        _text("notice_reason", nullable=True),
        sa.Column("valid_until_on", sa.Date(), nullable=False),
        _number("ends_at"),
        _text("status"),
        _number("registered_at"),
        _number("ended_at", nullable=True),
        _text("ended_reason", nullable=True),
    )
    _index("registrations_of_person", "registrations", "token_prefix", where=_ACTIVE)
    _index("registrations_of_agency", "registrations", "agency", "id")
    _index("registrations_ending", "registrations", "ends_at", where=_ACTIVE)
    op.create_table(
        "match_jobs",
        _key("registration", sa.ForeignKey("registrations.id"), primary=True),
        _key("lane"),
        _number("token_prefix"),
        _bytes("index_token"),
        _number("accepted_at"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _number("parked_at", nullable=True),
    )
    _index("match_jobs_waiting", "match_jobs", "accepted_at", "registration", where=_NOT_PARKED)
    _index("match_jobs_of_person", "match_jobs", "token_prefix")


def _matches() -> None:
    op.create_table(
        "matches",
        _key("id", primary=True),
        _key("lane"),
        _number("token_prefix"),
        _bytes("index_token"),
        _key("agency_low"),
        _key("agency_high"),
        _text("state"),
        _number("opened_at"),
        sa.Column("due_on", sa.Date(), nullable=False),
        _text("calendar"),
        _text("policy_digest"),
        _number("ended_at", nullable=True),
        sa.CheckConstraint("agency_low < agency_high", name="matches_between_two"),
    )
    pair = ("token_prefix", "index_token", "lane", "agency_low", "agency_high")
    _index("matches_standing", "matches", *pair, where="ended_at IS NULL", unique=True)
    op.create_table(
        "match_parties",
        _key("match", sa.ForeignKey("matches.id"), primary=True),
        _key("agency", primary=True),
        _key("registration", sa.ForeignKey("registrations.id")),
        *(_text(name) for name in ("case_reference", "level", "rules", "legal_basis", "why_nl", "why_en")),
        _text("outcome", nullable=True),
        _number("reported_at", nullable=True),
    )
    _index("match_parties_of_agency", "match_parties", "agency", "match")
    _index("match_parties_of_registration", "match_parties", "registration")
    op.create_table(
        "alerts",
        _key("id", primary=True),
        _key("match", sa.ForeignKey("matches.id")),
        _key("agency"),
        _number("created_at"),
        _number("acknowledged_at", nullable=True),
    )
    _index("alerts_of_match", "alerts", "match", "agency", unique=True)
    _index("alerts_waiting", "alerts", "agency", "created_at", "id", where="acknowledged_at IS NULL")


def _deliveries() -> None:
    details = [_text("name"), _text("phone"), _text("email"), _text("deputy_id", nullable=True)]
    op.create_table("desks", _key("agency", primary=True), _key("id", primary=True), *details)
    op.create_table("endpoints", _key("id", primary=True), _key("agency"), _text("url"))
    _index("endpoints_of_agency", "endpoints", "agency")
    op.create_table(
        "deliveries",
        _key("endpoint", sa.ForeignKey("endpoints.id", ondelete="CASCADE"), primary=True),
        _key("alert", sa.ForeignKey("alerts.id"), primary=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _number("first_due_at"),
        _number("next_try_at"),
        _number("parked_at", nullable=True),
    )
    _index("deliveries_due", "deliveries", "endpoint", "next_try_at", where=_NOT_PARKED)
    _index("deliveries_of_alert", "deliveries", "alert")

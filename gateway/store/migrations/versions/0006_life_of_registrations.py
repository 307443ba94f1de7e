"""Gives registrations the rest of their life: restrictions, an archive with its one hint, reminders."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_ACTIVE = "status = 'active'"
_COLUMNS = (
    ("restricted_at", sa.BigInteger),
    ("archive_until_on", sa.Date),
    ("archived_until_at", sa.BigInteger),
    ("notice_reminded_on", sa.Date),
    ("renewal_reminded_on", sa.Date),
)
_INDEXES = (
    ("registrations_archived", "token_prefix", "archived_until_at IS NOT NULL"),
    ("archive_ending", "archived_until_at", "archived_until_at IS NOT NULL"),
    (
        "notices_to_remind",
        "notice_on",
        f"{_ACTIVE} AND notice_status = 'deferred' AND (notice_reminded_on IS NULL OR notice_reminded_on < notice_on)",
    ),
    (
        "renewals_to_remind",
        "ends_at",
        f"{_ACTIVE} AND (renewal_reminded_on IS NULL OR renewal_reminded_on < valid_until_on)",
    ),
)
_SAID = ("level", "rules", "legal_basis", "why_nl", "why_en")


def upgrade() -> None:
    """Nobody is restricted or archived yet; what ended before today stays as it is."""
    for name, kind in _COLUMNS:
        op.add_column("registrations", sa.Column(name, kind()))
    for name, column, condition in _INDEXES:
        _index(name, "registrations", column, condition)
    op.create_table(
        "archive_hints",
        sa.Column("archived", _by_bytes(), sa.ForeignKey("registrations.id"), primary_key=True),
        sa.Column("registration", _by_bytes(), sa.ForeignKey("registrations.id"), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _SAID),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("archive_hints_of_registration", "archive_hints", ["registration"])
    _widen_alerts()
    _index("alerts_of_registration", "alerts", "registration", "registration IS NOT NULL")


def downgrade() -> None:
    """Forget it all, and what was told about registrations."""
    about = "(SELECT id FROM alerts WHERE match IS NULL)"
    op.execute(f"DELETE FROM deliveries WHERE alert IN {about}")  # noqa: S608 - texts of our own
    op.execute("DELETE FROM alerts WHERE match IS NULL")
    op.drop_index("alerts_of_registration", "alerts")
    _narrow_alerts()
    op.drop_table("archive_hints")
    for name, _, _ in _INDEXES:
        op.drop_index(name, "registrations")
    for name, _ in reversed(_COLUMNS):
        op.drop_column("registrations", name)


def _widen_alerts() -> None:
    """Let an alert be about a registration instead of a match."""
    if op.get_bind().dialect.name == "sqlite":
        _alerts_anew(nullable=True)
        return
    op.alter_column("alerts", "match", existing_type=_by_bytes(), nullable=True)
    op.add_column("alerts", sa.Column("registration", _by_bytes(), sa.ForeignKey("registrations.id")))


def _narrow_alerts() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _alerts_anew(nullable=False)
        return
    op.drop_column("alerts", "registration")
    op.alter_column("alerts", "match", existing_type=_by_bytes(), nullable=False)


def _alerts_anew(*, nullable: bool) -> None:
    """Make the table anew, which SQLite needs for this; what refers to it is put aside meanwhile."""
    op.execute("CREATE TABLE deliveries_aside AS SELECT * FROM deliveries")
    op.execute("DELETE FROM deliveries")
    about = (sa.Column("registration", _by_bytes(), sa.ForeignKey("registrations.id")),) if nullable else ()
    op.create_table(
        "alerts_anew",
        sa.Column("id", _by_bytes(), primary_key=True, nullable=False),
        sa.Column("match", _by_bytes(), sa.ForeignKey("matches.id"), nullable=nullable),
        sa.Column("agency", _by_bytes(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger()),
        sa.Column("kind", sa.Text(), nullable=False, server_default="match"),
        sa.Column("desk", sa.Text()),
        *about,
    )
    kept = "id, match, agency, created_at, acknowledged_at, kind, desk"
    op.execute(f"INSERT INTO alerts_anew ({kept}) SELECT {kept} FROM alerts")  # noqa: S608 - texts of our own
    op.drop_table("alerts")
    op.rename_table("alerts_anew", "alerts")
    op.create_index("alerts_of_match", "alerts", ["match", "agency", "kind"], unique=True)
    waiting = sa.text("acknowledged_at IS NULL")
    op.create_index("alerts_waiting", "alerts", ["agency", "created_at", "id"], sqlite_where=waiting)
    op.execute("INSERT INTO deliveries SELECT * FROM deliveries_aside")
    op.drop_table("deliveries_aside")


def _by_bytes() -> sa.Text:
    """Return the type of a text that is compared by its bytes."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _index(name: str, table: str, column: str, condition: str) -> None:
    only = sa.text(condition)
    op.create_index(name, table, [column], sqlite_where=only, postgresql_where=only)

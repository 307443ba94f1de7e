"""Makes what some lanes rely on: the register of consents, the clock of home bans, the list of accepted cases."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables; no registration rests on a consent yet."""
    op.add_column("registrations", _key("consent", nullable=True))
    _index("registrations_on_consent", "registrations", "consent", where="consent IS NOT NULL")
    op.create_table(
        "consents",
        _key("id", primary=True),
        *(_key(name) for name in ("agency", "lane", "purpose")),
        sa.Column("case_reference", sa.Text(), nullable=False),
        sa.Column("token_prefix", sa.BigInteger()),
        sa.Column("index_token", sa.LargeBinary()),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("agencies", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("valid_until_on", sa.Date(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
    )
    _index(
        "consents_valid",
        "consents",
        *("token_prefix", "index_token", "lane", "agency", "purpose"),
        where="status = 'valid'",
        unique=True,
    )
    _index("consents_of_agency", "consents", "agency", "id")
    op.create_table(
        "home_bans",
        _key("registration", sa.ForeignKey("registrations.id"), primary=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        _key("led_by"),
    )
    op.create_table(
        "safety_cases",
        _key("id", primary=True),
        *(_key(name) for name in ("lane", "reference", "opened_by", "coordinator")),
        sa.Column("accepted_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger()),
    )
    _index("safety_cases_open", "safety_cases", "reference", where="status = 'open'")
    op.create_table(
        "case_participants",
        _key("case", sa.ForeignKey("safety_cases.id"), primary=True),
        _key("agency", primary=True),
    )
    _index("cases_of_agency", "case_participants", "agency", "case")
    _index("consents_ending", "consents", "ends_at", where="status = 'valid'")


def downgrade() -> None:
    """Drop them: the lanes that rely on them are closed without."""
    op.drop_table("case_participants")
    op.drop_table("safety_cases")
    op.drop_table("home_bans")
    op.drop_table("consents")
    op.drop_index("registrations_on_consent", "registrations")
    op.drop_column("registrations", "consent")


def _key(name: str, *constraints: sa.ForeignKey, primary: bool = False, nullable: bool = False) -> sa.Column[str]:
    """Return a text column that is compared by its bytes."""
    by_bytes = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.Column(name, by_bytes, *constraints, primary_key=primary, nullable=nullable)


def _index(name: str, table: str, *columns: str, where: str | None = None, unique: bool = False) -> None:
    only = None if where is None else sa.text(where)
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=only, postgresql_where=only)

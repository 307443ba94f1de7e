"""Keeps which agency must learn nothing about whom and who mediates, and which registrations have a secret address."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables; nobody is excluded yet."""
    op.create_table(
        "exclusions",
        _key("id", primary=True),
        *(_key(name) for name in ("agency", "lane")),
        sa.Column("case_reference", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=False),
        _key("mediator"),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("token_prefix", sa.BigInteger(), nullable=False),
        sa.Column("index_token", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("excluded", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("lifted_at", sa.BigInteger()),
    )
    _index("exclusions_standing", "exclusions", "token_prefix", where="status = 'standing'")
    _index("exclusions_of_agency", "exclusions", "agency", "id")
    _index("exclusions_of_mediator", "exclusions", "mediator", "id")
    op.create_table(
        "withheld_parties",
        _key("exclusion", sa.ForeignKey("exclusions.id", ondelete="CASCADE"), primary=True),
        _key("registration", sa.ForeignKey("registrations.id", ondelete="CASCADE"), primary=True),
        sa.Column("withheld_at", sa.BigInteger(), nullable=False),
    )
    _index("withheld_parties_of_registration", "withheld_parties", "registration")
    secret = sa.Column("confidential_address", sa.Integer(), nullable=False, server_default="0")
    op.add_column("registrations", secret)
    op.add_column("alerts", _key("exclusion", nullable=True))
    _index("alerts_of_exclusion", "alerts", "exclusion", where="exclusion IS NOT NULL")


def downgrade() -> None:
    """Drop them, and the alerts about them: nobody is excluded any more."""
    op.execute("DELETE FROM deliveries WHERE alert IN (SELECT id FROM alerts WHERE exclusion IS NOT NULL)")
    op.execute("DELETE FROM alerts WHERE exclusion IS NOT NULL")
    op.drop_index("alerts_of_exclusion", "alerts")
    op.drop_column("alerts", "exclusion")
    op.drop_column("registrations", "confidential_address")
    op.drop_table("withheld_parties")
    op.drop_table("exclusions")


def _key(name: str, *constraints: sa.ForeignKey, primary: bool = False, nullable: bool = False) -> sa.Column[str]:
    """Return a text column that is compared by its bytes."""
    by_bytes = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.Column(name, by_bytes, *constraints, primary_key=primary, nullable=nullable)


def _index(name: str, table: str, *columns: str, where: str | None = None) -> None:
    only = None if where is None else sa.text(where)
    op.create_index(name, table, list(columns), sqlite_where=only, postgresql_where=only)

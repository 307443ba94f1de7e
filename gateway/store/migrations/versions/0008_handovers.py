"""Keeps who holds safety oversight, and what was handed over."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_REGISTRATION = "registrations.id"
_ALERT = ("match", "agency", "kind")


def upgrade() -> None:
    """Make the two tables, and let each handover through a match be told by itself."""
    op.create_table(
        "safety_oversights",
        _key("id", primary=True),
        *_person(),
        _key("agency"),
        _key("registration", of=_REGISTRATION),
        _number("since_at"),
        _number("ended_at", nullable=True),
    )
    person = ("token_prefix", "index_token")
    _index("safety_oversights_held", "safety_oversights", *person, where="ended_at IS NULL", unique=True)
    _index("safety_oversights_of_registration", "safety_oversights", "registration")
    op.create_table(
        "handovers",
        _key("id", primary=True),
        _key("match", of="matches.id"),
        *_person(),
        _key("giving_agency"),
        _key("giving_registration", of=_REGISTRATION),
        _key("taking_agency"),
        _key("taking_registration", of=_REGISTRATION),
        _text("conditions_version"),
        _text("state"),
        _number("offered_at"),
        sa.Column("due_on", sa.Date(), nullable=False),
        _number("due_at"),
        _text("calendar"),
        _number("escalated_at", nullable=True),
        _number("decided_at", nullable=True),
        _text("reason", nullable=True),
        sa.CheckConstraint("giving_agency <> taking_agency", name="handovers_between_two"),
    )
    _index("handovers_open", "handovers", *person, where="state = 'offered'", unique=True)
    _index("handovers_unanswered", "handovers", "due_at", where="state = 'offered' AND escalated_at IS NULL")
    _index("handovers_accepted", "handovers", "token_prefix", where="state = 'accepted'")
    _index("handovers_of_match", "handovers", "match")
    for side in ("giving", "taking"):
        _index(f"handovers_of_{side}", "handovers", f"{side}_agency", "id")
        _index(f"handovers_of_{side}_registration", "handovers", f"{side}_registration")

    op.add_column("alerts", _key("handover", server_default=""))
    op.drop_index("alerts_of_match", "alerts")
    _index("alerts_of_match", "alerts", *_ALERT, "handover", unique=True)


def downgrade() -> None:
    """Forget who holds safety oversight, and what was told about that."""
    told = "(SELECT id FROM alerts WHERE handover <> '')"
    op.execute(f"DELETE FROM deliveries WHERE alert IN {told}")  # noqa: S608 - texts of our own
    op.execute("DELETE FROM alerts WHERE handover <> ''")
    op.execute("UPDATE alerts SET kind = 'match' WHERE kind IN ('re_report', 'during_monitoring')")
    op.drop_index("alerts_of_match", "alerts")
    op.drop_column("alerts", "handover")
    _index("alerts_of_match", "alerts", *_ALERT, unique=True)
    op.drop_table("handovers")
    op.drop_table("safety_oversights")


def _person() -> tuple[sa.Column[int], sa.Column[bytes]]:
    return _number("token_prefix"), sa.Column("index_token", sa.LargeBinary(), nullable=False)


def _key(name: str, *, of: str = "", primary: bool = False, server_default: str | None = None) -> sa.Column[str]:
    """Return a text column that is compared by its bytes; `of` names what it goes away with."""
    by_bytes = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    foreign = (sa.ForeignKey(of, ondelete="CASCADE"),) if of else ()
    return sa.Column(name, by_bytes, *foreign, primary_key=primary, nullable=False, server_default=server_default)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _index(name: str, table: str, *columns: str, where: str | None = None, unique: bool = False) -> None:
    only = None if where is None else sa.text(where)
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=only, postgresql_where=only)

"""Gives matches their clocks: the next step of the ladder, who took a match, what was muted."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_NOW = {
    "postgresql": "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
    "sqlite": "CAST(strftime('%s', 'now') AS INTEGER) * 1000000",
}
_STEPS = ("next_step_on", "deputy_on", "coordinator_on", "supervisor_on")
_OF_PARTIES = (("handled_by", sa.Text), ("mute_asked_at", sa.BigInteger), ("muted_at", sa.BigInteger))


def upgrade() -> None:
    """Let matches climb; those that stand already have no step to go to, and every desk counts as confirmed today."""
    op.add_column("matches", sa.Column("step", sa.Text(), nullable=False, server_default="reporter"))
    for name in _STEPS:
        op.add_column("matches", sa.Column(name, sa.Date()))
    op.add_column("matches", sa.Column("muted_at", sa.BigInteger()))
    op.add_column("matches", _key("case_coordinator"))
    _index("matches_climbing", "matches", "next_step_on", "id", where="next_step_on IS NOT NULL AND ended_at IS NULL")
    _index("matches_muted", "matches", "token_prefix", where="muted_at IS NOT NULL")
    for name, kind in _OF_PARTIES:
        op.add_column("match_parties", sa.Column(name, kind()))
    op.add_column("match_parties", _key("named_coordinator"))
    op.add_column("alerts", sa.Column("kind", sa.Text(), nullable=False, server_default="match"))
    op.add_column("alerts", sa.Column("desk", sa.Text()))
    op.drop_index("alerts_of_match", "alerts")
    _index("alerts_of_match", "alerts", "match", "agency", "kind", unique=True)
    op.add_column("desks", sa.Column("confirmed_at", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(f"UPDATE desks SET confirmed_at = {_NOW[op.get_bind().dialect.name]}")  # noqa: S608 - texts of our own


def downgrade() -> None:
    """Forget it all; of the alerts those of the match itself are left."""
    op.drop_column("desks", "confirmed_at")
    more = "(SELECT id FROM alerts WHERE kind <> 'match')"
    op.execute(f"DELETE FROM deliveries WHERE alert IN {more}")  # noqa: S608 - texts of our own
    op.execute("DELETE FROM alerts WHERE kind <> 'match'")
    op.drop_index("alerts_of_match", "alerts")
    op.drop_column("alerts", "desk")
    op.drop_column("alerts", "kind")
    _index("alerts_of_match", "alerts", "match", "agency", unique=True)
    for name in ("named_coordinator", *(name for name, _ in reversed(_OF_PARTIES))):
        op.drop_column("match_parties", name)
    op.drop_index("matches_muted", "matches")
    op.drop_index("matches_climbing", "matches")
    for name in ("case_coordinator", "muted_at", *reversed(_STEPS), "step"):
        op.drop_column("matches", name)


def _key(name: str) -> sa.Column[str]:
    """Return a text column that is compared by its bytes."""
    return sa.Column(name, sa.Text().with_variant(sa.Text(collation="C"), "postgresql"))


def _index(name: str, table: str, *columns: str, where: str | None = None, unique: bool = False) -> None:
    only = None if where is None else sa.text(where)
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=only, postgresql_where=only)

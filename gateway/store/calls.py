"""The ledger of calls: which nonces were seen and which answers were given under which idempotency key (G6, G21)."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, select, union_all

from gateway.core.involvement import Oin
from gateway.flows.ports.calls import Answer, CallSlip
from gateway.store import tables
from gateway.store.instants import DAY, SECOND, DatabaseTime, microseconds
from gateway.store.sets import as_pairs, pair_among
from gateway.store.sheet import Port

#: A nonce outlives its signature by this much: nobody replays to a worker whose clock is behind the database's.
NONCE_MARGIN_S: Final = 300

_answers = tables.answers


def _kept(rows: ColumnElement[bool]) -> Select[Any]:
    wanted = ("agency", "idempotency_key", "row", "body_digest", "body")
    return select(*(_answers.c[name] for name in wanted)).where(
        pair_among(_answers.c.agency, _answers.c.idempotency_key, "keys"), rows
    )


#: Two searches of the primary key: one search with an OR is planned by SQLite as two reads through the whole table.
_KEPT = union_all(
    _kept(_answers.c.row == 0),
    _kept(and_(_answers.c.row >= bindparam("first"), _answers.c.row < bindparam("after"))),
)
_TRIM_NONCES = delete(tables.nonces).where(tables.nonces.c.expires_at < DatabaseTime() - NONCE_MARGIN_S * SECOND)
_TRIM_ANSWERS = delete(_answers).where(_answers.c.kept_at < DatabaseTime() - bindparam("age"))


class SqlCallLedger(Port):
    """Nonces and answers, rows of the same transaction as the change that they belong to."""

    def admit(self, slips: Sequence[CallSlip]) -> tuple[bool, ...]:
        """Record each nonce; False for one that was seen before, in this list or ever."""
        seen = {(slip.key_id, slip.nonce): microseconds(slip.expires_at) for slip in slips}
        # In key order: two groups that carry the same nonces wait for each other instead of deadlocking.
        rows = [{"key_id": key, "nonce": nonce, "expires_at": at} for (key, nonce), at in sorted(seen.items())]
        new = self._sheet.insert_new(tables.nonces, rows)
        return tuple(_take((slip.key_id, slip.nonce), new) for slip in slips)

    def answers(self, slips: Collection[CallSlip]) -> tuple[Answer, ...]:
        """Return what is kept under these slips' keys; a chunk does not read what the chunks before it kept."""
        keys = {(slip.agency, slip.idempotency_key) for slip in slips if slip.idempotency_key}
        if not keys:
            return ()
        span = {"first": max(1, min(slip.rows.start for slip in slips)), "after": max(slip.rows.stop for slip in slips)}
        rows = self._sheet.read(_KEPT, as_pairs("keys", sorted(keys)) | span)
        return tuple(Answer(Oin(agency), key, row, digest, body) for agency, key, row, digest, body in rows)

    def keep(self, answers: Sequence[Answer]) -> None:
        """Keep answers; one that exists already is a unique violation, which runs the whole change again."""
        rows = [
            {
                "agency": answer.agency,
                "idempotency_key": answer.idempotency_key,
                "row": answer.row,
                "body_digest": answer.body_digest,
                "body": answer.body,
            }
            for answer in answers
        ]
        self._sheet.insert(_answers, rows)

    def trim(self, *, answers_before_days: int) -> tuple[int, int]:
        """Forget nonces past expiry and a margin, and answers older than so many days; return how many of each."""
        nonces = self._sheet.write(_TRIM_NONCES).rowcount
        return nonces, self._sheet.write(_TRIM_ANSWERS, {"age": answers_before_days * DAY}).rowcount


def _take(nonce: tuple[str, str], new: set[tuple[str, str]]) -> bool:
    """Tell whether a nonce is new, and leave it to be new for nobody else in the list."""
    is_new = nonce in new
    new.discard(nonce)
    return is_new

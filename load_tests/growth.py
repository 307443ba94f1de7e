"""Measures whether a registration costs more in a large index than in a small one.

The index is filled through the ports of the store with rows as real calls leave them: a registration, its nonce, its
kept answer and its event. Each size is compared with the gateway without a store in the same turns.
"""

import secrets
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from gateway import ids
from gateway.core.events import Event, EventKind
from gateway.core.involvement import Registration
from gateway.flows.ports import Answer, CallSlip, Recorded, Tx
from gateway.store import SqlStore
from keys.labels import Oin
from keys.tokens import SEALED_BYTES, IndexToken, SealedElement
from load_tests.callers import Caller
from load_tests.registrations import CONNECTIONS, Load, figures, take_turns
from load_tests.report import Row, Table
from load_tests.subjects import NO_STORE, Database, house, without_store

SIZES: Final = (10_000, 200_000)
_ROUNDS: Final = 2
_CALLS: Final = 1_500
_ROWS_AT_ONCE: Final = 5_000
_TERM: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """What one registration leaves in the store."""

    registration: Registration
    slip: CallSlip
    answer: Answer
    event: Event


def fill(store: SqlStore, callers: Sequence[Caller], amount: int) -> None:
    """Add so many registrations that nothing is waiting for."""
    for start in range(0, amount, _ROWS_AT_ONCE):
        leaves = [
            _leaf(callers[number % len(callers)], number) for number in range(start, min(amount, start + _ROWS_AT_ONCE))
        ]
        _add(store, leaves)


def _add(store: SqlStore, leaves: Sequence[_Leaf]) -> None:
    def work(tx: Tx) -> Recorded[None]:
        tx.calls.admit([leaf.slip for leaf in leaves])
        tx.registrations.add([leaf.registration for leaf in leaves])
        tx.calls.keep([leaf.answer for leaf in leaves])
        tx.jobs.done(tx.jobs.take(limit=len(leaves)))
        return Recorded(None, tuple(leaf.event for leaf in leaves))

    store.change("fill", work)


def _leaf(caller: Caller, number: int) -> _Leaf:
    message = caller.message(caller.nobody(), caller.case(number))
    oin, today_on = Oin(caller.agency.oin), datetime.now(UTC).date()
    registration = Registration(
        id=ids.mint("reg"),
        agency=oin,
        lane=message.lane,
        index_token=IndexToken(secrets.token_bytes(32)),
        sealed=SealedElement(caller.key_id + secrets.token_bytes(SEALED_BYTES - len(caller.key_id))),
        key_id=caller.key_id,
        epoch=1,
        flag=message.flag,
        purpose=message.purpose,
        case_reference=message.case_reference,
        contact_id=message.contact_id,
        notice=message.subject_notice,
        valid_until_on=today_on + _TERM,
    )
    key, digest = secrets.token_hex(16), secrets.token_bytes(32)
    expires_at = datetime.now(UTC) + timedelta(minutes=1)
    event = Event(ids.mint("evt"), EventKind.REGISTERED, oin, {"registration": registration.id, "lane": message.lane})
    return _Leaf(
        registration,
        CallSlip(oin, caller.agency.key.key_id, secrets.token_urlsafe(18), expires_at, key, digest),
        Answer(oin, key, 0, digest, secrets.token_bytes(170)),
        event,
    )


def measure(*, seed: int, scale: float) -> tuple[Table, ...]:
    """Measure single registrations at each size on both stores."""
    rows = [row for database in Database for row in _grown(database, seed=seed, scale=scale)]
    how = (
        f"as above, {int(_CALLS * scale):,} single calls in each of {_ROUNDS} rounds, with so many registrations in the"
        " index already."
    )
    return (Table("growth", "The same in a larger index", how, tuple(rows)),)


def _grown(database: Database, *, seed: int, scale: float) -> list[Row]:
    load = Load("one at a time", max(CONNECTIONS, int(_CALLS * scale)), 1, CONNECTIONS)
    rows: list[Row] = []
    with ExitStack() as stack:
        federation, subject = stack.enter_context(house(database, seed=seed))
        storeless = stack.enter_context(without_store(federation, subject.callers))
        assert subject.store is not None
        there = 0
        for size in (int(size * scale) for size in SIZES):
            fill(subject.store, subject.callers.all, size - there)
            there = size
            found = take_turns((subject, storeless), load, rounds=_ROUNDS)
            rows.append(Row(f"{size:,} rows, {database}", figures(found[database], found[NO_STORE])))
    return _with_growth(rows)


def _with_growth(rows: Sequence[Row]) -> list[Row]:
    """Add to the last row how many times the first one's cost it has, both in multiples of the cost without a store."""
    ratio = "gateway, times no store"
    grown = rows[-1].figures[ratio] / rows[0].figures[ratio]
    return [*rows[:-1], Row(rows[-1].subject, {**rows[-1].figures, "times the first size": grown})]

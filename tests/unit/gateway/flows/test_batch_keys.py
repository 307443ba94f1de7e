"""G6 for batches: one idempotency key is bound to one body as a whole, whatever became of its rows."""

from datetime import UTC, datetime

import pytest

from gateway.core.refusals import Refusal, Refused
from gateway.flows.registering.register import Outcome, Row, prepare, record
from gateway.store import SqlStore
from tests.support.house import SmallHouse, agencies, involvement

KEY = "one-key-for-one-body"
TODAY_ON = datetime.now(UTC).date()
GOOD = involvement("a", TODAY_ON)
BAD = involvement("a", TODAY_ON, contact_id="cnt_nobody")


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Open a house of one agency."""
    house = SmallHouse(store, agencies(1))
    house.open_desks()
    return house


def send(small: SmallHouse, rows: tuple[Row, ...], body: bytes, *, first: bool = True) -> Outcome:
    """Send rows as one call with the one key and this body."""
    call = small.signed(small.parties[0], rows, body=body, key=KEY)
    (outcome,) = record([prepare(call, small.house, today_on=TODAY_ON, first=first)], small.house)
    return outcome


def refusal_of(outcome: Outcome) -> Refusal | None:
    """Return why a whole call was refused."""
    return outcome.refusal if isinstance(outcome, Refused) else None


def test_a_batch_of_which_every_row_was_refused_binds_its_key(small: SmallHouse) -> None:
    """Another body under the key has no effect, in whichever chunk."""
    send(small, (Row(1, BAD),), b"first")

    assert Refusal.IDEMPOTENCY_KEY_REUSED is refusal_of(send(small, (Row(1, GOOD),), b"second"))
    assert Refusal.IDEMPOTENCY_KEY_REUSED is refusal_of(send(small, (Row(2, GOOD),), b"second", first=False))


def test_the_key_of_a_single_call_is_not_one_for_a_batch(small: SmallHouse) -> None:
    """A row that the single call did not have does not make the key free."""
    send(small, (Row(0, GOOD),), b"single")

    assert Refusal.IDEMPOTENCY_KEY_REUSED is refusal_of(send(small, (Row(1, GOOD),), b"batch"))


def test_a_repeated_batch_gets_its_receipts_again_and_its_refused_rows_another_chance(small: SmallHouse) -> None:
    """What was taken is not taken twice."""
    rows = (Row(1, GOOD), Row(2, BAD))
    first, again = send(small, rows, b"batch"), send(small, rows, b"batch")

    assert not isinstance(first, Refused)
    assert not isinstance(again, Refused)
    assert first[0] == again[0]
    assert isinstance(again[1], Refused)

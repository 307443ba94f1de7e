"""Nonces and idempotency keys: seen once, answered once, whatever happens at the same moment (G6, G21)."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from gateway.flows.ports.calls import Answer, CallSlip
from gateway.flows.ports.store import Recorded, Tx
from gateway.store import SqlStore
from tests.support.crowd import at_once
from tests.support.records import POLICE, SCHOOL, do, recorded, slip
from tests.support.stores import hold_clock, opened


def _admit(store: SqlStore, *slips: CallSlip) -> tuple[bool, ...]:
    return store.change("admit", lambda tx: recorded(tx.calls.admit(slips)))


def _keep(store: SqlStore, *answers: Answer) -> None:
    do(store, lambda tx: tx.calls.keep(answers))


def _answers(store: SqlStore, *slips: CallSlip) -> set[Answer]:
    return set(store.change("answers", lambda tx: recorded(tx.calls.answers(slips))))


def _answer(of: CallSlip, row: int = 0, body: bytes = b"receipt") -> Answer:
    return Answer(of.agency, of.idempotency_key, row, of.body_digest, body)


def test_a_nonce_is_admitted_once(store: SqlStore) -> None:
    """The second call with a nonce is refused, and the same nonce under another key is another nonce."""
    first, other_key = slip(nonce="n1"), slip(nonce="n1", key_id="key-2")
    assert (True,) == _admit(store, first)
    assert (False, True) == _admit(store, first, other_key)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_replayed_call_in_a_group_spoils_no_other(store: SqlStore, place: int) -> None:
    """The replay is refused where it stands, first, in the middle or last, and the others are admitted (G14)."""
    seen = slip(nonce="seen")
    _admit(store, seen)
    group = [slip(), slip()]
    group.insert(place, seen)
    assert tuple(position != place for position in range(3)) == _admit(store, *group)


def test_a_nonce_twice_in_one_group_is_admitted_once(store: SqlStore) -> None:
    """The first of the two is admitted, also when its own group is the first to carry it."""
    twice = slip(nonce="twice")
    assert (True, False, True) == _admit(store, twice, twice, slip())


def test_a_nonce_stays_seen_after_a_restart(store_url: str) -> None:
    """Another process on the same database refuses what this one admitted."""
    replayed = slip()
    with opened(store_url) as store:
        _admit(store, replayed)
    with opened(store_url) as store:
        assert (False,) == _admit(store, replayed)


def test_of_many_calls_with_one_nonce_at_one_moment_one_is_admitted(store_url: str) -> None:
    """Eight workers on connections of their own: the database decides, not the memory of a worker."""
    replayed = [slip(nonce=f"n{number}") for number in range(5)]
    with opened(store_url) as one, opened(store_url) as other:
        workers = [one, other] * 4
        won = at_once([partial(_admit, store, *replayed) for store in workers])
    assert [1] * 5 == [sum(column) for column in zip(*won, strict=True)]


def test_an_admission_that_is_rolled_back_admits_again(store: SqlStore) -> None:
    """The nonce is a row of the change: without the change it was never seen."""
    retried = slip()

    def fail(tx: Tx) -> Recorded[None]:
        tx.calls.admit([retried])
        raise KeyError

    with pytest.raises(KeyError):
        store.change("fail", fail)
    assert (True,) == _admit(store, retried)


def test_an_answer_comes_back_under_its_key(store: SqlStore) -> None:
    """Every row of a batch comes back, byte for byte, and nothing of other keys."""
    batch, other = slip(key="batch"), slip(key="other")
    kept = {_answer(batch, row, bytes([0, 255, row])) for row in (1, 2, 3)}
    _keep(store, *kept, _answer(other))
    assert kept == _answers(store, replace(batch, rows=range(1, 4)))
    assert {_answer(other)} == _answers(store, other)
    assert set() == _answers(store, slip(key="never used"), slip())


def test_a_key_belongs_to_one_agency(store: SqlStore) -> None:
    """Two agencies may choose the same key; neither sees the answer of the other (G6, G24)."""
    ours, theirs = slip(POLICE, key="same"), slip(SCHOOL, key="same")
    _keep(store, _answer(ours, body=b"ours"), _answer(theirs, body=b"theirs"))
    assert {_answer(ours, body=b"ours")} == _answers(store, ours)
    assert {_answer(theirs, body=b"theirs")} == _answers(store, theirs)


def test_keys_are_paired_with_their_own_agency_in_a_group(store: SqlStore) -> None:
    """Looking up (police, a) and (school, b) finds neither (police, b) nor (school, a)."""
    _keep(store, _answer(slip(POLICE, key="b")), _answer(slip(SCHOOL, key="a")))
    assert set() == _answers(store, slip(POLICE, key="a"), slip(SCHOOL, key="b"))


def test_of_two_calls_with_one_key_at_one_moment_one_has_effect(store_url: str) -> None:
    """Both look, both find nothing, both keep: the second starts again, sees the first and gives its answer."""
    with opened(store_url) as one, opened(store_url) as other:

        def call(store: SqlStore, body: bytes) -> bytes:
            asked = slip(key="once")

            def work(tx: Tx) -> Recorded[bytes]:
                if kept := tx.calls.answers([asked]):
                    return Recorded(kept[0].body, ())
                tx.calls.keep([_answer(asked, body=body)])
                return recorded(body)

            return store.change("once", work)

        stores = [one, other] * 3
        bodies = at_once([partial(call, store, bytes([n])) for n, store in enumerate(stores)])
    assert 1 == len(set(bodies))


def test_trimming_forgets_what_is_over(store: SqlStore) -> None:
    """A nonce goes some time after its call expired, an answer after so many days; until then both stay."""
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    clock = hold_clock(store, at)
    old = replace(slip(key="old"), expires_at=at)
    _admit(store, old)
    _keep(store, _answer(old))

    def trim() -> tuple[int, int]:
        return store.change("trim", lambda tx: recorded(tx.calls.trim(answers_before_days=7)))

    assert (0, 0) == trim()
    clock.set(at + timedelta(hours=1))
    assert (1, 0) == trim()
    clock.set(at + timedelta(days=7, seconds=1))
    assert (0, 1) == trim()
    assert set() == _answers(store, old)


def test_a_digest_is_kept_as_it_is(store: SqlStore) -> None:
    """The digest of the body comes back byte for byte, so that another body is recognized."""
    call = slip(key="digest")
    _keep(store, _answer(call))
    (kept,) = _answers(store, call)
    assert hashlib.sha256(b"digest").digest() == kept.body_digest

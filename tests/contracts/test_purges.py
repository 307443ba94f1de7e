"""A lane whose last basis has ended is purged, whole and with one signed receipt; nothing else is (domain rule 21)."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import count

import pytest
from sqlalchemy import func, select, table, text

from gateway.core.events import EventKind
from gateway.core.policy import PolicySet
from gateway.core.purge import Counts
from gateway.core.refusals import Refusal, Refused
from gateway.flows.deciding.sunset import sunset
from gateway.flows.matching.match import match_waiting
from gateway.flows.registering.list_own import own_registration
from gateway.flows.telling import webhooks
from gateway.protocol.messages.webhooks import AddWebhook
from gateway.store import SqlStore, reconcile
from gateway.store.purges import SqlPurges
from keys.purge_receipts import purge_is_signed, sign_purge
from keys.signing import SigningKey
from tests.support.cards import basis_until, policy
from tests.support.crowd import at_once
from tests.support.faults import Crash, How, When, fail_at
from tests.support.house import SmallHouse, agencies
from tests.support.records import CARE, add, person, registration

KEY = SigningKey.from_seed(bytes(range(32)))
SIGN = partial(sign_purge, key=KEY)
OVER = "2026-06-30"
EMPTY = {
    "registrations": 0,
    "withheld_meetings": 0,
    "match_jobs": 0,
    "matches": 0,
    "match_parties": 0,
    "alerts": 0,
    "deliveries": 0,
}


def _ended(*, last_day: str = OVER) -> PolicySet:
    ends = [basis_until(name, last_day) for name in ("jeugdwet-7.1.4.1", "jeugdwet-7.1.4.3")]
    return PolicySet((policy(*ends),), "digest")


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Fill a lane with persons who met, who wait, and who were kept silent; one side has a webhook."""
    house = SmallHouse(store, agencies(3))
    house.open_desks()
    call = house.signed(house.parties[0], AddWebhook(url="https://hooks.agency.example/"))
    webhooks.add_webhook(call, house.house, allowed=lambda _: True, public_key="whpk_none")
    house.register_many([(agency, number) for number in range(5) for agency in house.parties])
    match_waiting(house.house)
    _meet_in_silence(house)
    house.register_many([(house.parties[0], number) for number in range(5, 9)])
    return house


def _meet_in_silence(house: SmallHouse) -> None:
    house.register_many([(agency, "silent") for agency in house.parties[:2]])
    known, house.policies = house.policies, PolicySet((), "")
    match_waiting(house.house)
    house.policies = known


def _rows(store: SqlStore, tables: Sequence[str] = tuple(EMPTY)) -> dict[str, int]:
    with store.database.engines.reader.connect() as connection:
        return {name: connection.execute(select(func.count()).select_from(table(name))).scalar_one() for name in tables}


def _events(store: SqlStore, kind: EventKind) -> list[dict[str, object]]:
    rows = store.view("events", lambda view: view.events.page(after="", limit=9_999))
    return [dict(row.event.fields) for row in rows if row.event.kind is kind]


def _purge(small: SmallHouse, *, limit: int = 7) -> None:
    while sunset(small.house, sign=SIGN, limit=limit):
        pass


def _receipts(small: SmallHouse) -> list[dict[str, object]]:
    assert isinstance(small.store, SqlStore)
    found = small.store.view("receipts", lambda view: view.purges.receipts())
    assert all(purge_is_signed(one.statement, one.signature, public=KEY.public) for one in found)
    return [json.loads(one.statement) for one in found]


def test_a_lane_whose_last_basis_has_ended_is_purged_with_a_signed_receipt(small: SmallHouse, store: SqlStore) -> None:
    """All that hangs on its registrations goes with them; the receipt says how much, and under what law."""
    before = _rows(store)
    small.policies = _ended()

    _purge(small)

    assert EMPTY == _rows(store)
    (receipt,) = _receipts(small)
    counted = {"registrations": 21, "jobs": 4, "matches": 15, "alerts": 30, "deliveries": 10}
    assert before["registrations"] == counted["registrations"]
    assert counted == {name: receipt[name] for name in counted}
    assert ("youth", small.policies.policies[0].digest) == (receipt["lane"], receipt["policy"])
    assert ["2026-07-01", "2026-07-01"] == [basis["until"] for basis in receipt["bases"]]  # type: ignore[attr-defined]
    chunks = _events(store, EventKind.LANE_PURGED)
    assert [7, 7, 7] == [chunk["registrations"] for chunk in chunks]
    assert {receipt["receipt"]} == {chunk["receipt"] for chunk in (*chunks, *_events(store, EventKind.PURGE_SIGNED))}


def test_purging_again_gives_no_second_receipt(small: SmallHouse) -> None:
    """Every worker looks every minute, for years."""
    small.policies = _ended()
    for _ in range(3):
        _purge(small)

    assert 1 == len(_receipts(small))


def test_a_receipt_is_nobody_elses_and_says_nothing_else(small: SmallHouse) -> None:
    """Another key, another word in it or a signature made for something else does not verify."""
    small.policies = _ended()
    _purge(small)
    assert isinstance(small.store, SqlStore)
    (one,) = small.store.view("receipts", lambda view: view.purges.receipts())

    assert purge_is_signed(one.statement, one.signature, public=KEY.public)
    assert not purge_is_signed(one.statement, one.signature, public=SigningKey.generate().public)
    assert not purge_is_signed(one.statement.replace(b"youth", b"adult"), one.signature, public=KEY.public)
    assert not purge_is_signed(one.statement, KEY.sign(one.statement), public=KEY.public)


def _living() -> dict[str, PolicySet]:
    today = datetime.now(UTC).date().isoformat()
    expired = policy()
    card = replace(expired.card, valid_until_on=expired.card.valid_from_on)
    return {
        "no card": PolicySet((), ""),
        "its last day is today": _ended(last_day=today),
        "an expired card, a living basis": PolicySet((replace(expired, card=card),), ""),
        "one basis of two": PolicySet((policy(basis_until("jeugdwet-7.1.4.1", OVER)),), ""),
    }


@pytest.mark.parametrize("name", _living())
def test_a_lane_that_a_basis_carries_or_that_has_no_card_is_left_alone(
    small: SmallHouse, store: SqlStore, name: str
) -> None:
    """What cannot be undone is done for one reason only."""
    before = _rows(store)
    small.policies = _living()[name]

    _purge(small)

    assert before == _rows(store)
    assert [] == _receipts(small)


def test_other_lanes_go_on(small: SmallHouse, store: SqlStore) -> None:
    """A basis that ends takes its own lane (domain rule 21)."""
    add(store, other := registration(CARE, person("other"), lane="adult"))
    small.policies = _ended()

    _purge(small)

    assert 1 == _rows(store)["registrations"]
    assert store.view("one", lambda view: view.registrations.one(other.id, agency=CARE)) is not None


def test_an_agency_does_not_find_a_purged_registration(small: SmallHouse) -> None:
    """It is as absent as one that never was, and registering again is refused."""
    receipt = small.register(small.parties[0], "one more")
    small.policies = _ended()
    _purge(small)

    with pytest.raises(Refused) as gone:
        own_registration(small.signed(small.parties[0], None), small.house, receipt.id)
    with pytest.raises(Refused) as closed:
        small.register(small.parties[0], "one more")

    assert (Refusal.NOT_FOUND, Refusal.BASIS_NOT_IN_FORCE) == (gone.value.refusal, closed.value.refusal)


def test_workers_that_purge_at_once_give_one_receipt(small: SmallHouse, store: SqlStore) -> None:
    """They take turns by the claim; what is counted is what is gone."""
    small.policies = _ended()
    at_once([lambda: _purge(small, limit=2)] * 3)
    _purge(small)

    assert EMPTY == _rows(store)
    assert [21] == [receipt["registrations"] for receipt in _receipts(small)]


def test_a_worker_that_matches_meanwhile_is_not_waited_for(small: SmallHouse, store: SqlStore) -> None:
    """What it holds is purged the next time: to wait for it while it waits for the person would be a deadlock."""
    small.policies = _ended()

    def purge_meanwhile() -> None:
        _purge(small)

    with store.database.engines.writer.connect() as other, other.begin():
        if other.dialect.name == "postgresql":
            other.exec_driver_sql("SELECT registration FROM match_jobs ORDER BY registration LIMIT 1 FOR UPDATE")
            purge_meanwhile()
            assert 1 == _rows(store)["registrations"]
            assert [] == _receipts(small)
    purge_meanwhile()
    assert EMPTY == _rows(store)
    assert [21] == [receipt["registrations"] for receipt in _receipts(small)]


@pytest.mark.parametrize("store_kind", ["postgresql"], indirect=True)
def test_every_person_is_held_while_what_hangs_on_them_is_removed(
    small: SmallHouse, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever would match or withdraw at that moment waits, and finds nothing afterwards (G8)."""
    remove, free = SqlPurges.remove, []
    not_held = text("SELECT count(*) FROM registrations WHERE pg_try_advisory_xact_lock(token_prefix)")

    def removing(purges: SqlPurges, registrations: Sequence[str]) -> Counts:
        with store.database.engines.writer.begin() as other:
            free.append(other.execute(not_held).scalar_one())
        return remove(purges, registrations)

    monkeypatch.setattr(SqlPurges, "remove", removing)
    small.policies = _ended()
    _purge(small, limit=99)

    assert [0] == free
    assert EMPTY == _rows(store)


def test_the_index_is_sound_while_a_lane_is_purged(small: SmallHouse, store: SqlStore) -> None:
    """A pair may lose the registrations that met before its others: nothing is amiss in that (G10)."""
    small.register_many([(agency, number) for number in range(5) for agency in small.parties])
    match_waiting(small.house)
    small.policies = _ended()
    while sunset(small.house, sign=SIGN, limit=1):
        assert reconcile(store).sound
    assert EMPTY == _rows(store)


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("how", How)
def test_a_purge_survives_the_failure_of_every_call(small: SmallHouse, store: SqlStore, how: How, when: When) -> None:
    """Killed or cut off at any statement or commit, the next worker ends it with one receipt that counts right."""
    small.policies = _ended()
    for k in count(1):
        with fail_at(store.database, k, when=when, how=how) as fault:
            try:
                _purge(small, limit=4)
            except Crash:
                pass
            except Refused as refused:
                assert refused.refusal is Refusal.OUTCOME_UNKNOWN  # noqa: PT017 - the others are failures
        _purge(small, limit=4)
        assert EMPTY == _rows(store)
        receipts = _receipts(small)
        assert [21 if number == 0 else 1 for number in range(k)] == [one["registrations"] for one in receipts]
        if not fault.reached:
            break
        _register_anew(small)
    assert k > 20


def _register_anew(small: SmallHouse) -> None:
    """Put one registration where the purge will find it, as if it had been under way when the basis ended."""
    ended, small.policies = small.policies, SmallHouse(small.store, ()).policies
    small.register(small.parties[0], "late")
    small.policies = ended

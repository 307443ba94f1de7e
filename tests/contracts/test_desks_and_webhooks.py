"""Contact desks and webhook addresses; what is due at an address, and in what order."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from gateway.core.involvement import Oin
from gateway.flows.ports.webhooks import Delivery, Endpoint
from gateway.flows.replay import replay
from gateway.protocol.messages.contacts import ContactDesk
from gateway.store import SqlStore
from gateway.store.transactions import SqlTx, SqlView
from tests.support.records import (
    CARE,
    POLICE,
    SCHOOL,
    add,
    desk,
    do,
    inbox,
    match_waiting,
    mint,
    person,
    recorded,
    registration,
)
from tests.support.stores import hold_clock

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _put(store: SqlStore, agency: Oin, *desks: str, name: str = "Front desk") -> None:
    for id_ in desks:
        do(store, partial(_put_one, agency, desk(id_, name=name)))


def _put_one(agency: Oin, one: ContactDesk, tx: SqlTx) -> None:
    tx.desks.put(agency, one)


def _endpoint(store: SqlStore, agency: Oin = POLICE) -> Endpoint:
    endpoint = Endpoint(mint("whe"), agency, f"https://{agency}.example/hook")
    do(store, lambda tx: tx.webhooks.add(endpoint))
    return endpoint


def _meet(store: SqlStore, *numbers: int) -> None:
    add(store, *(registration(agency, person(n)) for n in numbers for agency in (POLICE, SCHOOL)))
    match_waiting(store)


def _due(
    store: SqlStore,
    *,
    limit: int = 100,
    per_endpoint: int = 100,
    besides: Collection[str] = (),
    not_of: Collection[Oin] = (),
) -> tuple[Delivery, ...]:
    def look(view: SqlView) -> tuple[Delivery, ...]:
        return view.webhooks.due(limit=limit, per_endpoint=per_endpoint, besides=besides, not_of=not_of)

    return store.view("due", look)


def _failed(
    store: SqlStore, delivery: Delivery, next_try_at: datetime | None, *, rests_until_at: datetime = LONG_AGO
) -> None:
    do(store, lambda tx: tx.webhooks.failed(delivery, next_try_at=next_try_at, rests_until_at=rests_until_at))


def _desks(store: SqlStore, agency: Oin) -> tuple[ContactDesk, ...]:
    """Return the desks of an agency, as others may see them."""
    return tuple(own.disclosed for own in store.view("of", lambda view: view.desks.of(agency)))


def test_a_desk_is_added_and_replaced(store: SqlStore) -> None:
    """By its id, for its agency alone."""
    _put(store, POLICE, "cnt_a", "cnt_b")
    _put(store, SCHOOL, "cnt_a", name="School desk")
    _put(store, POLICE, "cnt_a", name="New desk")
    expected = (desk("cnt_a", name="New desk"), desk("cnt_b"))
    assert expected == _desks(store, POLICE)
    assert (desk("cnt_a", name="School desk"),) == _desks(store, SCHOOL)
    assert () == _desks(store, CARE)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_desks_are_known_by_agency_and_id(store: SqlStore, place: int) -> None:
    """Another agency's desk is not one's own; an unknown one in any position spoils no other (G14)."""
    _put(store, POLICE, "cnt_a", "cnt_b")
    _put(store, SCHOOL, "cnt_c")
    wanted = [(POLICE, "cnt_a"), (POLICE, "cnt_b")]
    wanted.insert(place, (POLICE, "cnt_c"))
    known = store.view("known", lambda view: view.desks.known(wanted))
    assert {(POLICE, "cnt_a"), (POLICE, "cnt_b")} == known
    assert frozenset() == store.view("known", lambda view: view.desks.known(()))


def test_an_alert_is_due_at_every_address_of_its_agency(store: SqlStore) -> None:
    """And at nobody else's; one made before the address is not (it is in the inbox)."""
    _meet(store, 1)
    endpoints = {_endpoint(store).id, _endpoint(store).id, _endpoint(store, SCHOOL).id}
    _endpoint(store, CARE)
    assert () == _due(store)
    _meet(store, 2)
    due = _due(store)
    assert endpoints == {delivery.endpoint.id for delivery in due}
    for delivery in due:
        assert inbox(store, delivery.endpoint.agency)[-1] == delivery.alert
        assert 0 == delivery.attempts


def test_a_delivery_that_was_made_is_due_no_more(store: SqlStore) -> None:
    """At that address; at the other it still is."""
    _endpoint(store)
    _endpoint(store)
    _meet(store, 1)
    made, left = _due(store)
    do(store, lambda tx: tx.webhooks.delivered(made))
    assert (left,) == _due(store)


def test_a_failed_delivery_is_due_again_later(store: SqlStore) -> None:
    """At its time and not before, counted; the alert's first time stays, so that it can be given up on (G11)."""
    clock = hold_clock(store, NOON)
    _endpoint(store)
    _meet(store, 1)
    (delivery,) = _due(store)
    assert NOON == delivery.first_due_at
    _failed(store, delivery, NOON + timedelta(minutes=5))
    clock.set(NOON + timedelta(minutes=5) - timedelta(milliseconds=1))
    assert () == _due(store)
    clock.set(NOON + timedelta(minutes=5))
    (again,) = _due(store)
    assert (1, NOON, delivery.alert) == (again.attempts, again.first_due_at, again.alert)


def test_a_parked_delivery_is_due_no_more(store: SqlStore) -> None:
    """Others at the address go on."""
    _endpoint(store)
    _meet(store, 1, 2)
    parked, other = _due(store)
    _failed(store, parked, None)
    assert [other.alert] == [delivery.alert for delivery in _due(store)]


def test_a_parked_delivery_is_replayed(store: SqlStore) -> None:
    """It is due now and has its fourteen days again (G12)."""
    clock = hold_clock(store, NOON)
    _endpoint(store)
    _meet(store, 1)
    (parked,) = _due(store)
    _failed(store, parked, None)
    clock.set(NOON + timedelta(days=20))
    assert (0, 1) == replay(store, mint=mint)
    (again,) = _due(store)
    assert (parked.alert, 0, NOON + timedelta(days=20)) == (again.alert, again.attempts, again.first_due_at)


def test_a_slow_address_delays_no_other(store: SqlStore) -> None:
    """At most so many for one address, whatever waits there."""
    slow, quick = _endpoint(store, POLICE), _endpoint(store, SCHOOL)
    add(store, *(registration(POLICE, person(n)) for n in range(9)), *(registration(CARE, person(n)) for n in range(9)))
    match_waiting(store)
    _meet(store, 20)
    due = [delivery.endpoint.id for delivery in _due(store, per_endpoint=3)]
    assert (3, 1) == (due.count(slow.id), due.count(quick.id))
    assert 2 == len(_due(store, limit=2))


def test_a_failed_address_rests_as_a_whole(store: SqlStore) -> None:
    """Nothing is due there until it has rested, however much waits; a delivery that is made ends the count (G11)."""
    clock = hold_clock(store, NOON)
    endpoint = _endpoint(store)
    _meet(store, 1, 2, 3)
    (first, *_) = _due(store)
    rested_at = NOON + timedelta(minutes=5)
    _failed(store, first, NOON, rests_until_at=rested_at)
    assert () == _due(store)
    clock.set(rested_at)
    due = _due(store)
    assert (3, {1}) == (len(due), {delivery.endpoint.failures for delivery in due})
    do(store, lambda tx: tx.webhooks.delivered(due[0]))
    assert {endpoint} == {delivery.endpoint for delivery in _due(store)}


def test_what_is_passed_over_crowds_out_nothing(store: SqlStore) -> None:
    """Addresses under way and agencies with their share are left out before the limit counts."""
    busy, other, quick = _endpoint(store), _endpoint(store), _endpoint(store, SCHOOL)
    _meet(store, *range(5))
    assert {quick.id} == {delivery.endpoint.id for delivery in _due(store, limit=5, not_of=[POLICE])}
    assert {other.id, quick.id} == {delivery.endpoint.id for delivery in _due(store, besides=[busy.id])}


def test_removing_an_address_removes_what_is_due_at_it(store: SqlStore) -> None:
    """Only its own agency can."""
    endpoint = _endpoint(store)
    _meet(store, 1)

    def remove(agency: Oin) -> bool:
        return store.change("remove", lambda tx: recorded(tx.webhooks.remove(agency, endpoint.id)))

    assert not remove(SCHOOL)
    assert 1 == len(_due(store))
    assert (endpoint,) == store.view("of", lambda view: view.webhooks.of(POLICE))
    assert remove(POLICE)
    assert () == _due(store)
    assert not remove(POLICE)


def _conflict(store: SqlStore, *agencies: Oin) -> dict[Oin, str]:
    return dict(store.view("conflict", lambda view: view.desks.conflict(agencies)))


def _put_conflict(store: SqlStore, agency: Oin, *ids: str) -> None:
    for id_ in ids:
        do(store, partial(_put_one, agency, desk(id_).model_copy(update={"kind": "conflict"})))


def test_the_conflict_desk_of_an_agency_is_found(store: SqlStore) -> None:
    """Of several the first by id; an agency whose desks are ordinary has none, and nobody else's is given."""
    _put(store, POLICE, "cnt_a")
    _put_conflict(store, POLICE, "cnt_c", "cnt_b")
    _put_conflict(store, CARE, "cnt_a")
    _put(store, SCHOOL, "cnt_a")
    assert {POLICE: "cnt_b"} == _conflict(store, POLICE, SCHOOL)
    assert {} == _conflict(store)


def test_a_desk_that_is_put_again_as_an_ordinary_one_is_a_conflict_desk_no_more(store: SqlStore) -> None:
    """What was put last holds."""
    _put_conflict(store, POLICE, "cnt_a")
    _put(store, POLICE, "cnt_a")
    assert {} == _conflict(store, POLICE)

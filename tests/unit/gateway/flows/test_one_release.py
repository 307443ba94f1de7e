"""No call is decided by parts of two releases, nor by one that was replaced before it was written (G20)."""

from dataclasses import replace
from itertools import chain, repeat

import pytest

from gateway.core.policy import PolicySet, compile_policy
from gateway.core.refusals import Refusal, Refused
from gateway.flows.registering import register
from gateway.policies.directory import load_policies
from gateway.protocol.messages.registrations import Receipt
from gateway.store import SqlStore
from tests.support.cards import POLICIES
from tests.support.consents import LANE, LOCAL_TEAM, PURPOSE, open_house, registers, today, with_consents
from tests.support.house import SmallHouse, agencies, involvement, receipt_of

NOTHING = PolicySet((), "")


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Open a house of six agencies."""
    house = SmallHouse(store, agencies(6))
    house.open_desks()
    return house


def _prepared(small: SmallHouse) -> register.Prepared:
    rows: tuple[register.Row, ...] = (register.Row(0, involvement(1, today())),)
    return register.prepare(small.signed(small.parties[0], rows), small.house, today_on=today())


def _written(small: SmallHouse, prepared: register.Prepared) -> Receipt:
    return receipt_of(register.record([prepared], small.house)[0])


def test_what_an_older_release_permitted_is_not_written_under_a_newer_one(small: SmallHouse) -> None:
    """A call waits for its turn to be written while a release closes its lane: it is refused."""
    prepared = _prepared(small)
    small.policies = NOTHING

    with pytest.raises(Refused) as refused:
        _written(small, prepared)

    assert Refusal.NO_POLICIES is refused.value.refusal


def test_what_an_older_release_refused_is_asked_of_the_newer_one(small: SmallHouse) -> None:
    """The other way around it is permitted, with a receipt like any other."""
    opened, small.policies = small.policies, NOTHING
    prepared = _prepared(small)
    small.policies = opened

    assert _written(small, prepared).id


@pytest.mark.parametrize("reads", range(1, 9))
def test_one_call_sees_one_release(store: SqlStore, reads: int) -> None:
    """One permits and asks for a consent, the next asks for none and permits nothing: together they would let in."""
    small = open_house(store)
    asking = with_consents(load_policies(POLICIES))
    adult = asking.lane(LANE)
    assert adult is not None
    closed = PolicySet((compile_policy(replace(adult.card, mechanisms=(), registration_rules=())),), "closed")
    turns = chain(repeat(asking, reads), repeat(closed))
    small.house = replace(small.house, policies=lambda: next(turns))

    with pytest.raises(Refused) as refused:
        registers(small, small.parties[LOCAL_TEAM], purpose=PURPOSE)

    assert refused.value.refusal in {Refusal.CONSENT_MISSING, Refusal.AGENCY_NOT_ADMITTED}

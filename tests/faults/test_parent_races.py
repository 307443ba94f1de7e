"""G9, G15: agencies register siblings at one instant, and some withdraw them; no pair is missed, doubled or a ghost."""

from functools import partial
from itertools import combinations
from random import Random

import pytest

from gateway.flows.matching.match import match_waiting
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.matches import MatchKind
from gateway.protocol.messages.registrations import WithdrawalReason
from gateway.store import SqlStore, reconcile
from tests.support.crowd import at_once
from tests.support.families import family_house, register_child
from tests.support.house import SmallHouse, TestAgency
from tests.support.lives import heard, matches_of, withdrawn

AGENCIES = 6


def _work(small: SmallHouse) -> None:
    for _ in range(40):
        match_waiting(small.house, limit=2)


def _withdraw(small: SmallHouse, agency: TestAgency, registration: str) -> None:
    withdrawn(small, agency, registration, WithdrawalReason.RISK_GONE)


def _register(small: SmallHouse, agency: TestAgency, child: int) -> None:
    register_child(small, agency, f"child {child}", "mother", f"father {child}")


@pytest.mark.timeout(120)
def test_of_siblings_registered_at_one_instant_every_pair_matches_once(store: SqlStore) -> None:
    """Each agency has another child of one mother, and two workers match meanwhile."""
    small = family_house(store, number=AGENCIES)
    register = [partial(_register, small, agency, child) for child, agency in enumerate(small.parties)]
    at_once([*register, partial(_work, small), partial(_work, small)])
    while match_waiting(small.house).jobs:
        pass
    expected = len(list(combinations(small.parties, 2)))
    told = [heard(small, agency, AlertKind.PARENT_MATCH) for agency in small.parties]
    assert [AGENCIES - 1] * AGENCIES == [len(alerts) for alerts in told]
    assert expected == len({match for alerts in told for match in alerts})
    assert reconcile(store).sound


@pytest.mark.timeout(120)
def test_siblings_withdrawn_at_that_instant_leave_neither_ghost_nor_miss(store: SqlStore) -> None:
    """Half of the agencies leave while the others come and two workers match."""
    small = family_house(store, number=AGENCIES)
    chance = Random(7)
    leaving = chance.sample(small.parties, AGENCIES // 2)
    gone = {agency.oin: register_child(small, agency, agency.name, "mother").id for agency in leaving}
    coming = [partial(_register, small, one, n) for n, one in enumerate(small.parties) if one not in leaving]
    left = [partial(_withdraw, small, one, gone[one.oin]) for one in leaving]
    at_once([*coming, *left, partial(_work, small), partial(_work, small)])
    while match_waiting(small.house).jobs:
        pass
    assert reconcile(store).sound
    for agency in leaving:
        assert all(match.state == "ended" for match in matches_of(small, agency))
    (pairs,) = {
        sum(m.kind is MatchKind.PARENT_MATCH and m.state == "open" for m in matches_of(small, one))
        for one in small.parties
        if one not in leaving
    }
    assert AGENCIES - len(leaving) - 1 == pairs

"""G8, G15: a consent is withdrawn while its agency registers and a worker matches; no ghost, no miss, no trace."""

import random
from functools import partial

import pytest

from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.match import match_waiting
from gateway.flows.registering.list_own import own_registrations
from gateway.store import SqlStore, reconcile
from tests.support.consents import (
    LOCAL_TEAM,
    MENTAL_HEALTH,
    consents,
    matches_of,
    open_house,
    registers,
    traces_of,
    withdraws,
)
from tests.support.crowd import at_once

ROUNDS = 25


@pytest.mark.timeout(300)
def test_a_withdrawal_beside_registering_and_matching_leaves_nothing_behind(store: SqlStore) -> None:
    """Whichever comes first: once the withdrawal is answered, nothing of this agency and person is left, or comes."""
    small = open_house(store)
    team, care = small.parties[LOCAL_TEAM], small.parties[MENTAL_HEALTH]
    chance = random.Random(8)
    for number in range(ROUNDS):
        person = f"race-{number}"
        consent = consents(small, team, person)
        consents(small, care, person)
        registers(small, care, person)
        if chance.random() < 0.5:
            registers(small, team, person)

        def register(name: str = person) -> None:
            try:
                registers(small, team, name)
            except Refused as refused:
                if refused.refusal is not Refusal.CONSENT_MISSING:
                    raise

        def match() -> None:
            match_waiting(small.house)

        def withdraw(id_: str = consent.id) -> None:
            withdraws(small, team, id_)

        at_once([register, match, withdraw, match])
        match_waiting(small.house)
        assert () == own_registrations(small.signed(team, None), small.house, after="").registrations
        assert () == matches_of(small, care)
        assert ["registrations", "consents"] == traces_of(store, person)  # the other agency's own
    assert reconcile(store).sound


@pytest.mark.timeout(300)
def test_two_consents_at_one_moment_leave_one(store: SqlStore) -> None:
    """The second replaces the first, or the first the second."""
    small = open_house(store)
    team = small.parties[LOCAL_TEAM]
    for number in range(ROUNDS):
        recorded = at_once([partial(consents, small, team, f"twice-{number}")] * 3)
        assert 1 == sum(one.replaced is None for one in recorded)

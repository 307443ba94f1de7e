"""G8, G15: an exclusion is recorded while both sides register and workers match; no ghost, no miss."""

import random
from functools import partial

import pytest

from gateway.core.involvement import Oin
from gateway.flows.matching.match import match_waiting
from gateway.protocol.messages.matches import MatchState
from gateway.store import SqlStore, reconcile
from tests.support.crowd import at_once
from tests.support.house import SmallHouse, TestAgency
from tests.support.records import inbox
from tests.support.shielding import MENTAL_HEALTH, POLICE, VEILIG_THUIS, excludes, matches_of, open_house, sees

ROUNDS = 25

#: An exclusion, and how many alerts either side had when it was acknowledged; of other works nothing.
Acknowledged = tuple[str, dict[Oin, int]]


def _register(small: SmallHouse, agency: TestAgency, person: str) -> Acknowledged:
    return small.register(agency, person).id, {}


def _match(small: SmallHouse) -> Acknowledged:
    match_waiting(small.house)
    return "", {}


def _exclude(small: SmallHouse, store: SqlStore, person: str) -> Acknowledged:
    police, safety_desk, *_ = small.parties
    recorded = excludes(small, safety_desk, [police], small.parties[MENTAL_HEALTH], person)
    return recorded.id, {agency.oin: len(inbox(store, agency.oin)) for agency in (safety_desk, police)}


@pytest.mark.timeout(300)
def test_once_an_exclusion_is_acknowledged_no_alert_is_ever_made(store: SqlStore) -> None:
    """Whichever comes first: what was matched before has ended, and the mediator hears of the pair in every case."""
    small = open_house(store)
    safety_desk, police = small.parties[VEILIG_THUIS], small.parties[POLICE]
    chance = random.Random(8)
    for number in range(ROUNDS):
        person = f"race-{number}"
        late = [agency for agency in (safety_desk, police) if chance.random() < 0.5]
        for agency in {safety_desk, police} - set(late):
            small.register(agency, person)
        works = [partial(_register, small, agency, person) for agency in late]
        match = partial(_match, small)
        *_, (excluded, heard) = at_once([*works, match, match, partial(_exclude, small, store, person)])
        while match_waiting(small.house).jobs:
            pass
        assert heard == {agency.oin: len(inbox(store, agency.oin)) for agency in (safety_desk, police)}
        assert {MatchState.ENDED} >= {match.state for match in matches_of(small, police)}
        withheld = sees(small, small.parties[MENTAL_HEALTH], excluded).withheld or ()
        assert [safety_desk.name] == [one.agency for one in withheld]
    assert reconcile(store).sound

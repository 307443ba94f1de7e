"""G9, G15: agencies register and withdraw one person at one instant; no pair is missed, none doubled, none a ghost."""

import random
from collections import Counter

import pytest

from gateway.flows.matching.show_match import list_matches, show_match
from gateway.store import SqlStore, reconcile
from tests.support.house import SmallHouse, agencies
from tests.support.race import AGENCIES, Deed, Round, pairs, race

#: (person, agency, other agency) once for each side of each match.
Seen = Counter[tuple[str, str, str]]


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Open a house whose agencies all have a desk."""
    house = SmallHouse(store, agencies(AGENCIES))
    house.open_desks()
    return house


def _seen(small: SmallHouse) -> Seen:
    """Return what every agency sees of its matches: those of its own list, each looked at."""
    seen: Seen = Counter()
    for agency in small.parties:
        after = ""
        while True:
            page = list_matches(small.signed(agency, None), small.house, after=after)
            for listed in page.matches:
                match = show_match(small.signed(agency, None), small.house, listed.id)
                other = "nobody" if match.other is None else match.other.agency
                seen[str(match.case_reference), agency.name, other] += 1
            if page.next is None:
                break
            after = page.next
    return seen


@pytest.mark.timeout(400)
def test_of_agencies_released_at_one_instant_every_pair_matches_once(
    small: SmallHouse, store: SqlStore, store_url: str
) -> None:
    """At least 2,000 pairs, 2 to 32 agencies a person, 32 connections in 4 processes, 2 match workers."""
    chance = random.Random(9)
    sizes = [2] * 40 + [3, 4, 5, 8, 12, 16, 24] * 2 + [AGENCIES] * 2
    rounds: list[Round] = [
        (f"P-{i}", frozenset(chance.sample(range(AGENCIES), size)), frozenset()) for i, size in enumerate(sizes)
    ]
    assert pairs(rounds) >= 2_000

    race(store_url, rounds, workers=2)

    names = [agency.name for agency in small.parties]
    expected = Counter(
        (f"Z-{person}", names[one], names[other])
        for person, registering, _ in rounds
        for one in registering
        for other in registering
        if one != other
    )
    assert expected == _seen(small)
    assert reconcile(store).sound


@pytest.mark.timeout(400)
def test_withdrawal_at_the_same_instant_makes_neither_ghost_nor_miss(
    small: SmallHouse, store: SqlStore, store_url: str
) -> None:
    """The oracle decides by who was answered before whom called; what overlaps may go either way, but never twice."""
    chance = random.Random(15)
    rounds: list[Round] = []
    for i in range(150):
        registering = chance.sample(range(AGENCIES), chance.choice([2, 2, 3, 6]))
        withdrawing = chance.sample(registering, chance.randint(1, len(registering)))
        rounds.append((f"W-{i}", frozenset(registering), frozenset(withdrawing)))

    deeds = race(store_url, rounds, workers=2)

    ever = _ever_matched(small)
    must, must_not = _oracle(deeds, [agency.name for agency in small.parties])
    assert set() == must - ever.keys()
    assert set() == must_not & ever.keys()
    assert [] == [pair for pair, times in ever.items() if times > 1]
    assert reconcile(store).sound


def _ever_matched(small: SmallHouse) -> Counter[tuple[str, frozenset[str]]]:
    """Return each (person, pair) with how often it matched, ended matches included.

    An ended match no longer names the other party, so the two sides are found by the match's id.
    """
    sides: dict[str, list[tuple[str, str]]] = {}
    for agency in small.parties:
        after = ""
        while True:
            page = list_matches(small.signed(agency, None), small.house, after=after)
            for match in page.matches:
                sides.setdefault(match.id, []).append((str(match.case_reference), agency.name))
            if page.next is None:
                break
            after = page.next
    return Counter((both[0][0], frozenset(name for _, name in both)) for both in sides.values())


def _oracle(deeds: list[Deed], names: list[str]) -> tuple[set[tuple[str, frozenset[str]]], ...]:
    """Return the pairs that must have matched, and those that must not, by instants alone (guarantees.md)."""
    must: set[tuple[str, frozenset[str]]] = set()
    must_not: set[tuple[str, frozenset[str]]] = set()
    for one in deeds:
        for other in deeds:
            if one[0] == other[0] or one[1] != other[1]:
                continue
            pair = (f"Z-{one[1]}", frozenset((names[one[0]], names[other[0]])))
            both_answered_at = max(one[3], other[3])
            first_withdrawal_at = min([at for at in (one[4], other[4]) if at], default=None)
            if first_withdrawal_at is None or both_answered_at < first_withdrawal_at:
                must.add(pair)
            if one[5] and one[5] < other[2]:
                must_not.add(pair)
    return must, must_not

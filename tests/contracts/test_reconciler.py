"""The reconciler finds every kind of damage that it promises to find, and nothing in a sound index (G10)."""

from dataclasses import asdict
from datetime import date

import pytest
from sqlalchemy import text

from gateway.store import SqlStore, reconcile
from tests.support.records import (
    CARE,
    POLICE,
    SCHOOL,
    add,
    do,
    match_waiting,
    person,
    registration,
    withdraw,
)


def _found(store: SqlStore) -> dict[str, int]:
    return {name: number for name, number in asdict(reconcile(store)).items() if number}


def _sound(store: SqlStore) -> None:
    """Fill the index with a bit of everything."""
    add(store, *(registration(agency, person(n)) for n in range(3) for agency in (POLICE, SCHOOL, CARE)))
    add(store, registration(POLICE, person(9)), registration(SCHOOL, person(9), valid_until_on=date(2026, 1, 1)))
    match_waiting(store)
    (gone, *_) = store.view("page", lambda view: view.registrations.page(CARE, after="", limit=1))
    withdraw(store, [gone])
    match_waiting(store)


def test_a_sound_index_has_no_findings(store: SqlStore) -> None:
    """With matches, ended ones, registrations that are over, and one that still waits."""
    _sound(store)
    add(store, registration(CARE, person(1)), registration(POLICE, person(10)))
    assert {} == _found(store)
    assert reconcile(store).sound


DAMAGE = {
    "a pair whose job was lost": (
        "DELETE FROM match_jobs",
        {"pairs_without_match": 1},
    ),
    "a party lost": (
        "DELETE FROM match_parties WHERE agency = :police",
        {"matches_without_two_parties": 5, "alerts_to_strangers": 6},  # one of the six matches has ended
    ),
    "an alert lost": ("DELETE FROM alerts WHERE agency = :police", {"matches_without_two_alerts": 5}),
    "an alert to somebody else": (
        "UPDATE alerts SET agency = 'stranger' WHERE agency = :police",
        {"alerts_to_strangers": 6},
    ),
    "a match ended that should stand": (
        "UPDATE matches SET ended_at = 1 WHERE agency_low = :police AND agency_high = :school",
        {"pairs_without_match": 3},
    ),
    "a match that stands after its registration": (
        "UPDATE registrations SET status = 'withdrawn' WHERE agency = :police",
        {"matches_of_ended_registrations": 5},
    ),
    "an old job": ("UPDATE match_jobs SET accepted_at = 1", {"old_jobs": 2}),
    "a parked job": ("UPDATE match_jobs SET parked_at = 1", {"parked_jobs": 2}),
    "a parked delivery": (
        (
            "INSERT INTO endpoints (id, agency, url) VALUES ('whe', :police, 'https://police.example/');"
            " INSERT INTO deliveries (endpoint, alert, attempts, first_due_at, next_try_at, parked_at)"
            " SELECT 'whe', id, 1, 1, 1, 1 FROM alerts WHERE agency = :police"
        ),
        {"parked_deliveries": 6},
    ),
    "a doubled match": (
        (
            "DROP INDEX matches_standing; UPDATE matches SET ended_at = NULL, agency_low = :police,"
            " agency_high = :school, index_token = (SELECT index_token FROM matches ORDER BY id LIMIT 1)"
        ),
        {"doubled_matches": 1},
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_found(store: SqlStore, damage: str) -> None:
    """Each kind by its own number."""
    _sound(store)
    add(store, registration(SCHOOL, person(9)), registration(POLICE, person(10)))
    statements, expected = DAMAGE[damage]
    with store.database.engines.writer.begin() as connection:
        for statement in statements.split("; "):
            connection.execute(text(statement), _given(statement))
    found = _found(store)
    assert expected == {name: found.get(name) for name in expected}


def _given(statement: str) -> dict[str, str]:
    return {name: agency for name, agency in (("police", POLICE), ("school", SCHOOL)) if f":{name}" in statement}


def test_a_pair_of_which_one_still_waits_is_not_missed(store: SqlStore) -> None:
    """Nor one of which one is over."""
    add(store, registration(POLICE), registration(SCHOOL))
    assert {} == _found(store)
    (job,) = store.view("peek", lambda view: view.jobs.peek(limit=1))
    do(store, lambda tx: tx.jobs.done([job]))
    assert {} == _found(store)

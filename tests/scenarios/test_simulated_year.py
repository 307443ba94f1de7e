"""A year of a five-hundredth of a region, lived through on both stores: what must never be never is."""

from typing import Final

import pytest

from gateway.store import SqlStore
from load_tests.year import live
from load_tests.year_checks import faults_of
from load_tests.year_region import YEAR
from tests.support.ladders import at

SHARE: Final = 1 / 500
HAPPENS: Final = (
    *("registered", "matches", "contact reports", "expired", "reminders", "handovers accepted"),
    *("to the deputy", "to the coordinator", "to the supervisor"),
)
#: Each makes one thing be that must never be: the probe of the check that would see it.
FAULTS: Final = {
    "told of a match after its registration was over": (
        "UPDATE alerts SET created_at = (SELECT max(ends_at) FROM registrations) WHERE id ="
        " (SELECT min(id) FROM alerts WHERE match IN (SELECT match FROM match_parties) AND kind = 'match')"
    ),
    "matched after the term was over": (
        "UPDATE matches SET opened_at = (SELECT max(ends_at) FROM registrations)"
        " WHERE id = (SELECT min(id) FROM matches)"
    ),
    "active after the term was over": (
        "UPDATE registrations SET ends_at = registered_at WHERE id ="
        " (SELECT min(id) FROM registrations WHERE status = 'active')"
    ),
    "an instant without a holder at a handover": (
        "UPDATE safety_oversights SET ended_at = ended_at - 1 WHERE registration IN"
        " (SELECT giving_registration FROM handovers WHERE state = 'accepted')"
    ),
    "two holders of oversight at once": (
        "UPDATE safety_oversights SET ended_at = ended_at + 60000000 WHERE registration IN"
        " (SELECT giving_registration FROM handovers WHERE state = 'accepted')"
    ),
    "neither contact nor a step of the ladder": (
        "UPDATE matches SET step = 'deputy', next_step_on = '2027-01-05'"
        " WHERE ended_at IS NULL AND state <> 'closed' AND step = 'supervisor'"
    ),
}


@pytest.mark.timeout(600)
def test_a_year_goes_by_and_nothing_is_that_must_never_be(store: SqlStore) -> None:
    """Nobody is told after an end; every match is answered or climbs; oversight has one holder; nothing is to repair.

    Enough happens in it to mean something, and each thing that must never be is seen once it is.
    """
    year = live(store, share=SHARE, seed=7)
    assert dict.fromkeys(year.faults, 0) == year.faults
    assert [] == [name for name in HAPPENS if not year.happened[name]]
    for name, statement in FAULTS.items():
        with store.database.engines.writer.begin() as connection:
            assert connection.exec_driver_sql(statement).rowcount
        assert faults_of(store, today_on=at(YEAR + 1, 1, 1).date())[name], name

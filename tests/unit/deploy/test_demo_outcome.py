"""The demo's verdict: what was lost is counted, and anything that is not as it must be makes it fail."""

from dataclasses import replace

import pytest

from deploy.demo_outcome import AgencyTally, ImportTally, Outcome, percentile

SCHOOL = AgencyTally(
    name="School", registrations=3, refused=1, matches=2, alerts=2, contacts=1, receipts_lost=0, alerts_lost=0
)
IMPORTED = ImportTally(
    registrations=6,
    expected_registrations=6,
    refused=1,
    expected_refused=1,
    matches=2,
    expected_matches=2,
    alerts=4,
    alerts_delivered=4,
)
SOUND = Outcome(
    imported=IMPORTED,
    agencies=(SCHOOL, SCHOOL),
    live_pairs=2,
    pair_seconds=(0.05, 0.25),
    holders=3,
    threshold=2,
    seconds=12.34,
    verify=0,
)


def test_a_sound_demo_succeeds() -> None:
    """Nothing lost, all as counted: exit code 0."""
    assert (0, 0) == (SOUND.lost, SOUND.exit_code)


@pytest.mark.parametrize(
    ("outcome", "lost"),
    [
        (replace(SOUND, agencies=(replace(SCHOOL, receipts_lost=3), SCHOOL)), 3),
        (replace(SOUND, agencies=(replace(SCHOOL, alerts_lost=1), SCHOOL)), 1),
        (replace(SOUND, imported=replace(IMPORTED, matches=1)), 2),
        (replace(SOUND, pair_seconds=(0.05,)), 2),
        (replace(SOUND, imported=replace(IMPORTED, matches=3)), 0),
        (replace(SOUND, imported=replace(IMPORTED, registrations=5)), 0),
        (replace(SOUND, imported=replace(IMPORTED, refused=0)), 0),
        (replace(SOUND, imported=replace(IMPORTED, alerts_delivered=3)), 0),
        (replace(SOUND, verify=1), 0),
        (replace(SOUND, leaks=1), 0),
    ],
)
def test_anything_that_is_not_as_it_must_be_fails(outcome: Outcome, lost: int) -> None:
    """A lost receipt, a lost alert, a match too few or too many, a doubt of the reconciler: exit code 6."""
    assert (lost, 6) == (outcome.lost, outcome.exit_code)


def test_the_object_for_programs_holds_the_figures() -> None:
    """Times in milliseconds, counts as they are."""
    shown = SOUND.as_json()
    assert (6, 2, 2, 4, 4, 2, 1, 0) == tuple(
        shown[name]
        for name in (
            "registrations",
            "matches",
            "expected_matches",
            "alerts",
            "alerts_delivered",
            "contacts",
            "refused",
            "lost",
        )
    )
    assert (50.0, 250.0) == (shown["p50_alert_ms"], shown["p95_alert_ms"])


@pytest.mark.parametrize(("percent", "expected"), [(1, 1), (50, 10), (95, 19), (100, 20)])
def test_percentiles_are_nearest_rank(percent: int, expected: int) -> None:
    """The value itself is one that was measured."""
    assert expected == percentile([float(i) for i in range(20, 0, -1)], percent)


def test_nothing_measured_has_no_percentile() -> None:
    """Not zero: that would look very good."""
    assert percentile([], 95) is None

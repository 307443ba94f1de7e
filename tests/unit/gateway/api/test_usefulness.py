"""The figures of a year over HTTP, for a supervisor, and for participants of the safety house of their lane alone."""

from tests.support.door import Door

YEAR_BEFORE_ANY = 2024


def test_a_supervisor_sees_every_lane_and_who_takes_part(door: Door) -> None:
    """All of it hidden, for nothing happened in that year."""
    answer = door.supervisor().gets(f"/usefulness?year={YEAR_BEFORE_ANY}")
    assert (YEAR_BEFORE_ANY, 10) == (answer["year"], answer["fewest"])
    assert {"youth", "safety_house"} <= {lane["lane"] for lane in answer["lanes"]}
    assert all({"lane", "outcomes", "furthestSteps"} == lane.keys() for lane in answer["lanes"])
    assert answer["coverage"] == door.supervisor().gets("/coverage")
    assert answer["coverage"]["designated"] == answer["coverage"]["takingPart"] > 1


def test_a_participant_hears_each_year_what_the_safety_house_led_to(door: Door) -> None:
    """Of that lane alone; an agency that may not start its check hears nothing."""
    answer = door.visitor("police").gets(f"/usefulness?year={YEAR_BEFORE_ANY}")
    assert ["safety_house"] == [lane["lane"] for lane in answer["lanes"]]
    refused = door.send(door.visitor("school").signs("GET", f"/usefulness?year={YEAR_BEFORE_ANY}"))
    assert (403, "policy-agency-not-admitted") == (refused.status_code, refused.json()["code"])


def test_the_figures_of_a_year_that_runs_are_refused(door: Door) -> None:
    """With the day from which they are told."""
    answer = door.send(door.supervisor().signs("GET", "/usefulness?year=2100"))
    assert (409, "state-year-not-over", "2101-02-01") == (
        answer.status_code,
        answer.json()["code"],
        answer.json()["drawnUpFrom"],
    )

"""The days of the ladder: working days from the moment of a match, in the order of the steps."""

from datetime import date

import pytest

from gateway.core.deadlines import OutsideCalendarError
from gateway.core.ladder import NO_LADDER, StepDays
from gateway.protocol.messages.matches import LadderStep
from tests.support.ladders import at, policies_of_all_years

YOUTH = policies_of_all_years().policies[0]


def test_the_days_of_the_steps_skip_easter_and_liberation_day() -> None:
    """Scenario 6: a match on the Thursday before Easter, in the late afternoon."""
    expected = StepDays(date(2025, 4, 28), date(2025, 4, 30), date(2025, 5, 6))
    assert expected == YOUTH.step_days(at(2025, 4, 17, 16, 30))


@pytest.mark.parametrize("moment", [at(2100, 12, 29), at(2101, 3, 1)])
def test_a_year_of_which_no_holidays_are_known_has_no_days(moment: object) -> None:
    """It fails aloud: no day is taken for a working day because nobody wrote its holidays down."""
    with pytest.raises(OutsideCalendarError):
        YOUTH.step_days(moment)  # type: ignore[arg-type]


def test_a_step_that_its_lane_leaves_out_is_passed_over() -> None:
    """The next step is the next that has a day; at the top there is none."""
    days = StepDays(coordinator_on=date(2026, 1, 5), supervisor_on=date(2026, 1, 6))
    assert (LadderStep.COORDINATOR, date(2026, 1, 5)) == days.after(LadderStep.REPORTER)
    assert (LadderStep.SUPERVISOR, date(2026, 1, 6)) == days.after(LadderStep.COORDINATOR)
    assert [None, None] == [days.after(LadderStep.SUPERVISOR), NO_LADDER.after(LadderStep.REPORTER)]

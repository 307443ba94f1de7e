"""Budgets bound figures; one that cannot fail, or whose figure is gone, is itself a failure."""

import pytest

from load_tests.__main__ import PROFILES
from load_tests.budgets import FILE, check, read_budgets, say

BUDGET = """
[[budget]]
profile = "registrations"
subject = "one at a time"
figure = "times"
at-most = 2.0
why = "A reason."
"""


def report(value: float, *, name: str = "times", profile: str = "registrations") -> dict[str, object]:
    """A report of one figure."""
    return {"tables": [{"profile": profile, "rows": [{"subject": "one at a time", "figures": {name: value}}]}]}


@pytest.mark.parametrize(("value", "holds"), [(1.9, True), (2.0, True), (2.1, False)])
def test_a_budget_holds_up_to_its_bound(value: float, holds: bool) -> None:
    """The bound itself is within it; exit code 1 beyond."""
    (verdict,) = check(read_budgets(BUDGET), report(value))
    assert (holds, 0 if holds else 1) == (verdict.holds, say([verdict]))


def test_a_lower_bound_is_one_too() -> None:
    """`at-least` bounds from below."""
    (verdict,) = check(read_budgets(BUDGET.replace("at-most", "at-least")), report(1.9))
    assert not verdict.holds


def test_a_figure_that_is_gone_breaks_its_budget() -> None:
    """A renamed figure must not make its budget hold forever."""
    (verdict,) = check(read_budgets(BUDGET), report(1.0, name="another"))
    assert not verdict.holds
    assert "not measured" in str(verdict)


def test_a_profile_that_did_not_run_is_not_judged() -> None:
    """Whoever measures one profile hears nothing of the others."""
    assert () == check(read_budgets(BUDGET), report(9.9, profile="alerts"))


@pytest.mark.parametrize("text", ["", BUDGET.replace("at-most = 2.0\n", "")])
def test_budgets_that_bound_nothing_are_refused(text: str) -> None:
    """An empty set of rules is a failure, not a pass."""
    with pytest.raises(ValueError, match="at least one budget"):
        read_budgets(text)


def test_every_budget_is_of_a_profile_that_exists() -> None:
    """The file itself reads, and names no profile that nobody runs."""
    budgets = read_budgets(FILE.read_text(encoding="utf-8"))
    assert PROFILES.keys() == {budget.figure[0] for budget in budgets}

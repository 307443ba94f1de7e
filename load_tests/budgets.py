"""Decides which budgets hold: each is a bound on one figure, in `budgets.toml` beside this file.

`python -m load_tests.budgets REPORT.json` says it of a run that was kept; exit code 1 when one does not hold. Shares
and ratios are preferred over rates, because they mean the same on another machine.
"""

import argparse
import json
import sys
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from load_tests.report import number

FILE: Final = Path(__file__).with_name("budgets.toml")
Figure = tuple[str, str, str]  # profile, subject, name


@dataclass(frozen=True, slots=True)
class Budget:
    """One bound, with its reason."""

    figure: Figure
    at_least: float | None
    at_most: float | None
    why: str

    def holds(self, value: float) -> bool:
        """Return whether a figure is within the bound."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    @property
    def bound(self) -> str:
        """The bound in words."""
        parts = (("at least", self.at_least), ("at most", self.at_most))
        return ", ".join(f"{word} {number(value)}" for word, value in parts if value is not None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A budget and the figure it was held against; `value` is None when the profile ran and has no such figure."""

    budget: Budget
    value: float | None

    @property
    def holds(self) -> bool:
        """Whether the figure is there and within the bound."""
        return self.value is not None and self.budget.holds(self.value)

    def __str__(self) -> str:
        """Say it in one line."""
        profile, subject, name = self.budget.figure
        found = "not measured" if self.value is None else number(self.value)
        return f"{'holds ' if self.holds else 'BROKEN'}  {profile}: {subject}: {name} {found} ({self.budget.bound})"


def read_budgets(text: str) -> tuple[Budget, ...]:
    """Return the budgets in a TOML text; raises ValueError when there is none, or one that bounds nothing."""
    tables: Sequence[Mapping[str, Any]] = tomllib.loads(text).get("budget", [])
    budgets = tuple(
        Budget(
            figure=(table["profile"], table["subject"], table["figure"]),
            at_least=table.get("at-least"),
            at_most=table.get("at-most"),
            why=table["why"],
        )
        for table in tables
    )
    if not budgets or any(budget.at_least is None and budget.at_most is None for budget in budgets):
        raise ValueError("there is at least one budget, and each bounds its figure")
    return budgets


def figures_in(report: Mapping[str, Any]) -> dict[Figure, float]:
    """Return every figure of a report."""
    return {
        (table["profile"], row["subject"], name): float(value)
        for table in report["tables"]
        for row in table["rows"]
        for name, value in row["figures"].items()
    }


def check(budgets: Collection[Budget], report: Mapping[str, Any]) -> tuple[Verdict, ...]:
    """Return a verdict on each budget of a profile that ran."""
    figures, ran = figures_in(report), {table["profile"] for table in report["tables"]}
    return tuple(Verdict(budget, figures.get(budget.figure)) for budget in budgets if budget.figure[0] in ran)


def say(verdicts: Sequence[Verdict]) -> int:
    """Print each verdict and return the exit code."""
    for verdict in verdicts:
        print(verdict)
    broken = sum(not verdict.holds for verdict in verdicts)
    print(f"{len(verdicts) - broken} of {len(verdicts)} budgets hold")
    return 1 if broken or not verdicts else 0


def main() -> int:
    """Say which budgets hold in a report that was kept."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.budgets", description=__doc__)
    parser.add_argument("report", type=Path, help="what `python -m load_tests --json FILE` wrote")
    report = json.loads(parser.parse_args().report.read_text(encoding="utf-8"))
    return say(check(read_budgets(FILE.read_text(encoding="utf-8")), report))


if __name__ == "__main__":
    sys.exit(main())

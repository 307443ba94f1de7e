"""Holds what was found: tables of figures, as Markdown for people and as JSON for programs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from load_tests.machine import Machine

Figures = Mapping[str, float]

BEGIN: Final = "<!-- figures: begin (python -m load_tests --write writes what stands between) -->"
END: Final = "<!-- figures: end -->"
_BETWEEN: Final = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one subject, by what they are; all rows of a table name the same ones, or leave some out."""

    subject: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Table:
    """What one profile found; `how` says in a sentence or two what was done."""

    profile: str
    title: str
    how: str
    rows: tuple[Row, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What the figures are, in the order in which they first appear."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row.figures))


@dataclass(frozen=True, slots=True)
class Report:
    """One run: on which machine, from which commit and seed, and what was found."""

    machine: Machine
    commit: str
    seed: int
    scale: float
    tables: tuple[Table, ...]

    def as_json(self) -> dict[str, object]:
        """Return it as an object for programs."""
        return asdict(self)


def markdown(report: Report) -> str:
    """Return the whole report for people."""
    scale = "" if report.scale == 1 else f", scale {report.scale:g}"
    head = f"{report.machine.sentence()} Commit `{report.commit}`, seed {report.seed}{scale}."
    return "\n\n".join((head, *map(_section, report.tables))) + "\n"


def replace_figures(document: str, report: Report) -> str:
    """Return the document with this report between its marks; raises ValueError when it has none."""
    if not _BETWEEN.search(document):
        raise ValueError("the document has no marks to write between")
    return _BETWEEN.sub(lambda _: f"{BEGIN}\n\n{markdown(report)}\n{END}", document)


def _section(table: Table) -> str:
    names = table.names
    lines = [("", *names), ("---", *("---:" for _ in names))]
    lines += [(row.subject, *(_cell(row.figures, name) for name in names)) for row in table.rows]
    grid = "\n".join(_line(line) for line in lines)
    return f"### {table.title}\n\n`python -m load_tests {table.profile}`: {table.how}\n\n{grid}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(figures: Figures, name: str) -> str:
    return number(figures[name]) if name in figures else ""


def number(value: float) -> str:
    """Return a figure with as many digits as mean something: three, or all of a count."""
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"

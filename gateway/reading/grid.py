"""The matrix as it is shown: who hears what of whom on a date, in as few grids as say it exactly."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

from gateway.core.policy.answers import Situation
from gateway.core.policy.card import DisclosureLevel
from gateway.core.policy.engine import LanePolicy
from gateway.core.policy.questions.boxes import Point, cover


@dataclass(frozen=True, slots=True)
class Cell:
    """How much is heard, and by which rules."""

    level: DisclosureLevel
    rules: tuple[str, ...]


Cells = tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A row of `cells` for each recipient, with a cell for each other; all in code names of the vocabulary.

    It holds for each of the purposes with each of the flags on either side. Whoever has no row or column in it hears
    nothing, or is not heard of.
    """

    purposes: tuple[str, ...]
    own_flags: tuple[str, ...]
    other_flags: tuple[str, ...]
    lane_flags: tuple[str, ...]
    recipients: tuple[str, ...]
    others: tuple[str, ...]
    cells: Cells


def grids(policy: LanePolicy, *, on: date) -> tuple[Grid, ...]:
    """Give the grids of a date; none where nobody hears anything."""
    rules = policy.card.disclosure_rules
    recipients = tuple(dict.fromkeys(kind for rule in rules for kind in rule.recipients))
    others = tuple(dict.fromkeys(kind for rule in rules for kind in rule.others))
    purposes = tuple(dict.fromkeys(purpose for rule in rules for purpose in rule.purposes))
    surroundings = (purposes, policy.card.flags, policy.card.flags)
    alike: defaultdict[Cells, list[Point]] = defaultdict(list)
    for purpose, own, other in product(*surroundings):
        alike[_cells(policy, recipients, others, (purpose, own, other), on)].append((purpose, own, other))
    return tuple(
        _trimmed(Grid(of_purposes, own_flags, other_flags, policy.card.flags, recipients, others, cells))
        for cells, points in alike.items()
        for of_purposes, own_flags, other_flags in cover(points, surroundings)
        if any(_heard(cells))
    )


def _cells(
    policy: LanePolicy, recipients: tuple[str, ...], others: tuple[str, ...], point: tuple[str, str, str], on: date
) -> Cells:
    return tuple(
        tuple(_cell(policy, Situation(recipient, other, *point), on) for other in others) for recipient in recipients
    )


def _cell(policy: LanePolicy, situation: Situation, on: date) -> Cell:
    decision = policy.decide(situation, on=on)
    return Cell(decision.level, decision.rules)


def _trimmed(grid: Grid) -> Grid:
    """Leave out the rows and columns in which no rule says anything."""
    rows = [index for index, row in enumerate(grid.cells) if any(cell.rules for cell in row)]
    columns = [index for index, _ in enumerate(grid.others) if any(row[index].rules for row in grid.cells)]
    return replace(
        grid,
        recipients=tuple(grid.recipients[row] for row in rows),
        others=tuple(grid.others[column] for column in columns),
        cells=tuple(tuple(grid.cells[row][column] for column in columns) for row in rows),
    )


def _heard(cells: Cells) -> Iterator[bool]:
    return (cell.level > DisclosureLevel.SILENT for row in cells for cell in row)

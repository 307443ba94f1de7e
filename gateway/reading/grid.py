"""The matrix as it is shown: who hears what of whom on a date, in as few grids as say it exactly."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Final

from gateway.core.policy.answers import Asking
from gateway.core.policy.card import DisclosureLevel
from gateway.core.policy.engine import LanePolicy
from gateway.core.policy.meeting import heard
from gateway.core.policy.questions.boxes import Point, cover
from gateway.reading.facts import purposes_of


@dataclass(frozen=True, slots=True)
class Cell:
    """How much is heard, and by which rules; `held_back` when these rules would tell something but the other side.

    Then the other hears nothing by any rule, so that neither hears anything.
    """

    level: DisclosureLevel
    rules: tuple[str, ...]
    held_back: bool = False


_NO_MEETING: Final = Cell(DisclosureLevel.SILENT, ())

Cells = tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A row of `cells` for each recipient, with a cell for each other; all in code names of the vocabulary.

    It holds for each of the purposes of either side with each of its flags. Whoever has no row or column in it hears
    nothing, is not heard of, or cannot have registered so.
    """

    purposes: tuple[str, ...]
    other_purposes: tuple[str, ...]
    own_flags: tuple[str, ...]
    other_flags: tuple[str, ...]
    lane_flags: tuple[str, ...]
    lane_purposes: tuple[str, ...]
    recipients: tuple[str, ...]
    others: tuple[str, ...]
    cells: Cells


def grids(policy: LanePolicy, *, on: date) -> tuple[Grid, ...]:
    """Give the grids of a date; none where nobody hears anything."""
    rules, sides, flags = policy.card.disclosure_rules, policy.sides(), policy.card.flags
    recipients = tuple(dict.fromkeys(kind for rule in rules for kind in rule.recipients))
    others = tuple(dict.fromkeys(kind for rule in rules for kind in rule.others))
    purposes = purposes_of(policy.card)
    registered = sorted({(side.purpose, side.flag) for side in sides})
    alike: defaultdict[Cells, list[Point]] = defaultdict(list)
    for (purpose, own_flag), (of_other, other_flag) in product(registered, repeat=2):
        rows = [Asking(kind, purpose, own_flag) for kind in recipients]
        columns = [Asking(kind, of_other, other_flag) for kind in others]
        cells = tuple(
            tuple(_cell(policy, own, other, on) if {own, other} <= sides else _NO_MEETING for other in columns)
            for own in rows
        )
        alike[cells].append((purpose, of_other, own_flag, other_flag))
    return tuple(
        _trimmed(Grid(own, other, own_flags, other_flags, flags, purposes, recipients, others, cells))
        for cells, points in alike.items()
        for own, other, own_flags, other_flags in cover(points, (purposes, purposes, flags, flags))
        if any(_heard(cells))
    )


def _cell(policy: LanePolicy, own: Asking, other: Asking, on: date) -> Cell:
    told = heard(policy, own, other, on=on)
    return Cell(told.level, told.decision.rules, told.held_back)


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

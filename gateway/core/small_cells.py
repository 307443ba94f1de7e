"""Which counts of a table are published: small ones are hidden, and others so that no total gives them away.

The cells of a table make up a total that is published too. A hidden cell could be computed back when it is alone, when
the hidden ones are too few together, or when they are nearly as many as small ones can be. So cells are added to
the hidden ones, in the order of the table and never by their size (which would tell their size), until every small one
can be anything from nothing to the largest small count. Cells with nothing in them are hidden beside small ones only.
"""

from collections.abc import Sequence
from typing import Final

#: Fewer than so many are not published (k).
FEWEST: Final = 10


def published(cells: Sequence[int], *, fewest: int = FEWEST) -> tuple[int | None, ...]:
    """Return the cells of a table whose total is published, with nothing in place of each that is hidden."""
    if not any(0 < count < fewest for count in cells):  # nobody is among few: that there were none tells of nobody
        return tuple(cells)
    hidden = {place for place, count in enumerate(cells) if count < fewest}
    for place in _turns(len(cells), hidden):
        if _is_safe([cells[each] for each in hidden], fewest):
            break
        hidden.add(place)
    return tuple(None if place in hidden else count for place, count in enumerate(cells))


def _turns(size: int, hidden: set[int]) -> list[int]:
    """Return in which order cells are hidden besides the small ones: those after the first small one, and round."""
    start = min(hidden)
    return [place for place in (*range(start, size), *range(start)) if place not in hidden]


def _is_safe(hidden: Sequence[int], fewest: int) -> bool:
    """Whether each small one among the hidden can be anything, for whoever knows their sum and which are small."""
    added = sum(count >= fewest for count in hidden)
    largest_small = fewest - 1
    if added:
        return sum(hidden) >= fewest * added + largest_small
    return largest_small <= sum(hidden) <= largest_small * (len(hidden) - 1)

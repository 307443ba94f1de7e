"""Covers a set of points exactly with boxes, so that each can be told in one sentence that says no more and no less."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, permutations, product
from math import prod
from typing import Final

Point = tuple[str, ...]
Box = tuple[tuple[str, ...], ...]

_Sets = tuple[frozenset[str], ...]
#: Boxes looked at while looking for fewer of them, at least once each, and in no more orders than this.
_WORK: Final = 200_000
_ORDERS: Final = 120


def size(box: Box) -> int:
    """Count the points of a box."""
    return prod(map(len, box))


def cover(points: Iterable[Point], dimensions: Sequence[Sequence[str]]) -> tuple[Box, ...]:
    """Give disjoint boxes that hold exactly these points, few of them, the largest first; values in the order given."""
    return cover_boxes((tuple((value,) for value in point) for point in points), dimensions)


def cover_boxes(boxes: Iterable[Box], dimensions: Sequence[Sequence[str]]) -> tuple[Box, ...]:
    """Give fewer boxes that hold the same points as these, which must be disjoint.

    Values that occur in the same surroundings are taken together first, which loses nothing; of several orders in
    which the rest can be joined, the one that gives the fewest boxes is kept. The fewest there are is not promised:
    the work grows with the number of boxes, never with the orders that there could be.
    """
    found = {tuple(map(frozenset, box)) for box in boxes}
    for dimension in range(len(dimensions)):
        found = _alike_together(found, dimension)
    fewest = min((_joined(found, order) for order in _orders(found, len(dimensions))), key=len)
    ranks = [{value: rank for rank, value in enumerate(values)} for values in dimensions]
    told = [_in_order(sets, ranks) for sets in fewest]
    return tuple(sorted(told, key=lambda box: (-size(box), _places(box, ranks))))


def _orders(boxes: set[_Sets], dimensions: int) -> Iterator[tuple[int, ...]]:
    """Give orders in which to join; a dimension in which all boxes are alike joins nothing."""
    differing = [place for place in range(dimensions) if len({box[place] for box in boxes}) > 1]
    return islice(permutations(differing), min(_ORDERS, max(1, _WORK // max(1, len(boxes)))))


def _alike_together(boxes: set[_Sets], dimension: int) -> set[_Sets]:
    """Put together the sides of one dimension that stand in the same surroundings."""
    surroundings: defaultdict[frozenset[str], set[_Sets]] = defaultdict(set)
    for box in boxes:
        surroundings[box[dimension]].add(_without(box, dimension))
    alike: defaultdict[frozenset[_Sets], set[str]] = defaultdict(set)
    for side, rests in surroundings.items():
        alike[frozenset(rests)] |= side
    return {_with(rest, dimension, side) for rests, side in alike.items() for rest in rests}


def _joined(boxes: set[_Sets], order: Sequence[int]) -> set[_Sets]:
    """Join boxes that differ in one dimension only, one dimension after the other."""
    for dimension in order:
        sides: defaultdict[_Sets, set[str]] = defaultdict(set)
        for box in boxes:
            sides[_without(box, dimension)] |= box[dimension]
        boxes = {_with(rest, dimension, side) for rest, side in sides.items()}
    return boxes


def _without(box: _Sets, dimension: int) -> _Sets:
    return box[:dimension] + box[dimension + 1 :]


def _with(rest: _Sets, dimension: int, side: Iterable[str]) -> _Sets:
    return (*rest[:dimension], frozenset(side), *rest[dimension:])


def _in_order(sets: _Sets, ranks: Sequence[dict[str, int]]) -> Box:
    return tuple(tuple(sorted(side, key=rank.__getitem__)) for side, rank in zip(sets, ranks, strict=True))


def _places(box: Box, ranks: Sequence[dict[str, int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(map(rank.__getitem__, side)) for side, rank in zip(box, ranks, strict=True))


def points_of(box: Box) -> Iterator[Point]:
    """Give every point of a box."""
    yield from product(*box)

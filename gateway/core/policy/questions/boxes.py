"""Covers a set of points exactly with boxes, so that each can be told in one sentence that says no more and no less."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, permutations, product
from math import prod
from typing import Final

Point = tuple[str, ...]
Box = tuple[tuple[str, ...], ...]

_Sets = tuple[frozenset[str], ...]
_WORK: Final = 200_000  # boxes looked at while looking for fewer of them


def size(box: Box) -> int:
    """Count the points of a box."""
    return prod(map(len, box))


def cover(points: Iterable[Point], dimensions: Sequence[Sequence[str]]) -> tuple[Box, ...]:
    """Give disjoint boxes that hold exactly these points, few of them, the largest first; values in the order given.

    Values that occur in the same surroundings are taken together first, which loses nothing; of several orders in
    which the rest can be joined, the one that gives the fewest boxes is kept. The fewest there are is not promised.
    """
    boxes = {tuple(frozenset((value,)) for value in point) for point in points}
    for dimension in range(len(dimensions)):
        boxes = _alike_together(boxes, dimension)
    orders = islice(permutations(range(len(dimensions))), max(1, _WORK // max(1, len(boxes))))
    fewest = min((_joined(boxes, order) for order in orders), key=len)
    ranks = [{value: rank for rank, value in enumerate(values)} for values in dimensions]
    found = [_in_order(sets, ranks) for sets in fewest]
    return tuple(sorted(found, key=lambda box: (-size(box), _places(box, ranks))))


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

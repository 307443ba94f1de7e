"""Holds the public arithmetic of sharing: which sets of holders there are, and how their points interpolate.

Holders have the numbers 1 to n. The Python integers here are public; no secret comes near them.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import cache, reduce
from itertools import combinations

from keys import group
from keys.group import Scalar

Subset = tuple[int, ...]


@cache
def subsets(t: int, n: int) -> tuple[Subset, ...]:
    """Return all sets of t-1 of the n holders, sorted; raises ValueError unless n >= 2t-1 >= 1."""
    if t < 1 or n < 2 * t - 1:
        raise ValueError(f"{t} of {n} holders cannot open a conversion factor: n must be at least 2t-1")
    return tuple(combinations(range(1, n + 1), t - 1))


def known_subsets(holder: int, t: int, n: int) -> tuple[Subset, ...]:
    """Return the sets whose seeds this holder knows: those that it is not in."""
    return tuple(subset for subset in subsets(t, n) if holder not in subset)


def lagrange_at_zero(indices: Sequence[int]) -> tuple[Scalar, ...]:
    """Return the factors by which values of a polynomial at these different, positive indices add up to that at 0."""
    if not indices or len(set(indices)) != len(indices) or min(indices) < 1:
        raise ValueError("interpolation needs different holders, numbered from 1")
    return tuple(_fraction((j, j - i) for j in indices if j != i) for i in indices)


def weight_of(subset: Subset, holder: int) -> Scalar:
    """Return f_S(holder), which is public: zero for the members of S."""
    return _fraction((j - holder, j) for j in subset)


def sum_scalars(scalars: Iterable[Scalar]) -> Scalar:
    """Return the sum, zero for none."""
    return reduce(group.scalar_add, scalars, group.ZERO)


def check_entries(given: Collection[object], expected: Collection[object]) -> None:
    """Raise ValueError unless exactly the expected sets (or holders) are there: one too few is another key."""
    if set(given) != set(expected):
        raise ValueError(f"expected the entries {sorted(map(str, expected))}, got {sorted(map(str, given))}")


def _fraction(pairs: Iterable[tuple[int, int]]) -> Scalar:
    """Return the product of numerators over that of denominators; public numbers only."""
    numerator, denominator = reduce(lambda done, pair: (done[0] * pair[0], done[1] * pair[1]), pairs, (1, 1))
    return group.scalar_from_int(numerator * pow(denominator, -1, group.ORDER))

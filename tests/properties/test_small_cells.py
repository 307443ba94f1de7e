"""A hidden count can be computed back by nobody, not even by whoever knows exactly how counts are hidden (A6)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.small_cells import FEWEST, published

Cells = tuple[int, ...]
counts = st.lists(st.integers(0, 3 * FEWEST), min_size=2, max_size=6).filter(lambda cells: sum(cells) >= FEWEST)


@given(counts)
def test_no_small_count_is_published(cells: list[int]) -> None:
    """Nor is any other changed."""
    for true, told in zip(cells, published(cells), strict=True):
        assert told in {None, true}
        assert told is None or told == 0 or told >= FEWEST


@given(counts)
def test_one_count_is_never_hidden_alone(cells: list[int]) -> None:
    """The total would give it away."""
    assert 1 != published(cells).count(None)


@given(st.lists(st.just(0) | st.integers(FEWEST, 1_000), min_size=1, max_size=6))
def test_where_no_count_is_small_nothing_is_hidden(cells: list[int]) -> None:
    """What can be told is told."""
    assert tuple(cells) == published(cells)


@given(counts)
def test_every_hidden_count_can_be_more_than_one_thing(cells: list[int]) -> None:
    """For each hidden count there is another table with the same total that is published alike."""
    told = published(cells)
    for place in (each for each, count in enumerate(told) if count is None):
        assert any(told == published(other) for other in _others(cells, told, place))


def _others(cells: Sequence[int], told: Sequence[int | None], place: int) -> Iterator[list[int]]:
    """Move counts from one hidden cell to another, as a first guess at another table."""
    hidden = [each for each, count in enumerate(told) if count is None and each != place]
    for other, moved in product(hidden, [*range(1, 2 * FEWEST), *range(-2 * FEWEST, 0)]):
        changed = list(cells)
        changed[place] += moved
        changed[other] -= moved
        if min(changed) >= 0:
            yield changed


@pytest.mark.parametrize(("size", "fewest", "most"), [(2, 3, 20), (3, 3, 16), (3, 4, 20), (4, 4, 14), (5, 4, 12)])
def test_whoever_runs_the_same_rule_over_every_table_learns_no_hidden_count(size: int, fewest: int, most: int) -> None:
    """All tables of a total that are published alike: each hidden cell differs among them."""
    alike: defaultdict[tuple[int, tuple[int | None, ...]], list[Cells]] = defaultdict(list)
    for cells in product(range(most), repeat=size):
        if fewest <= sum(cells) < most:
            alike[sum(cells), published(cells, fewest=fewest)].append(cells)
    assert len(alike) > most
    for (_, told), tables in alike.items():
        for place, count in enumerate(told):
            if count is None:
                assert 2 <= len({cells[place] for cells in tables}), (told, tables)

"""What processes cost: read from the kernel's line, summed over a tree."""

import os
import time

from load_tests.cpu import Process, parse, spent, tree_seconds

TICK = 1 / os.sysconf("SC_CLK_TCK")


def test_a_name_may_hold_anything() -> None:
    """The name stands in parentheses and may hold those and spaces itself; the figures are counted behind it."""
    line = "42 (a) name (b) S 7 42 42 0 -1 4194304 1 2 3 4 100 20 5 6 20 0 1 0 99 1000 10 0\n"
    assert Process(42, 7, seconds=120 * TICK, seconds_of_ended=11 * TICK) == parse(line)


def test_a_tree_counts_what_descends_and_what_has_ended() -> None:
    """Children, grandchildren and those waited for; neither the parent nor strangers."""
    processes = [
        Process(1, 0, 1000.0, 1000.0),
        Process(10, 1, 1.0, 0.5),
        Process(11, 10, 2.0, 0.25),
        Process(12, 11, 4.0, 0.0),
        Process(20, 1, 8.0, 0.0),
    ]
    assert 7.75 == tree_seconds(10, processes)


def test_nothing_is_spent_by_a_process_that_is_not_there() -> None:
    """Zero, not somebody else's figure."""
    assert 0 == tree_seconds(99, [Process(1, 0, 1.0, 1.0)])


def test_this_process_costs_more_the_more_it_does() -> None:
    """The kernel's figure grows with work done."""
    before, until = spent(os.getpid()), time.process_time() + 5 * TICK
    while time.process_time() < until:
        pass
    assert before < spent(os.getpid())

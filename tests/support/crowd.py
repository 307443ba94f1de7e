"""Lets several threads begin at one moment, and brings their results or the first failure back."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")

_PATIENCE_S = 60.0


def at_once(works: Sequence[Callable[[], T]]) -> list[T]:
    """Run every work in a thread of its own, all released by one barrier; return their results in order."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], T]) -> T:
        barrier.wait(_PATIENCE_S)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(_PATIENCE_S) for future in [pool.submit(run, work) for work in works]]

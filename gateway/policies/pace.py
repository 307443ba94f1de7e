"""Decides when it is time again for what need not be done at every look."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf


@dataclass(slots=True)
class Pace:
    """At most once in so many seconds of a clock that never goes back; the first time at once."""

    seconds: float
    clock: Callable[[], float]
    _next: float = -inf

    def due(self) -> bool:
        """Whether it is time; whoever is told so is expected to do it now."""
        now = self.clock()
        if now < self._next:
            return False
        self._next = now + self.seconds
        return True

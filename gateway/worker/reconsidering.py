"""Decides when silent meetings are reconsidered: at a start, when another release or day begins, and once again."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from math import inf
from typing import Final

from gateway.core.involvement import AMSTERDAM
from gateway.core.policy import PolicySet
from gateway.flows.matching.reconsider import FIRST, Place, keep_silence, reconsider
from gateway.flows.ports.house import House

#: A process that sees a release late may still keep silent what another one reconsidered: so all once again.
AGAIN_AFTER_SECONDS: Final = 60.0


class Reconsidering:
    """Goes through the silent meetings a page at a time, and gives way to whatever waits to be matched."""

    def __init__(self, house: House, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Reconsider for this house; the clock never goes back."""
        self._house = house
        self._clock = clock
        self._under: tuple[PolicySet, date] | None = None
        self._next: Place | None = None
        self._kept: Counter[tuple[str, str]] = Counter()
        self._again_at = inf

    def round(self) -> bool:
        """Reconsider a page, if it is time; return whether there may be more at once."""
        now, waiting = self._house.store.view("reconsider", lambda view: (view.now(), view.jobs.waiting()))
        self._begin(self._house.policies(), now.astimezone(AMSTERDAM).date())
        if self._next is None or waiting:
            return False
        page = reconsider(self._house, after=self._next)
        self._next = page.following
        self._kept.update(page.kept)
        if self._next is None and self._again_at < inf:  # what is gone through once again was recorded before
            keep_silence(self._house, self._kept)
        return self._next is not None

    def _begin(self, policies: PolicySet, on: date) -> None:
        if self._under is None or self._under[0] is not policies or self._under[1] != on:
            self._under, self._next, self._kept = (policies, on), FIRST, Counter()
            self._again_at = self._clock() + AGAIN_AFTER_SECONDS
        elif self._clock() >= self._again_at:
            self._next, self._again_at = FIRST, inf

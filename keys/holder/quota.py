"""Decides how many tokens an agency may have evaluated here within a window (abuse case A5, guarantee G34)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from keys.sharing import holder_allowance

WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Quota:
    """What agencies may have evaluated within 24 hours at *all* holders together, and so at this one.

    Each holder counts by itself: it grants Q*t/n, so that whichever t of n an agency asks each time, the total is Q.
    """

    tokens: int
    t: int
    n: int
    of_agency: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def here(self, oin: str) -> int:
        """Return what this holder evaluates for an agency within the window."""
        return holder_allowance(self.of_agency.get(oin, self.tokens), self.t, self.n)

    def since(self, now: datetime) -> datetime:
        """Return when the window began."""
        return now - WINDOW

"""Which agencies there are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.core.involvement import Oin


@dataclass(frozen=True, slots=True)
class Agency:
    """A party of the federation: its kind decides what the policy says, its name is disclosed by rule.

    `municipality` is the one that holds its agreement; its supervisors follow the agency's matches. `shown_as` is the
    central desk that others see in its place: then `name` is that desk's (abuse case A3).
    """

    oin: Oin
    name: str
    kind: str
    municipality: str = ""
    shown_as: Oin | None = None


class Directory(Protocol):
    """Who the agencies are."""

    def agency(self, oin: Oin) -> Agency | None:
        """Return the agency, or None."""

    def may_be_told(self, oin: Oin, *, now: datetime) -> bool:
        """Return whether this is an agency with a key that counts now; whoever is not is sent nothing (G19)."""

    def supervisors(self, municipality: str) -> tuple[Oin, ...]:
        """Return the match supervisors of a municipality."""

    def agencies_of(self, municipality: str) -> tuple[Oin, ...]:
        """Return the agencies whose agreement is with a municipality."""

    def officers(self) -> tuple[Oin, ...]:
        """Return the officers of the region, who review what cannot be decided beforehand."""

"""Holds who lives in the simulated year: the agencies of a region, and how much of everything happens in it.

The amounts are those that the plan names for a region of 1.4 million people; how people act on an alert is assumed,
to resemble what evaluations of earlier systems found; it is not a measurement of any region.
"""

from dataclasses import dataclass, replace
from typing import Final

from keys.parties import Role
from tests.support.house import TestAgency, agencies

PEOPLE: Final = 1_400_000
YEAR: Final = 2027
MUNICIPALITIES: Final = tuple(f"gemeente-{number}" for number in range(10))
_KINDS: Final = {
    "police": 4,
    "veilig_thuis": 1,
    "local_team": 30,
    "school": 120,
    "mental_health": 20,
    "youth_protection": 8,
    "ban_desk": 1,
    "public_prosecution": 1,
}


@dataclass(frozen=True, slots=True)
class Mix:
    """How much happens in a year."""

    youth: int = 30_000
    reports: int = 12_000
    consents: int = 2_000
    bans: int = 700
    cases: int = 150

    def times(self, share: float) -> "Mix":
        """Return the mix of a share of the region; of everything there is some."""
        return Mix(
            *(max(2, round(each * share)) for each in (self.youth, self.reports, self.consents, self.bans, self.cases))
        )


def parties(share: float) -> tuple[TestAgency, ...]:
    """Return the agencies of a share of the region, spread over municipalities, and the supervisor of each of those.

    A small share of the people has a tenth of the agencies, so that those still meet.
    """
    few = min(1.0, max(0.1, 10 * share))
    kinds = [kind for kind, count in _KINDS.items() for _ in range(max(1, round(few * count)))]
    made = agencies(len(kinds) + len(MUNICIPALITIES))
    working = [
        replace(one, kind=kind, municipality=MUNICIPALITIES[place % len(MUNICIPALITIES)])
        for place, (one, kind) in enumerate(zip(made, kinds, strict=False))
    ]
    supervisors = [
        replace(one, kind="", role=Role.SUPERVISOR, municipality=place)
        for one, place in zip(made[len(kinds) :], MUNICIPALITIES, strict=True)
    ]
    return (*working, *supervisors)

"""What can go wrong with a database, in the kinds that are answered differently."""

from collections.abc import Sequence
from enum import Enum


class Verdict(Enum):
    """What a database error means for the transaction that it ended."""

    AGAIN = "again"  # busy, a deadlock, a serialization failure: the whole closure runs again
    RACED = "raced"  # a key was taken: by another transaction in a race, so again; every time, then it is a defect
    AWAY = "away"  # the database cannot be reached or cannot write now
    DISK = "disk"  # the disk failed: what was written before may be gone as well
    BROKEN = "broken"  # the statement or the schema is wrong: a defect of ours


class UnsafeStore(Exception):
    """The database could lose or mix up what it is given, so the gateway does not start (G2). Names every reason."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("the database is not safe to use: " + "; ".join(reasons))
        self.reasons = tuple(reasons)


class InnerContradiction(AssertionError):
    """Something that cannot be was about to be written; the worker stops (G42)."""


class DurabilityLost(InnerContradiction):
    """A sync failed: what is on disk is unknown, and this process writes nothing more (G4)."""


class StoreBroken(Exception):
    """The database refused a statement for a reason that trying again does not mend.

    Names the change and the code of the error only: the database's own text can hold keys and values (G35).
    """

    def __init__(self, name: str, code: str) -> None:
        super().__init__(f"{name}: the database answered {code}")
        self.name = name
        self.code = code


class Overtaken(Exception):
    """A row changed between reading and writing it; the whole closure runs again and sees it as it is now."""

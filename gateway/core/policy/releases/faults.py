"""The closed list of what can be wrong with a release; nothing with one of these faults ever takes effect (G20)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class ReleaseFault(StrEnum):
    """Why a release is refused."""

    UNREADABLE = "unreadable"
    MALFORMED = "malformed"
    MISNAMED = "misnamed"
    DIGEST_WRONG = "digest_wrong"
    SIGNATURE_FORGED = "signature_forged"
    TOO_FEW_SIGNATURES = "too_few_signatures"
    CARDS_REJECTED = "cards_rejected"
    TESTS_DIFFER = "tests_differ"
    VERSION_NOT_RAISED = "version_not_raised"
    DIFFERENCE_DIFFERS = "difference_differs"
    WIDENING_UNEXPECTED = "widening_unexpected"
    FOLLOWS_ANOTHER = "follows_another"
    OLDER = "older"
    NUMBER_TAKEN = "number_taken"
    DEMO_NOT_ALLOWED = "demo_not_allowed"


@dataclass(frozen=True, slots=True)
class Reason:
    """One fault, with what helps to mend it: a place, a count or a mistake on a card."""

    fault: ReleaseFault
    detail: str = ""

    def __str__(self) -> str:
        """Give the code and the detail."""
        return f"{self.fault}: {self.detail}" if self.detail else self.fault.value


class ReleaseRejected(Exception):
    """A release that may not be made, signed or loaded; `reasons` holds all that could be found."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        """Carry the reasons, at least one."""
        self.reasons = tuple(reasons)
        super().__init__("\n".join(map(str, self.reasons)))

    @property
    def faults(self) -> tuple[str, ...]:
        """The codes, each once."""
        return tuple(dict.fromkeys(reason.fault.value for reason in self.reasons))


def rejected(fault: ReleaseFault, detail: str = "") -> ReleaseRejected:
    """Return the error of a single reason."""
    return ReleaseRejected([Reason(fault, detail)])

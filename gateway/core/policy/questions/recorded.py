"""A decision that the policy once made, as far as its record still says what was asked and what it answered."""

from dataclasses import dataclass
from datetime import date

from gateway.core.policy.card import DisclosureLevel


@dataclass(frozen=True, slots=True)
class RecordedRegistering:
    """An agency asked to register (or to renew) on a day, and was permitted by a rule, or refused.

    `agency_kind` is nothing when the agency is no longer in the directory; `lane`, `flag` and `preconditions` are
    nothing when the record does not hold them. `policy` is the digest of the card that decided, empty when the record
    does not name it, as for a refusal. `refusal` is the code that the caller was given, empty when it was permitted;
    `by_policy` is False when the call was refused for another reason, so that no policy decided it.
    """

    on: date
    lane: str | None
    policy: str
    agency_kind: str | None
    purpose: str
    flag: str | None
    preconditions: tuple[str, ...] | None
    rule: str | None
    refusal: str = ""
    by_policy: bool = True


@dataclass(frozen=True, slots=True)
class RecordedSide:
    """One side of a meeting: who, for what, and what this side was to be told by which rules."""

    agency_kind: str | None
    purpose: str
    flag: str
    level: DisclosureLevel
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordedMeeting:
    """Two agencies met on a day; both were told what their sides say, or neither when one of them says silent."""

    on: date
    lane: str
    policy: str
    low: RecordedSide
    high: RecordedSide


RecordedDecision = RecordedRegistering | RecordedMeeting

"""A complex case that a safety house accepted: who takes part, who leads, and under which reference all know it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from gateway.core.involvement import Oin
from gateway.core.matching import Meeting
from gateway.core.policy import LanePolicy
from gateway.core.refusals import Refusal, Refused
from gateway.protocol.messages.safety_cases import CaseStatus

#: The part of the house that keeps the accepted cases (`vergt`).
CASE_LIST: Final = "case_list"


@dataclass(frozen=True, slots=True)
class SafetyCase:
    """One accepted case; `reference` is the one that all participants register under."""

    id: str
    lane: str
    reference: str
    opened_by: Oin
    participants: tuple[Oin, ...]
    coordinator: Oin
    accepted_on: date
    status: CaseStatus = CaseStatus.OPEN
    opened_at: datetime | None = None  # the database's time, known once it is stored

    def may_close(self, agency: Oin) -> bool:
        """Whether this agency opened the case or leads it."""
        return agency in {self.opened_by, self.coordinator}


def lives_on_cases(policy: LanePolicy | None) -> bool:
    """Whether nothing may be in this lane but what takes part in an accepted case."""
    return policy is not None and CASE_LIST in policy.card.mechanisms


def checked_participants(kinds: Iterable[str], policy: LanePolicy) -> None:
    """Accept participants that may all register in the lane: those of the first paragraph, and nobody else.

    Raises:
        Refused: `case_participant`, with the kinds of agency that can be named.
    """
    admitted = policy.card.registering_kinds
    if not set(kinds) <= set(admitted):
        raise Refused(Refusal.CASE_PARTICIPANT, allowed=admitted)


def in_one_case(found: Meeting, cases: Iterable[SafetyCase]) -> bool:
    """Whether both sides of a meeting registered under one open case in which both take part."""
    if found.low.case_reference != found.high.case_reference:
        return False
    sides = {found.low.agency, found.high.agency}
    return any(
        case.lane == found.lane and case.reference == found.low.case_reference and sides <= set(case.participants)
        for case in cases
    )

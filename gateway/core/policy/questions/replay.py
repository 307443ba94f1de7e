"""Asks a policy again what was recorded: the same question, on the same day, whatever the policy says today."""

from collections.abc import Iterator

from gateway.core.policy.answers import NO_RULE, Asking, Decision, Registering
from gateway.core.policy.card import PolicyFile
from gateway.core.policy.engine import LanePolicy, PolicySet
from gateway.core.policy.meeting import heard, seen_from
from gateway.core.policy.questions.boxes import Point
from gateway.core.policy.questions.meetings import meeting_of
from gateway.core.policy.questions.recorded import RecordedDecision, RecordedMeeting, RecordedRegistering
from gateway.core.policy.questions.situations import (
    NOTHING,
    Outcome,
    Question,
    outcome_of_registering,
    outcome_of_telling,
)


def ask(policies: PolicySet, asked: RecordedRegistering) -> Registering:
    """Ask again what was asked."""
    return policies.may_register(
        lane=asked.lane or "",
        agency_kind=asked.agency_kind or "",
        purpose=asked.purpose,
        flag=asked.flag or "",
        preconditions=frozenset(asked.preconditions or ()),
        on=asked.on,
    )


def outcome_of(answer: Registering, policy: LanePolicy | None) -> Outcome:
    """Take out of an answer what a change in it is told by; a lane without a policy refuses everything."""
    return NOTHING if policy is None else outcome_of_registering(answer, policy)


def points_met(met: RecordedMeeting) -> tuple[Point, Point]:
    """Give a meeting as each side sees it, as the points of a world."""
    low, high = _sides(met)
    return meeting_of(low, high), meeting_of(high, low)


def decisions(policy: LanePolicy | None, met: RecordedMeeting) -> tuple[Decision, ...]:
    """Decide again for each side by itself."""
    low, high = _sides(met)
    return tuple(
        NO_RULE if policy is None else policy.decide(seen_from(own, other), on=met.on)
        for own, other in ((low, high), (high, low))
    )


def told(policy: LanePolicy | None, met: RecordedMeeting) -> tuple[Outcome, ...]:
    """Give what each side really hears: both are told, or neither."""
    low, high = _sides(met)
    return tuple(
        NOTHING if policy is None else outcome_of_telling(heard(policy, own, other, on=met.on), policy)
        for own, other in ((low, high), (high, low))
    )


def _sides(met: RecordedMeeting) -> tuple[Asking, Asking]:
    low, high = (Asking(side.agency_kind or "", side.purpose, side.flag) for side in (met.low, met.high))
    return low, high


def without_attestations(question: Question, point: Point) -> Point:
    """Leave out of a point what was attested."""
    return tuple(point[:3]) if question is Question.REGISTERING else tuple(point)


def kinds_in(decision: RecordedDecision) -> set[str]:
    """Give the kinds of agency in a decision; one that nobody knows is empty."""
    kinds = (
        (decision.low.agency_kind, decision.high.agency_kind)
        if isinstance(decision, RecordedMeeting)
        else (decision.agency_kind,)
    )
    return {kind or "" for kind in kinds}


def words_in(decision: RecordedDecision) -> tuple[set[str], set[str]]:
    """Give the purposes and the flags that a decision names."""
    sides = (decision.low, decision.high) if isinstance(decision, RecordedMeeting) else (decision,)
    return {side.purpose for side in sides}, {side.flag for side in sides if side.flag is not None}


def rules_of(card: PolicyFile) -> Iterator[str]:
    """Give the ids of all rules of a card."""
    yield from (rule.id for rule in card.registration_rules)
    yield from (bar.id for bar in card.bars)
    yield from (rule.id for rule in card.disclosure_rules)

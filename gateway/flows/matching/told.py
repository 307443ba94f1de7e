"""What one side may be told of another, as the policy of the lane decides it today."""

from datetime import date

from gateway.core.contact import Party
from gateway.core.involvement import Oin
from gateway.core.matching import Side
from gateway.core.policy import LanePolicy
from gateway.core.policy.answers import NO_RULE, Asking
from gateway.core.policy.meeting import seen_from
from gateway.core.policy.parents import decide_by_parents
from gateway.flows.ports.house import House
from gateway.protocol.messages.matches import MatchKind


def told_of(
    own: Side,
    other: Side,
    policy: LanePolicy | None,
    house: House,
    today_on: date,
    *,
    kind: MatchKind = MatchKind.PERSON_MATCH,
) -> Party:
    """Decide what one side may learn of the other; an agency no longer in the directory has no kind, so no rule."""
    situation = seen_from(_registered(own, house), _registered(other, house))
    decision = NO_RULE if policy is None else policy.decide(situation, on=today_on)
    if kind is MatchKind.PARENT_MATCH:
        municipalities = [municipality_of(side.agency, house) for side in (own, other)]
        decision = decide_by_parents(decision, policy, municipalities, on=today_on)
    return Party(
        agency=own.agency,
        registration=own.registration,
        case_reference=own.case_reference,
        level=decision.level,
        rules=decision.rules,
        legal_basis=decision.basis,
        why_nl=decision.explanation_nl,
        why_en=decision.explanation_en,
    )


def _registered(side: Side, house: House) -> Asking:
    agency = house.directory.agency(side.agency)
    return Asking("" if agency is None else agency.kind, side.purpose, side.flag)


def municipality_of(oin: Oin, house: House) -> str:
    """Return the municipality that holds an agency's agreement, or an empty text."""
    agency = house.directory.agency(oin)
    return "" if agency is None else agency.municipality

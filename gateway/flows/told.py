"""What one side may be told of another, as the policy of the lane decides it today."""

from datetime import date

from gateway.core.contact import Party
from gateway.core.involvement import Oin
from gateway.core.matching import Side
from gateway.core.policy import LanePolicy, Situation
from gateway.core.policy.answers import NO_RULE
from gateway.core.policy.parents import decide_by_parents
from gateway.flows.ports import House
from gateway.protocol.messages import MatchKind


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
    situation = Situation(
        recipient_kind=_kind(own.agency, house),
        other_kind=_kind(other.agency, house),
        purpose=own.purpose,
        own_flag=own.flag,
        other_flag=other.flag,
    )
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


def municipality_of(oin: Oin, house: House) -> str:
    """Return the municipality that holds an agency's agreement, or an empty text."""
    agency = house.directory.agency(oin)
    return "" if agency is None else agency.municipality


def _kind(oin: Oin, house: House) -> str:
    agency = house.directory.agency(oin)
    return "" if agency is None else agency.kind

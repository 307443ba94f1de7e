"""Ask whether an agency could register at all, before it records what its registrations will stand on."""

from datetime import date
from typing import Any

from gateway.core.policy import LanePolicy, Permitted
from gateway.core.refusals import Refusal, Refused
from gateway.flows.deciding.refusal_of_policy import refuse_without, refused_by_policy
from gateway.flows.ports.house import House
from keys.signing import Signed


def leave_to_register(
    call: Signed[Any], house: House, *, lane: str, purpose: str, today_on: date
) -> tuple[LanePolicy, Permitted]:
    """Return the lane's policy and what it permits to who attests everything: who may not register records nothing.

    Raises:
        Refused: the policy lets nobody of this kind register for this purpose, or the header names another purpose.
    """
    if purpose != call.purpose:
        raise Refused(Refusal.PURPOSE_DIFFERS)
    policies = house.policies()
    refuse_without(policies)
    policy = policies.lane(lane)
    rules = () if policy is None else policy.card.registration_rules
    answers = [
        policies.may_register(
            lane=lane,
            agency_kind=call.caller.kind,
            purpose=purpose,
            flag=flag,
            preconditions=frozenset(fact for rule in rules for fact in rule.preconditions),
            on=today_on,
        )
        for flag in (("",) if policy is None else policy.card.flags)
    ]
    permitted = next((answer for answer in answers if isinstance(answer, Permitted)), None)
    if permitted is None or policy is None:
        raise refused_by_policy(next(answer for answer in answers if not isinstance(answer, Permitted)), policy)
    return policy, permitted

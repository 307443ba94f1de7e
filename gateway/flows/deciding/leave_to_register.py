"""Ask whether an agency could register at all, before it records what its registrations will stand on."""

from datetime import date
from typing import Any

from gateway.core.policy import LanePolicy, PolicySet
from gateway.core.policy.answers import Asking
from gateway.core.refusals import Refusal, Refused
from gateway.flows.deciding.refusal_of_policy import Leave, leave_of, refuse_without
from gateway.flows.ports.house import House
from keys.signing import Signed


def leave_to_register(
    call: Signed[Any], house: House, *, lane: str, purpose: str, today_on: date
) -> tuple[LanePolicy, Leave]:
    """Return the lane's policy and its leave to who attests everything: who may not register records nothing.

    For a purpose that is always silent it is the leave of another (`Leave.silent`), as for a registration.

    Raises:
        Refused: the policy lets nobody of this kind register for this purpose, or the header names another purpose.
    """
    if purpose != call.purpose:
        raise Refused(Refusal.PURPOSE_DIFFERS)
    policies = house.policies()
    refuse_without(policies)
    policy = policies.lane(lane)
    flags = ("",) if policy is None else policy.card.flags
    answers = [_answer(Asking(call.caller.kind, purpose, flag), policies, lane, today_on) for flag in flags]
    leave = next((answer for answer in answers if isinstance(answer, Leave)), None)
    if leave is None or policy is None:
        raise next(answer for answer in answers if isinstance(answer, Refused))
    return policy, leave


def _answer(asking: Asking, policies: PolicySet, lane: str, today_on: date) -> Leave | Refused:
    policy = policies.lane(lane)
    rules = () if policy is None else policy.card.registration_rules
    facts = tuple(dict.fromkeys(fact for rule in rules for fact in rule.preconditions))
    try:
        return leave_of(asking, policies, lane=lane, preconditions=facts, on=today_on)
    except Refused as refused:
        return refused

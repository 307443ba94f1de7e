"""The policy: rule cards that a privacy officer reads, compiled into tables that decide who may learn what."""

from gateway.core.policy.answers import Decision, Denial, Denied, Permitted, Registering, Situation
from gateway.core.policy.card import DisclosureLevel
from gateway.core.policy.engine import LanePolicy, PolicySet, compile_policy

__all__ = [
    "Decision",
    "Denial",
    "Denied",
    "DisclosureLevel",
    "LanePolicy",
    "Permitted",
    "PolicySet",
    "Registering",
    "Situation",
    "compile_policy",
]

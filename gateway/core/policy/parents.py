"""What a card decides about two children with a parent in common: nothing, unless it has a rule for that."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from gateway.core.policy.answers import NO_RULE, Decision
from gateway.core.policy.card import DisclosureLevel, ParentRule
from gateway.core.policy.engine import LanePolicy


def admits_parents(policy: LanePolicy | None, municipalities: Iterable[str], *, on: date) -> bool:
    """Whether agencies whose agreement is with these municipalities may name parents, and meet by them, on a day."""
    return _rule(policy, municipalities, on) is not None


def decide_by_parents(
    decision: Decision, policy: LanePolicy | None, municipalities: Iterable[str], *, on: date
) -> Decision:
    """Decide what is told because of a parent in common, from what would be told of one and the same child.

    It is never more than that, nor more than the bases of the rule reach, and it explains itself by that rule.
    """
    rule = _rule(policy, municipalities, on)
    if policy is None or rule is None or decision.level is DisclosureLevel.SILENT:
        return NO_RULE if rule is None else decision
    level = min([decision.level, *(policy.bases[name].reaches for name in rule.basis)])
    if level is DisclosureLevel.SILENT:
        return NO_RULE
    return replace(
        decision,
        level=level,
        rules=(rule.id, *decision.rules),
        basis=tuple(dict.fromkeys((*rule.basis, *decision.basis))),
        explanation_nl=rule.explanation_nl,
        explanation_en=rule.explanation_en,
    )


def _rule(policy: LanePolicy | None, municipalities: Iterable[str], on: date) -> ParentRule | None:
    rule = None if policy is None else policy.card.parent_rule
    if policy is None or rule is None or not policy.carries(rule.basis, on):
        return None
    return rule if all(rule.covers(municipality) for municipality in municipalities) else None

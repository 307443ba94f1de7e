"""Decides in which lanes a local federation works: those that are open, each for the kinds that may register in it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from deploy.settings_files import LANE
from gateway.policies.directory import load_policies

Kinds = frozenset[str] | None
"""Kinds of agency; None is all of them."""

ONE_LANE: Final[Mapping[str, Kinds]] = {LANE: None}


def open_lanes(cards: Path) -> dict[str, Kinds]:
    """Return each lane of a folder of cards that the gateway can run, with the kinds that its card lets register."""
    policies = load_policies(cards)
    return {
        policy.lane: frozenset(kind for rule in policy.card.registration_rules for kind in rule.agency_kinds)
        for policy in policies.policies
        if policies.open_lane(policy.lane) is not None
    }

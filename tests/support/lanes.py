"""Every lane of the house, compiled from its real card: what holds for a card must hold for all of them."""

from typing import Final

from gateway.core.policy import LanePolicy, compile_policy
from gateway.core.policy.cards.file import load_policy_file
from tests.support.cards import POLICIES, VOCABULARY

CARDS: Final = sorted(path for path in POLICIES.glob("*.yaml") if path.name != "vocabulary.yaml")
LANES: Final[tuple[LanePolicy, ...]] = tuple(
    compile_policy(load_policy_file(path.read_bytes(), name=path.name, vocabulary=VOCABULARY)) for path in CARDS
)

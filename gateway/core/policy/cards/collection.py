"""Reads a set of policy files, the vocabulary and a card for each lane, into the policies that they make together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.core.fingerprint import fingerprint
from gateway.core.policy.cards.file import load_policy_file
from gateway.core.policy.cards.mistakes import Mistake, PolicyRejected
from gateway.core.policy.cards.text import Place
from gateway.core.policy.cards.vocabulary import Vocabulary, load_vocabulary
from gateway.core.policy.engine import LanePolicy, PolicySet, compile_policy

VOCABULARY: Final = "vocabulary.yaml"
_TOP: Final = Place(1, 1)


@dataclass(frozen=True, slots=True)
class Cards:
    """The policies of some files with the words that they use; no vocabulary where there are no cards."""

    policies: PolicySet
    vocabulary: Vocabulary | None

    @property
    def examples(self) -> int:
        """How many examples stand on the cards; a card on which one is not true does not load."""
        cards = [policy.card for policy in self.policies.policies]
        return sum(len(card.registration_examples) + len(card.disclosure_examples) for card in cards)


def read_cards(files: Mapping[str, bytes]) -> Cards:
    """Read policy files by their names; without cards the set refuses everything.

    All or nothing: raises PolicyRejected with the mistakes of every file, or when two cards are of one lane.
    """
    digest = fingerprint(*(part for name, raw in files.items() for part in (name.encode(), raw)))
    cards = {name: raw for name, raw in files.items() if name != VOCABULARY}
    if not cards:
        return Cards(PolicySet((), digest), None)
    vocabulary = _vocabulary(files)
    return Cards(PolicySet(_policies(cards, vocabulary), digest, vocabulary=vocabulary), vocabulary)


def _vocabulary(files: Mapping[str, bytes]) -> Vocabulary:
    if VOCABULARY not in files:
        raise PolicyRejected([Mistake(VOCABULARY, _TOP.line, _TOP.column, "", "ontbreekt naast de kaarten")])
    return load_vocabulary(files[VOCABULARY], name=VOCABULARY)


def _policies(cards: Mapping[str, bytes], vocabulary: Vocabulary) -> tuple[LanePolicy, ...]:
    policies: dict[str, LanePolicy] = {}
    mistakes: list[Mistake] = []
    for name, raw in cards.items():
        try:
            card = load_policy_file(raw, name=name, vocabulary=vocabulary)
        except PolicyRejected as rejected:
            mistakes.extend(rejected.mistakes)
            continue
        if card.lane in policies:
            other = policies[card.lane].card.name
            mistakes.append(Mistake(name, _TOP.line, _TOP.column, "stroom", f"{other} is al de kaart van deze stroom"))
        policies.setdefault(card.lane, compile_policy(card))
    if mistakes:
        raise PolicyRejected(mistakes)
    return tuple(policies.values())

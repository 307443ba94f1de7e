"""Makes rule cards of any size, and situations to decide by them; the same seed makes the same ones.

A file may not be larger than 64 KiB, so that a card of a thousand rules exists here only.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from gateway.core.policy import Situation
from gateway.core.policy.answers import Asking
from gateway.core.policy.card import (
    Basis,
    DisclosureLevel,
    DisclosureRule,
    Ladder,
    NoticeRule,
    PolicyFile,
    RegistrationRule,
    Span,
    Terms,
    Told,
)
from gateway.core.policy.tables import askings_of, situations_of

VALID_FROM_ON: Final = date(2027, 1, 1)
VALID_UNTIL_ON: Final = date(2030, 1, 1)
ON: Final = date(2028, 6, 1)  # in the second of the two eras
_KINDS: Final = tuple(f"kind_{number}" for number in range(40))
_PURPOSES: Final = tuple(f"purpose_{number}" for number in range(20))
_FLAGS: Final = ("involved", "care_report", "acute")
_SILENT: Final = ("screening",)
_MOST_KINDS: Final = 4
_MOST_PURPOSES: Final = 2
_EVERY_SO_MANY: Final = 5  # rules about telling, one refuses
_TERMS: Final = Terms(
    maximum=Span(months=24),
    default=Span(months=18),
    contact_working_days=5,
    ladder=Ladder(None, None, 10),
    match=Span(months=24),
    archive=None,
    log=Span(months=60),
)

_Word = TypeVar("_Word")


@dataclass(frozen=True, slots=True)
class Questions:
    """What a card is asked: half of it is what its rules speak of, the other half is drawn from all words."""

    telling: tuple[Situation, ...]
    registering: tuple[Asking, ...]


def card_of(rules: int, *, seed: int) -> PolicyFile:
    """Make a card of so many rules, half of them about registering and half about telling, over two eras."""
    chance = random.Random(seed)
    bases = (_basis("always", None), _basis("until", date(2028, 1, 1)))
    return PolicyFile(
        name=f"{rules}.yaml",
        digest=f"{rules:064}",
        lane="generated",
        version=1,
        valid_from_on=VALID_FROM_ON,
        valid_until_on=VALID_UNTIL_ON,
        controllers=("Nobody",),
        aim="To be measured.",
        from_age=None,
        under_age=None,
        symmetric=False,
        mechanisms=(),
        silent_purposes=_SILENT,
        terms=_TERMS,
        notice=NoticeRule(Told.NOBODY, None, None, "Niemand.", "Nobody."),
        bases=bases,
        registration_rules=tuple(_registering(f"R{number}", chance) for number in range(rules // 2)),
        bars=(),
        disclosure_rules=tuple(
            _telling(f"V{number}", chance, refuses=number % _EVERY_SO_MANY == 0) for number in range(rules - rules // 2)
        ),
        registration_examples=(),
        disclosure_examples=(),
    )


def questions_for(card: PolicyFile, count: int, *, seed: int) -> Questions:
    """Make so many questions of each sort."""
    chance = random.Random(seed)
    telling, registering = [], []
    for _ in range(count // 2):
        telling.append(chance.choice(list(situations_of(chance.choice(card.disclosure_rules)))))
        telling.append(_any_situation(chance))
        registering.append(chance.choice(list(askings_of(chance.choice(card.registration_rules)))))
        registering.append(Asking(chance.choice(_KINDS), chance.choice(_PURPOSES), chance.choice(_FLAGS)))
    return Questions(tuple(telling), tuple(registering))


def _any_situation(chance: random.Random) -> Situation:
    recipient, other = chance.choices(_KINDS, k=2)
    own_flag, other_flag = chance.choices(_FLAGS, k=2)
    return Situation(recipient, other, chance.choice(_PURPOSES), own_flag, other_flag)


def _basis(name: str, until_on: date | None) -> Basis:
    return Basis(
        name=name,
        law="Wet",
        article="1",
        valid_from_on=date(2015, 1, 1),
        valid_until_on=until_on,
        review_before_on=VALID_UNTIL_ON,
        reaches=max(DisclosureLevel),
        to_confirm="Alles.",
    )


def _registering(name: str, chance: random.Random) -> RegistrationRule:
    return RegistrationRule(
        id=name,
        agency_kinds=_some(_KINDS, _MOST_KINDS, chance),
        purposes=_some(_PURPOSES, _MOST_PURPOSES, chance),
        flags=_some(_FLAGS, len(_FLAGS), chance),
        preconditions=(),
        basis=_some(("always", "until"), 1, chance),
        explanation_nl="Omdat.",
        explanation_en="Because.",
    )


def _telling(name: str, chance: random.Random, *, refuses: bool) -> DisclosureRule:
    return DisclosureRule(
        id=name,
        others=_some(_KINDS, _MOST_KINDS, chance),
        recipients=_some(_KINDS, _MOST_KINDS, chance),
        purposes=_some(_PURPOSES, _MOST_PURPOSES, chance),
        own_flags=_some(_FLAGS, len(_FLAGS), chance),
        other_flags=_some(_FLAGS, len(_FLAGS), chance),
        level=chance.choice(list(DisclosureLevel)[1:]),
        refuses=refuses,
        basis=_some(("always", "until"), 1, chance),
        police=None,
        explanation_nl="Omdat.",
        explanation_en="Because.",
    )


def _some(words: Sequence[_Word], most: int, chance: random.Random) -> tuple[_Word, ...]:
    return tuple(chance.sample(words, chance.randint(1, most)))

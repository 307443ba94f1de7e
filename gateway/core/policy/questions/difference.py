"""What changes when one set of policies takes the place of another: every situation compared, told so one can sign."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final

from gateway.core.policy.cards.vocabulary import Vocabulary
from gateway.core.policy.engine import PolicySet
from gateway.core.policy.questions.changes import ChangedBox, LaneChanges, changes_between
from gateway.core.policy.questions.particulars import Particular, particulars_of
from gateway.core.policy.questions.sentences import Teller
from gateway.core.policy.questions.words import Language, Words, plain, written


@dataclass(frozen=True, slots=True)
class Change:
    """Situations of one lane that change alike and by the same rules, in a sentence that holds for each of them.

    `opened` is in how many of them more is permitted or told than before, `closed` in how many less, and `other` in how
    many the same is, by another rule or on another basis.
    """

    lane: str
    rules: tuple[str, ...]
    opened: int
    closed: int
    sentence_nl: str
    sentence_en: str
    other: int = 0

    def sentence(self, language: Language) -> str:
        """Tell the change in a language."""
        return self.sentence_nl if language == "nl" else self.sentence_en


_SECTIONS: Final[tuple[tuple[tuple[str, str], Callable[[Change], int]], ...]] = (
    (("Geopend", "Opened"), lambda change: change.opened),
    (("Gesloten", "Closed"), lambda change: change.closed),
    (("Gelijk, maar anders geregeld", "The same, but ruled otherwise"), lambda change: change.other),
)
_NO_CHANGE: Final[Mapping[Language, str]] = {
    "nl": "Er verandert niets: in elke situatie mag en hoort iedereen hetzelfde als eerst, door dezelfde regels.\n",
    "en": "Nothing changes: in every situation everyone may do and learns the same as before, by the same rules.\n",
}
_NOTHING_BESIDES: Final[Mapping[Language, str]] = {
    "nl": "Ook verder verandert er niets op de kaarten, zoals termijnen, grondslagen en uitleg.\n",
    "en": "Nor does anything else on the cards change, such as terms, bases and explanations.\n",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs between two sets of policies.

    `situations` is how many were compared and `comparisons` how often, since each is compared in every period between
    days on which a version changes. `opened` and `closed` count situations, each once for every way in which it
    changes. `particulars` are changes of the cards that no situation shows.
    """

    opened: int
    closed: int
    situations: int
    changes: tuple[Change, ...] = ()
    comparisons: int = 0
    particulars: tuple[Particular, ...] = ()

    @property
    def other(self) -> int:
        """In how many situations the same is permitted or told, by another rule or on another basis."""
        return sum(change.other for change in self.changes)

    def text(self, language: Language) -> str:
        """Tell all of it in Markdown, the counts first."""
        lines = chain(_counts(self, language), _sentences(self, language), _besides(self, language))
        return "\n".join(lines) + "\n"


def compare(old: PolicySet, new: PolicySet, vocabulary: Vocabulary) -> Difference:
    """Compare two sets of policies in every situation of every lane on every day, registering and telling.

    Cards are compared as if every mechanism that they rely on exists; that a card relies on another one is among the
    particulars.
    """
    dutch, english = Words(vocabulary, "nl"), Words(vocabulary, "en")
    changes: list[Change] = []
    particulars: list[Particular] = []
    compared: list[LaneChanges] = []
    for lane in dict.fromkeys(policy.lane for policy in (*old.policies, *new.policies)):
        before, after = old.lane(lane), new.lane(lane)
        found = changes_between(before, after, vocabulary)
        teller = Teller.of(lane, found.world, before, after)
        compared.append(found)
        changes += (_change(one, teller, dutch, english) for one in found.boxes)
        particulars += particulars_of(lane, before, after, dutch=dutch, english=english)
    return Difference(
        opened=sum(change.opened for change in changes),
        closed=sum(change.closed for change in changes),
        situations=sum(found.world.size for found in compared),
        changes=tuple(changes),
        comparisons=sum(found.comparisons for found in compared),
        particulars=tuple(particulars),
    )


def _change(found: ChangedBox, teller: Teller, dutch: Words, english: Words) -> Change:
    return Change(
        lane=teller.lane,
        rules=found.cause.rules,
        opened=found.opened,
        closed=found.closed,
        sentence_nl=teller.sentence(found, dutch),
        sentence_en=teller.sentence(found, english),
        other=found.size - found.opened - found.closed,
    )


def _counts(found: Difference, language: Language) -> Iterator[str]:
    opened, closed, other, compared, comparisons = (
        written(number, language)
        for number in (found.opened, found.closed, found.other, found.situations, found.comparisons)
    )
    if language == "nl":
        yield "# Wat verandert er\n"
        yield f"Geopend: **{opened}** situaties. Gesloten: **{closed}**. Gelijk, maar anders geregeld: **{other}**.\n"
        yield f"Vergeleken: alle {compared} situaties, elk in ieder tijdvak ({comparisons} vergelijkingen).\n"
    else:
        yield "# What changes\n"
        yield f"Opened: **{opened}** situations. Closed: **{closed}**. The same, but ruled otherwise: **{other}**.\n"
        yield f"Compared: all {compared} situations, each in every period ({comparisons} comparisons).\n"


def _sentences(found: Difference, language: Language) -> Iterator[str]:
    if not found.changes:
        yield _NO_CHANGE[language]
    for (nl, en), belongs in _SECTIONS:
        told = [plain(change.sentence(language)) for change in found.changes if belongs(change)]
        yield from _section(nl if language == "nl" else en, told)


def _besides(found: Difference, language: Language) -> Iterator[str]:
    if not found.particulars:
        yield _NOTHING_BESIDES[language]
    told = [plain(one.sentence_nl if language == "nl" else one.sentence_en) for one in found.particulars]
    yield from _section("Verder op de kaarten" if language == "nl" else "Besides, on the cards", told)


def _section(heading: str, told: list[str]) -> Iterator[str]:
    if told:
        yield f"## {heading}\n"
        yield from (f"- {sentence}" for sentence in told)
        yield ""

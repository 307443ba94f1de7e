"""What changes when one set of policies takes the place of another: every situation compared, told so one can sign."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final

from gateway.core.policy.cards.vocabulary import Vocabulary
from gateway.core.policy.engine import LanePolicy, PolicySet
from gateway.core.policy.questions.changes import ChangedBox, LaneChanges, changes_between
from gateway.core.policy.questions.examples import ExampleChange, examples_of
from gateway.core.policy.questions.particulars import Particular, opening_of, particulars_of
from gateway.core.policy.questions.sentences import Teller
from gateway.core.policy.questions.wording import wording_of
from gateway.core.policy.questions.words import Language, Words, plain, written


@dataclass(frozen=True, slots=True)
class Change:
    """Situations of one lane that change alike and by the same rules, in a sentence that holds for each of them.

    `opened` is in how many of them more is permitted or told than before, `closed` in how many less, and `other` in how
    many the same is, by another rule or on another basis. In a lane that is shut before and after, nothing happens yet:
    there `shut` is in how many the card says otherwise.
    """

    lane: str
    rules: tuple[str, ...]
    opened: int
    closed: int
    sentence_nl: str
    sentence_en: str
    other: int = 0
    shut: int = 0

    def sentence(self, language: Language) -> str:
        """Tell the change in a language."""
        return self.sentence_nl if language == "nl" else self.sentence_en


_SECTIONS: Final[tuple[tuple[tuple[str, str], Callable[[Change], int]], ...]] = (
    (("Geopend", "Opened"), lambda change: change.opened),
    (("Gesloten", "Closed"), lambda change: change.closed),
    (("Gelijk, maar anders geregeld", "The same, but ruled otherwise"), lambda change: change.other),
    (("In een stroom die dicht is en blijft", "In a lane that is and stays shut"), lambda change: change.shut),
)
_EXAMPLES: Final = ("Voorbeelden die weg zijn of het omgekeerde zeggen", "Examples that are gone or say the opposite")
_NO_CHANGE: Final[Mapping[Language, str]] = {
    "nl": "Er verandert niets: in elke situatie mag en hoort iedereen hetzelfde als eerst, door dezelfde regels.\n",
    "en": "Nothing changes: in every situation everyone may do and learns the same as before, by the same rules.\n",
}
_NO_SITUATION: Final[Mapping[Language, str]] = {
    "nl": "Geen situatie verandert: iedereen mag en hoort hetzelfde als eerst. Wel verandert wat hieronder staat.\n",
    "en": "No situation changes: everyone may do and learns the same as before. What stands below does change.\n",
}
_NOTHING_BESIDES: Final[Mapping[Language, str]] = {
    "nl": "Ook verder verandert er niets op de kaarten, zoals termijnen en uitleg, en niets aan de woorden.\n",
    "en": "Nor does anything else on the cards change, such as terms and explanations, nor any word.\n",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs between two sets of policies.

    `situations` is how many were compared and `comparisons` how often, since each is compared in every period between
    days on which a version changes. `opened` and `closed` count situations, each once for every way in which it
    changes. `particulars` are changes of the cards and of their words that no situation shows; `examples` are tests of
    the cards that are dropped or turned around.
    """

    opened: int
    closed: int
    situations: int
    changes: tuple[Change, ...] = ()
    comparisons: int = 0
    particulars: tuple[Particular, ...] = ()
    examples: tuple[ExampleChange, ...] = ()

    @property
    def examples_removed(self) -> int:
        """How many examples are no longer there."""
        return sum(change.removed for change in self.examples)

    @property
    def examples_reversed(self) -> int:
        """How many examples say the opposite of what they said."""
        return sum(change.reversed for change in self.examples)

    @property
    def other(self) -> int:
        """In how many situations the same is permitted or told, by another rule or on another basis."""
        return sum(change.other for change in self.changes)

    @property
    def shut(self) -> int:
        """In how many situations a card says otherwise of a lane that is shut before and after."""
        return sum(change.shut for change in self.changes)

    def text(self, language: Language) -> str:
        """Tell all of it in Markdown, the counts first."""
        lines = chain(_counts(self, language), _sentences(self, language), _besides(self, language))
        return "\n".join(lines) + "\n"


def compare(old: PolicySet, new: PolicySet, vocabulary: Vocabulary) -> Difference:
    """Compare two sets of policies in every situation of every lane on every day, registering and telling.

    A lane whose card relies on a mechanism that its set does not have is shut and answers nothing, so that what opens
    once it no longer relies on it is counted. A lane that is shut before and after is compared as if it were open, and
    told apart.
    """
    dutch, english = Words(vocabulary, "nl"), Words(vocabulary, "en")
    changes: list[Change] = []
    particulars = list(wording_of(old.vocabulary, new.vocabulary))
    compared: list[LaneChanges] = []
    examples: list[ExampleChange] = []
    for lane in dict.fromkeys(policy.lane for policy in (*old.policies, *new.policies)):
        before, after, shut = _answering(lane, old, new)
        found = changes_between(before, after, vocabulary)
        teller = Teller.of(lane, found.world, before, after)
        told = _told_of_shut if shut else _told
        compared.append(found)
        changes += (told(one, teller, dutch, english) for one in found.boxes)
        particulars += opening_of(lane, old, new, dutch=dutch, english=english)
        particulars += particulars_of(lane, old.lane(lane), new.lane(lane), dutch=dutch, english=english)
        examples += examples_of(lane, old.lane(lane), new.lane(lane), dutch=dutch, english=english)
    return Difference(
        opened=sum(change.opened for change in changes),
        closed=sum(change.closed for change in changes),
        situations=sum(found.world.size for found in compared),
        changes=tuple(changes),
        comparisons=sum(found.comparisons for found in compared),
        particulars=tuple(particulars),
        examples=tuple(examples),
    )


def _answering(lane: str, old: PolicySet, new: PolicySet) -> tuple[LanePolicy | None, LanePolicy | None, bool]:
    """Give the two versions that are compared, and whether the lane is shut in both."""
    before, after = old.open_lane(lane), new.open_lane(lane)
    if before is None and after is None:
        return old.lane(lane), new.lane(lane), True
    return before, after, False


def _told(found: ChangedBox, teller: Teller, dutch: Words, english: Words) -> Change:
    return Change(
        lane=teller.lane,
        rules=found.cause.rules,
        opened=found.opened,
        closed=found.closed,
        sentence_nl=teller.sentence(found, dutch),
        sentence_en=teller.sentence(found, english),
        other=found.size - found.opened - found.closed,
    )


def _told_of_shut(found: ChangedBox, teller: Teller, dutch: Words, english: Words) -> Change:
    return Change(
        lane=teller.lane,
        rules=found.cause.rules,
        opened=0,
        closed=0,
        sentence_nl=f"Pas als de stroom opengaat: {teller.sentence(found, dutch)}",
        sentence_en=f"Only once the lane opens: {teller.sentence(found, english)}",
        shut=found.size,
    )


def _counts(found: Difference, language: Language) -> Iterator[str]:
    opened, closed, other, compared, comparisons = (
        written(number, language)
        for number in (found.opened, found.closed, found.other, found.situations, found.comparisons)
    )
    removed, turned = (written(number, language) for number in (found.examples_removed, found.examples_reversed))
    if language == "nl":
        yield "# Wat verandert er\n"
        yield f"Geopend: **{opened}** situaties. Gesloten: **{closed}**. Gelijk, maar anders geregeld: **{other}**.\n"
        yield f"Vergeleken: alle {compared} situaties, elk in ieder tijdvak ({comparisons} vergelijkingen).\n"
        if found.shut:
            yield f"In stromen die dicht blijven: **{written(found.shut, language)}**; daar gebeurt nog niets.\n"
        yield f"Voorbeelden: **{removed}** weg, **{turned}** zeggen het omgekeerde.\n"
    else:
        yield "# What changes\n"
        yield f"Opened: **{opened}** situations. Closed: **{closed}**. The same, but ruled otherwise: **{other}**.\n"
        yield f"Compared: all {compared} situations, each in every period ({comparisons} comparisons).\n"
        if found.shut:
            yield f"In lanes that are and stay shut: **{written(found.shut, language)}**; nothing happens there yet.\n"
        yield f"Examples: **{removed}** gone, **{turned}** say the opposite.\n"


def _sentences(found: Difference, language: Language) -> Iterator[str]:
    if not found.changes:
        yield (_NO_SITUATION if found.particulars or found.examples else _NO_CHANGE)[language]
    for (nl, en), belongs in _SECTIONS:
        told = [plain(change.sentence(language)) for change in found.changes if belongs(change)]
        yield from _section(nl if language == "nl" else en, told)


def _besides(found: Difference, language: Language) -> Iterator[str]:
    yield from _section(_EXAMPLES[language == "en"], [plain(_in(one, language)) for one in found.examples])
    if not found.particulars:
        yield _NOTHING_BESIDES[language]
    told = [plain(_in(one, language)) for one in found.particulars]
    yield from _section("Verder op de kaarten" if language == "nl" else "Besides, on the cards", told)


def _in(told: Particular | ExampleChange, language: Language) -> str:
    return told.sentence_nl if language == "nl" else told.sentence_en


def _section(heading: str, told: list[str]) -> Iterator[str]:
    if told:
        yield f"## {heading}\n"
        yield from (f"- {sentence}" for sentence in told)
        yield ""

"""What a simulation found: how far it reaches, whether the record agrees, and only then what would have changed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Final

from gateway.core.policy.questions.difference import Change
from gateway.core.policy.questions.words import Language, plain, written


class NotReplayed(StrEnum):
    """Why a recorded decision could not be made again."""

    REFUSED_OTHERWISE = "refused_otherwise"
    LANE_UNKNOWN = "lane_unknown"
    AGENCY_UNKNOWN = "agency_unknown"
    NOT_RECORDED = "not_recorded"
    WORD_UNKNOWN = "word_unknown"


@dataclass(frozen=True, slots=True)
class Unexercised:
    """A rule of the new policy that decided nothing in the period, with the lane in both languages."""

    lane: str
    rule: str
    lane_nl: str
    lane_en: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the record could be made again, and how much of the new policy it touches.

    A meeting is two decisions, one for what each side is told. `situations` are those of which a rule of the new policy
    speaks, whatever is attested in them.
    """

    recorded: int
    replayed: int
    not_replayed: Mapping[NotReplayed, int]
    rules: int
    unexercised: tuple[Unexercised, ...]
    situations: int
    situations_exercised: int

    @property
    def rules_exercised(self) -> int:
        """How many rules of the new policy decided something."""
        return self.rules - len(self.unexercised)


@dataclass(frozen=True, slots=True)
class Reproduction:
    """Whether the old policy answers what was recorded; `by_other_version` were decided by yet another card."""

    same: int
    different: int
    by_other_version: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """The new policy over the recorded decisions of a period, beside the old one; the changes count decisions."""

    coverage: Coverage
    reproduction: Reproduction
    changes: tuple[Change, ...]

    @property
    def opened(self) -> int:
        """In how many decisions more would have been permitted or told."""
        return sum(change.opened for change in self.changes)

    @property
    def closed(self) -> int:
        """In how many decisions less would have been permitted or told."""
        return sum(change.closed for change in self.changes)

    @property
    def other(self) -> int:
        """In how many decisions the same would have been permitted or told, by another rule or on another basis."""
        return sum(change.other for change in self.changes)

    def text(self, language: Language) -> str:
        """Tell it in Markdown, coverage first."""
        parts = (_reach, _agreement, _changes)
        return "\n".join(chain.from_iterable(part(self, language) for part in parts)) + "\n"


_WHY: Final[Mapping[NotReplayed, Mapping[Language, str]]] = {
    NotReplayed.REFUSED_OTHERWISE: {
        "nl": "om een andere reden geweigerd dan het beleid",
        "en": "refused for another reason than the policy",
    },
    NotReplayed.LANE_UNKNOWN: {
        "nl": "een stroom die niet is vastgelegd of niet meer bestaat",
        "en": "a lane that was not recorded or no longer exists",
    },
    NotReplayed.AGENCY_UNKNOWN: {
        "nl": "een instantie die niet meer in het register staat, of van een onbekende soort is",
        "en": "an agency that is no longer in the directory, or of an unknown kind",
    },
    NotReplayed.NOT_RECORDED: {
        "nl": "de vlag of wat werd verklaard is niet vastgelegd",
        "en": "the flag or what was attested was not recorded",
    },
    NotReplayed.WORD_UNKNOWN: {
        "nl": "een doel of vlag die geen van beide versies kent",
        "en": "a purpose or flag that neither version knows",
    },
}
_SECTIONS: Final[tuple[tuple[Mapping[Language, str], Callable[[Change], int]], ...]] = (
    ({"nl": "Geopend", "en": "Opened"}, lambda change: change.opened),
    ({"nl": "Gesloten", "en": "Closed"}, lambda change: change.closed),
    (
        {"nl": "Gelijk, maar anders geregeld", "en": "The same, but ruled otherwise"},
        lambda change: change.other,
    ),
)


def _reach(found: Simulation, language: Language) -> Iterator[str]:
    coverage = found.coverage
    recorded, rules, exercised, situations, met = (
        written(number, language)
        for number in (
            *(coverage.recorded, coverage.rules, coverage.rules_exercised),
            *(coverage.situations, coverage.situations_exercised),
        )
    )
    replayed = f"{written(coverage.replayed, language)} ({_share(coverage.replayed, coverage.recorded)})"
    part = _share(coverage.situations_exercised, coverage.situations)
    if language == "nl":
        yield "# Wat zou er anders zijn beslist\n\n## Hoe ver deze proef reikt\n"
        yield f"- Vastgelegde beslissingen: {recorded}; daarvan opnieuw genomen: {replayed}."
        yield from _not_replayed(coverage, language)
        yield f"- Regels van het nieuwe beleid die daarbij iets beslisten: {exercised} van {rules}."
        yield f"- Situaties waarover het nieuwe beleid spreekt en die voorkwamen: {met} van {situations} ({part})."
        yield "- Wat niet voorkwam, is hier niet beproefd: dat er niets verandert, zegt daar niets over.\n"
    else:
        yield "# What would have been decided otherwise\n\n## How far this trial reaches\n"
        yield f"- Recorded decisions: {recorded}; of these made again: {replayed}."
        yield from _not_replayed(coverage, language)
        yield f"- Rules of the new policy that decided something in them: {exercised} of {rules}."
        yield f"- Situations of which the new policy speaks and that occurred: {met} of {situations} ({part})."
        yield "- What did not occur was not tried here: that nothing changes says nothing of it.\n"
    yield from _untouched(coverage, language)


def _not_replayed(coverage: Coverage, language: Language) -> Iterator[str]:
    not_again = "Niet opnieuw genomen" if language == "nl" else "Not made again"
    for why, count in coverage.not_replayed.items():
        yield f"- {not_again}: {written(count, language)}, {_WHY[why][language]}."


def _untouched(coverage: Coverage, language: Language) -> Iterator[str]:
    if coverage.unexercised:
        untouched = "Deze regels beslisten niets" if language == "nl" else "These rules decided nothing"
        rules = (f"{one.rule} ({one.lane_nl if language == 'nl' else one.lane_en})" for one in coverage.unexercised)
        yield f"{untouched}: {plain('; '.join(rules))}.\n"


def _agreement(found: Simulation, language: Language) -> Iterator[str]:
    same, different, others = (
        written(number, language)
        for number in (
            *(found.reproduction.same, found.reproduction.different),
            found.reproduction.by_other_version,
        )
    )
    if language == "nl":
        yield "## Of het oude beleid geeft wat is vastgelegd\n"
        yield f"Gelijk: {same}. Anders: **{different}**. Beslist door een andere versie van de kaart: {others}.\n"
    else:
        yield "## Whether the old policy gives what was recorded\n"
        yield f"The same: {same}. Different: **{different}**. Decided by another version of the card: {others}.\n"


def _changes(found: Simulation, language: Language) -> Iterator[str]:
    opened, closed, other = (written(number, language) for number in (found.opened, found.closed, found.other))
    if language == "nl":
        yield "## Wat verandert\n"
        yield f"Geopend: **{opened}** beslissingen. Gesloten: **{closed}**."
        yield f"Gelijk, maar anders geregeld: **{other}**.\n"
    else:
        yield "## What changes\n"
        yield f"Opened: **{opened}** decisions. Closed: **{closed}**."
        yield f"The same, but ruled otherwise: **{other}**.\n"
    for heading, belongs in _SECTIONS:
        told = [f"- {plain(change.sentence(language))}" for change in found.changes if belongs(change)]
        if told:
            yield "\n".join((f"### {heading[language]}\n", *told, ""))


def _share(part: int, whole: int) -> str:
    """Give a share in whole percents, rounded down, so that only all of it is a hundred."""
    return f"{100 * part // whole} %" if whole else "-"

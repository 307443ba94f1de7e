"""What a page consists of, whatever it is printed as: headings, paragraphs, lists, tables, pictures, all plain text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gateway.core.policy.card import DisclosureLevel
from gateway.core.policy.questions.words import Language

_SPACES: Final = re.compile(" {2,}")


@dataclass(frozen=True, slots=True)
class Run:
    """Some words that look alike.

    `language` is that of the words, where it is not the page's own; `step` says that they are the number of a step of
    the ladder, which is shown in its color where there are colors.
    """

    text: str
    strong: bool = False
    language: Language | None = None
    step: DisclosureLevel | None = None

    def __post_init__(self) -> None:
        """Keep what can be printed on one line: cards are written by people, and control characters have no face."""
        object.__setattr__(self, "text", printable(self.text))


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 stands under the title of the page."""

    level: int
    line: Line


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line that runs on as long as it needs."""

    line: Line


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without order."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a heading for each column; the first cell of a row says what the row is about."""

    caption: Line
    columns: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as SVG, with the words that stand for it where it cannot be seen."""

    svg: str
    words: str


Block = Heading | Paragraph | Bullets | Table | Picture


@dataclass(frozen=True, slots=True)
class Page:
    """A titled page in one language."""

    title: str
    language: Language
    blocks: tuple[Block, ...]


def printable(text: str) -> str:
    """Fold white space, and what has no face (line ends, turns of the writing direction), into single spaces."""
    return _SPACES.sub(" ", "".join(sign if sign.isprintable() else " " for sign in text))


def line(*parts: str | Run) -> Line:
    """Put plain words and runs behind one another."""
    return tuple(part if isinstance(part, Run) else Run(part) for part in parts)


def heading(level: int, *parts: str | Run) -> Heading:
    """Make a heading."""
    return Heading(level, line(*parts))


def paragraph(*parts: str | Run) -> Paragraph:
    """Make a paragraph."""
    return Paragraph(line(*parts))


def bullets(lines: Iterable[Line]) -> Bullets:
    """Make a list."""
    return Bullets(tuple(lines))

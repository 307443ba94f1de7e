"""What is wrong with a policy file, all at once, each mistake with its place and the word that was probably meant."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from gateway.core.policy.cards.text import Place

#: Nobody repairs more than this in one go, and suggestions cost time.
MAX_MISTAKES: Final = 200
_MAX_QUOTED: Final = 60
_PLACE_IN_LIST: Final = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake, told in Dutch to those who sign; line and column count from 1, `suggestion` may be empty."""

    file: str
    line: int
    column: int
    path: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        """Give the line an editor can jump to; people count what stands in a list from one."""
        meant = f"; bedoelde u '{self.suggestion}'?" if self.suggestion else ""
        where = _PLACE_IN_LIST.sub(lambda found: f"[{int(found[1]) + 1}]", f"{self.path}: ") if self.path else ""
        return f"{self.file}:{self.line}:{self.column}: {where}{self.message}{meant}"


class PolicyRejected(Exception):
    """A policy that does not load; `mistakes` holds every mistake that could be found, in the order of the file."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        """Carry the mistakes, at least one."""
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(map(str, self.mistakes)))


class Findings:
    """Collects the mistakes of one file while it is being read."""

    def __init__(self, file: str) -> None:
        """Start without mistakes."""
        self.file = file
        self._mistakes: list[Mistake] = []

    def __bool__(self) -> bool:
        """Whether anything is wrong."""
        return bool(self._mistakes)

    def add(self, place: Place, path: str, message: str) -> None:
        """Write down one mistake."""
        self._add(place, path, message, "")

    def add_unknown(self, place: Place, path: str, word: str, known: Iterable[str]) -> None:
        """Write down a word that is not in the closed list `known`, with the nearest that is."""
        if len(self._mistakes) < MAX_MISTAKES:
            near = get_close_matches(word[:_MAX_QUOTED], tuple(known), n=1)
            self._add(place, path, f"onbekend woord {quoted(word)}", near[0] if near else "")

    def raise_any(self) -> None:
        """Raise PolicyRejected with every mistake so far, if there is one."""
        if self._mistakes:
            raise PolicyRejected(self._mistakes)

    def _add(self, place: Place, path: str, message: str, suggestion: str) -> None:
        if len(self._mistakes) < MAX_MISTAKES:
            self._mistakes.append(Mistake(self.file, place.line, place.column, path, message, suggestion))


def quoted(word: str) -> str:
    """Quote a word from the file, shortened when it is long."""
    return f"'{word}'" if len(word) <= _MAX_QUOTED else f"'{word[:_MAX_QUOTED]}…'"

"""Reads the fields of a policy file as typed values and writes down each that is missing, doubled, unknown or wrong.

A reader never stops at a mistake: it notes it and returns a stand-in of the right type, so that the next field is read
as well. Stand-ins never leave: whoever reads a file raises its findings before it uses a value.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from gateway.core.policy.card import Span
from gateway.core.policy.cards.grammar import MAX_NUMBER, MAX_TEXT, SPANS, WORKING_DAYS, YEARS
from gateway.core.policy.cards.mistakes import Findings, quoted
from gateway.core.policy.cards.text import Series, Table, Tree, Word

_STAND_IN_DATE: Final = date(2000, 1, 1)
_WRITTEN_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MAX_DIGITS: Final = len(str(MAX_NUMBER))
_MAX_SHOWN: Final = 60
#: What lasts longer has no date that a calendar knows.
_MAX_MONTHS: Final = 100 * 12
_MAX_DAYS: Final = 100 * 366
_MAX_WORKING_DAYS: Final = 250


class Fields:
    """One table of the file with a closed list of keys."""

    def __init__(
        self,
        tree: Tree,
        path: str,
        findings: Findings,
        *,
        required: tuple[str, ...],
        optional: tuple[str, ...] = (),
    ) -> None:
        """Check the keys; the values are checked as they are read."""
        self.place = tree.place
        self.path = path
        self._findings = findings
        self._wrong: set[str] = set()
        self._values = dict(self._entries(tree, path))
        for key in self._values.keys() - {*required, *optional}:
            findings.add_unknown(self._values[key][0].place, self._at(key), key, (*required, *optional))
        self._wrong.update(key for key in required if key not in self._values)
        for key in required if isinstance(tree, Table) else ():
            if key not in self._values:
                self.reject(key, "ontbreekt")

    def __contains__(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._values

    def reject(self, key: str, message: str) -> None:
        """Write down a mistake at the value of a key, or at the table when the key is not there."""
        self._wrong.add(key)
        place = self._values[key][1].place if key in self._values else self.place
        self._findings.add(place, self._at(key), message)

    def sound(self, *keys: str) -> bool:
        """Whether nothing was wrong with these keys so far, so that their values may be compared."""
        return self._wrong.isdisjoint(keys)

    def text(self, key: str) -> str:
        """Read a sentence of at most 1,000 characters that is not blank."""
        found = self._word(key)
        if found is not None and not 0 < len(found.strip()) <= MAX_TEXT:
            self.reject(key, f"verwacht een tekst van 1 tot {MAX_TEXT} tekens")
        return "" if found is None else " ".join(found.split())

    def number(self, key: str) -> int:
        """Read a whole number from 1 to 9,999."""
        found = self._word(key)
        value = _number(found or "")
        if found is not None and value is None:
            self.reject(key, f"verwacht een geheel getal van 1 tot {MAX_NUMBER}")
        return value or 1

    def span(self, key: str) -> Span:
        """Read "18 maanden" or "28 dagen"."""
        amount, unit = self._amount(key, tuple(SPANS))
        one = SPANS.get(unit, Span(days=1))
        found = Span(months=amount * one.months, days=amount * one.days)
        if found.months > _MAX_MONTHS or found.days > _MAX_DAYS:
            self.reject(key, "is langer dan honderd jaar")
            return Span(days=1)
        return found

    def span_or(self, key: str, open_word: str) -> Span | None:
        """Read a span, or nothing when the open word stands there instead."""
        return None if self._peek(key) == open_word else self.span(key)

    def working_days(self, key: str) -> int:
        """Read "5 werkdagen"."""
        days, _ = self._amount(key, WORKING_DAYS)
        if days > _MAX_WORKING_DAYS:
            self.reject(key, f"is meer dan {_MAX_WORKING_DAYS} werkdagen")
        return days

    def day(self, key: str) -> date:
        """Read a date written as JJJJ-MM-DD."""
        found = self._word(key)
        value = _date(found or "")
        if found is not None and value is None:
            day = _WRITTEN_DATE.fullmatch(found)
            missing = f"{quoted(found)} bestaat niet, of ligt buiten {YEARS.start} tot en met {YEARS.stop - 1}"
            self.reject(key, missing if day else "verwacht een datum zoals 2027-03-01")
        return value or _STAND_IN_DATE

    def day_or(self, key: str, open_word: str) -> date | None:
        """Read a date, or nothing when the open word stands there instead."""
        return None if self._peek(key) == open_word else self.day(key)

    def code(self, key: str, known: Mapping[str, str]) -> str:
        """Read one word of a closed list and return its code name."""
        found = self._word(key)
        if found is not None and found not in known:
            self._reject_unknown(key, self._values[key][1], found, known)
        return known.get(found or "", "")

    def codes(self, key: str, known: Mapping[str, str]) -> tuple[str, ...]:
        """Read a list, not empty and without doubles, of words of a closed list and return their code names."""
        words, seen = self._words(key), set[str]()
        for index, word in enumerate(words):
            if word.text not in known:
                self._reject_unknown(f"{key}[{index}]", word, word.text, known)
            elif word.text in seen:
                self._findings.add(word.place, self._at(f"{key}[{index}]"), f"{quoted(word.text)} staat er dubbel")
            seen.add(word.text)
        return tuple(known.get(word.text, "") for word in words)

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list, not empty, of sentences."""
        return tuple(word.text for word in self._words(key))

    def table(self, key: str, *, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> "Fields":
        """Read a table with a closed list of keys."""
        if key in self._values:
            return Fields(self._values[key][1], self._at(key), self._findings, required=required, optional=optional)
        unheard = Findings(self._findings.file)  # its absence is written down already
        return Fields(Table((), self.place), self._at(key), unheard, required=required)

    def rows(self, key: str) -> tuple[tuple[Tree, str], ...]:
        """Read a list, not empty, of tables; each with its path, to be read by its own Fields."""
        if key not in self._values:
            return ()
        found = self._values[key][1]
        if not isinstance(found, Series) or not found.items:
            self.reject(key, "verwacht een lijst die niet leeg is")
            return ()
        return tuple((item, self._at(f"{key}[{index}]")) for index, item in enumerate(found.items))

    def named_rows(self, key: str) -> tuple[tuple[str, Tree, str], ...]:
        """Read a table, not empty, whose keys are names the file gives itself; each with its value and path."""
        if key not in self._values:
            return ()
        entries = self._entries(self._values[key][1], self._at(key))
        if not entries and isinstance(self._values[key][1], Table):
            self.reject(key, "mag niet leeg zijn")
        return tuple((name, tree, self._at(f"{key}.{name}")) for name, (_, tree) in entries.items())

    def _entries(self, tree: Tree, path: str) -> dict[str, tuple[Word, Tree]]:
        if not isinstance(tree, Table):
            self._findings.add(tree.place, path, "verwacht een tabel van sleutels en waarden")
            return {}
        entries: dict[str, tuple[Word, Tree]] = {}
        for key, value in tree.entries:
            if key.text in entries:
                self._findings.add(key.place, path, f"sleutel {quoted(key.text)} staat er dubbel")
            entries.setdefault(key.text, (key, value))
        return entries

    def _peek(self, key: str) -> str | None:
        value = self._values[key][1] if key in self._values else None
        return value.text if isinstance(value, Word) else None

    def _amount(self, key: str, units: tuple[str, ...]) -> tuple[int, str]:
        found = self._word(key)
        amount, _, unit = (found or "").partition(" ")
        value = _number(amount)
        if found is not None and (value is None or unit not in units):
            self.reject(key, f"verwacht een getal en een van de woorden {', '.join(units)}")
        return value or 1, unit

    def _word(self, key: str) -> str | None:
        """Return the word at a key; nothing when the key is missing, or holds no word, which is then written down."""
        found = self._peek(key)
        if found is None and key in self._values:
            self.reject(key, "verwacht één waarde")
        return found

    def _words(self, key: str) -> tuple[Word, ...]:
        if key not in self._values:
            return ()
        found = self._values[key][1]
        words = found.items if isinstance(found, Series) else ()
        if not words or not all(isinstance(word, Word) and word.text.strip() for word in words):
            self.reject(key, "verwacht een lijst van woorden die niet leeg is")
        return tuple(word for word in words if isinstance(word, Word))

    def _reject_unknown(self, key: str, tree: Tree, word: str, known: Mapping[str, str]) -> None:
        self._wrong.add(key)
        self._findings.add_unknown(tree.place, self._at(key), word, known)

    def _at(self, key: str) -> str:
        shown = key if len(key) <= _MAX_SHOWN else f"{key[:_MAX_SHOWN]}…"
        return f"{self.path}.{shown}" if self.path else shown


def _number(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        return None
    return int(text) or None


def _date(text: str) -> date | None:
    if not _WRITTEN_DATE.fullmatch(text):
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in YEARS else None

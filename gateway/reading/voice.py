"""Says on a page what the words of a difference say too, and besides: single labels, meanings, choices and lengths."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.core.policy.card import Span
from gateway.core.policy.cards.vocabulary import Term
from gateway.core.policy.questions.words import Words
from gateway.reading.page import Line, Run, line

_DAYS_OF_WEEK: Final = 7
_MONTHS_OF_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class Voice(Words):
    """One language, and the words for the code names; a code that the vocabulary lacks is said as it is."""

    def dutch(self, text: str) -> Run:
        """Quote what a card or the vocabulary says in Dutch only."""
        return Run(text, language="nl")

    def kind(self, code: str) -> str:
        """Name a kind of agency."""
        return self.label(self.vocabulary.agency_kinds, code)

    def short_kind(self, code: str) -> str:
        """Name a kind of agency without what its label explains between brackets."""
        return self.kind(code).partition(" (")[0]

    def purpose(self, code: str) -> str:
        """Name a purpose."""
        return self.label(self.vocabulary.purposes, code)

    def flag(self, code: str) -> str:
        """Name a flag."""
        return self.label(self.vocabulary.flags, code)

    def precondition(self, code: str) -> str:
        """Name a precondition."""
        return self.label(self.vocabulary.preconditions, code)

    def mechanism(self, code: str) -> str:
        """Name a part of the house."""
        return self.label(self.vocabulary.mechanisms, code)

    def rules(self, ids: Sequence[str]) -> str:
        """Name some rules: "regels V1 en V2"."""
        one = len(ids) == 1
        return f"{self.say('regel' if one else 'regels', 'rule' if one else 'rules')} {self.listed(ids)}"

    def meaning(self, terms: Iterable[Term], code: str) -> Line:
        """Give the meaning of a term, which the vocabulary has in Dutch."""
        return next((line(self.dutch(term.meaning)) for term in terms if term.code == code), ())

    def each(self, name: Callable[[str], str], codes: Iterable[str]) -> str:
        """Name some codes, one after the other: "a, b en c"."""
        return self.listed([name(code) for code in codes])

    def either(self, name: Callable[[str], str], codes: Iterable[str]) -> str:
        """Name some codes of which one holds: "a, b of c"."""
        *most, last = [name(code) for code in codes] or [""]
        return f"{', '.join(most)} {self.say('of', 'or')} {last}" if most else last

    def listed(self, names: Sequence[str]) -> str:
        """Enumerate some names; of none nothing is said."""
        return self.listing(names) if names else ""

    def span(self, span: Span | None) -> str:
        """Write a length of time, whole years as such, and days with the weeks they make."""
        if span is None:
            return Words.span(self, span)
        years, months = divmod(span.months, _MONTHS_OF_YEAR)
        if months:
            years, months = 0, span.months
        counted = (
            self._counted(years, "jaar", "jaar", "year", "years"),
            self._counted(months, "maand", "maanden", "month", "months"),
            self._days(span.days),
        )
        return self.listed([part for part in counted if part])

    def working_days(self, days: int) -> str:
        """Write a number of working days."""
        return self._counted(days, "werkdag", "werkdagen", "working day", "working days")

    def _days(self, days: int) -> str:
        counted = self._counted(days, "dag", "dagen", "day", "days")
        weeks, rest = divmod(days, _DAYS_OF_WEEK)
        within = self._counted(weeks, "week", "weken", "week", "weeks")
        return f"{counted} ({within})" if weeks and not rest else counted

    def _counted(self, count: int, one_nl: str, more_nl: str, one_en: str, more_en: str) -> str:
        if not count:
            return ""
        return f"{count} {self.say(one_nl, one_en) if count == 1 else self.say(more_nl, more_en)}"

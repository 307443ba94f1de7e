"""Says code names, days, numbers and lists in Dutch or English, in the labels of the vocabulary."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from gateway.core.policy.card import Basis, DisclosureLevel, Span
from gateway.core.policy.cards.vocabulary import Term, Vocabulary
from gateway.core.policy.questions.situations import Period

Language = Literal["nl", "en"]

_ONE_DAY: Final = timedelta(days=1)
_MONTHS: Final[Mapping[Language, Sequence[str]]] = {
    "nl": (
        *("januari", "februari", "maart", "april", "mei", "juni"),
        *("juli", "augustus", "september", "oktober", "november", "december"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
_COMMA_OR_AND: Final = re.compile(r",| en | and ")
_MARKUP: Final = re.compile(r"([\\`*_\[\]<>#|~])")
_LEFT_OUT: Final = 2  # so few exceptions read better than the list itself
_LONG: Final = 6


@dataclass(frozen=True, slots=True)
class Words:
    """One language; a code that the vocabulary lacks is said as it is."""

    vocabulary: Vocabulary
    language: Language

    def say(self, nl: str, en: str) -> str:
        """Choose between two wordings of the same."""
        return nl if self.language == "nl" else en

    def label(self, terms: Sequence[Term], code: str) -> str:
        """Give the label of a code name."""
        found = (self.say(term.label_nl, term.label_en) for term in terms if term.code == code)
        return next(found, code)

    def lane(self, code: str) -> str:
        """Give the label of a lane."""
        return self.label(self.vocabulary.lanes, code)

    def level(self, level: int) -> str:
        """Give the label of a step of the ladder."""
        return self.label(self.vocabulary.levels, DisclosureLevel(level).code)

    def labels(self, terms: Sequence[Term], codes: Iterable[str]) -> str:
        """List labels; empty when there are none."""
        return self.listing([self.label(terms, code) for code in codes])

    def kinds(self, codes: Sequence[str], *, everyone: Collection[str], participants: Collection[str]) -> str:
        """List kinds of agency; as "all" only when it is exactly all, or all but one or two."""
        for whole, nl, en in (
            (everyone, "alle soorten instanties", "all kinds of agency"),
            (participants, "alle deelnemers", "all participants"),
        ):
            left_out = [code for code in whole if code not in codes]
            if len(codes) >= _LONG and set(codes) <= set(whole) and len(left_out) <= _LEFT_OUT:
                all_of_them = self.say(nl, en)
                but = f"{all_of_them} {self.say('behalve', 'except')} {self._kinds(left_out)}"
                return but if left_out else all_of_them
        return self._kinds(codes)

    def _kinds(self, codes: Iterable[str]) -> str:
        return self.labels(self.vocabulary.agency_kinds, codes)

    def listing(self, items: Sequence[str]) -> str:
        """Join items with commas, or with semicolons where an item itself holds a comma or an "and"."""
        *first, last = items or ("",)
        if not first:
            return last
        divider = ";" if any(map(_COMMA_OR_AND.search, items)) else ","
        ended = divider if divider == ";" else ""
        return f"{f'{divider} '.join(first)}{ended} {self.say('en', 'and')} {last}"

    def number(self, number: int) -> str:
        """Write a number with a mark after each thousand."""
        return written(number, self.language)

    def situations(self, number: int) -> str:
        """Say how many situations."""
        noun = self.say("situatie", "situation") if number == 1 else self.say("situaties", "situations")
        return f"{self.number(number)} {noun}"

    def decisions(self, number: int) -> str:
        """Say how many recorded decisions."""
        noun = self.say("beslissing", "decision") if number == 1 else self.say("beslissingen", "decisions")
        return f"{self.number(number)} {noun}"

    def day(self, on: date) -> str:
        """Write a day out."""
        return f"{on.day} {_MONTHS[self.language][on.month - 1]} {on.year}"

    def last_day(self, until_on: date) -> str:
        """Write out the last day before another."""
        return self.day(until_on - _ONE_DAY)

    def period(self, period: Period) -> str:
        """Say from when until when, both days included; empty for always."""
        start = "" if period.from_on is None else self.say("vanaf ", "from ") + self.day(period.from_on)
        end = (
            ""
            if period.until_on is None
            else self.say("tot en met ", "up to and including ") + self.last_day(period.until_on)
        )
        return " ".join(part for part in (start, end) if part)

    def span(self, span: Span | None) -> str:
        """Say a length of time."""
        if span is None:
            return self.say("niet", "not at all")
        months = f"{span.months} {self.say('maanden', 'months')}" if span.months else ""
        days = f"{span.days} {self.say('dagen', 'days')}" if span.days or not span.months else ""
        return self.say(" en ", " and ").join(part for part in (months, days) if part)

    def basis(self, basis: Basis) -> str:
        """Say everything that a basis is."""
        period = self.period(Period(basis.valid_from_on, basis.valid_until_on))
        review = self.say("herzien voor", "review before") + f" {self.day(basis.review_before_on)}"
        reach = self.say("reikt tot", "reaches") + f" {self.level(basis.reaches)}"
        confirm = self.say("te bevestigen", "to confirm") + f": {basis.to_confirm}"
        return f"{basis.law} {basis.article}, {period}, {review}, {reach}, {confirm}"


def written(number: int, language: Language) -> str:
    """Write a number with a mark after each thousand."""
    return f"{number:,}".replace(",", "." if language == "nl" else ",")


def plain(text: str) -> str:
    """Make a text safe to stand in one line of Markdown: what a card says must not hide or forge a part of the page."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))

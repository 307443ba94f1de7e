"""What a rule card says, word for word in code names: the data of a policy file, before anything is decided."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum


class DisclosureLevel(IntEnum):
    """The ladder of what one party may learn of the other, least to most; each step includes those below it."""

    SILENT = 0
    ACKNOWLEDGED = 1
    CONTACT = 2
    FLAG = 3
    FACT = 4
    SEALED_EXCHANGE = 5

    @property
    def code(self) -> str:
        """The name on the wire and in the vocabulary."""
        return self.name.lower()

    @classmethod
    def from_code(cls, code: str) -> "DisclosureLevel":
        """Give the step with this code name; raises KeyError for any other text."""
        return {level.code: level for level in cls}[code]


@dataclass(frozen=True, slots=True)
class Basis:
    """An article of law that rules rest on. It holds from `valid_from_on` up to, not including, `valid_until_on`.

    `reaches` is the highest step that it can carry; `to_confirm` says what a lawyer must still confirm.
    """

    name: str
    law: str
    article: str
    valid_from_on: date
    valid_until_on: date | None
    review_before_on: date
    reaches: DisclosureLevel
    to_confirm: str

    def in_force(self, on: date) -> bool:
        """Whether the basis holds on a date."""
        return self.valid_from_on <= on and (self.valid_until_on is None or on < self.valid_until_on)


@dataclass(frozen=True, slots=True)
class RegistrationRule:
    """Who may register, for which purposes, with which flags; in force while every basis is."""

    id: str
    agency_kinds: tuple[str, ...]
    purposes: tuple[str, ...]
    flags: tuple[str, ...]
    basis: tuple[str, ...]
    explanation_nl: str
    explanation_en: str


@dataclass(frozen=True, slots=True)
class Bar:
    """Kinds of agency that may never register in this lane, whatever a rule says."""

    id: str
    agency_kinds: tuple[str, ...]
    explanation_nl: str
    explanation_en: str


@dataclass(frozen=True, slots=True)
class DisclosureRule:
    """What `recipients` learn of `others`: everything up to `level`, or, when it refuses, nothing from `level` up."""

    id: str
    others: tuple[str, ...]
    recipients: tuple[str, ...]
    purposes: tuple[str, ...]
    level: DisclosureLevel
    refuses: bool
    basis: tuple[str, ...]
    explanation_nl: str
    explanation_en: str


@dataclass(frozen=True, slots=True)
class RegistrationExample:
    """A registration that must be permitted by a rule, or refused."""

    agency_kind: str
    purpose: str
    flag: str
    on: date
    permitted: bool
    rule: str | None


@dataclass(frozen=True, slots=True)
class DisclosureExample:
    """Something that a recipient must learn of another by a rule, or must not learn."""

    other: str
    recipient: str
    purpose: str
    level: DisclosureLevel
    on: date
    permitted: bool
    rule: str | None


@dataclass(frozen=True, slots=True)
class Terms:
    """How long things last: registrations, the deadline for contact, and how long each kind of record is kept."""

    maximum_months: int
    default_months: int
    contact_working_days: int
    match_months: int
    archive_months: int
    log_months: int


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """One rule card: a lane with its rules, terms and examples; in force up to, not including, `valid_until_on`.

    `under_age` is the age at which someone leaves the lane (the agency's side sees to that: the gateway knows no birth
    date), or nothing. `symmetric` promises that both sides always learn the same of one another.
    """

    name: str
    digest: str
    lane: str
    version: int
    valid_from_on: date
    valid_until_on: date
    controllers: tuple[str, ...]
    aim: str
    under_age: int | None
    symmetric: bool
    silent_purposes: tuple[str, ...]
    terms: Terms
    bases: tuple[Basis, ...]
    registration_rules: tuple[RegistrationRule, ...]
    bars: tuple[Bar, ...]
    disclosure_rules: tuple[DisclosureRule, ...]
    registration_examples: tuple[RegistrationExample, ...]
    disclosure_examples: tuple[DisclosureExample, ...]

"""What a rule card says, word for word in code names: the data of a policy file, before anything is decided."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum

from gateway.core.deadlines import add_months


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
class Span:
    """A length of time in whole months and days, never shifted to a working day (domain rule 13)."""

    months: int = 0
    days: int = 0

    def after(self, start_on: date) -> date:
        """Give the date on which the span has passed."""
        return add_months(start_on, self.months) + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class RegistrationRule:
    """Who may register, for which purposes, with which flags; in force while every basis is.

    `preconditions` are facts, each of which the agency must attest besides the criterion of the lane.
    """

    id: str
    agency_kinds: tuple[str, ...]
    purposes: tuple[str, ...]
    flags: tuple[str, ...]
    preconditions: tuple[str, ...]
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
class PoliceDecision:
    """What the decision to disclose police data to a partnership must lay down (Wpg, article 20, second paragraph)."""

    interest: str
    partnership: str
    data: str
    conditions: str
    recipients: str


@dataclass(frozen=True, slots=True)
class DisclosureRule:
    """What `recipients` learn of `others`: everything up to `level`, or, when it refuses, nothing from `level` up.

    `own_flags` and `other_flags` are the flags with which both sides registered for it to apply. `police` is there
    when the rule tells something of the police.
    """

    id: str
    others: tuple[str, ...]
    recipients: tuple[str, ...]
    purposes: tuple[str, ...]
    own_flags: tuple[str, ...]
    other_flags: tuple[str, ...]
    level: DisclosureLevel
    refuses: bool
    basis: tuple[str, ...]
    police: PoliceDecision | None
    explanation_nl: str
    explanation_en: str


@dataclass(frozen=True, slots=True)
class ParentRule:
    """That two children with a parent in common may match, between agencies of `municipalities`; of all if empty."""

    id: str
    municipalities: tuple[str, ...]
    basis: tuple[str, ...]
    explanation_nl: str
    explanation_en: str

    def covers(self, municipality: str) -> bool:
        """Whether an agency whose agreement is with this municipality falls under the rule."""
        return not self.municipalities or municipality in self.municipalities


@dataclass(frozen=True, slots=True)
class RegistrationExample:
    """A registration that must be permitted by a rule, or refused."""

    agency_kind: str
    purpose: str
    flag: str
    preconditions: tuple[str, ...]
    on: date
    permitted: bool
    rule: str | None


@dataclass(frozen=True, slots=True)
class DisclosureExample:
    """Something that a recipient must learn of another by a rule, or must not learn."""

    other: str
    recipient: str
    purpose: str
    own_flag: str
    other_flag: str
    level: DisclosureLevel
    on: date
    permitted: bool
    rule: str | None


class Told(StrEnum):
    """To whom the subject notice of a lane goes (domain rule 7)."""

    BY_AGE = "by_age"
    PERSON = "person"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """Whom the agency tells that it registered, within how long, and for how long at a time it may put that off.

    Both terms are nothing where nobody is told.
    """

    to: Told
    within: Span | None
    deferral: Span | None
    explanation_nl: str
    explanation_en: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """After how many working days without contact a match goes to the next step; nothing where a step is left out."""

    deputy_working_days: int | None
    coordinator_working_days: int | None
    supervisor_working_days: int | None


@dataclass(frozen=True, slots=True)
class Terms:
    """How long things last: registrations, the deadline for contact, and how long each kind of record is kept.

    `archive` is nothing where nothing is archived. `ends_on_death` says that a registration ends when an authorized
    source says that the person died.
    """

    maximum: Span
    default: Span
    contact_working_days: int
    ladder: Ladder
    match: Span
    archive: Span | None
    log: Span
    ends_on_death: bool = False


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """One rule card: a lane with its rules, terms and examples; in force up to, not including, `valid_until_on`.

    `from_age` and `under_age` are the ages at which someone enters and leaves the lane (the agency's side sees to that:
    the gateway knows no birth date), or nothing. `symmetric` promises that both sides always learn the same of one
    another. `mechanisms` are the parts of the house without which the lane may not be used. Without a `parent_rule`
    no children match by a parent.
    """

    name: str
    digest: str
    lane: str
    version: int
    valid_from_on: date
    valid_until_on: date
    controllers: tuple[str, ...]
    aim: str
    from_age: int | None
    under_age: int | None
    symmetric: bool
    mechanisms: tuple[str, ...]
    silent_purposes: tuple[str, ...]
    terms: Terms
    notice: NoticeRule
    bases: tuple[Basis, ...]
    registration_rules: tuple[RegistrationRule, ...]
    bars: tuple[Bar, ...]
    disclosure_rules: tuple[DisclosureRule, ...]
    registration_examples: tuple[RegistrationExample, ...]
    disclosure_examples: tuple[DisclosureExample, ...]
    parent_rule: ParentRule | None = None

    @property
    def registering_kinds(self) -> tuple[str, ...]:
        """The kinds of agency of which some can register in this lane."""
        return tuple(dict.fromkeys(kind for rule in self.registration_rules for kind in rule.agency_kinds))

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags with which anyone can register in this lane."""
        return tuple(dict.fromkeys(flag for rule in self.registration_rules for flag in rule.flags))

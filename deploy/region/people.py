"""Decides who lives in the synthetic region and which agencies know them: nobody real, and the same for one seed.

Every person number passes the 11-test and has three leading zeros, below any number ever issued; there are 81,818 of
those with six digits behind the zeros, and they bound how large a region can be. How many agencies know one child is
set to give some 0.64 matches for each registration; one existing product saw 114,000 person matches on 168,000
registrations in 2023, 0.68. All are under 22, so that no term ends on a 23rd birthday within the first year.
"""

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Final, Self

from faker import Faker

from deploy.region.agencies import AGENCIES, BY_SLUG, RegionAgency

LARGEST_REGION: Final = 130_000
"""The most registrations one region can have: beyond it the synthetic person numbers run out."""

KNOWN_BY_WEIGHTS: Final = (120, 44, 22, 10, 3, 1)
"""Of 200 children, how many are known by one agency, by two, and so on to six."""

CHILDREN_WEIGHTS: Final = (50, 35, 12, 3)
"""Of 100 households, how many have one child in the region, two, three, four."""

REPORTING_TOGETHER: Final = frozenset({"police", "veilig-thuis"})
"""Four in five reports to Veilig Thuis come from justice and safety: where one of these is, the other is likelier."""

TOGETHER_FACTOR: Final = 4
OWN_DUPLICATE_CHANCE: Final = 0.01
NOTICE_DEFERRED_CHANCE: Final = 0.1
REGISTERED_WITHIN_DAYS: Final = 300
NOTICE_WITHIN_DAYS: Final = 14
YOUNGEST_DAYS: Final = 366
OLDEST_DAYS: Final = 22 * 365
SCHOOL_AGE_DAYS: Final = 5 * 366
STORY_CHILD_DAYS: Final = 9 * 365 + 100
TOWNS: Final = ("Voorbeeldstad", "Proefdam", "Oefenburg", "Nergenshuizen")


@cache
def _person_numbers() -> Sequence[int]:
    """Give all numbers 100,000 to 999,999 that pass the 11-test with zeros before them, ascending."""
    numbers = array("l")
    for front in range(10_000, 100_000):
        a, b, c, d, e = (front // 10**power % 10 for power in (4, 3, 2, 1, 0))
        last = (6 * a + 5 * b + 4 * c + 3 * d + 2 * e) % 11
        if last <= 9:  # noqa: PLR2004 - a remainder of ten has no digit
            numbers.append(10 * front + last)
    return numbers


def synthetic_person_number(i: int) -> str:
    """Give the `i`-th synthetic BSN, from 0: nine digits, three of them leading zeros. IndexError outside the list."""
    if i < 0:
        raise IndexError(i)
    return f"{_person_numbers()[i]:09d}"


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """A child who does not exist; it never prints its number, name or address."""

    person_number: str
    birth_on: date
    first_name: str
    last_name: str
    address: str
    household: int

    def __repr__(self) -> str:
        """Show that it is a person, and nothing of whom."""
        return "Person(masked)"


@dataclass(frozen=True, slots=True)
class Involvement:
    """One agency knows one person, by index in `Region.people`; `notice_on` is None while the notice is deferred."""

    agency_slug: str
    person_index: int = field(repr=False)
    since_on: date
    case_reference: str = field(repr=False)
    notice_on: date | None


@dataclass(frozen=True, slots=True, repr=False)
class Region:
    """The people of the region and the involvements of its agencies, as they stand on the day `on`."""

    people: tuple[Person, ...]
    involvements: tuple[Involvement, ...]
    on: date

    @classmethod
    def generate(cls, *, registrations: int, seed: int, on: date) -> Self:
        """Make a region with exactly this many involvements; one seed and one day `on` always give the same one.

        An own duplicate (an agency that has one child twice) counts as two, and only a child whom no other agency
        knows is ever doubled. ValueError for fewer than 1 or more than `LARGEST_REGION`.
        """
        if not 1 <= registrations <= LARGEST_REGION:
            message = f"a region has 1 to {LARGEST_REGION} registrations: there are no more synthetic person numbers"
            raise ValueError(message)
        draw = _Draw(seed=seed, on=on)
        people = [draw.story_child()]
        involvements = [draw.story_involvement()]
        for person in draw.children():
            if len(involvements) >= registrations:
                break
            involvements.extend(draw.involvements(person, len(people)))
            people.append(person)
        return cls(people=tuple(people), involvements=tuple(involvements[:registrations]), on=on)

    def story_child(self) -> Person:
        """Give the child of the demo's story: the school registered it last month, and nobody else knows it."""
        return self.people[0]

    def __repr__(self) -> str:
        """Show how large the region is."""
        return f"Region({len(self.people)} people, {len(self.involvements)} involvements, on {self.on})"


class _Draw:
    """The dice of one region, and what they have given out so far."""

    def __init__(self, *, seed: int, on: date) -> None:
        self._random = Random(seed)  # seeded: a region must be repeatable, and nothing in it is secret
        self._faker = Faker("nl_NL")
        self._faker.seed_instance(seed)
        self._on = on
        capacity = len(_person_numbers())
        self._numbers = iter(self._random.sample(range(capacity), capacity))
        self._cases: Counter[str] = Counter()

    def story_child(self) -> Person:
        return self._child(STORY_CHILD_DAYS, self._faker.last_name(), self._address(), 0)

    def story_involvement(self) -> Involvement:
        """Let the school register the child in the middle of last month."""
        since_on = (self._on.replace(day=1) - timedelta(days=1)).replace(day=15)
        return self._involvement(BY_SLUG["school"], 0, since_on)

    def children(self) -> Iterator[Person]:
        """Give one child after another, household by household, until the person numbers run out."""
        for household in range(1, len(_person_numbers())):
            last_name, address = self._faker.last_name(), self._address()
            age_days = self._random.randrange(YOUNGEST_DAYS, OLDEST_DAYS)
            for _ in range(self._random.choices((1, 2, 3, 4), CHILDREN_WEIGHTS)[0]):
                if age_days < OLDEST_DAYS:
                    yield self._child(age_days, last_name, address, household)
                age_days += self._random.randrange(300, 1800)

    def involvements(self, person: Person, person_index: int) -> list[Involvement]:
        """Draw the agencies that know this person, each once, or now and then one agency twice."""
        agencies = self._agencies_around((self._on - person.birth_on).days)
        if len(agencies) == 1 and self._random.random() < OWN_DUPLICATE_CHANCE:
            agencies *= 2
        return [self._involvement(agency, person_index, self._since_on()) for agency in agencies]

    def _agencies_around(self, age_days: int) -> list[RegionAgency]:
        at_school = age_days >= SCHOOL_AGE_DAYS
        left = {agency.slug: agency.share for agency in AGENCIES if at_school or not agency.school_age_only}
        wanted = self._random.choices(range(1, 1 + len(AGENCIES)), KNOWN_BY_WEIGHTS)[0]
        chosen: list[RegionAgency] = []
        while left and len(chosen) < wanted:
            slug = self._random.choices(tuple(left), tuple(left.values()))[0]
            del left[slug]
            chosen.append(BY_SLUG[slug])
            if slug in REPORTING_TOGETHER:
                for other in REPORTING_TOGETHER & left.keys():
                    left[other] *= TOGETHER_FACTOR
        return chosen

    def _involvement(self, agency: RegionAgency, person_index: int, since_on: date) -> Involvement:
        ordinal = self._cases[agency.slug]
        self._cases[agency.slug] += 1
        deferred = self._random.random() < NOTICE_DEFERRED_CHANCE
        told_on = min(since_on + timedelta(days=self._random.randrange(NOTICE_WITHIN_DAYS)), self._on)
        return Involvement(
            agency_slug=agency.slug,
            person_index=person_index,
            since_on=since_on,
            case_reference=agency.case_reference(ordinal),
            notice_on=None if deferred else told_on,
        )

    def _since_on(self) -> date:
        return self._on - timedelta(days=self._random.randrange(1, REGISTERED_WITHIN_DAYS))

    def _child(self, age_days: int, last_name: str, address: str, household: int) -> Person:
        return Person(
            person_number=synthetic_person_number(next(self._numbers)),
            birth_on=self._on - timedelta(days=age_days),
            first_name=self._faker.first_name(),
            last_name=last_name,
            address=address,
            household=household,
        )

    def _address(self) -> str:
        """Give an address that cannot exist: no Dutch postcode begins with a zero, and the towns are invented."""
        postcode = f"0{self._random.randrange(1000):03d} {self._faker.lexify('??').upper()}"
        town = self._random.choice(TOWNS)
        return f"{self._faker.street_name()} {self._random.randrange(1, 200)}, {postcode} {town}"

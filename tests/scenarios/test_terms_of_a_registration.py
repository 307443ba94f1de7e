"""When a registration ends, told by its dates (scenario 7): two years on a Saturday, a 23rd birthday, a leapling."""

from datetime import date, timedelta

import pytest

from adapters.age_limits import limit_on
from gateway.core.involvement import ends_at
from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.match import match_waiting
from gateway.flows.registering import register
from gateway.flows.registering.expire import expire
from gateway.flows.registering.list_own import own_registration
from gateway.protocol.messages.registrations import Receipt, RegistrationStatus
from gateway.store import SqlStore
from tests.support.house import SmallHouse, TestAgency, agencies, involvement, receipt_of
from tests.support.lives import matches_of
from tests.support.stores import HeldClock, hold_clock

SATURDAY = date(2028, 4, 15)
REGISTERED_ON = date(2026, 4, 15)
JUST_BEFORE = timedelta(milliseconds=1)


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Return a house of two agencies with their desks."""
    house = SmallHouse(store, agencies(2))
    house.open_desks()
    return house


@pytest.fixture
def clock(store: SqlStore, small: SmallHouse) -> HeldClock:
    """Hold the clock of the database at the day of registering."""
    del small
    return hold_clock(store, ends_at(REGISTERED_ON))


def _register(small: SmallHouse, agency: TestAgency, person: str, *, on: date, until: date) -> Receipt:
    row = register.Row(0, involvement(person, on, valid_until=until))
    prepared = register.prepare(small.signed(agency, (row,)), small.house, today_on=on)
    return receipt_of(register.record([prepared], small.house)[0])


def _status(small: SmallHouse, receipt: Receipt) -> RegistrationStatus:
    return own_registration(small.signed(small.parties[0], None), small.house, receipt.id).status


def _met_by_the_other(small: SmallHouse, person: str, *, on: date) -> int:
    _register(small, small.parties[1], person, on=on, until=date(2028, 12, 1))
    match_waiting(small.house)
    return len(matches_of(small, small.parties[1]))


def test_two_years_end_on_a_saturday(small: SmallHouse, clock: HeldClock) -> None:
    """A term in years is never shifted to a working day: on Saturday at 00:00 in Amsterdam it is over."""
    assert "Saturday" == SATURDAY.strftime("%A")
    receipt = _register(small, small.parties[0], "Noor", on=REGISTERED_ON, until=SATURDAY)
    clock.set(ends_at(SATURDAY) - JUST_BEFORE)
    assert RegistrationStatus.ACTIVE is _status(small, receipt)
    clock.set(ends_at(SATURDAY))
    assert RegistrationStatus.EXPIRED is _status(small, receipt)
    assert 0 == _met_by_the_other(small, "Noor", on=SATURDAY)
    assert 1 == expire(small.house)


def test_more_than_two_years_is_refused(small: SmallHouse) -> None:
    """The card's longest term holds, to the day."""
    with pytest.raises(Refused) as refused:
        _register(small, small.parties[0], "Noor", on=REGISTERED_ON, until=SATURDAY + timedelta(days=1))
    assert (Refusal.TERM_TOO_LONG, "2028-04-15") == (refused.value.refusal, refused.value.facts["latest"])


@pytest.mark.parametrize(
    ("born_on", "birthday_on"),
    [(date(2004, 9, 7), date(2027, 9, 7)), (date(2004, 2, 29), date(2027, 2, 28))],
    ids=["a birthday in summer time", "a leapling"],
)
def test_it_ends_when_somebody_turns_23(small: SmallHouse, clock: HeldClock, born_on: date, birthday_on: date) -> None:
    """At the first instant of that day in Amsterdam; whoever was born on 29 February turns 23 on the 28th."""
    assert birthday_on == limit_on("youth", born_on)
    receipt = _register(small, small.parties[0], "Sam", on=REGISTERED_ON, until=birthday_on)
    clock.set(ends_at(birthday_on) - JUST_BEFORE)
    assert RegistrationStatus.ACTIVE is _status(small, receipt)
    clock.set(ends_at(birthday_on))
    assert RegistrationStatus.EXPIRED is _status(small, receipt)
    assert 0 == _met_by_the_other(small, "Sam", on=birthday_on)

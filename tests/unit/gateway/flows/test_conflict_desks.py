"""A conflict desk: where somebody involved works at an agency, it hears there, at no other desk, or not at all."""

from functools import partial

import pytest

from gateway.core.involvement import Oin
from gateway.core.ladder import Climb, RaisedAlert
from gateway.flows.matching.match import match_waiting
from gateway.flows.matching.show_match import show_match
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.matches import LadderStep
from gateway.store import SqlStore
from tests.support.house import DESK, SmallHouse, TestAgency
from tests.support.records import do, inbox, mint
from tests.support.shielding import (
    CONFLICT_DESK,
    MENTAL_HEALTH,
    POLICE,
    SCHOOL,
    VEILIG_THUIS,
    alerts_of,
    excludes,
    matches_of,
    open_house,
    opens_conflict_desk,
    tells_at_conflict_desk,
)


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Open a house of six agencies."""
    return open_house(store)


@pytest.fixture
def safety_desk(small: SmallHouse) -> TestAgency:
    """Return Veilig Thuis, which knows where the father works."""
    return small.parties[VEILIG_THUIS]


@pytest.fixture
def police(small: SmallHouse) -> TestAgency:
    """Return the police, where he works."""
    return small.parties[POLICE]


@pytest.fixture
def school(small: SmallHouse) -> TestAgency:
    """Return the school."""
    return small.parties[SCHOOL]


@pytest.fixture
def mediator(small: SmallHouse) -> TestAgency:
    """Return the agency that mediates."""
    return small.parties[MENTAL_HEALTH]


def _registers(small: SmallHouse, *who: TestAgency) -> None:
    for agency in who:
        small.register(agency, "noor")
    _match(small)


def _match(small: SmallHouse) -> None:
    while match_waiting(small.house).jobs:
        pass


def _told_at(small: SmallHouse, agency: TestAgency) -> list[tuple[AlertKind, str]]:
    return [(alert.kind, alert.desk) for alert in inbox(small.store, agency.oin)]  # type: ignore[arg-type]


def _desk_to_call(small: SmallHouse, agency: TestAgency) -> str:
    (listed,) = matches_of(small, agency)
    seen = show_match(small.signed(agency, None), small.house, listed.id)
    assert seen.other is not None
    assert seen.other.contact is not None
    return seen.other.contact.id


def test_the_alert_goes_to_the_conflict_desk_alone(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, school: TestAgency, mediator: TestAgency
) -> None:
    """The other side hears as ever, and calls the conflict desk; no ordinary desk is named to it."""
    opens_conflict_desk(small, police)
    tells_at_conflict_desk(small, safety_desk, police, mediator)
    _registers(small, school, police)
    assert [(AlertKind.MATCH, CONFLICT_DESK)] == _told_at(small, police)
    assert [(AlertKind.MATCH, "")] == _told_at(small, school)
    assert (CONFLICT_DESK, DESK) == (_desk_to_call(small, school), _desk_to_call(small, police))


def test_what_others_are_shown_does_not_say_that_it_is_a_conflict_desk(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, school: TestAgency, mediator: TestAgency
) -> None:
    """A desk to call, like any."""
    opens_conflict_desk(small, police)
    tells_at_conflict_desk(small, safety_desk, police, mediator)
    _registers(small, school, police)
    (listed,) = matches_of(small, school)
    seen = show_match(small.signed(school, None), small.house, listed.id)
    assert seen.other is not None
    assert seen.other.contact is not None
    assert seen.other.contact.kind is None


def test_every_step_of_the_ladder_stays_at_the_conflict_desk(
    store: SqlStore, small: SmallHouse, police: TestAgency, school: TestAgency, mediator: TestAgency
) -> None:
    """Neither the deputy of the desk that registered nor the intake hears, whomever the step alerts."""
    opens_conflict_desk(small, police)
    tells_at_conflict_desk(small, school, police, mediator)
    _registers(small, school, police)
    (match,) = matches_of(small, police)
    to = partial(RaisedAlert, match=match.id, recipient=Oin(police.oin))
    steps = (to(mint("alt"), kind=AlertKind.DEPUTY, desk="cnt_deputy"), to(mint("alt"), kind=AlertKind.COORDINATOR))
    do(store, lambda tx: tx.matches.climb((Climb(match.id, match.lane, LadderStep.DEPUTY, match.due_on, steps),)))
    told = _told_at(small, police)
    assert [AlertKind.MATCH, AlertKind.DEPUTY, AlertKind.COORDINATOR] == [kind for kind, _ in told]
    assert {CONFLICT_DESK} == {desk for _, desk in told}


def test_an_agency_without_a_conflict_desk_hears_nothing(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, school: TestAgency, mediator: TestAgency
) -> None:
    """Then it is excluded as before, and the mediator hears."""
    tells_at_conflict_desk(small, safety_desk, police, mediator)
    _registers(small, school, police)
    assert ([], []) == (alerts_of(small, police), alerts_of(small, school))
    assert [AlertKind.EXCLUSION] * 2 == alerts_of(small, mediator)


def test_who_is_excluded_as_well_hears_nothing(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, school: TestAgency, mediator: TestAgency
) -> None:
    """The stricter of two exclusions holds, whoever recorded it."""
    opens_conflict_desk(small, police)
    tells_at_conflict_desk(small, safety_desk, police, mediator)
    excludes(small, school, [police], mediator)
    _registers(small, school, police)
    assert [] == alerts_of(small, police)


def test_another_unit_of_the_agency_hears_at_its_own_desk(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, school: TestAgency, mediator: TestAgency
) -> None:
    """Only the unit that was named is passed by."""
    opens_conflict_desk(small, police)
    tells_at_conflict_desk(small, safety_desk, police, mediator, "cnt_of_another_unit")
    _registers(small, school, police)
    assert [(AlertKind.MATCH, "")] == _told_at(small, police)


def test_what_the_intake_knew_ends_and_is_told_anew_at_the_conflict_desk(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, school: TestAgency, mediator: TestAgency
) -> None:
    """As far as it stood when that was recorded."""
    opens_conflict_desk(small, police)
    _registers(small, school, police)
    tells_at_conflict_desk(small, safety_desk, police, mediator)
    _match(small)
    assert (AlertKind.MATCH, CONFLICT_DESK) == _told_at(small, police)[-1]
    assert 1 == sum(match.state == "open" for match in matches_of(small, police))

"""Scenario 4: a mother fled with her child to a secret address; the father works at an agency that is involved."""

from collections.abc import Iterator

import pytest

from adapters import errors
from adapters.identity import Person
from adapters.involvement import notice_given
from gateway.protocol.events import type_of
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.exclusions import ExclusionReach, ExclusionRole
from gateway.protocol.messages.matches import MatchState
from tests.support.regions import RegionHere, region_here
from tests.support.scene import Office, Scene, children, scene_in, today

_people = children()


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegionHere]:
    """Open a region."""
    with region_here(tmp_path_factory.mktemp("secret") / "region") as opened:
        yield opened


@pytest.fixture
def scene(region: RegionHere) -> Scene:
    """Return a fresh scene."""
    return scene_in(region, _people)


@pytest.fixture
def safety_desk(scene: Scene) -> Office:
    """Return Veilig Thuis, which knows of the secret address."""
    return scene.office("veilig_thuis")


@pytest.fixture
def fathers_agency(scene: Scene) -> Office:
    """Return the local team, where the father works."""
    return scene.office("local_team")


@pytest.fixture
def mediator(scene: Scene) -> Office:
    """Return the agency that mediates."""
    return scene.office("mental_health")


def _shields(safety_desk: Office, child: Person, fathers_agency: Office, mediator: Office) -> str:
    recorded = safety_desk.gateway.exclusions.record(
        child, case="VT-4", excluded=[fathers_agency.agency.oin], mediator=mediator.agency.oin
    )
    assert ExclusionReach.PERSON is recorded.reach
    return recorded.id


def _hidden(safety_desk: Office, child: Person) -> None:
    told = notice_given(today())
    receipt = safety_desk.gateway.registrations.register(child, case="VT-4", notice=told, confidential_address=True)
    (own,) = (one for one in safety_desk.gateway.registrations.list() if one.id == receipt.id)
    assert own.confidential_address


def test_the_father_hears_of_nobody_and_the_mediator_hears_of_both(
    scene: Scene, safety_desk: Office, fathers_agency: Office, mediator: Office
) -> None:
    """The school and Veilig Thuis find each other; toward the father's agency both are silent, and it toward them."""
    child, school = scene.child(), scene.office("school")
    exclusion = _shields(safety_desk, child, fathers_agency, mediator)
    _hidden(safety_desk, child)
    school.registers(child, "S-4")
    scene.settle()
    met = {office.kind: office.sees_what_it_hears() for office in (safety_desk, school)}
    assert {"VT-4", "S-4"} == {match.case_reference for match in met.values()}
    for office in (safety_desk, school):
        office.clears_its_inbox()
    receipt = fathers_agency.registers(child, "LT-4")
    scene.settle()
    assert () == fathers_agency.hears()
    assert receipt.id not in {match.registration_id for match in fathers_agency.gateway.matches.list()}
    assert () == safety_desk.hears() == school.hears()
    *_, alert = mediator.hears()
    assert (exclusion, type_of(AlertKind.EXCLUSION)) == (alert.exclusion_id, alert.kind)
    seen = mediator.gateway.exclusions.show(alert.exclusion_id)
    assert ExclusionRole.MEDIATOR is seen.role
    assert {safety_desk.desk(), school.desk()} == {party.contact for party in seen.withheld or ()}
    assert scene.sound()


def test_a_match_that_stood_before_the_flight_is_closed_to_the_father(
    scene: Scene, safety_desk: Office, fathers_agency: Office, mediator: Office
) -> None:
    """What he could look at yesterday names nobody today, as if the other side had withdrawn."""
    child = scene.child()
    fathers_agency.registers(child, "LT-5")
    safety_desk.registers(child, "VT-5")
    scene.settle()
    match = fathers_agency.sees_what_it_hears()
    assert match.other is not None
    _shields(safety_desk, child, fathers_agency, mediator)
    after = fathers_agency.sees(match.id)
    assert (MatchState.ENDED, None) == (after.state, after.other)
    with pytest.raises(errors.StateRefused):
        fathers_agency.reports(after)
    fathers_agency.clears_its_inbox()
    scene.settle()
    assert () == fathers_agency.hears()
    assert 2 == len(mediator.hears())


def test_he_does_not_find_out_that_there_is_something_to_find(
    scene: Scene, safety_desk: Office, fathers_agency: Office, mediator: Office
) -> None:
    """No list, no look, and whoever may lift it is not his agency."""
    exclusion = _shields(safety_desk, scene.child(), fathers_agency, mediator)
    assert () == fathers_agency.gateway.exclusions.list()
    with pytest.raises(errors.NotFound):
        fathers_agency.gateway.exclusions.show(exclusion)
    with pytest.raises(errors.NotFound):
        fathers_agency.gateway.exclusions.lift(exclusion, case="LT-4")


def test_when_he_has_left_the_agency_the_mediator_lets_the_two_meet(
    scene: Scene, safety_desk: Office, fathers_agency: Office, mediator: Office
) -> None:
    """A human decided; both are told then, and who recorded the exclusion hears that it was lifted."""
    child = scene.child()
    exclusion = _shields(safety_desk, child, fathers_agency, mediator)
    _hidden(safety_desk, child)
    fathers_agency.registers(child, "LT-6")
    scene.settle()
    mediator.gateway.exclusions.lift(exclusion, case="B-1")
    (lifted,) = safety_desk.hears()
    assert exclusion == lifted.exclusion_id
    safety_desk.takes(lifted)
    scene.settle()
    assert "LT-6" == fathers_agency.sees_what_it_hears().case_reference
    assert "VT-4" == safety_desk.sees_what_it_hears().case_reference


def test_his_agency_may_hear_at_its_conflict_desk_alone(
    scene: Scene, safety_desk: Office, fathers_agency: Office, mediator: Office
) -> None:
    """Where it has one, and who knows of the secret address says so."""
    desk = fathers_agency.gateway.contacts.put(
        "conflict", name="Integriteit", phone="010 111 11 11", email="desk@agency.example", conflict=True
    )
    assert "conflict" == desk.kind
    recorded = safety_desk.gateway.exclusions.record(
        scene.child(), case="VT-5", at_conflict_desk=[fathers_agency.agency.oin], mediator=mediator.agency.oin
    )
    assert ExclusionReach.PERSON is recorded.reach

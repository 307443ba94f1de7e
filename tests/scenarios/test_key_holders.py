"""Key holders come and go, and one may lie: what an agency at its desk notices of it."""

import pytest

from adapters import errors
from tests.support.scene import Scene


def test_with_one_holder_down_the_other_two_serve(scene: Scene) -> None:
    """Whichever of the three it is, the token is the same and the match is made."""
    police, school = scene.office("police"), scene.office("school")
    for away in (1, 2, 3):
        child = scene.child()
        school.registers(child)
        with scene.without_holders(away):
            police.registers(child)
        scene.settle()
        assert 1 == len(police.hears())
        police.clears_its_inbox()
        school.clears_its_inbox()


def test_with_two_holders_down_an_agency_is_asked_to_come_back(scene: Scene) -> None:
    """It is told which ones do not answer, nothing is registered, and afterwards it simply works."""
    school, child = scene.office("school"), scene.child()
    before = len(school.gateway.registrations.list())
    with scene.without_holders(1, 3), pytest.raises(errors.TryAgainLater) as later:
        school.registers(child)
    assert "upstream-holders-unreachable" == later.value.code
    assert {"1", "3"} <= set(str(later.value.facts["holders"]))
    assert before == len(school.gateway.registrations.list())
    school.registers(child)
    assert before + 1 == len(school.gateway.registrations.list())


def test_a_holder_that_lies_is_named_and_not_used(scene: Scene) -> None:
    """The proof does not fit the pinned key: the agency's own desk hears who lied, and two honest holders serve."""
    police, school, child = scene.office("police"), scene.office("school"), scene.child()
    school.registers(child)
    police.lies.clear()
    with scene.lying_holder(police, 2):
        while not police.lies:  # which two of the three are asked is chance
            police.registers(child)
    scene.settle()
    assert {2} == {lie.holder for lie in police.lies}
    assert 1 == len(police.hears())


def test_two_holders_that_lie_leave_no_way_to_register(scene: Scene) -> None:
    """No token is made of an answer that is not proved, so nothing is sent to the gateway."""
    police, child = scene.office("police"), scene.child()
    before = len(police.gateway.registrations.list())
    with scene.lying_holder(police, 1), scene.lying_holder(police, 2), pytest.raises(errors.IntegrityError) as refused:
        police.registers(child)
    assert "integrity-holder" == refused.value.code
    assert before == len(police.gateway.registrations.list())

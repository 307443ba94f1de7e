"""After a match: colleagues stand in, a pair that knows enough is left in peace, one agency leads, desks are kept."""

import pytest

from adapters import errors
from gateway.protocol.messages.matches import Handler, Side
from tests.support.scene import Scene


def _meet(scene: Scene) -> str:
    """Let police and school meet about a new child; return the match."""
    police, school, child = scene.office("police"), scene.office("school"), scene.child()
    school.registers(child)
    police.registers(child)
    scene.settle()
    return police.sees_what_it_hears().id


def test_a_deputy_takes_over_for_a_colleague_who_is_away(scene: Scene) -> None:
    """The own agency sees who handles it, the other does not; a reporter stands in for nobody."""
    match, police, school = _meet(scene), scene.office("police"), scene.office("school")

    assert Handler.DEPUTY is police.gateway.matches.take_over(match, role="deputy").handled_by
    assert (Handler.DEPUTY, Handler.REPORTER) == (police.sees(match).handled_by, school.sees(match).handled_by)
    with pytest.raises(errors.PolicyRefused) as refused:
        school.gateway.matches.take_over(match, role="reporter")
    assert "policy-role-not-admitted" == refused.value.code


def test_two_who_are_already_in_contact_ask_to_be_left_in_peace(scene: Scene) -> None:
    """Only after both said that they are, and only once both ask."""
    match, police, school = _meet(scene), scene.office("police"), scene.office("school")

    with pytest.raises(errors.StateRefused) as refused:
        police.gateway.matches.mute(match)
    assert "state-mute-needs-contact" == refused.value.code
    for office in (police, school):
        office.reports(office.sees(match), "already_in_contact")
    assert [False, True] == [office.gateway.matches.mute(match).muted for office in (police, school)]
    assert (True, True) == (police.sees(match).muted, school.sees(match).muted)


def test_both_choose_who_leads(scene: Scene) -> None:
    """The school proposes the police, and the police accept."""
    match, police, school = _meet(scene), scene.office("police"), scene.office("school")

    assert school.gateway.matches.name_coordinator(match, coordinator="other").case_coordinator is None
    assert Side.OWN is police.sees(match).named_by_other
    assert Side.OWN is police.gateway.matches.name_coordinator(match, coordinator="own").case_coordinator
    assert (Side.OWN, Side.OTHER) == (police.sees(match).case_coordinator, school.sees(match).case_coordinator)


def test_an_agency_confirms_its_desk(scene: Scene) -> None:
    """It is right for another 90 days."""
    police = scene.office("police")
    confirmed = police.gateway.contacts.confirm(police.agency.contact)

    assert 90 == (confirmed.confirm_before - confirmed.confirmed_on).days

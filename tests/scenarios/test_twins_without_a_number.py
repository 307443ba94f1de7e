"""Scenario 1: twin sisters of whom nobody knows a number, and the agencies that never take one for the other."""

from dataclasses import dataclass
from datetime import date

import pytest

from adapters import Person, Unnumbered, errors
from adapters.involvement import notice_given
from gateway.protocol.messages.identities import Finding, Identity
from gateway.protocol.messages.registrations import OwnRegistration, Receipt
from tests.support.scene import Office, Scene, shape_of, today

BORN = date(2015, 3, 9)
OTHER_WAY = date(2015, 9, 3)
CASE = "Z-1"


@dataclass(frozen=True)
class Story:
    """A scene of its own: in one region each test tells of another family."""

    scene: Scene
    family: str

    def named(self, given_name: str, born: date = BORN) -> Unnumbered:
        """Return somebody of this family."""
        return Unnumbered(given_name, self.family, born)


@pytest.fixture
def story(scene: Scene, request: pytest.FixtureRequest) -> Story:
    """Return a fresh scene with a family that no agency knows yet."""
    names = {
        test_each_twin_waits_for_a_person_who_looks.__name__: "El Amrani",
        test_careful_officials_never_take_one_twin_for_the_other.__name__: "Bouzid",
        test_one_agency_that_knows_both_twins_sets_both_aside.__name__: "Toprak",
        test_one_girl_in_two_spellings_is_found_once_both_looked.__name__: "de Vries",
        test_a_number_that_becomes_known_links_her.__name__: "Nguyen",
        test_nobody_can_tell_whether_another_is_there.__name__: "Lukasz",
    }
    return Story(scene, names[request.function.__name__])


def registers(office: Office, who: Unnumbered) -> Receipt:
    """Register somebody without a number."""
    return office.gateway.registrations.register(who, case=CASE, notice=notice_given(today()))


def looks(
    office: Office, receipt: Receipt, who: Unnumbered | Person, finding: Finding = Finding.CONFIRMED
) -> OwnRegistration:
    """Let an official of the agency say what was found."""
    return office.gateway.registrations.resolve_identity(receipt.id, who, case=CASE, finding=finding)


def heard_of(office: Office) -> list[str]:
    """Return of what kinds the alerts in an inbox are, and empty it."""
    if alerts := office.hears():
        office.takes(*alerts)
    return [alert.kind.removeprefix("nl.seinhuis.") for alert in alerts]


ASKED = "alert.identity-asked.v1"
MATCH = "alert.v1"


def test_each_twin_waits_for_a_person_who_looks(story: Story) -> None:
    """The police know Hanan, and the school Hannan, her sister: both are asked for more, and nobody hears."""
    police, school = map(story.scene.office, ("police", "school"))
    for office, name in ((police, "Hanan"), (school, "Hannan")):
        receipt = registers(office, story.named(name))
        assert Identity.POSSIBLE is office.gateway.registrations.show(receipt.id).identity
    story.scene.settle()
    assert [[ASKED], [ASKED]] == [heard_of(police), heard_of(school)]
    assert story.scene.sound()


def test_careful_officials_never_take_one_twin_for_the_other(story: Story) -> None:
    """The police are sure; the school knows that she has a sister. Nobody is told of anybody."""
    police, school = map(story.scene.office, ("police", "school"))
    of_police, of_school = registers(police, story.named("Hanan")), registers(school, story.named("Hannan"))
    looks(police, of_police, story.named("Hanan"))
    doubted = looks(school, of_school, story.named("Hannan"), Finding.AMBIGUOUS)
    story.scene.settle()
    assert (Identity.AMBIGUOUS, [ASKED], [ASKED]) == (doubted.identity, heard_of(police), heard_of(school))
    with pytest.raises(errors.StateRefused, match="state-identity-settled"):
        looks(school, of_school, story.named("Hannan"))
    assert story.scene.sound()


def test_one_agency_that_knows_both_twins_sets_both_aside(story: Story) -> None:
    """Whoever confirmed one of them at another agency hears nothing: it could be the other."""
    police, school = map(story.scene.office, ("police", "school"))
    one, other = registers(police, story.named("Hanan")), registers(police, story.named("Hannan"))
    looks(police, one, story.named("Hanan"))
    looks(police, other, story.named("Hannan"))
    looks(school, registers(school, story.named("Hanan")), story.named("Hanan"))
    story.scene.settle()
    found = [police.gateway.registrations.show(receipt.id).identity for receipt in (one, other)]
    assert [Identity.AMBIGUOUS] * 2 == found
    assert [[ASKED, ASKED], [ASKED]] == [heard_of(police), heard_of(school)]
    assert story.scene.sound()


def test_one_girl_in_two_spellings_is_found_once_both_looked(story: Story) -> None:
    """Written as heard, day and month exchanged: with the second official both are told, with the first nobody."""
    police, school = map(story.scene.office, ("police", "school"))
    djamila, jamilah = story.named("Djamila"), Unnumbered("Jamilah Rosa", "VRIES", OTHER_WAY)
    of_police, of_school = registers(police, djamila), registers(school, jamilah)
    looks(police, of_police, djamila)
    story.scene.settle()
    assert [[ASKED], [ASKED]] == [heard_of(police), heard_of(school)]
    looks(school, of_school, jamilah)
    story.scene.settle()
    assert [[MATCH], [MATCH]] == [heard_of(police), heard_of(school)]
    assert story.scene.sound()


def test_a_number_that_becomes_known_links_her(story: Story) -> None:
    """She could be two people, until the school learns her number; mental health care knew her by it."""
    school, care, child = story.scene.office("school"), story.scene.office("mental_health"), story.scene.child()
    receipt = registers(school, story.named("Linh"))
    looks(school, receipt, story.named("Linh"), Finding.AMBIGUOUS)
    care.registers(child)
    story.scene.settle()
    assert [[ASKED], []] == [heard_of(school), heard_of(care)]
    assert None is looks(school, receipt, child, Finding.EXACT).identity
    story.scene.settle()
    assert [[MATCH], [MATCH]] == [heard_of(school), heard_of(care)]
    assert story.scene.sound()


def test_nobody_can_tell_whether_another_is_there(story: Story) -> None:
    """To an onlooker receipt and resolution look the same for whom the police confirmed, and for whom nobody knows."""
    police, school = map(story.scene.office, ("police", "school"))
    looks(police, registers(police, story.named("Ola")), story.named("Ola"))
    shapes = []
    for name in ("Ola", "Ewa"):
        receipt = registers(school, story.named(name))
        of_receipt = shape_of(school.wire.last_answer)
        looks(school, receipt, story.named(name))
        shapes.append((of_receipt, shape_of(school.wire.last_answer)))
    story.scene.settle()
    assert shapes[0] == shapes[1]
    assert [[ASKED, MATCH], [ASKED, ASKED, MATCH]] == [sorted(heard_of(office)) for office in (police, school)]

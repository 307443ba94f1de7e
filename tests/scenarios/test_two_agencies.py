"""Two agencies meet: what a region is for, told as those who work with it would tell it."""

import pytest

from adapters import errors
from gateway.protocol.messages.matches import ContactOutcome, MatchState
from tests.support.scene import Scene, in_days, shape_of


def test_police_and_school_hear_of_each_other_and_make_contact(scene: Scene) -> None:
    """Both are told, both see the other's desk, both report, and with the second report the match is closed."""
    police, school, child = scene.office("police"), scene.office("school"), scene.child()

    school.registers(child, "S-7")
    police.registers(child, "P-12")
    scene.settle()

    (at_school,), (at_police,) = school.hears(), police.hears()
    seen_by_school, seen_by_police = school.sees(at_school), police.sees(at_police)
    assert seen_by_school.id == seen_by_police.id
    assert ("S-7", "P-12") == (seen_by_school.case_reference, seen_by_police.case_reference)
    assert seen_by_school.other is not None
    assert seen_by_police.other is not None
    assert police.desk() == seen_by_school.other.contact
    assert school.desk() == seen_by_police.other.contact
    assert MatchState.OPEN == seen_by_school.state

    assert MatchState.ANSWERED == school.reports(seen_by_school).state
    assert MatchState.CLOSED == police.reports(seen_by_police, "plan_made").state

    seen_afterwards = school.sees(at_school)
    assert (MatchState.CLOSED, ContactOutcome.CONTACTED) == (seen_afterwards.state, seen_afterwards.outcome)
    assert seen_afterwards.other_reported
    assert scene.sound()


def test_an_alert_stays_until_it_is_taken_and_then_is_gone(scene: Scene) -> None:
    """What was not acknowledged is shown again; what was acknowledged is not, and to acknowledge twice is no fault."""
    police, school, child = scene.office("police"), scene.office("school"), scene.child()
    school.registers(child)
    police.registers(child)
    scene.settle()

    alerts = police.hears()
    assert 1 == len(alerts)
    assert alerts == police.hears()
    police.takes(*alerts)
    police.takes(*alerts)
    assert () == police.hears()
    assert 1 == len(school.hears())


def test_neither_learns_more_than_whom_to_call(scene: Scene) -> None:
    """No flag, no reason, no case of the other and nothing of the person stands in the answer or in the alert."""
    police, school, child = scene.office("police"), scene.office("school"), scene.child()
    school.registers(child, "S-secret")
    police.registers(child, "P-secret")
    scene.settle()

    police.sees_what_it_hears()
    shown = police.wire.last_answer.text
    assert "P-secret" in shown
    assert "S-secret" not in shown
    assert child.bsn not in shown
    assert "hx1." not in shown


def test_registering_again_joins_what_there_is(scene: Scene) -> None:
    """A second registration by the police of a child they already share with the school tells nobody anything new."""
    police, school, child = scene.office("police"), scene.office("school"), scene.child()
    school.registers(child)
    police.registers(child, "P-1")
    scene.settle()
    police.clears_its_inbox()
    school.clears_its_inbox()

    police.registers(child, "P-2")
    scene.settle()

    assert () == police.hears()
    assert () == school.hears()
    assert scene.sound()


def test_one_agency_never_meets_itself(scene: Scene) -> None:
    """Two registrations of one child by one agency are two cases, not a match."""
    police, child = scene.office("police"), scene.child()
    police.registers(child, "P-1")
    police.registers(child, "P-2")
    scene.settle()
    assert () == police.hears()


def test_a_registration_in_error_makes_the_match_as_if_it_had_never_been(scene: Scene) -> None:
    """The match is void, no desk is shown any more, and there is nothing left to report."""
    police, school, child = scene.office("police"), scene.office("school"), scene.child()
    school.registers(child)
    mistake = police.registers(child)
    scene.settle()
    before = school.sees_what_it_hears()
    assert before.other is not None

    police.withdraws(mistake, "registered_in_error")

    after = school.sees(before.id)
    assert MatchState.VOID == after.state
    assert after.other is None
    with pytest.raises(errors.StateRefused) as refused:
        school.reports(after)
    assert "state-match-ended" == refused.value.code
    assert scene.sound()


def test_who_comes_after_a_withdrawal_hears_nothing(scene: Scene) -> None:
    """Once the withdrawal is acknowledged, that registration never matches again."""
    police, school, child = scene.office("police"), scene.office("school"), scene.child()
    first = school.registers(child)
    scene.settle()
    school.withdraws(first, "registered_in_error")

    police.registers(child)
    scene.settle()

    assert () == police.hears()
    assert () == school.hears()
    assert scene.sound()


def test_a_match_that_was_due_is_made_before_one_side_leaves(scene: Scene) -> None:
    """Both had been told that they are registered when the school withdrew: so both are told of each other."""
    police, school, child = scene.office("police"), scene.office("school"), scene.child()
    police.registers(child)
    leaving = school.registers(child)
    school.withdraws(leaving)
    scene.settle()
    assert 1 == len(police.hears())
    assert 1 == len(school.hears())
    assert MatchState.ENDED == police.sees_what_it_hears().state


def test_a_third_agency_meets_both(scene: Scene) -> None:
    """Mental health care comes third: it hears twice, police and school each once more, and each pair has one match."""
    police, school, care, child = *map(scene.office, ("police", "school", "mental_health")), scene.child()
    school.registers(child)
    police.registers(child)
    scene.settle()
    school.clears_its_inbox()
    police.clears_its_inbox()

    care.registers(child)
    scene.settle()

    heard = {office.kind: {office.sees(alert).id for alert in office.hears()} for office in (police, school, care)}
    assert (1, 1, 2) == tuple(len(heard[kind]) for kind in ("police", "school", "mental_health"))
    assert heard["police"] | heard["school"] == heard["mental_health"]
    assert scene.sound()


def test_an_expired_registration_never_matches(scene: Scene) -> None:
    """Also when nobody has purged it yet: the term is looked at when it matters, by the database's clock."""
    police, school, child = scene.office("police"), scene.office("school"), scene.child()
    old = school.registers(child, until=in_days(1))
    scene.settle()
    scene.end_term(old)

    police.registers(child)
    scene.settle()

    assert () == police.hears()
    assert () == school.hears()


def test_a_renewed_registration_goes_on(scene: Scene) -> None:
    """A renewal is a new attestation with a new term; who comes later meets it, and it stays one registration."""
    police, school, child = scene.office("police"), scene.office("school"), scene.child()
    first = school.registers(child, until=in_days(2))
    renewed = school.renews(first, until=in_days(300))
    assert (first.id, in_days(300)) == (renewed.id, renewed.valid_until)

    police.registers(child)
    scene.settle()

    assert first.id == school.sees_what_it_hears().registration_id


def test_what_was_withdrawn_cannot_be_renewed(scene: Scene) -> None:
    """Whoever is involved again registers again."""
    school, child = scene.office("school"), scene.child()
    receipt = school.registers(child)
    school.withdraws(receipt)
    with pytest.raises(errors.StateRefused) as refused:
        school.renews(receipt, until=in_days(100))
    assert "state-not-active" == refused.value.code


def test_the_receipt_does_not_tell_whether_there_is_a_match(scene: Scene) -> None:
    """First, second of one agency, a hit, and again after a withdrawal: to an onlooker they are one and the same."""
    police, school, child = scene.office("police"), scene.office("school"), scene.child()
    school.registers(child)
    scene.settle()
    shapes = {}
    hit = police.registers(child)
    shapes["hit"] = shape_of(police.wire.last_answer)
    scene.settle()
    police.registers(child)
    shapes["own duplicate"] = shape_of(police.wire.last_answer)
    police.withdraws(hit)
    police.registers(child)
    shapes["after withdrawal"] = shape_of(police.wire.last_answer)
    police.registers(scene.child())
    shapes["no hit"] = shape_of(police.wire.last_answer)
    assert dict.fromkeys(shapes, shapes["no hit"]) == shapes


def test_who_may_not_register_is_told_why(scene: Scene) -> None:
    """Childcare has no place in this lane: the answer names the rule and explains it, for a known child and another."""
    childcare, school, known, unknown = *map(scene.office, ("childcare", "school")), scene.child(), scene.child()
    school.registers(known)
    scene.settle()
    told = []
    for child in (known, unknown):
        with pytest.raises(errors.PolicyRefused) as refused:
            childcare.registers(child)
        told.append((refused.value.code, refused.value.facts["rule"], refused.value.detail))
    assert ("policy-agency-not-admitted", "N1") == told[0][:2]
    assert "not authorized to register in this lane" in told[0][2]
    assert told[0] == told[1]
    assert () == school.hears()


def test_the_same_question_asked_twice_is_one_registration(scene: Scene) -> None:
    """The answer got lost and the school asks again with its idempotency key: one registration, the same receipt."""
    school, child = scene.office("school"), scene.child()
    before = len(school.gateway.registrations.list())
    receipts = [school.registers(child, idempotency_key="asked-again-" + "k" * 12) for _ in range(2)]
    assert receipts[0] == receipts[1]
    assert before + 1 == len(school.gateway.registrations.list())

"""How a registration goes on and ends, told as those who work with it would tell it (scenarios 5 and 8)."""

from datetime import date

import pytest

from adapters import errors
from adapters.involvement import notice_deferred, notice_given
from gateway.protocol.messages.matches import MatchState
from gateway.protocol.messages.notices import NoticeStatus
from tests.support.scene import Scene, in_days, today

FAR = date(today().year + 9, 1, 1)


def test_withdrawn_in_error_is_as_if_it_had_never_been(scene: Scene) -> None:
    """The school registered the wrong child: the match is void, nothing is kept, and nobody hears of it later."""
    police, school, care, child = *map(scene.office, ("police", "school", "mental_health")), scene.child()
    police.registers(child)
    mistake = school.registers(child, "S-wrong")
    scene.settle()
    seen = police.sees_what_it_hears()

    school.withdraws(mistake, "registered_in_error", case="S-wrong")

    after = police.sees(seen.id)
    assert (MatchState.VOID, None) == (after.state, after.other)
    kept = school.gateway.registrations.show(mistake.id)
    assert ("withdrawn", None) == (kept.status, kept.case_reference)
    police.clears_its_inbox()
    later = care.registers(child)
    scene.settle()
    assert () == care.gateway.registrations.archive_hints(later.id)
    assert scene.sound()


def test_a_risk_that_is_gone_is_remembered_once(scene: Scene) -> None:
    """The school's work is done. Who comes next hears that it was there and whom to call; who comes after that, not."""
    police, school, care, child = *map(scene.office, ("police", "school", "mental_health")), scene.child()
    done = school.gateway.registrations.register(child, case="S-1", notice=notice_given(today()), archive_until=FAR)
    scene.settle()
    school.withdraws(done, "risk_gone", case="S-1")

    next_one = police.registers(child, "P-1")
    scene.settle()
    (alert,) = police.hears()
    assert ("nl.seinhuis.alert.archive-hint.v1", next_one.id, "") == (alert.kind, alert.registration_id, alert.match_id)
    (hint,) = police.gateway.registrations.archive_hints(next_one.id, case="P-1")
    assert hint.other is not None
    assert school.desk() == hint.other.contact
    police.takes(alert)

    care.registers(child)
    scene.settle()
    (met,) = care.hears()  # the police, who are there now; of the school nothing
    assert "" == met.registration_id
    assert () == school.hears()
    assert scene.sound()


def test_what_is_erased_leaves_no_hint(scene: Scene) -> None:
    """The school was done, then the family asked to be forgotten: who comes next hears nothing."""
    police, school, child = scene.office("police"), scene.office("school"), scene.child()
    done = school.gateway.registrations.register(child, case="S-1", notice=notice_given(today()), archive_until=FAR)
    school.withdraws(done, "risk_gone", case="S-1")
    school.withdraws(done, "erasure", case="S-1")

    police.registers(child)
    scene.settle()
    assert () == police.hears()


def test_a_parent_objects_and_the_registration_waits(scene: Scene) -> None:
    """While it is decided nobody meets it; it is decided that it stands, and now those who came meanwhile do."""
    police, school, child = scene.office("police"), scene.office("school"), scene.child()
    ours = school.registers(child, "S-10")
    waiting = school.gateway.registrations.restrict(ours.id, case="S-10", reason="objection")
    assert "restricted" == waiting.status
    police.registers(child)
    scene.settle()
    assert () == police.hears()

    school.gateway.registrations.lift_restriction(ours.id, case="S-10")
    scene.settle()
    assert MatchState.OPEN == police.sees_what_it_hears().state
    assert scene.sound()


def test_an_objection_that_is_upheld_ends_it(scene: Scene) -> None:
    """The registration is erased, and the other side hears that it is over and not why."""
    police, school, child = scene.office("police"), scene.office("school"), scene.child()
    ours = school.registers(child, "S-10")
    police.registers(child)
    scene.settle()
    seen = police.sees_what_it_hears()
    school.gateway.registrations.restrict(ours.id, case="S-10", reason="objection")
    school.withdraws(ours, "objection_upheld", case="S-10")
    assert (MatchState.ENDED, None) == (police.sees(seen.id).state, police.sees(seen.id).other)


def test_a_notice_waits_for_safety_and_is_given_later(scene: Scene) -> None:
    """A girl of 13: she and her mother are to be told, and both are once it is safe; the card bounds every delay."""
    school, child = scene.office("school"), scene.child()
    later = notice_deferred("safety", review_on=in_days(20))
    ours = school.gateway.registrations.register(child, case="S-13", notice=later)
    again = notice_deferred("safety", review_on=in_days(14))
    put_off = school.gateway.registrations.record_notice(ours.id, case="S-13", notice=again)
    assert (NoticeStatus.DEFERRED, in_days(14)) == (put_off.subject_notice.status, put_off.subject_notice.on)
    too_long = notice_deferred("safety", review_on=in_days(16))
    with pytest.raises(errors.PolicyRefused) as refused:
        school.gateway.registrations.record_notice(ours.id, case="S-13", notice=too_long)
    assert "policy-notice-put-off-too-long" == refused.value.code
    told = school.gateway.registrations.record_notice(ours.id, case="S-13", notice=notice_given(today()))
    assert NoticeStatus.GIVEN == told.subject_notice.status

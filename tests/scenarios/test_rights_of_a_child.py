"""Scenario 8: a parent objects for a 10-year-old; for a 13-year-old the parent alone is not enough, both must ask."""

from datetime import UTC, date, datetime

import pytest

from adapters.exercising import age_class
from gateway.core.refusals import Refusal, Refused
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.registrations import RegistrationStatus
from gateway.protocol.messages.subject_requests import (
    Advice,
    AdviceReason,
    Asker,
    DecisionReason,
    ItemDecision,
    RequestState,
    SubjectRight,
)
from gateway.store import SqlStore, reconcile
from keys.purge_receipts import purge_is_signed
from tests.support.rights import BOTH, KEY, Desk

MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
PARENT = (Asker.REPRESENTATIVE,)


def _days_until(desk: Desk, on: date) -> int:
    return (on - desk.moment.date()).days


def test_a_parent_objects_for_a_child_of_ten(store: SqlStore) -> None:
    """It matches nobody from that day; the police advise, the municipality upholds, and within the month it is gone."""
    desk = Desk(store, MONDAY)
    police, team = desk.registers(desk.police, "noor"), desk.registers(desk.team, "noor")
    desk.matches()
    assert ["open"] == list(desk.match_ids(desk.police).values())

    ten = age_class(date(2016, 6, 1), today_on=MONDAY.date())
    request = desk.takes("noor", SubjectRight.OBJECTION, age=ten, asked_by=PARENT)
    assert (date(2027, 3, 1), date(2027, 4, 1)) == (request.received_on, request.due_on)
    desk.routes()
    assert RegistrationStatus.RESTRICTED is desk.shows(desk.police, police.id).status
    assert ["ended"] == list(desk.match_ids(desk.police).values())

    desk.pass_days(2)
    (own,) = desk.items(desk.police)
    desk.advises(desk.police, own.id, Advice.AGREE, AdviceReason.RISK_GONE)
    (theirs,) = desk.items(desk.team)
    desk.advises(desk.team, theirs.id, Advice.DISAGREE, AdviceReason.RISK_PERSISTS)
    desk.decides(desk.desk, own.id)
    desk.decides(desk.desk, theirs.id, ItemDecision.REFUSED, DecisionReason.COMPELLING_GROUNDS)

    gone, stays = desk.shows(desk.police, police.id), desk.shows(desk.team, team.id)
    assert (RegistrationStatus.WITHDRAWN, RegistrationStatus.ACTIVE) == (gone.status, stays.status)
    later = desk.registers(desk.far_agency, "noor")
    desk.matches()
    assert 1 == list(desk.match_ids(desk.team).values()).count("open")
    assert 0 == list(desk.match_ids(desk.police).values()).count("open")
    assert RegistrationStatus.ACTIVE is desk.shows(desk.far_agency, later.id).status
    assert AlertKind.ARCHIVE_HINT not in desk.alert_kinds(desk.far_agency)

    desk.pass_days(_days_until(desk, date(2027, 3, 14)))
    assert 0 == desk.answers()
    desk.pass_days(1)
    assert 1 == desk.answers()
    assert RequestState.ANSWERED is desk.shows_request(request.id).state
    answered = desk.letter(request.id)
    told = [(name, line.decision, line.reason) for name, line in answered.letter.lines]
    assert [
        (desk.police.name, ItemDecision.UPHELD, DecisionReason.JUSTIFIED),
        (desk.team.name, ItemDecision.REFUSED, DecisionReason.COMPELLING_GROUNDS),
    ] == told
    assert purge_is_signed(answered.request.statement, answered.request.signature, public=KEY.public)
    assert reconcile(store).sound


@pytest.mark.parametrize("alone", [(Asker.REPRESENTATIVE,), (Asker.PERSON,)])
def test_for_a_child_of_thirteen_one_alone_is_not_enough(store: SqlStore, alone: tuple[Asker, ...]) -> None:
    """Neither the parent nor the child; nothing happens until both stand at the desk."""
    desk = Desk(store, MONDAY)
    own = desk.registers(desk.police, "finn")
    thirteen = age_class(date(2014, 2, 28), today_on=MONDAY.date())

    with pytest.raises(Refused) as refused:
        desk.takes("finn", SubjectRight.OBJECTION, age=thirteen, asked_by=alone)
    assert (Refusal.REQUEST_ASKERS, ("person", "representative")) == (
        refused.value.refusal,
        refused.value.facts["needed"],
    )
    assert 0 == desk.routes()
    assert RegistrationStatus.ACTIVE is desk.shows(desk.police, own.id).status

    desk.takes("finn", SubjectRight.OBJECTION, age=thirteen, asked_by=BOTH)
    desk.routes()
    assert RegistrationStatus.RESTRICTED is desk.shows(desk.police, own.id).status

"""Rights of persons: taken, routed, advised on, decided once, answered alike whatever is held (domain rule 11, A7)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from gateway.core.deadlines import add_months, local_date
from gateway.core.events import EventKind
from gateway.core.refusals import Refusal, Refused
from gateway.flows.registering.restrict import Lifting, lift
from gateway.flows.rights.answer_request import alarm_overdue
from gateway.flows.rights.remind_of_requests import remind_of_requests
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.notices import DeferralReason, NoticeStatus, SubjectNotice
from gateway.protocol.messages.registrations import LiftRestriction, RegistrationStatus, WithdrawalReason
from gateway.protocol.messages.subject_requests import (
    Advice,
    AgeClass,
    Asker,
    DecisionReason,
    ItemDecision,
    RequestState,
    SubjectRight,
    WrongPart,
)
from gateway.store import SqlStore, reconcile
from keys.purge_receipts import purge_is_signed
from tests.support.crowd import at_once
from tests.support.rights import BOTH, KEY, Desk, now

ENDING = (SubjectRight.OBJECTION, SubjectRight.ERASURE, SubjectRight.RECTIFICATION)


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    """Open the desks of two municipalities."""
    return Desk(store, now())


def _wrong(right: SubjectRight) -> dict[str, Any]:
    return {"wrong": WrongPart.PERSON} if right is SubjectRight.RECTIFICATION else {}


def _refused(work: Callable[[], object]) -> Refusal:
    with pytest.raises(Refused) as refused:
        work()
    return refused.value.refusal


@pytest.mark.parametrize(
    ("age", "asked_by", "enough"),
    [
        (AgeClass.UNDER_12, (Asker.REPRESENTATIVE,), True),
        (AgeClass.UNDER_12, (Asker.PERSON,), False),
        (AgeClass.UNDER_12, BOTH, False),
        (AgeClass.FROM_12_TO_15, BOTH, True),
        (AgeClass.FROM_12_TO_15, (Asker.REPRESENTATIVE,), False),
        (AgeClass.FROM_12_TO_15, (Asker.PERSON,), False),
        (AgeClass.FROM_12_TO_15, (Asker.PERSON, Asker.PERSON), False),
        (AgeClass.FROM_16, (Asker.PERSON,), True),
        (AgeClass.FROM_16, (Asker.REPRESENTATIVE,), False),
    ],
)
def test_who_asks_follows_from_the_age(desk: Desk, age: AgeClass, asked_by: tuple[Asker, ...], *, enough: bool) -> None:
    """Under 12 the representative, from 12 to 15 both, from 16 the person (domain rule 7)."""
    if enough:
        assert RequestState.PENDING is desk.takes("noor", SubjectRight.ACCESS, age=age, asked_by=asked_by).state
    else:
        with pytest.raises(Refused) as refused:
            desk.takes("noor", SubjectRight.ACCESS, age=age, asked_by=asked_by)
        assert Refusal.REQUEST_ASKERS is refused.value.refusal


def test_only_a_desk_of_a_municipality_takes_requests(desk: Desk) -> None:
    """No agency, and no municipality whose agreement is nowhere on the trust list."""
    for caller in (desk.police, desk.lost_desk):
        assert Refusal.DESK_NOT_ADMITTED is _refused(lambda: desk.takes("noor", SubjectRight.ACCESS, at=caller))  # noqa: B023


def test_what_is_found_is_routed_to_whoever_holds_the_agreement(desk: Desk) -> None:
    """Each registering agency is asked for advice, each municipality decides its own, an officer may decide all."""
    here, there = desk.registers(desk.police, "noor"), desk.registers(desk.far_agency, "noor")
    desk.registers(desk.team, "somebody else")
    desk.takes("noor", SubjectRight.ACCESS)
    assert 1 == desk.routes()
    assert 0 == desk.routes()

    assert [here.id] == [item.registration_id for item in desk.items(desk.police)]
    assert [here.id] == [item.registration_id for item in desk.items(desk.desk)]
    assert [there.id] == [item.registration_id for item in desk.items(desk.far_desk)]
    assert {here.id, there.id} == {item.registration_id for item in desk.items(desk.officer)}
    assert () == desk.items(desk.team)
    assert [here.id] == [item.registration_id for item in desk.items(desk.officer, only=here.id)]
    assert AlertKind.ADVICE_ASKED in desk.alert_kinds(desk.police)
    assert AlertKind.DECISION_ASKED in desk.alert_kinds(desk.desk)
    assert AlertKind.DECISION_ASKED in desk.alert_kinds(desk.far_desk)


@pytest.mark.parametrize("right", [SubjectRight.OBJECTION, SubjectRight.RECTIFICATION, SubjectRight.RESTRICTION])
def test_it_matches_nobody_while_a_request_is_pending(desk: Desk, right: SubjectRight) -> None:
    """Its match ends, a newcomer meets nobody, and the agency cannot lift it; refused, it matches again."""
    own = desk.registers(desk.police, "noor")
    desk.registers(desk.team, "noor")
    desk.matches()
    desk.takes("noor", right, **_wrong(right))
    desk.routes()
    desk.registers(desk.far_agency, "noor")
    desk.matches()

    assert RegistrationStatus.RESTRICTED is desk.shows(desk.police, own.id).status
    assert ["ended"] == list(desk.match_ids(desk.police).values())
    lifting = desk.small.signed(desk.police, Lifting(own.id, LiftRestriction(attested=True)))
    assert Refusal.RESTRICTION_BINDS is _refused(lambda: lift(lifting, desk.small.house))

    desk.settles(desk.police, ItemDecision.REFUSED)
    desk.settles(desk.team, ItemDecision.REFUSED)
    desk.matches()
    assert RegistrationStatus.ACTIVE is desk.shows(desk.police, own.id).status
    assert 2 == list(desk.match_ids(desk.police).values()).count("open")
    assert reconcile(desk.store).sound


def test_a_refusal_leaves_restricted_what_another_request_restricts(desk: Desk) -> None:
    """The last of them lets it match again."""
    own = desk.registers(desk.police, "noor")
    for right in (SubjectRight.OBJECTION, SubjectRight.RESTRICTION):
        desk.takes("noor", right)
        desk.routes()
    first, second = desk.items(desk.police)
    for item, status in ((first, RegistrationStatus.RESTRICTED), (second, RegistrationStatus.ACTIVE)):
        desk.advises(desk.police, item.id)
        desk.decides(desk.desk, item.id, ItemDecision.REFUSED)
        assert status is desk.shows(desk.police, own.id).status


def test_an_erasure_restricts_nothing_while_it_is_pending(desk: Desk) -> None:
    """The law restricts for an objection or a dispute of accuracy (GDPR, article 18)."""
    own = desk.registers(desk.police, "noor")
    desk.takes("noor", SubjectRight.ERASURE)
    desk.routes()
    assert RegistrationStatus.ACTIVE is desk.shows(desk.police, own.id).status


@pytest.mark.parametrize("right", ENDING)
def test_what_is_upheld_ends_and_is_forgotten(desk: Desk, right: SubjectRight) -> None:
    """Never archived, never a ghost: who registers afterwards meets nobody and hears no hint (domain rule 10)."""
    own = desk.registers(desk.police, "noor")
    desk.takes("noor", right, **_wrong(right))
    desk.settles(desk.police)
    desk.registers(desk.team, "noor")
    desk.matches()

    shown = desk.shows(desk.police, own.id)
    assert (RegistrationStatus.WITHDRAWN, None) == (shown.status, shown.case_reference)
    assert {} == desk.match_ids(desk.team)
    assert AlertKind.ARCHIVE_HINT not in desk.alert_kinds(desk.team)
    assert (right is SubjectRight.RECTIFICATION) == (AlertKind.RECTIFICATION_ASKED in desk.alert_kinds(desk.police))
    assert reconcile(desk.store).sound


def test_what_the_archive_keeps_is_found_and_erased(desk: Desk) -> None:
    """Its hint goes with it."""
    own = desk.registers(desk.police, "noor")
    desk.withdraws(desk.police, own.id, WithdrawalReason.RISK_GONE)
    desk.takes("noor", SubjectRight.ERASURE)
    desk.settles(desk.police)
    desk.registers(desk.team, "noor")
    desk.matches()
    assert AlertKind.ARCHIVE_HINT not in desk.alert_kinds(desk.team)


def test_an_advice_is_waited_for_a_week(desk: Desk) -> None:
    """Then it is decided without."""
    desk.registers(desk.police, "noor")
    desk.takes("noor", SubjectRight.OBJECTION)
    desk.routes()
    (item,) = desk.items(desk.desk)
    assert Refusal.ADVICE_AWAITED is _refused(lambda: desk.decides(desk.desk, item.id))
    desk.pass_days(8)
    assert ItemDecision.UPHELD is desk.decides(desk.desk, item.id).decision


def test_there_is_one_advice_and_one_decision(desk: Desk) -> None:
    """The first stands."""
    desk.registers(desk.police, "noor")
    desk.takes("noor", SubjectRight.OBJECTION)
    desk.routes()
    (item,) = desk.items(desk.police)
    desk.advises(desk.police, item.id, Advice.AGREE)
    assert Refusal.ADVICE_GIVEN is _refused(lambda: desk.advises(desk.police, item.id, Advice.DISAGREE))
    desk.decides(desk.desk, item.id, ItemDecision.REFUSED, DecisionReason.SAFETY)
    assert Refusal.ITEM_DECIDED is _refused(lambda: desk.decides(desk.desk, item.id))
    assert Refusal.ITEM_DECIDED is _refused(lambda: desk.advises(desk.police, item.id))
    (decided,) = desk.items(desk.desk)
    assert (Advice.AGREE, ItemDecision.REFUSED) == (decided.advice, decided.decision)


def test_of_decisions_at_one_moment_one_counts(desk: Desk) -> None:
    """However many decide, and whatever."""
    desk.registers(desk.police, "noor")
    desk.takes("noor", SubjectRight.ERASURE)
    desk.routes()
    (item,) = desk.items(desk.police)
    advised: list[Refusal | None] = []
    decisions: list[Refusal | None] = []

    def attempt(into: list[Refusal | None], work: Callable[[], object]) -> None:
        try:
            work()
        except Refused as refused:
            into.append(refused.refusal)
        else:
            into.append(None)

    at_once([lambda: attempt(advised, lambda: desk.advises(desk.police, item.id))] * 3)
    at_once([lambda: attempt(decisions, lambda: desk.decides(desk.desk, item.id))] * 3)
    assert ([None], [None]) == ([one for one in advised if one is None], [one for one in decisions if one is None])
    assert {None, Refusal.ADVICE_GIVEN} >= set(advised)
    assert {None, Refusal.ITEM_DECIDED} >= set(decisions)
    assert 1 == len(desk.events(EventKind.ITEM_DECIDED))


def test_nobody_else_sees_advises_or_decides(desk: Desk) -> None:
    """To another agency, another municipality and a desk without one an item is absent (G24)."""
    desk.registers(desk.police, "noor")
    request = desk.takes("noor", SubjectRight.ERASURE)
    desk.routes()
    (item,) = desk.items(desk.police)
    for stranger in (desk.team, desk.far_agency, desk.far_desk, desk.lost_desk):
        assert Refusal.NOT_FOUND is _refused(lambda: desk.advises(stranger, item.id))  # noqa: B023
        assert Refusal.NOT_FOUND is _refused(lambda: desk.decides(stranger, item.id))  # noqa: B023
        assert Refusal.NOT_FOUND is _refused(lambda: desk.shows_request(request.id, at=stranger))  # noqa: B023
        assert Refusal.NOT_FOUND is _refused(lambda: desk.letter(request.id, at=stranger))  # noqa: B023
        assert Refusal.NOT_FOUND is _refused(lambda: desk.extends(request.id, at=stranger))  # noqa: B023
    assert Refusal.NOT_FOUND is _refused(lambda: desk.decides(desk.police, item.id))
    assert Refusal.NOT_FOUND is _refused(lambda: desk.advises(desk.desk, item.id))


def test_the_clock_is_a_month_of_the_calendar_and_can_be_extended_once(desk: Desk) -> None:
    """By two months, within the first, and the answer says so (GDPR, article 12, third paragraph)."""
    received_on = local_date(desk.moment)
    request = desk.takes("noor", SubjectRight.ACCESS)
    assert add_months(received_on, 1) == request.due_on
    assert add_months(received_on, 3) == desk.extends(request.id).due_on
    assert Refusal.REQUEST_NOT_EXTENDABLE is _refused(lambda: desk.extends(request.id))

    late = desk.takes("finn", SubjectRight.ACCESS)
    desk.pass_days(32)
    assert Refusal.REQUEST_NOT_EXTENDABLE is _refused(lambda: desk.extends(late.id))


def test_who_lets_it_wait_is_reminded_and_then_the_officers_are_alarmed(desk: Desk) -> None:
    """A week before the last day, and when it is over; each once, however late the worker is."""
    desk.registers(desk.police, "noor")
    request = desk.takes("noor", SubjectRight.ERASURE)
    desk.routes()
    days = (request.due_on - request.received_on).days
    desk.pass_days(days - 8)
    assert 0 == remind_of_requests(desk.small.house)
    desk.pass_days(1)
    assert [1, 0] == [remind_of_requests(desk.small.house) for _ in range(2)]
    for waited_for in (desk.police, desk.desk):
        assert 1 == desk.alert_kinds(waited_for).count(AlertKind.REQUEST_DUE)
    desk.pass_days(7)
    assert 0 == alarm_overdue(desk.small.house)
    desk.pass_days(1)
    assert [1, 0] == [alarm_overdue(desk.small.house) for _ in range(2)]
    assert ["request_overdue"] == [said["reason"] for said in desk.events(EventKind.ALARM_RAISED)]


def test_every_answer_comes_on_the_same_day(desk: Desk) -> None:
    """Whether or not anything was found; what is decided sooner waits, and until then the desk sees the same."""
    desk.registers(desk.police, "noor")
    known, unknown = (desk.takes(who, SubjectRight.ERASURE) for who in ("noor", "nobody"))
    desk.settles(desk.police)
    for day in range(14):
        assert (day, 0) == (day, desk.answers())
        desk.pass_days(1)
    assert {Refusal.REQUEST_NOT_READY} == {_refused(lambda: desk.letter(one.id)) for one in (known, unknown)}  # noqa: B023
    views = [desk.shows_request(one.id).model_copy(update={"id": ""}) for one in (known, unknown)]
    assert views[0] == views[1]
    assert 2 == desk.answers()
    assert {RequestState.ANSWERED} == {desk.shows_request(one.id).state for one in (known, unknown)}


def test_an_answer_tells_what_is_held_and_a_receipt_is_signed(desk: Desk) -> None:
    """Of access: which agency, since when, until when, and what was decided."""
    own = desk.registers(desk.police, "noor")
    request = desk.takes("noor", SubjectRight.ACCESS)
    desk.settles(desk.police)
    desk.pass_days(14)
    desk.answers()
    answered = desk.letter(request.id)
    ((name, line),) = answered.letter.lines
    assert (desk.police.name, own.valid_until, ItemDecision.UPHELD) == (name, line.valid_until_on, line.decision)
    said = answered.request
    assert purge_is_signed(said.statement, said.signature, public=KEY.public)


def _answered(desk: Desk, *people: str, right: SubjectRight = SubjectRight.ACCESS) -> list[str]:
    requests = [desk.takes(who, right) for who in people]
    desk.settles(desk.police)
    desk.pass_days(14)
    desk.answers()
    return [request.id for request in requests]


@pytest.mark.parametrize("right", [SubjectRight.ACCESS, SubjectRight.OBJECTION, SubjectRight.ERASURE])
def test_who_is_not_told_yet_gets_bit_for_bit_the_answer_of_nobody(desk: Desk, right: SubjectRight) -> None:
    """A notice that is put off for safety puts the answer off too: a coerced request reveals nothing (A7)."""
    review_on = local_date(desk.moment) + timedelta(days=10)
    notice = SubjectNotice(status=NoticeStatus.DEFERRED, on=review_on, reason=DeferralReason.SAFETY)
    desk.registers(desk.police, "noor", notice=notice)
    known, unknown = _answered(desk, "noor", "nobody", right=right)
    assert desk.pdf(unknown) == desk.pdf(known)
    assert len(desk.letter(unknown).request.statement) == len(desk.letter(known).request.statement)


def test_the_size_of_an_answer_tells_nothing(desk: Desk) -> None:
    """Told or not, letters are as long as one another."""
    desk.registers(desk.police, "noor")
    known, unknown = _answered(desk, "noor", "nobody")
    assert desk.pdf(unknown) != desk.pdf(known)
    assert len(desk.pdf(unknown)) == len(desk.pdf(known))


def _statements(store: SqlStore, work: Callable[[], object]) -> list[str]:
    said: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    for engine in (store.database.engines.writer, store.database.engines.reader):
        event.listen(engine, "before_cursor_execute", hear)
    work()
    for engine in (store.database.engines.writer, store.database.engines.reader):
        event.remove(engine, "before_cursor_execute", hear)
    return said


def test_taking_and_answering_take_the_same_statements_whatever_is_held(desk: Desk) -> None:
    """What is asked of the database does not depend on what is there."""
    desk.registers(desk.police, "noor")
    taken = [_statements(desk.store, lambda: desk.takes(who, SubjectRight.ACCESS)) for who in ("noor", "nobody")]  # noqa: B023
    assert taken[0] == taken[1]
    known, unknown = _answered(desk, "noor", "nobody")
    read = [_statements(desk.store, lambda: desk.letter(one)) for one in (known, unknown)]  # noqa: B023
    assert read[0] == read[1]


def test_nothing_of_a_person_is_left_in_an_answered_request(desk: Desk) -> None:
    """The same person asks again and is not joined to the first request."""
    (request,) = _answered(desk, "noor")
    kept = desk.store.view("request", lambda view: view.requests.any(request))
    assert kept is not None
    assert bytes(32) == kept.index_token.value


def test_an_answer_waits_until_what_was_erased_lies_beyond_the_database(desk: Desk) -> None:
    """Else a disk lost in between could bring back what the answer says is erased (G17)."""
    desk.registers(desk.police, "noor")
    request = desk.takes("noor", SubjectRight.ERASURE)
    desk.settles(desk.police)
    desk.pass_days(14)
    today_on = local_date(desk.moment)
    assert () == desk.store.view("ready", lambda view: view.requests.to_answer(today_on=today_on, limit=9))
    assert 2 == desk.exports()
    assert [request.id] == [
        one.id for one in desk.store.view("ready", lambda view: view.requests.to_answer(today_on=today_on, limit=9))
    ]

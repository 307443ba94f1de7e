"""A registration is restricted, its notice recorded, its agency reminded: rules 7, 9 and 11, on both stores."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count

import pytest

from gateway.core.events import EventKind
from gateway.core.involvement import ends_at
from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.match import match_waiting
from gateway.flows.matching.show_match import show_match
from gateway.flows.registering import register
from gateway.flows.registering.expire import expire
from gateway.flows.registering.remind import remind
from gateway.flows.registering.renew import Renewal, renew
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.matches import MatchState
from gateway.protocol.messages.notices import DeferralReason, NoticeStatus, SubjectNotice
from gateway.protocol.messages.registrations import Receipt, RegistrationStatus, RenewRegistration, WithdrawalReason
from gateway.store import SqlStore, reconcile
from tests.support.crowd import at_once
from tests.support.faults import Crash, How, When, fail_at
from tests.support.house import SmallHouse, TestAgency, agencies, involvement, receipt_of
from tests.support.lives import events_of, heard, lifted, matches_of, noticed, restricted, withdrawn
from tests.support.stores import HeldClock, hold_clock

NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.date()
DAY = timedelta(days=1)
GIVEN = SubjectNotice(status=NoticeStatus.GIVEN, on=TODAY)


def _put_off(days: int, *, reason: DeferralReason | None = DeferralReason.SAFETY) -> SubjectNotice:
    return SubjectNotice(status=NoticeStatus.DEFERRED, on=TODAY + days * DAY, reason=reason)


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Return a house of three agencies with their desks."""
    house = SmallHouse(store, agencies(3))
    house.open_desks()
    return house


@pytest.fixture
def clock(store: SqlStore, small: SmallHouse) -> HeldClock:
    """Hold the clock of the database at this moment."""
    del small
    return hold_clock(store, NOW)


def _register(small: SmallHouse, agency: TestAgency, person: int, **changes: object) -> Receipt:
    row = register.Row(0, involvement(person, TODAY, **changes))
    prepared = register.prepare(small.signed(agency, (row,)), small.house, today_on=TODAY)
    return receipt_of(register.record([prepared], small.house)[0])


def _refusal(act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.refusal


def test_a_restricted_registration_matches_nobody_until_it_is_lifted(small: SmallHouse, store: SqlStore) -> None:
    """Once acknowledged it never matches (G15); lifted, it meets whoever came meanwhile."""
    police, school, _ = small.parties
    ours = _register(small, police, 1)
    match_waiting(small.house)
    assert RegistrationStatus.RESTRICTED is restricted(small, police, ours.id).status
    _register(small, school, 1)
    match_waiting(small.house)
    assert [] == matches_of(small, school)
    assert reconcile(store).sound

    assert RegistrationStatus.ACTIVE is lifted(small, police, ours.id).status
    match_waiting(small.house)
    assert [MatchState.OPEN] == [match.state for match in matches_of(small, school)]
    assert 1 == len(heard(small, police, AlertKind.MATCH))


def test_a_restriction_ends_the_matches_that_stand(small: SmallHouse, store: SqlStore) -> None:
    """Nobody is shown any more, and the registration itself goes on."""
    police, school, _ = small.parties
    ours = _register(small, police, 1)
    _register(small, school, 1)
    match_waiting(small.house)
    restricted(small, police, ours.id)
    assert [(MatchState.ENDED, None)] == [(match.state, match.other) for match in matches_of(small, school)]
    lifted(small, police, ours.id)
    match_waiting(small.house)
    assert {MatchState.ENDED, MatchState.OPEN} == {match.state for match in matches_of(small, school)}
    assert reconcile(store).sound


def test_what_was_due_is_matched_before_a_restriction(small: SmallHouse) -> None:
    """Both were acknowledged before it was asked: both are told (G9)."""
    police, school, _ = small.parties
    _register(small, school, 1)
    ours = _register(small, police, 1)
    restricted(small, police, ours.id)
    assert 1 == len(heard(small, school, AlertKind.MATCH)) == len(heard(small, police, AlertKind.MATCH))


def test_a_restricted_registration_is_not_renewed_and_can_be_withdrawn(small: SmallHouse) -> None:
    """It is kept and not used; an objection that is upheld ends it."""
    police = small.parties[0]
    ours = _register(small, police, 1)
    restricted(small, police, ours.id)
    renewal = Renewal(ours.id, RenewRegistration(attested=True, subject_notice=GIVEN))
    assert Refusal.NOT_ACTIVE is _refusal(lambda: renew(small.signed(police, renewal), small.house, today_on=TODAY))
    assert Refusal.NOT_ACTIVE is _refusal(lambda: restricted(small, police, ours.id))
    withdrawn(small, police, ours.id, WithdrawalReason.OBJECTION_UPHELD)
    assert Refusal.NOT_RESTRICTED is _refusal(lambda: lifted(small, police, ours.id))


def test_nothing_is_lifted_that_is_not_restricted_or_not_ones_own(small: SmallHouse) -> None:
    """Another agency's is as absent as one that never was (G24)."""
    police, school, _ = small.parties
    ours = _register(small, police, 1)
    assert Refusal.NOT_RESTRICTED is _refusal(lambda: lifted(small, police, ours.id))
    assert Refusal.NOT_FOUND is _refusal(lambda: restricted(small, school, ours.id))
    assert Refusal.NOT_FOUND is _refusal(lambda: lifted(small, school, ours.id))
    assert Refusal.NOT_FOUND is _refusal(lambda: noticed(small, school, ours.id, GIVEN, today_on=TODAY))


def test_a_restricted_registration_expires_all_the_same(small: SmallHouse, clock: HeldClock) -> None:
    """A term is a term."""
    police = small.parties[0]
    ours = _register(small, police, 1)
    restricted(small, police, ours.id)
    clock.set(ends_at(ours.valid_until))
    assert Refusal.NOT_RESTRICTED is _refusal(lambda: lifted(small, police, ours.id))
    assert 1 == expire(small.house)


def test_restricting_and_registering_at_one_moment_follow_each_other(small: SmallHouse, store: SqlStore) -> None:
    """In whatever order, and with workers at it: none that was restricted stands in a match (G8, G15)."""
    police, school, _ = small.parties
    ours = [_register(small, police, person) for person in range(12)]
    works: list[Callable[[], object]] = [lambda r=one: restricted(small, police, r.id) for one in ours]  # type: ignore[misc]
    works += [lambda p=person: _register(small, school, p) for person in range(12)]  # type: ignore[misc]
    works += [lambda: match_waiting(small.house, limit=4)] * 3
    at_once(works)
    while match_waiting(small.house).jobs:
        pass
    assert [] == [match for match in matches_of(small, school) if match.state is not MatchState.ENDED]
    assert reconcile(store).sound


def test_a_notice_that_was_put_off_is_given(small: SmallHouse, store: SqlStore) -> None:
    """On a day that has come; the registration says so from then on, and an event does."""
    police = small.parties[0]
    ours = _register(small, police, 1, subject_notice=_put_off(10).model_dump())
    assert GIVEN == noticed(small, police, ours.id, GIVEN, today_on=TODAY).subject_notice
    assert ["given"] == [event["status"] for event in events_of(store, EventKind.NOTICE_RECORDED)]


@pytest.mark.parametrize(
    ("notice", "refusal"),
    [
        (_put_off(15), Refusal.NOTICE_PUT_OFF_TOO_LONG),
        (_put_off(-1), Refusal.NOTICE_INCOMPLETE),
        (_put_off(3, reason=None), Refusal.NOTICE_INCOMPLETE),
        (SubjectNotice(status=NoticeStatus.GIVEN, on=TODAY + DAY), Refusal.NOTICE_INCOMPLETE),
    ],
)
def test_a_notice_is_put_off_as_the_card_allows(small: SmallHouse, notice: SubjectNotice, refusal: Refusal) -> None:
    """In the youth lane for two weeks at a time, with a reason."""
    police = small.parties[0]
    ours = _register(small, police, 1, subject_notice=_put_off(10).model_dump())
    assert refusal is _refusal(lambda: noticed(small, police, ours.id, notice, today_on=TODAY))
    assert _put_off(14) == noticed(small, police, ours.id, _put_off(14), today_on=TODAY).subject_notice


def test_the_first_notice_has_its_own_term(small: SmallHouse) -> None:
    """In the youth lane the person is told within four weeks of registering, or that day is looked at again."""
    police = small.parties[0]
    _register(small, police, 1, subject_notice=_put_off(28).model_dump())
    too_late = _put_off(29).model_dump()
    assert Refusal.NOTICE_PUT_OFF_TOO_LONG is _refusal(lambda: _register(small, police, 2, subject_notice=too_late))


def test_an_agency_is_reminded_of_a_notice_once_for_each_day_of_review(
    small: SmallHouse, store: SqlStore, clock: HeldClock
) -> None:
    """On the day itself, in Amsterdam; put off anew, on the new day again; given, never."""
    police, school, _ = small.parties
    ours = _register(small, police, 1, subject_notice=_put_off(10).model_dump())
    given = _register(small, school, 1, subject_notice=_put_off(10).model_dump())
    noticed(small, school, given.id, GIVEN, today_on=TODAY)
    match_waiting(small.house)
    clock.set(ends_at(TODAY + 10 * DAY) - timedelta(milliseconds=1))
    assert 0 == remind(small.house)
    clock.set(ends_at(TODAY + 10 * DAY))
    assert 1 == remind(small.house)
    assert 0 == remind(small.house)
    assert [ours.id] == heard(small, police, AlertKind.NOTICE_DUE)

    noticed(small, police, ours.id, _put_off(20), today_on=TODAY + 10 * DAY)
    clock.set(ends_at(TODAY + 19 * DAY))
    assert 0 == remind(small.house)
    clock.set(ends_at(TODAY + 23 * DAY))  # a worker that was down for three days
    assert 1 == remind(small.house)
    assert [ours.id] * 2 == heard(small, police, AlertKind.NOTICE_DUE)
    assert [] == heard(small, school, AlertKind.NOTICE_DUE)
    assert 2 == len(events_of(store, EventKind.REMINDED))
    assert reconcile(store).sound


def test_an_agency_is_reminded_of_an_end_of_term_once(small: SmallHouse, clock: HeldClock) -> None:
    """Two weeks ahead, on the day that its receipt named; renewed, before the new end again."""
    police = small.parties[0]
    ours = _register(small, police, 1)
    clock.set(ends_at(ours.renew_before) - timedelta(milliseconds=1))
    assert 0 == remind(small.house)
    clock.set(ends_at(ours.renew_before))
    assert (1, 0) == (remind(small.house), remind(small.house))
    assert [ours.id] == heard(small, police, AlertKind.RENEWAL_DUE)

    later_on = ours.valid_until + 90 * DAY
    on = ours.renew_before
    told = SubjectNotice(status=NoticeStatus.GIVEN, on=on)
    renewal = Renewal(ours.id, RenewRegistration(attested=True, subject_notice=told, valid_until=later_on))
    renew(small.signed(police, renewal), small.house, today_on=on)
    assert 0 == remind(small.house)
    clock.set(ends_at(later_on - 14 * DAY))
    assert 1 == remind(small.house)
    clock.set(ends_at(later_on))
    assert 0 == remind(small.house)


def test_a_term_of_a_few_days_just_lapses(small: SmallHouse, clock: HeldClock) -> None:
    """Whoever registers for ten days is not asked on the first to renew."""
    del clock
    _register(small, small.parties[0], 1, valid_until=TODAY + 10 * DAY)
    assert 0 == remind(small.house)


def test_workers_that_remind_at_once_do_so_once(small: SmallHouse, clock: HeldClock) -> None:
    """Each registration is held while its agency is told."""
    police = small.parties[0]
    for person in range(20):
        _register(small, police, person, subject_notice=_put_off(5).model_dump())
    clock.set(ends_at(TODAY + 5 * DAY))
    at_once([lambda: remind(small.house, limit=7)] * 4)
    while remind(small.house):
        pass
    told = heard(small, police, AlertKind.NOTICE_DUE)
    assert 20 == len(told) == len(set(told))


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("how", How)
def test_a_reminder_survives_the_failure_of_every_call(
    small: SmallHouse, store: SqlStore, clock: HeldClock, how: How, when: When
) -> None:
    """Nothing skipped, nothing doubled (G1)."""
    police = small.parties[0]
    clock.set(ends_at(TODAY + 5 * DAY))
    for k in count(1):
        _register(small, police, k, subject_notice=_put_off(5).model_dump())
        with fail_at(store.database, k, when=when, how=how) as fault:
            _survive(lambda: remind(small.house))
        remind(small.house)
        assert k == len(heard(small, police, AlertKind.NOTICE_DUE))
        if not fault.reached:
            break
    assert k > 5


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("how", How)
def test_a_restriction_survives_the_failure_of_every_call(
    small: SmallHouse, store: SqlStore, how: How, when: When
) -> None:
    """Asked again with the same key it is restricted, once, and lifted again, once (G1, G6)."""
    police, school, _ = small.parties
    for k in count(1):
        ours = _register(small, police, k)
        _register(small, school, k)
        match_waiting(small.house)
        with fail_at(store.database, k, when=when, how=how) as fault:
            _survive(partial(restricted, small, police, ours.id, key=f"{k:023d}r"))
        restricted(small, police, ours.id, key=f"{k:023d}r")
        with fail_at(store.database, k, when=when, how=how) as later:
            _survive(partial(lifted, small, police, ours.id, key=f"{k:023d}l"))
        lifted(small, police, ours.id, key=f"{k:023d}l")
        match_waiting(small.house)
        if not fault.reached and not later.reached:
            break
    assert k > 8
    assert (k, k) == tuple(len(events_of(store, kind)) for kind in (EventKind.RESTRICTED, EventKind.RESTRICTION_LIFTED))
    assert reconcile(store).sound


def _survive(act: Callable[[], object]) -> None:
    try:
        act()
    except Crash:
        pass
    except Refused as refused:
        assert refused.refusal is Refusal.OUTCOME_UNKNOWN  # noqa: PT017 - the others are failures


def _alarms(store: SqlStore) -> list[object]:
    return [event["reason"] for event in events_of(store, EventKind.ALARM_RAISED)]


@pytest.mark.parametrize("reason", WithdrawalReason)
def test_register_match_withdraw_yields_nobody_and_alarms_the_officers(
    small: SmallHouse, store: SqlStore, reason: WithdrawalReason
) -> None:
    """Whatever the reason given; and to register again does not help for a day (domain rule 10)."""
    police, school, _ = small.parties
    _register(small, school, 1)
    fishing = _register(small, police, 1)
    match_waiting(small.house)
    withdrawn(small, police, fishing.id, reason)
    assert [None] == [match.other for match in matches_of(small, police)]
    assert ["register_match_withdraw"] == _alarms(store)

    _register(small, police, 1)
    match_waiting(small.house)
    assert [None, None] == [match.other for match in matches_of(small, police)]
    standing = [match for match in matches_of(small, school) if match.state is MatchState.OPEN]
    assert [police.name] == [match.other.agency for match in standing if match.other is not None]


def test_a_cool_down_is_over_after_a_day(small: SmallHouse, clock: HeldClock) -> None:
    """Then whoever is involved again is shown whom to call, as anybody is."""
    police, school, _ = small.parties
    _register(small, school, 1)
    fishing = _register(small, police, 1)
    match_waiting(small.house)
    withdrawn(small, police, fishing.id, WithdrawalReason.REGISTERED_IN_ERROR)
    clock.set(NOW + DAY)
    _register(small, police, 1)
    match_waiting(small.house)
    (standing,) = [match for match in matches_of(small, police) if match.state is MatchState.OPEN]
    assert show_match(small.signed(police, None), small.house, standing.id).other is not None


def test_an_honest_withdrawal_alarms_nobody(small: SmallHouse, store: SqlStore, clock: HeldClock) -> None:
    """Neither of what met nobody, nor after the cool-down."""
    police, school, _ = small.parties
    alone = _register(small, police, 1)
    withdrawn(small, police, alone.id, WithdrawalReason.REGISTERED_IN_ERROR)
    _register(small, school, 2)
    long = _register(small, police, 2)
    match_waiting(small.house)
    clock.set(NOW + DAY)
    withdrawn(small, police, long.id, WithdrawalReason.RISK_GONE)
    assert [] == _alarms(store)

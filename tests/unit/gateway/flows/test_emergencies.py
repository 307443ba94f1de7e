"""Breaking the glass: two people, a time box, a reason and a review; it cannot be silenced (G26)."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest

from gateway.core.deadlines import AMSTERDAM, add_working_days
from gateway.core.emergency import A_DAY_BY_ONE_AGENCY, A_DAY_BY_ONE_USER, review_due
from gateway.core.events import EventKind
from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.match import match_waiting
from gateway.flows.matching.show_match import list_matches, show_match
from gateway.flows.mechanisms.break_glass import Confirmation, break_glass, confirm_emergency, list_emergencies
from gateway.flows.mechanisms.review_emergency import Judgment, escalate_reviews, judge_emergency, list_to_review
from gateway.flows.registering import register
from gateway.flows.registering.expire import expire
from gateway.flows.registering.renew import Renewal, renew
from gateway.flows.registering.restrict import Lifting, Restriction, lift, restrict
from gateway.flows.registering.withdraw import Withdrawal, withdraw
from gateway.flows.telling.hear import waiting
from gateway.policies.directory import load_policies
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.emergencies import (
    BreakGlass,
    ConfirmEmergency,
    EmergencyConfirmed,
    EmergencyJudged,
    EmergencyState,
    EmergencyToReview,
    GlassBroken,
    JudgeEmergency,
    OwnEmergency,
    Verdict,
)
from gateway.protocol.messages.matches import MatchState, OtherParty
from gateway.protocol.messages.notices import NoticeStatus, SubjectNotice
from gateway.protocol.messages.registrations import (
    LiftRestriction,
    RenewRegistration,
    RestrictionReason,
    RestrictRegistration,
    WithdrawalReason,
    WithdrawRegistration,
)
from gateway.store import SqlStore, reconcile
from keys.parties import Role
from tests.support.crowd import at_once
from tests.support.house import DESK, POLICIES, SmallHouse, TestAgency, agencies, involvement, receipt_of, token_of
from tests.support.stores import hold_clock

PURPOSE = "emergency-help"
POLICE, VEILIG_THUIS, SCHOOL, FIRST_OFFICER, SECOND_OFFICER, THIRD_OFFICER = range(6)


def _today() -> date:
    return datetime.now(UTC).date()


def _noon() -> datetime:
    return datetime.combine(_today(), time(12), AMSTERDAM)


NOTICE = SubjectNotice(status=NoticeStatus.GIVEN, on=_today())


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Open a house with police, Veilig Thuis and a school, and three officers."""
    parties = agencies(6)
    officers = tuple(replace(one, kind="", role=Role.OFFICER) for one in parties[3:])
    school = replace(parties[2], kind="school")
    house = SmallHouse(store, (*parties[:2], school, *officers), load_policies(POLICIES))
    house.open_desks()
    return house


def _asks(small: SmallHouse, by: int, *, purpose: str = PURPOSE, person: str = "sam", **changes: object) -> GlassBroken:
    members: dict[str, object] = {
        "token": token_of(person).encode(),
        "purpose": purpose,
        "case_reference": "N-1",
        "contact_id": DESK,
        "attested": True,
        "subject_notice": NOTICE,
        "reason": "threat_to_life",
        "user": "user-one",
        **changes,
    }
    call = small.signed(small.parties[by], BreakGlass.model_validate(members), purpose=purpose)
    return GlassBroken.model_validate_json(break_glass(call, small.house, today_on=_today()))


def _confirms(
    small: SmallHouse, by: int, glass: GlassBroken, *, user: str = "user-two", purpose: str = PURPOSE
) -> EmergencyConfirmed:
    asked = Confirmation(glass.id, ConfirmEmergency(attested=True, user=user))
    call = small.signed(small.parties[by], asked, purpose=purpose)
    return EmergencyConfirmed.model_validate_json(confirm_emergency(call, small.house, today_on=_today()))


def _opens(small: SmallHouse, by: int) -> GlassBroken:
    glass = _asks(small, by)
    _confirms(small, by, glass)
    return glass


def _judges(small: SmallHouse, by: int, glass: GlassBroken, verdict: Verdict) -> EmergencyJudged:
    asked = Judgment(glass.id, JudgeEmergency(verdict=verdict))
    return EmergencyJudged.model_validate_json(judge_emergency(small.signed(small.parties[by], asked), small.house))


def _withdraws(small: SmallHouse, by: int, glass: GlassBroken, reason: WithdrawalReason) -> None:
    asked = Withdrawal(glass.id, WithdrawRegistration(reason=reason))
    withdraw(small.signed(small.parties[by], asked, purpose=PURPOSE), small.house)


def _told(small: SmallHouse, by: int) -> list[tuple[AlertKind, str]]:
    alerts, _ = waiting(small.parties[by].oin, small.house)
    return [(alert.kind, alert.match) for alert in alerts]


def _kinds(small: SmallHouse, by: int) -> list[AlertKind]:
    return [kind for kind, _ in _told(small, by)]


def _sees(small: SmallHouse, by: int) -> OtherParty | None:
    (listed,) = list_matches(small.signed(small.parties[by], None, purpose=PURPOSE), small.house, after="").matches
    return show_match(small.signed(small.parties[by], None, purpose=PURPOSE), small.house, listed.id).other


def _own(small: SmallHouse, by: int) -> tuple[OwnEmergency, ...]:
    return list_emergencies(small.signed(small.parties[by], None), small.house, after="").emergencies


def _to_review(small: SmallHouse, only: str = "") -> tuple[EmergencyToReview, ...]:
    call = small.signed(small.parties[FIRST_OFFICER], None)
    return list_to_review(call, small.house, after="", only=only).emergencies


def _refusal(act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.refusal


def _alarms(store: SqlStore) -> list[str]:
    found = store.view("alarms", lambda view: view.events.alarms(after="", limit=100))
    return [str(alarm.event.fields["reason"]) for alarm in found]


def _happened(store: SqlStore, kind: EventKind) -> int:
    return sum(
        one.event.kind is kind for one in store.view("events", lambda view: view.events.page(after="", limit=500))
    )


def test_both_sides_hear_who_is_on_call_once_both_were_confirmed(small: SmallHouse, store: SqlStore) -> None:
    """By an alert that says that it cannot wait, in either order; both learn the same."""
    first, second = _asks(small, POLICE), _asks(small, VEILIG_THUIS)
    assert 0 == match_waiting(small.house).matches
    _confirms(small, POLICE, first)
    assert 0 == match_waiting(small.house).matches
    _confirms(small, VEILIG_THUIS, second)
    assert 1 == match_waiting(small.house).matches

    assert [[AlertKind.EMERGENCY]] * 2 == [_kinds(small, by) for by in (POLICE, VEILIG_THUIS)]
    shown = [_sees(small, by) for by in (POLICE, VEILIG_THUIS)]
    assert [DESK] * 2 == [seen.contact.id for seen in shown if seen is not None and seen.contact is not None]
    assert reconcile(store).sound


def test_what_one_person_asks_for_tells_nobody(small: SmallHouse) -> None:
    """Not even that somebody asked."""
    _opens(small, POLICE)
    glass = _asks(small, VEILIG_THUIS)
    match_waiting(small.house)
    assert EmergencyState.ASKED is glass.state
    assert [[], []] == [_told(small, by) for by in (POLICE, VEILIG_THUIS)]


@pytest.mark.parametrize("user", ["user-one", "USER-ONE"])
def test_nobody_confirms_what_they_asked_for_themselves(small: SmallHouse, user: str) -> None:
    """However it is spelled; another person still can."""
    glass = _asks(small, POLICE)
    assert Refusal.EMERGENCY_SAME_PERSON is _refusal(lambda: _confirms(small, POLICE, glass, user=user))
    assert EmergencyState.OPEN is _confirms(small, POLICE, glass).state


def test_another_agency_can_neither_see_nor_confirm_it(small: SmallHouse) -> None:
    """It looks as absent as one that never was (G24)."""
    glass = _asks(small, POLICE)
    nobodys = glass.model_copy(update={"id": small.house.mint("reg")})
    assert Refusal.NOT_FOUND is _refusal(lambda: _confirms(small, VEILIG_THUIS, glass))
    assert Refusal.NOT_FOUND is _refusal(lambda: _confirms(small, POLICE, nobodys))
    assert () == _own(small, VEILIG_THUIS)


def test_it_is_confirmed_once(small: SmallHouse, store: SqlStore) -> None:
    """Also by two at one moment."""
    glass = _asks(small, POLICE)

    def confirm(user: str) -> EmergencyConfirmed | Refused:
        try:
            return _confirms(small, POLICE, glass, user=user)
        except Refused as refused:
            return refused

    answers = at_once([partial(confirm, f"user-{number}") for number in ("two", "three")])
    assert [Refusal.EMERGENCY_CONFIRMED] == [one.refusal for one in answers if isinstance(one, Refused)]
    assert 1 == _happened(store, EventKind.GLASS_CONFIRMED)


def test_a_confirmation_for_another_purpose_is_refused(small: SmallHouse) -> None:
    """What was asked for stays what it is for (G25)."""
    glass = _asks(small, POLICE)
    refused = _refusal(lambda: _confirms(small, POLICE, glass, purpose="youth-coordination"))
    assert Refusal.PURPOSE_DIFFERS is refused


def test_who_may_not_step_in_breaks_no_glass(small: SmallHouse) -> None:
    """A school calls the emergency number."""
    assert Refusal.AGENCY_NOT_ADMITTED is _refusal(lambda: _asks(small, SCHOOL))


def test_the_lane_takes_nothing_but_broken_glass(small: SmallHouse) -> None:
    """However an involvement is attested, and for a silent purpose alike: one person alone puts nothing in it."""

    def registers(purpose: str) -> None:
        members = {"lane": "emergency", "flag": "immediate_danger", "purpose": purpose}
        asked = involvement("sam", _today(), **members, preconditions=("reason_recorded", "two_reviewers"))
        rows: tuple[register.Row, ...] = (register.Row(0, asked),)
        call = small.signed(small.parties[POLICE], rows, purpose=purpose)
        receipt_of(register.record([register.prepare(call, small.house, today_on=_today())], small.house)[0])

    assert [Refusal.EMERGENCY_GLASS] * 2 == [
        _refusal(partial(registers, purpose)) for purpose in (PURPOSE, "migration-control")
    ]


def test_a_restriction_that_is_lifted_confirms_nothing(small: SmallHouse) -> None:
    """What one person asked for tells nobody by this detour either."""
    _opens(small, POLICE)
    glass = _asks(small, VEILIG_THUIS)
    asked = Restriction(glass.id, RestrictRegistration(reason=RestrictionReason.OBJECTION))
    restrict(small.signed(small.parties[VEILIG_THUIS], asked, purpose=PURPOSE), small.house)
    lifted = Lifting(glass.id, LiftRestriction(attested=True))
    lift(small.signed(small.parties[VEILIG_THUIS], lifted, purpose=PURPOSE), small.house)
    assert 0 == match_waiting(small.house).matches


def test_it_is_open_for_the_hours_of_the_card(small: SmallHouse, store: SqlStore) -> None:
    """A day where nothing else is asked, and never longer than the three days of the card."""
    now = _noon()
    hold_clock(store, now)
    assert now + timedelta(hours=24) == _asks(small, POLICE).ends_at
    assert now + timedelta(hours=2) == _asks(small, POLICE, hours=2).ends_at
    assert Refusal.EMERGENCY_HOURS is _refusal(lambda: _asks(small, POLICE, hours=73))
    assert now + timedelta(hours=72) >= _asks(small, POLICE, hours=72).ends_at


def test_after_its_hours_it_shows_nothing(small: SmallHouse, store: SqlStore) -> None:
    """At that very instant, however late the worker is; the match ends when the worker comes."""
    clock = hold_clock(store, datetime.now(UTC))
    glass = _opens(small, POLICE)
    _opens(small, VEILIG_THUIS)
    match_waiting(small.house)

    clock.set(glass.ends_at - timedelta(milliseconds=1))
    assert None is not _sees(small, VEILIG_THUIS)
    clock.set(glass.ends_at)
    assert [None, None] == [_sees(small, by) for by in (POLICE, VEILIG_THUIS)]
    clock.set(glass.ends_at + timedelta(days=2))
    expire(small.house)
    (match,) = list_matches(small.signed(small.parties[POLICE], None, purpose=PURPOSE), small.house, after="").matches
    assert (MatchState.ENDED, EmergencyState.OVER) == (match.state, _own(small, POLICE)[0].state)


def test_what_is_over_is_neither_confirmed_nor_renewed_nor_met(small: SmallHouse, store: SqlStore) -> None:
    """Whoever still needs it breaks the glass anew."""
    clock = hold_clock(store, datetime.now(UTC))
    glass, opened = _asks(small, POLICE), _opens(small, VEILIG_THUIS)

    asked = RenewRegistration(attested=True, subject_notice=NOTICE)
    call = small.signed(small.parties[VEILIG_THUIS], Renewal(opened.id, asked), purpose=PURPOSE)
    assert Refusal.EMERGENCY_GLASS is _refusal(lambda: renew(call, small.house, today_on=_today()))
    clock.set(glass.ends_at)
    assert Refusal.NOT_ACTIVE is _refusal(lambda: _confirms(small, POLICE, glass))
    clock.set(opened.ends_at)
    _opens(small, POLICE)
    assert 0 == match_waiting(small.house).matches


def test_the_same_call_again_breaks_no_second_glass(small: SmallHouse) -> None:
    """Its key gives the first answer again; the nonce of a replay is known."""
    police, key, nonce = small.parties[POLICE], secrets.token_urlsafe(18), secrets.token_urlsafe(18)
    asked = Confirmation(_asks(small, POLICE).id, ConfirmEmergency(attested=True, user="user-two"))

    def confirm(nonce: str | None) -> bytes:
        call = small.signed(police, asked, key=key, nonce=nonce, purpose=PURPOSE)
        return confirm_emergency(call, small.house, today_on=_today())

    assert confirm(nonce) == confirm(None)
    assert Refusal.SIGNATURE_REPLAYED is _refusal(lambda: confirm(nonce))
    assert 1 == len(_own(small, POLICE))


def test_a_silent_purpose_looks_the_same_and_alarms_the_officers(small: SmallHouse, store: SqlStore) -> None:
    """It is confirmed like any other, and meets nobody."""
    _opens(small, VEILIG_THUIS)
    glass = _asks(small, POLICE, purpose="migration-control")
    confirmed = _confirms(small, POLICE, glass, purpose="migration-control")
    match_waiting(small.house)
    assert (EmergencyState.ASKED, EmergencyState.OPEN) == (glass.state, confirmed.state)
    assert ["silent_purpose"] == _alarms(store)
    assert [[], []] == [_told(small, by) for by in (POLICE, VEILIG_THUIS)]


def test_officers_are_asked_to_review_each_use(small: SmallHouse) -> None:
    """At once when it is confirmed, by the next working day; they see who used it and why, and no person or match."""
    glass = _asks(small, POLICE)
    assert () == _to_review(small)
    confirmed = _confirms(small, POLICE, glass)
    due_on = add_working_days(datetime.now(AMSTERDAM), 1)
    (seen,) = _to_review(small)

    assert due_on == confirmed.review_due_on == seen.review_due_on
    expected = ("Instantie 0", "user-one", "user-two", "N-1", "threat_to_life", 0)
    assert expected == (
        *(seen.agency, seen.broken_by, seen.confirmed_by),
        *(seen.case_reference, seen.reason, seen.verdicts),
    )
    for officer in (FIRST_OFFICER, SECOND_OFFICER):
        assert [(AlertKind.REVIEW_DUE, glass.id)] == _told(small, officer)


def test_a_review_is_due_on_the_next_working_day() -> None:
    """Of the calendar of the law: after the Friday before Easter it is Tuesday."""
    assert date(2026, 4, 7) == review_due(datetime(2026, 4, 3, 20, 0, tzinfo=AMSTERDAM))


def test_two_officers_find_it_justified(small: SmallHouse) -> None:
    """One is not enough, and the same one twice is one."""
    glass = _opens(small, POLICE)
    assert None is _judges(small, FIRST_OFFICER, glass, Verdict.JUSTIFIED).verdict
    again = _refusal(lambda: _judges(small, FIRST_OFFICER, glass, Verdict.JUSTIFIED))
    assert Refusal.EMERGENCY_REVIEWED is again
    assert Verdict.JUSTIFIED is _judges(small, SECOND_OFFICER, glass, Verdict.JUSTIFIED).verdict
    third = _refusal(lambda: _judges(small, THIRD_OFFICER, glass, Verdict.NOT_JUSTIFIED))
    assert Refusal.EMERGENCY_REVIEWED is third
    assert () == _to_review(small)
    assert [Verdict.JUSTIFIED] == [one.verdict for one in _to_review(small, glass.id)]
    assert [Verdict.JUSTIFIED] == [one.verdict for one in _own(small, POLICE)]


def test_three_officers_at_one_moment_give_two_verdicts(small: SmallHouse) -> None:
    """Neither is lost, and the third is told that it was reviewed."""
    glass = _opens(small, POLICE)

    def judge(officer: int) -> EmergencyJudged | Refused:
        try:
            return _judges(small, officer, glass, Verdict.JUSTIFIED)
        except Refused as refused:
            return refused

    answers = at_once([partial(judge, officer) for officer in (FIRST_OFFICER, SECOND_OFFICER, THIRD_OFFICER)])
    assert [1, 2] == sorted(one.verdicts for one in answers if isinstance(one, EmergencyJudged))
    assert [Refusal.EMERGENCY_REVIEWED] == [one.refusal for one in answers if isinstance(one, Refused)]


def test_one_officer_who_finds_no_justification_closes_it(small: SmallHouse, store: SqlStore) -> None:
    """Nothing is shown any more, and all officers are alarmed."""
    glass = _opens(small, POLICE)
    _opens(small, VEILIG_THUIS)
    match_waiting(small.house)
    assert Verdict.NOT_JUSTIFIED is _judges(small, FIRST_OFFICER, glass, Verdict.NOT_JUSTIFIED).verdict
    assert [None, None] == [_sees(small, by) for by in (POLICE, VEILIG_THUIS)]
    assert EmergencyState.OVER is _own(small, POLICE)[0].state
    assert ["emergency_not_justified"] == _alarms(store)
    assert reconcile(store).sound


def test_what_was_not_confirmed_is_nobodys_to_judge(small: SmallHouse) -> None:
    """It told nobody anything."""
    glass = _asks(small, POLICE)
    assert Refusal.NOT_FOUND is _refusal(lambda: _judges(small, FIRST_OFFICER, glass, Verdict.JUSTIFIED))


@pytest.mark.parametrize("reason", list(WithdrawalReason))
def test_a_review_cannot_be_silenced(small: SmallHouse, reason: WithdrawalReason) -> None:
    """Whatever the agency takes back, officers still see why the glass was broken and under which case."""
    glass = _opens(small, POLICE)
    _withdraws(small, POLICE, glass, reason)
    assert [("N-1", "threat_to_life")] == [(one.case_reference, one.reason) for one in _to_review(small)]
    assert 1 == _judges(small, FIRST_OFFICER, glass, Verdict.JUSTIFIED).verdicts


def test_what_nobody_reviewed_in_time_alarms_the_officers_once(small: SmallHouse, store: SqlStore) -> None:
    """Once the working day is over, not on it; the agency hears of it too. One verdict of two is not in time."""
    clock = hold_clock(store, _noon())
    due_on = add_working_days(_noon(), 1)
    glass, reviewed = _opens(small, POLICE), _opens(small, VEILIG_THUIS)
    _judges(small, FIRST_OFFICER, glass, Verdict.JUSTIFIED)
    for officer in (FIRST_OFFICER, SECOND_OFFICER):
        _judges(small, officer, reviewed, Verdict.JUSTIFIED)

    clock.set(datetime.combine(due_on, time(23, 59), AMSTERDAM))
    assert 0 == escalate_reviews(small.house)
    clock.set(datetime.combine(due_on + timedelta(days=1), time(), AMSTERDAM))
    assert [1, 0] == [escalate_reviews(small.house) for _ in range(2)]
    assert ["emergency_unreviewed"] == _alarms(store)
    assert [(AlertKind.EMERGENCY_UNREVIEWED, glass.id)] == _told(small, POLICE)
    assert 2 == _told(small, SECOND_OFFICER).count((AlertKind.REVIEW_DUE, glass.id))
    assert [] == _told(small, VEILIG_THUIS)
    assert 0 == reconcile(store).alerts_to_strangers


def test_two_workers_alarm_once(small: SmallHouse, store: SqlStore) -> None:
    """Whoever is second finds nothing left."""
    clock = hold_clock(store, datetime.now(UTC))
    _opens(small, POLICE)
    clock.set(datetime.now(UTC) + timedelta(days=10))
    assert 1 == sum(at_once([partial(escalate_reviews, small.house)] * 2))
    assert ["emergency_unreviewed"] == _alarms(store)


def test_one_user_breaks_the_glass_so_often_a_day(small: SmallHouse, store: SqlStore) -> None:
    """What is withdrawn counts; every try beyond it alarms the officers, and tomorrow counts anew (A9)."""
    clock = hold_clock(store, _noon())
    for number in range(A_DAY_BY_ONE_USER):
        glass = _asks(small, POLICE, person=f"person {number}")
        _withdraws(small, POLICE, glass, WithdrawalReason.REGISTERED_IN_ERROR)
    for user in ("user-one", "User-One"):
        assert Refusal.EMERGENCY_QUOTA is _refusal(partial(_asks, small, POLICE, user=user))
    assert ["emergency_quota"] * 2 == _alarms(store)
    assert 2 == _happened(store, EventKind.GLASS_HELD_BACK)
    _asks(small, POLICE, user="user-three")
    clock.set(_noon() + timedelta(hours=12))
    _asks(small, POLICE)


def test_one_agency_breaks_the_glass_so_often_a_day(small: SmallHouse, store: SqlStore) -> None:
    """Whoever does it; of several at one moment one alone is the last."""
    hold_clock(store, _noon())
    for number in range(A_DAY_BY_ONE_AGENCY - 1):
        _asks(small, POLICE, user=f"user-{number}")

    def ask(user: str) -> GlassBroken | Refused:
        try:
            return _asks(small, POLICE, user=user)
        except Refused as refused:
            return refused

    answers = at_once([partial(ask, f"last-{number}") for number in range(8)])
    assert [Refusal.EMERGENCY_QUOTA] * 7 == [one.refusal for one in answers if isinstance(one, Refused)]
    assert EmergencyState.ASKED is _asks(small, VEILIG_THUIS).state


def test_pages_of_broken_glass_follow_each_other(small: SmallHouse) -> None:
    """The agency's own and the officers', however many verdicts there are on each."""
    police: TestAgency = small.parties[POLICE]
    glass = [_asks(small, POLICE, person=f"person {number}") for number in range(3)]
    for one in glass:
        _confirms(small, POLICE, one)
        _judges(small, FIRST_OFFICER, one, Verdict.JUSTIFIED)
    first = list_emergencies(small.signed(police, None), small.house, after="", limit=2)
    rest = list_emergencies(small.signed(police, None), small.house, after=str(first.next), limit=2)
    assert [one.id for one in glass] == [one.id for one in (*first.emergencies, *rest.emergencies)]
    officer = small.parties[FIRST_OFFICER]
    page = list_to_review(small.signed(officer, None), small.house, after=glass[0].id, limit=1)
    assert (glass[1].id, glass[1].id) == (page.emergencies[0].id, page.next)


def test_an_agency_without_its_desk_is_told_so(small: SmallHouse) -> None:
    """Somebody has to answer the telephone."""
    assert Refusal.CONTACT_UNKNOWN is _refusal(lambda: _asks(small, POLICE, contact_id="cnt_nobody"))


def test_a_bad_token_and_another_purpose_are_refused(small: SmallHouse) -> None:
    """As with any registration."""
    assert Refusal.TOKEN_INVALID is _refusal(lambda: _asks(small, POLICE, token="hx1." + "-" * 54))
    call = small.signed(
        small.parties[POLICE],
        BreakGlass.model_validate(
            {
                "token": token_of("sam").encode(),
                "purpose": PURPOSE,
                "case_reference": "N-1",
                "contact_id": DESK,
                "attested": True,
                "subject_notice": NOTICE,
                "reason": "threat_to_life",
                "user": "user-one",
            }
        ),
    )
    assert Refusal.PURPOSE_DIFFERS is _refusal(lambda: break_glass(call, small.house, today_on=_today()))

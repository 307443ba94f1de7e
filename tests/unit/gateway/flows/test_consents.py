"""A lane that lives on consent: nothing without one, nothing beyond it, and nothing left once it is withdrawn."""

from datetime import timedelta

import pytest

from gateway.core.events import EventKind
from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.match import match_waiting
from gateway.flows.mechanisms.end_consents import expire_consents
from gateway.flows.mechanisms.own_consents import own_consent, own_consents
from gateway.flows.registering.list_own import own_registrations
from gateway.flows.registering.renew import Renewal, renew
from gateway.protocol.messages.consents import ConsentStatus
from gateway.protocol.messages.notices import NoticeStatus, SubjectNotice
from gateway.protocol.messages.registrations import RenewRegistration
from gateway.store import SqlStore, reconcile
from tests.support.consents import (
    LOCAL_TEAM,
    MENTAL_HEALTH,
    POLICE,
    PURPOSE,
    consents,
    looks_at,
    matches_of,
    open_house,
    registers,
    today,
    traces_of,
    withdraws,
)
from tests.support.house import SmallHouse, TestAgency
from tests.support.records import inbox
from tests.support.stores import hold_clock


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Open a house of six agencies."""
    return open_house(store)


@pytest.fixture
def team(small: SmallHouse) -> TestAgency:
    """Return the local team."""
    return small.parties[LOCAL_TEAM]


@pytest.fixture
def care(small: SmallHouse) -> TestAgency:
    """Return the mental health agency."""
    return small.parties[MENTAL_HEALTH]


def _refusal(act: object, *args: object, **changes: object) -> Refusal:
    with pytest.raises(Refused) as refused:
        act(*args, **changes)  # type: ignore[operator]
    return refused.value.refusal


def _both_match(small: SmallHouse, team: TestAgency, care: TestAgency) -> tuple[str, str]:
    """Let both record a consent and register, and be matched; return the ids of the two consents."""
    ids = tuple(consents(small, agency).id for agency in (team, care))
    for agency in (team, care):
        registers(small, agency)
    assert 1 == match_waiting(small.house).matches
    return ids  # type: ignore[return-value]


def test_without_a_consent_nothing_is_registered(small: SmallHouse, team: TestAgency, care: TestAgency) -> None:
    """Neither without any, nor on that of another agency, nor on that of another person."""
    assert Refusal.CONSENT_MISSING is _refusal(registers, small, team)
    consents(small, care)
    consents(small, team, "sam")
    assert Refusal.CONSENT_MISSING is _refusal(registers, small, team)
    consents(small, team)
    registers(small, team)


def test_two_who_both_have_consent_find_each_other(small: SmallHouse, team: TestAgency, care: TestAgency) -> None:
    """Each sees the other's desk."""
    _both_match(small, team, care)
    for agency, other in ((team, care), (care, team)):
        (match,) = matches_of(small, agency)
        seen = looks_at(small, agency, match.id)
        assert seen.other is not None
        assert other.name == seen.other.agency


@pytest.mark.parametrize("narrow", [LOCAL_TEAM, MENTAL_HEALTH])
def test_a_consent_that_does_not_reach_the_other_makes_no_match(
    small: SmallHouse, store: SqlStore, narrow: int
) -> None:
    """Whichever side it is: both are told or neither, and it is on record that they met."""
    for number in (LOCAL_TEAM, MENTAL_HEALTH):
        agency = small.parties[number]
        consents(small, agency, toward=("shelter",) if number == narrow else ("local_team", "mental_health"))
        registers(small, agency)
    assert 0 == match_waiting(small.house).matches
    kinds = [row.event.kind for row in store.view("events", lambda view: view.events.page(after="", limit=999))]
    assert 1 == kinds.count(EventKind.MATCH_NOT_CARRIED)
    assert reconcile(store).sound


def test_a_consent_can_name_one_agency(small: SmallHouse, team: TestAgency, care: TestAgency) -> None:
    """By its OIN, and then it reaches no other of that kind."""
    consents(small, team, toward=(), agencies=(care.oin,))
    consents(small, care)
    for agency in (team, care):
        registers(small, agency)
    assert 1 == match_waiting(small.house).matches


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"toward": ()}, Refusal.CONSENT_SCOPE),
        ({"toward": ("police",)}, Refusal.CONSENT_SCOPE),
        ({"toward": ("unheard-of",)}, Refusal.CONSENT_SCOPE),
        ({"agencies": ("00000000000000000000",)}, Refusal.CONSENT_SCOPE),
        ({"given_on": today() + timedelta(days=1)}, Refusal.MEMBER_INVALID),
        ({"valid_until": today()}, Refusal.TERM_PAST),
        ({"valid_until": today() + timedelta(days=400)}, Refusal.TERM_TOO_LONG),
        ({"lane": "youth", "purpose": "youth-coordination"}, Refusal.CONSENT_NOT_KEPT),
        ({"lane": "unheard-of"}, Refusal.LANE_UNKNOWN),
        ({"lane": "home_ban"}, Refusal.LANE_NOT_BUILT),
        ({"purpose": "another-purpose"}, Refusal.PURPOSE_NOT_ADMITTED),
    ],
)
def test_a_consent_out_of_scope_is_refused(
    small: SmallHouse, team: TestAgency, changes: dict[str, object], refusal: Refusal
) -> None:
    """Toward nobody, toward who may never hear, for too long, for what is no purpose, or where none is kept."""
    assert refusal is _refusal(consents, small, team, **changes)
    assert () == own_consents(small.signed(team, None), small.house, after="").consents


def test_who_may_not_register_records_no_consent(small: SmallHouse) -> None:
    """Whoever can compel a person does not use this lane."""
    assert Refusal.AGENCY_NOT_ADMITTED is _refusal(consents, small, small.parties[POLICE])


def test_after_a_withdrawal_nothing_is_left(
    small: SmallHouse, store: SqlStore, team: TestAgency, care: TestAgency
) -> None:
    """The registration, the match with both alerts and every token of this agency are gone when it is answered."""
    at_team, at_care = _both_match(small, team, care)

    answer = withdraws(small, team, at_team)

    assert 1 == len(answer.registrations)
    assert () == own_registrations(small.signed(team, None), small.house, after="").registrations
    for agency in (team, care):
        assert () == matches_of(small, agency)
        assert () == inbox(store, agency.oin)
    assert ["registrations", "consents"] == traces_of(store, "noor")  # those of the other agency, who has its own
    withdraws(small, care, at_care)
    assert [] == traces_of(store, "noor")
    assert reconcile(store).sound


def test_a_withdrawal_while_its_match_still_waits_tells_nobody(
    small: SmallHouse, store: SqlStore, team: TestAgency, care: TestAgency
) -> None:
    """Nothing is matched first: a person who withdraws is not told of at the last moment."""
    consent = consents(small, team)
    consents(small, care)
    for agency in (team, care):
        registers(small, agency)
    withdraws(small, team, consent.id)
    assert 0 == match_waiting(small.house).matches
    assert reconcile(store).sound


def test_what_was_withdrawn_stays_withdrawn(small: SmallHouse, team: TestAgency, care: TestAgency) -> None:
    """It carries no registration any more, cannot be withdrawn twice, and is nobody else's to withdraw."""
    consent = consents(small, team)
    assert Refusal.NOT_FOUND is _refusal(withdraws, small, care, consent.id)
    withdraws(small, team, consent.id)
    assert Refusal.CONSENT_MISSING is _refusal(registers, small, team)
    assert Refusal.CONSENT_ENDED is _refusal(withdraws, small, team, consent.id)
    shown = own_consent(small.signed(team, None), small.house, consent.id)
    assert (ConsentStatus.WITHDRAWN, "Z-noor") == (shown.status, shown.case_reference)


def test_a_new_consent_takes_the_place_of_the_old(
    small: SmallHouse, store: SqlStore, team: TestAgency, care: TestAgency
) -> None:
    """The match stands, nobody is told anew, and what rested on the old one rests on the new one."""
    old, _ = _both_match(small, team, care)
    (before,) = matches_of(small, team)

    new = consents(small, team)

    assert old == new.replaced
    match_waiting(small.house)
    assert [before.id] == [match.id for match in matches_of(small, team)]
    assert 1 == len(withdraws(small, team, new.id).registrations)
    assert () == matches_of(small, care)
    assert reconcile(store).sound


def test_a_narrower_consent_ends_the_matches_beyond_it(
    small: SmallHouse, store: SqlStore, team: TestAgency, care: TestAgency
) -> None:
    """And a wider one after it lets them meet again."""
    _both_match(small, team, care)

    consents(small, team, toward=("shelter",))
    match_waiting(small.house)
    (ended,) = matches_of(small, care)
    assert looks_at(small, care, ended.id).other is None
    assert reconcile(store).sound

    consents(small, team)
    assert 1 == match_waiting(small.house).matches
    assert reconcile(store).sound


def test_a_consent_ends_by_the_clock_of_the_database(
    small: SmallHouse, store: SqlStore, team: TestAgency, care: TestAgency
) -> None:
    """At that instant it shows nobody and carries nothing; within seconds the worker erases what rested on it."""
    now = store.view("now", lambda view: view.now())
    clock = hold_clock(store, now)
    consents(small, team, valid_until=today() + timedelta(days=3))
    consents(small, care)
    for agency in (team, care):
        registers(small, agency)
    assert 1 == match_waiting(small.house).matches
    (match,) = matches_of(small, care)

    clock.set(now + timedelta(days=4))

    assert looks_at(small, care, match.id).other is None
    assert Refusal.CONSENT_MISSING is _refusal(registers, small, team)
    assert 1 == expire_consents(small.house)
    assert 0 == expire_consents(small.house)
    assert () == matches_of(small, care)
    assert () == own_registrations(small.signed(team, None), small.house, after="").registrations
    assert reconcile(store).sound


def test_a_consent_after_the_old_one_lapsed_carries_nothing_on(
    small: SmallHouse, store: SqlStore, team: TestAgency
) -> None:
    """However late the worker is: what rested on the lapsed one is erased, not taken over."""
    now = store.view("now", lambda view: view.now())
    clock = hold_clock(store, now)
    consents(small, team, valid_until=today() + timedelta(days=3))
    registers(small, team)
    clock.set(now + timedelta(days=4))

    assert None is consents(small, team).replaced
    assert () == own_registrations(small.signed(team, None), small.house, after="").registrations


def test_a_registration_is_not_renewed_on_a_consent_that_is_over(
    small: SmallHouse, store: SqlStore, team: TestAgency
) -> None:
    """Renewing is attesting anew, so the consent must be there."""
    now = store.view("now", lambda view: view.now())
    clock = hold_clock(store, now)
    consents(small, team, valid_until=today() + timedelta(days=3))
    receipt = registers(small, team)
    clock.set(now + timedelta(days=4))
    given = SubjectNotice(status=NoticeStatus.GIVEN, on=today())
    asked = RenewRegistration(attested=True, preconditions=("consent_valid",), subject_notice=given)
    call = small.signed(team, Renewal(receipt.id, asked), purpose=PURPOSE)
    assert Refusal.CONSENT_MISSING is _refusal(renew, call, small.house, today_on=today())

"""A home ban is a dated fact: ten days, twenty-eight at most, told while it is in force, and it lapses by itself."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.core.involvement import ends_at
from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.match import match_waiting
from gateway.flows.matching.show_match import list_matches, show_match
from gateway.flows.mechanisms.impose_ban import row_of_ban
from gateway.flows.registering import register
from gateway.flows.registering.expire import expire
from gateway.flows.registering.renew import Renewal, renew
from gateway.policies.directory import load_policies
from gateway.protocol.messages.home_bans import ImposeHomeBan
from gateway.protocol.messages.matches import MatchState, MatchView
from gateway.protocol.messages.notices import NoticeStatus, SubjectNotice
from gateway.protocol.messages.registrations import OwnRegistration, Receipt, RenewRegistration
from gateway.store import SqlStore, reconcile
from tests.support.house import DESK, POLICIES, SmallHouse, TestAgency, agencies, involvement, receipt_of, token_of
from tests.support.stores import hold_clock

PURPOSE = "home-ban-support"


def _today() -> date:
    return datetime.now(UTC).date()


NOTICE = SubjectNotice(status=NoticeStatus.GIVEN, on=_today())


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Open a house with a ban desk, police and Veilig Thuis."""
    parties = agencies(3)
    desk = replace(parties[2], kind="ban_desk")
    policies = replace(load_policies(POLICIES), mechanisms=frozenset({"ban_clock"}))
    house = SmallHouse(store, (*parties[:2], desk), policies)
    house.open_desks()
    return house


@pytest.fixture
def desk(small: SmallHouse) -> TestAgency:
    """Return the ban desk."""
    return small.parties[2]


@pytest.fixture
def police(small: SmallHouse) -> TestAgency:
    """Return the police."""
    return small.parties[0]


def _recorded(small: SmallHouse, agency: TestAgency, row: register.Row) -> Receipt:
    rows: tuple[register.Row, ...] = (row,)
    call = small.signed(agency, rows, purpose=PURPOSE)
    return receipt_of(register.record([register.prepare(call, small.house, today_on=_today())], small.house)[0])


def _imposes(small: SmallHouse, agency: TestAgency, **changes: object) -> Receipt:
    members: dict[str, object] = {
        "token": token_of("sam").encode(),
        "purpose": PURPOSE,
        "case_reference": "B-1",
        "contact_id": DESK,
        "attested": True,
        "subject_notice": NOTICE,
        "starts_on": _today(),
        **changes,
    }
    asked = ImposeHomeBan.model_validate(members)
    return _recorded(small, agency, row_of_ban(asked, small.house, agency=agency.oin, today_on=_today()))


def _registers(small: SmallHouse, agency: TestAgency, **changes: object) -> Receipt:
    members: dict[str, object] = {"lane": "home_ban", "purpose": PURPOSE, "preconditions": ("role_in_ban",), **changes}
    return _recorded(small, agency, register.Row(0, involvement("sam", _today(), **members)))


def _extends(small: SmallHouse, agency: TestAgency, ban: Receipt, until_on: date, *, of_ban: bool = True) -> date:
    asked = RenewRegistration(
        attested=True, preconditions=("ban_imposed", "role_in_ban"), subject_notice=NOTICE, valid_until=until_on
    )
    call = small.signed(agency, Renewal(ban.id, asked, of_ban=of_ban), purpose=PURPOSE)
    return OwnRegistration.model_validate_json(renew(call, small.house, today_on=_today())).valid_until


def _sees(small: SmallHouse, agency: TestAgency) -> MatchView:
    (listed,) = list_matches(small.signed(agency, None, purpose=PURPOSE), small.house, after="").matches
    return show_match(small.signed(agency, None, purpose=PURPOSE), small.house, listed.id)


def _days(days: int) -> timedelta:
    return timedelta(days=days)


@pytest.mark.parametrize("ago", [0, 1, 9])
def test_a_ban_lasts_ten_days_from_its_first(small: SmallHouse, desk: TestAgency, ago: int) -> None:
    """Whenever it is recorded; days of the calendar, whatever day of the week the last one is."""
    starts_on = _today() - _days(ago)
    assert starts_on + _days(10) == _imposes(small, desk, starts_on=starts_on).valid_until


@pytest.mark.parametrize("ago", [-1, 10, 400])
def test_a_ban_that_has_not_begun_or_is_over_is_not_recorded(small: SmallHouse, desk: TestAgency, ago: int) -> None:
    """The refusal names the days that would do."""
    with pytest.raises(Refused) as refused:
        _imposes(small, desk, starts_on=_today() - _days(ago))
    expected = {"earliest": (_today() - _days(9)).isoformat(), "latest": _today().isoformat()}
    assert (Refusal.BAN_TERM, expected) == (refused.value.refusal, dict(refused.value.facts))


def test_a_ban_is_not_recorded_without_its_days(small: SmallHouse, desk: TestAgency) -> None:
    """A plain registration with that flag would lapse on a day of the caller's choice."""
    with pytest.raises(Refused) as refused:
        _registers(small, desk, flag="ban_in_force", preconditions=("ban_imposed",))
    assert Refusal.BAN_UNDATED is refused.value.refusal


def test_nobody_but_the_ban_desk_records_one(small: SmallHouse, police: TestAgency) -> None:
    """The police may be involved, and no more."""
    with pytest.raises(Refused) as refused:
        _imposes(small, police)
    assert Refusal.FLAG_NOT_ADMITTED is refused.value.refusal


def test_who_leads_is_an_agency(small: SmallHouse, desk: TestAgency) -> None:
    """One that nobody knows cannot be called."""
    with pytest.raises(Refused) as refused:
        _imposes(small, desk, led_by="00000000000000000000")
    assert (Refusal.MEMBER_INVALID, "ledBy") == (refused.value.refusal, refused.value.facts["member"])


@pytest.mark.parametrize("days", [11, 28])
def test_a_ban_is_extended_to_twenty_eight_days_at_most(small: SmallHouse, desk: TestAgency, days: int) -> None:
    """All in all, from its first day."""
    starts_on = _today() - _days(3)
    ban = _imposes(small, desk, starts_on=starts_on)
    assert starts_on + _days(days) == _extends(small, desk, ban, starts_on + _days(days))


@pytest.mark.parametrize("of_ban", [True, False])
@pytest.mark.parametrize("days", [29, 10, 8])
def test_a_ban_of_twenty_nine_days_is_refused(small: SmallHouse, desk: TestAgency, days: int, *, of_ban: bool) -> None:
    """So is an extension that extends nothing; renewing the registration is no way around it."""
    starts_on = _today() - _days(3)
    ban = _imposes(small, desk, starts_on=starts_on)
    with pytest.raises(Refused) as refused:
        _extends(small, desk, ban, starts_on + _days(days), of_ban=of_ban)
    latest = (starts_on + _days(28)).isoformat()
    assert (Refusal.BAN_TERM, latest) == (refused.value.refusal, refused.value.facts["latest"])


def test_extending_twice_does_not_go_beyond_either(small: SmallHouse, desk: TestAgency) -> None:
    """The days count from the first, not from the last extension."""
    ban = _imposes(small, desk, starts_on=_today() - _days(3))
    _extends(small, desk, ban, _today() + _days(20))
    with pytest.raises(Refused) as refused:
        _extends(small, desk, ban, _today() + _days(26))
    assert Refusal.BAN_TERM is refused.value.refusal


def test_a_ban_that_lapsed_is_not_extended(small: SmallHouse, store: SqlStore, desk: TestAgency) -> None:
    """By the database's clock, whether or not the worker came; a new ban is a new decision of the mayor."""
    clock = hold_clock(store, store.view("now", lambda view: view.now()))
    ban = _imposes(small, desk)
    clock.set(ends_at(ban.valid_until))
    with pytest.raises(Refused) as refused:
        _extends(small, desk, ban, ban.valid_until + _days(5))
    assert Refusal.NOT_ACTIVE is refused.value.refusal


def test_an_involvement_with_a_ban_is_no_ban(small: SmallHouse, police: TestAgency) -> None:
    """It cannot be extended as one."""
    involved = _registers(small, police)
    with pytest.raises(Refused) as refused:
        _extends(small, police, involved, _today() + _days(12))
    assert Refusal.NOT_FOUND is refused.value.refusal


def test_who_is_involved_hears_that_a_ban_is_in_force_and_who_leads(
    small: SmallHouse, police: TestAgency, desk: TestAgency
) -> None:
    """Up to and including which day; the desk hears whom to call, and no fact."""
    ban = _imposes(small, desk, led_by=small.parties[1].oin)
    _registers(small, police)
    match_waiting(small.house)

    at_police, at_desk = _sees(small, police).other, _sees(small, desk).other

    assert at_police is not None
    assert at_police.fact is not None
    expected = (ban.valid_until - _days(1), ban.valid_until, small.parties[1].name)
    assert expected == (at_police.fact.through, at_police.fact.until, at_police.fact.led_by)
    assert at_desk is not None
    assert (None, None) == (at_desk.fact, at_desk.flag)


def test_an_extension_is_seen_by_whoever_looks(small: SmallHouse, police: TestAgency, desk: TestAgency) -> None:
    """The fact is what is so now, and not what was so when they met."""
    ban = _imposes(small, desk)
    _registers(small, police)
    match_waiting(small.house)
    _extends(small, desk, ban, _today() + _days(28))
    other = _sees(small, police).other
    assert other is not None
    assert other.fact is not None
    assert _today() + _days(28) == other.fact.until


def test_a_ban_lapses_by_itself(small: SmallHouse, store: SqlStore, police: TestAgency, desk: TestAgency) -> None:
    """At midnight nothing of it is told any more, and the worker ends the match."""
    clock = hold_clock(store, store.view("now", lambda view: view.now()))
    ban = _imposes(small, desk)
    _registers(small, police, valid_until=_today() + _days(20))
    match_waiting(small.house)
    clock.set(ends_at(ban.valid_until) - timedelta(milliseconds=1))
    assert _sees(small, police).other is not None

    clock.set(ends_at(ban.valid_until))

    assert None is _sees(small, police).other
    assert 1 == expire(small.house)
    assert MatchState.ENDED is _sees(small, police).state
    assert reconcile(store).sound


def test_who_met_no_ban_hears_of_none(small: SmallHouse, police: TestAgency) -> None:
    """Those who are involved hear nothing of one another from here."""
    _registers(small, police)
    _registers(small, small.parties[1])
    assert 0 == match_waiting(small.house).matches

"""A register of persons says that somebody died or moved, and hears nothing of what follows (domain rule 8)."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from gateway.core.events import EventKind
from gateway.core.life_notice import LifeEvent
from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.match import match_waiting
from gateway.flows.matching.show_match import list_matches
from gateway.flows.registering.life_notices import Noticed, apply_notices, take_notice
from gateway.flows.registering.list_own import own_registration
from gateway.flows.registering.restrict import Restriction, restrict
from gateway.flows.registering.withdraw import Withdrawal, withdraw
from gateway.flows.telling.hear import waiting
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.life_notices import NoticeOfLife
from gateway.protocol.messages.matches import MatchState
from gateway.protocol.messages.registrations import (
    Receipt,
    RegistrationStatus,
    RestrictionReason,
    RestrictRegistration,
    WithdrawalReason,
    WithdrawRegistration,
)
from gateway.store import SqlStore, reconcile
from keys.parties import Role
from tests.support.crowd import at_once
from tests.support.house import SmallHouse, TestAgency, agencies, token_of

POLICE, CARE, TEAM, REGISTER = range(4)


def _today() -> date:
    return datetime.now(UTC).date()


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Open a house with three agencies and a register of persons."""
    *parties, register = agencies(4)
    house = SmallHouse(store, (*parties, replace(register, kind="", role=Role.REGISTER)))
    house.open_desks()
    return house


def _notices(small: SmallHouse, kind: LifeEvent, person: str = "sam", **changes: object) -> bytes:
    members = {"token": token_of(person).encode(), "lane": "youth", "on": _today(), "attested": True, **changes}
    call = small.signed(small.parties[REGISTER], Noticed(kind, NoticeOfLife.model_validate(members)))
    return take_notice(call, small.house, today_on=_today())


def _told(small: SmallHouse, by: int) -> list[tuple[AlertKind, str]]:
    alerts, _ = waiting(small.parties[by].oin, small.house)
    return [(alert.kind, alert.match) for alert in alerts if alert.kind is not AlertKind.MATCH]


def _status(small: SmallHouse, agency: TestAgency, receipt: Receipt) -> RegistrationStatus:
    return own_registration(small.signed(agency, None), small.house, receipt.id).status


def _kept(store: SqlStore, receipt: Receipt) -> bytes:
    (found,) = store.view("several", lambda view: view.registrations.several((receipt.id,)))
    return found.index_token.value


def _refusal(act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.refusal


def _states(small: SmallHouse, by: int) -> list[MatchState]:
    return [one.state for one in list_matches(small.signed(small.parties[by], None), small.house, after="").matches]


def test_a_death_ends_what_stands_about_the_person(small: SmallHouse, store: SqlStore) -> None:
    """With its matches; every reporter is told, and nothing of it is archived. Others are left alone."""
    police, care, *_ = small.parties
    receipts = [small.register(police, "sam"), small.register(care, "sam")]
    other = small.register(care, "kim")
    match_waiting(small.house)
    _notices(small, LifeEvent.DIED)
    assert [1, 0] == [apply_notices(small.house) for _ in range(2)]

    ended = [_status(small, agency, one) for agency, one in zip((police, care), receipts, strict=True)]
    assert [RegistrationStatus.WITHDRAWN] * 2 == ended
    assert [[MatchState.ENDED]] * 2 == [_states(small, by) for by in (POLICE, CARE)]
    assert [[(AlertKind.PERSON_DIED, one.id)] for one in receipts] == [_told(small, by) for by in (POLICE, CARE)]
    assert [bytes(32)] * 2 == [_kept(store, one) for one in receipts]
    assert RegistrationStatus.ACTIVE is _status(small, care, other)
    assert reconcile(store).sound


def test_a_death_empties_the_archive(small: SmallHouse, store: SqlStore) -> None:
    """What was over and kept for its hint is forgotten, and nobody is told of that."""
    receipt = small.register(small.parties[POLICE], "sam")
    asked = Withdrawal(receipt.id, WithdrawRegistration(reason=WithdrawalReason.RISK_GONE))
    withdraw(small.signed(small.parties[POLICE], asked), small.house)
    _notices(small, LifeEvent.DIED)
    apply_notices(small.house)
    assert bytes(32) == _kept(store, receipt)
    assert [] == _told(small, POLICE)


def test_a_restricted_registration_ends_with_death_too(small: SmallHouse) -> None:
    """An objection about the dead has no use any more."""
    receipt = small.register(small.parties[POLICE], "sam")
    asked = Restriction(receipt.id, RestrictRegistration(reason=RestrictionReason.OBJECTION))
    restrict(small.signed(small.parties[POLICE], asked), small.house)
    _notices(small, LifeEvent.DIED)
    apply_notices(small.house)
    assert RegistrationStatus.WITHDRAWN is _status(small, small.parties[POLICE], receipt)


def test_a_lane_whose_card_does_not_say_so_goes_on_after_a_death(small: SmallHouse) -> None:
    """And nobody is told: what happens there is for people to decide."""
    policies = small.policies.policies
    youth = next(one for one in policies if one.lane == "youth")
    terms = replace(youth.card.terms, ends_on_death=False)
    changed = replace(youth, card=replace(youth.card, terms=terms))
    small.policies = replace(small.policies, policies=tuple(changed if one is youth else one for one in policies))
    receipt = small.register(small.parties[POLICE], "sam")
    _notices(small, LifeEvent.DIED)
    apply_notices(small.house)
    assert RegistrationStatus.ACTIVE is _status(small, small.parties[POLICE], receipt)
    assert [] == _told(small, POLICE)


def test_a_move_reminds_the_reporters_and_changes_nothing(small: SmallHouse, store: SqlStore) -> None:
    """Each of what it registered itself."""
    receipts = [small.register(agency, "sam") for agency in small.parties[:2]]
    match_waiting(small.house)
    before = [_kept(store, one) for one in receipts]
    _notices(small, LifeEvent.MOVED)
    apply_notices(small.house)
    assert [[(AlertKind.PERSON_MOVED, one.id)] for one in receipts] == [_told(small, by) for by in (POLICE, CARE)]
    assert [[MatchState.OPEN]] * 2 == [_states(small, by) for by in (POLICE, CARE)]
    assert before == [_kept(store, one) for one in receipts]
    assert reconcile(store).sound


@pytest.mark.parametrize("kind", list(LifeEvent))
def test_the_register_hears_the_same_whoever_is_known(small: SmallHouse, kind: LifeEvent) -> None:
    """Byte for byte but for the ids, before anybody is looked up."""
    small.register(small.parties[POLICE], "sam")
    answers = [_notices(small, kind, person) for person in ("sam", "nobody")]
    assert 1 == len({re.sub(rb"(lif|evt)_[0-9A-Z]{26}", b"an-id", answer) for answer in answers})
    apply_notices(small.house)
    assert ((), False) == waiting(small.parties[REGISTER].oin, small.house)


def test_nothing_of_the_person_is_left_once_a_notice_was_applied(small: SmallHouse, store: SqlStore) -> None:
    """Two workers apply it once."""
    small.register(small.parties[POLICE], "sam")
    _notices(small, LifeEvent.MOVED)
    assert 1 == sum(at_once([partial(apply_notices, small.house)] * 2))
    assert not store.view("waiting", lambda view: view.life_notices.waiting())
    assert 1 == len(_told(small, POLICE))
    events = store.view("events", lambda view: view.events.page(after="", limit=100))
    assert 1 == sum(one.event.kind is EventKind.LIFE_NOTICES_APPLIED for one in events)


def test_a_notice_that_makes_no_sense_is_refused(small: SmallHouse) -> None:
    """A day ahead, a lane that is none, a token that is none."""
    died = LifeEvent.DIED
    tomorrow = _today() + timedelta(days=1)
    assert Refusal.MEMBER_INVALID is _refusal(lambda: _notices(small, died, on=tomorrow))
    assert Refusal.LANE_UNKNOWN is _refusal(lambda: _notices(small, died, lane="unheard-of"))
    assert Refusal.TOKEN_INVALID is _refusal(lambda: _notices(small, died, token="hx1." + "-" * 54))

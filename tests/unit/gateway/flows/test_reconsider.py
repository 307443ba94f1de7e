"""What was kept silent under an older release is matched as soon as the one in force opens it, and not before."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest
import yaml

from gateway.core.events import EventKind
from gateway.core.policy import PolicySet, compile_policy
from gateway.flows.matching.match import match_waiting
from gateway.flows.matching.reconsider import FIRST, reconsider
from gateway.flows.matching.show_match import list_matches
from gateway.flows.registering import register
from gateway.flows.registering.renew import Renewal, renew
from gateway.flows.registering.withdraw import Withdrawal, withdraw
from gateway.policies.directory import load_policies
from gateway.protocol.messages.notices import NoticeStatus, SubjectNotice
from gateway.protocol.messages.registrations import (
    OwnRegistration,
    Receipt,
    RenewRegistration,
    WithdrawalReason,
    WithdrawRegistration,
)
from gateway.store import SqlStore, reconcile
from gateway.worker.reconsidering import AGAIN_AFTER_SECONDS, Reconsidering
from tests.support.cards import POLICIES, load
from tests.support.house import SmallHouse, agencies, involvement, receipt_of

VEILIG_THUIS, SCHOOL, CARE = 1, 3, 4
RADAR = "vt-radar"


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Open a house in which a school hears nothing yet of Veilig Thuis, so that neither does."""
    house = SmallHouse(store, agencies(6), _without("V6"))
    house.open_desks()
    return house


@cache
def _without(*rules: str) -> PolicySet:
    """Give the card of Veilig Thuis without some of its rules."""
    content = yaml.safe_load((POLICIES / "veilig_thuis.yaml").read_text("utf-8"))
    content["vertellen"] = [one for one in content["vertellen"] if one["regel"] not in rules]
    shown = content["voorbeelden"]["vertellen"]
    content["voorbeelden"]["vertellen"] = [one for one in shown if one.get("door") not in rules]
    return PolicySet((compile_policy(load(yaml.safe_dump(content, allow_unicode=True))),), ",".join(rules))


OPENED = load_policies(POLICIES)


def _registers(small: SmallHouse, number: int, *, person: object = "child", flag: str = "involved") -> Receipt:
    today_on = datetime.now(UTC).date()
    asked = involvement(str(person), today_on, lane="veilig_thuis", purpose=RADAR, flag=flag)
    rows: tuple[register.Row, ...] = (register.Row(0, asked),)
    prepared = register.prepare(
        small.signed(small.parties[number], rows, purpose=RADAR), small.house, today_on=today_on
    )
    return receipt_of(register.record([prepared], small.house)[0])


def _meet_in_silence(small: SmallHouse, *persons: object) -> list[Receipt]:
    met = [
        _registers(small, number, person=person, flag=flag)
        for person in persons or ("child",)
        for number, flag in ((VEILIG_THUIS, "open_report"), (SCHOOL, "involved"))
    ]
    assert 0 == match_waiting(small.house).matches
    return met


def _reconsiders(small: SmallHouse, *, limit: int = 200) -> int:
    """Reconsider all of it, page after page; return how many pages there were."""
    pages, place = 1, reconsider(small.house, after=FIRST, limit=limit).following
    while place is not None:
        pages, place = pages + 1, reconsider(small.house, after=place, limit=limit).following
    return pages


def _ended(small: SmallHouse) -> list[object]:
    assert isinstance(small.store, SqlStore)
    rows = small.store.view("events", lambda view: view.events.page(after="", limit=9_999))
    return [row.event.fields["meetings"] for row in rows if row.event.kind is EventKind.SILENCE_ENDED]


def _sees(small: SmallHouse, number: int) -> int:
    return len(list_matches(small.signed(small.parties[number], None, purpose=RADAR), small.house, after="").matches)


def test_a_release_that_opens_tells_those_who_met_in_silence(small: SmallHouse, store: SqlStore) -> None:
    """Both are told, once, without registering anew."""
    _meet_in_silence(small)
    small.policies = OPENED
    assert 0 == match_waiting(small.house).matches

    _reconsiders(small)

    assert 1 == match_waiting(small.house).matches
    assert (1, 1) == (_sees(small, VEILIG_THUIS), _sees(small, SCHOOL))
    assert [1] == _ended(small)
    _reconsiders(small)
    assert 0 == match_waiting(small.house).jobs
    assert [1] == _ended(small)
    assert reconcile(store).sound


def test_what_stays_silent_is_left_alone(small: SmallHouse) -> None:
    """The same policy, and one that opens something else, queue nothing and are no event."""
    _meet_in_silence(small)
    for policies in (small.policies, _without("V6", "V2")):
        small.policies = policies
        _reconsiders(small)
    assert 0 == match_waiting(small.house).jobs
    assert [] == _ended(small)


def test_what_stays_silent_under_another_release_is_on_record(small: SmallHouse, store: SqlStore) -> None:
    """Once for each release: how many meetings of a lane, under which policy; nothing once it opened."""
    seconds = 0.0
    reconsidering = Reconsidering(small.house, clock=lambda: seconds)
    _meet_in_silence(small, "child", "another")
    digests = []
    for policies in (small.policies, _without("V6", "V2"), OPENED):
        small.policies = policies
        digests.append(policies.policies[0].digest)
        while reconsidering.round():
            pass
        seconds += AGAIN_AFTER_SECONDS
        reconsidering.round()

    rows = store.view("events", lambda view: view.events.page(after="", limit=9_999))
    kept = [row.event.fields for row in rows if row.event.kind is EventKind.SILENCE_KEPT]
    assert [{"lane": "veilig_thuis", "policy": digest, "meetings": 2} for digest in digests[:2]] == kept


@pytest.mark.parametrize("gone", [0, 1])
def test_a_registration_that_is_over_is_not_matched(small: SmallHouse, gone: int) -> None:
    """Whoever withdrew before the release took effect is told nothing (G15)."""
    receipt = _meet_in_silence(small)[gone]
    wanted = Withdrawal(receipt.id, WithdrawRegistration(reason=WithdrawalReason.RISK_GONE))
    withdraw(small.signed(small.parties[(VEILIG_THUIS, SCHOOL)[gone]], wanted, purpose=RADAR), small.house)
    small.policies = OPENED

    _reconsiders(small)

    assert 0 == match_waiting(small.house).matches
    assert [] == _ended(small)


def test_all_are_reached_page_after_page(small: SmallHouse, store: SqlStore) -> None:
    """Also when what was opened leaves the pages while they are turned."""
    _meet_in_silence(small, *range(7))
    small.policies = OPENED

    assert 3 < _reconsiders(small, limit=2)

    while match_waiting(small.house).jobs:
        pass
    assert 7 == _sees(small, SCHOOL)
    assert 7 == sum(map(int, map(str, _ended(small))))
    assert reconcile(store).sound


def test_two_workers_that_reconsider_at_once_open_one_match(small: SmallHouse, store: SqlStore) -> None:
    """The second finds nothing left, which is no change and no event."""
    _meet_in_silence(small)
    small.policies = OPENED
    _reconsiders(small)
    _reconsiders(small)
    assert [1] == _ended(small)
    assert 1 == match_waiting(small.house).matches
    assert reconcile(store).sound


def test_a_worker_that_sees_the_release_late_closes_it_again_for_a_minute_at_most(small: SmallHouse) -> None:
    """What the late one keeps silent after it was reconsidered comes by once more."""
    seconds = 0.0
    early = Reconsidering(small.house, clock=lambda: seconds)
    _meet_in_silence(small)
    small.policies = OPENED
    while early.round():
        pass
    small.policies = _without("V6")
    assert 0 == match_waiting(small.house).matches
    small.policies = OPENED

    early.round()
    assert 0 == match_waiting(small.house).jobs
    seconds = AGAIN_AFTER_SECONDS
    early.round()

    assert 1 == match_waiting(small.house).matches
    assert (1, 1) == (_sees(small, VEILIG_THUIS), _sees(small, SCHOOL))


def test_what_was_registered_just_now_goes_first(small: SmallHouse) -> None:
    """However much a release opens, nobody who registers waits behind more than one page of it."""
    reconsidering = Reconsidering(small.house)
    reconsidering.round()
    _meet_in_silence(small)
    small.policies = OPENED
    _registers(small, CARE, person="another")

    assert not reconsidering.round()
    assert [] == _ended(small)
    match_waiting(small.house)
    reconsidering.round()

    assert [1] == _ended(small)
    assert 1 == match_waiting(small.house).matches


def _renews(small: SmallHouse, receipt: Receipt) -> OwnRegistration:
    today_on = datetime.now(UTC).date()
    asked = RenewRegistration(attested=True, subject_notice=SubjectNotice(status=NoticeStatus.GIVEN, on=today_on))
    call = small.signed(small.parties[SCHOOL], Renewal(receipt.id, asked), purpose=RADAR)
    return OwnRegistration.model_validate_json(renew(call, small.house, today_on=today_on))


def test_what_was_registered_in_silence_stays_nobodys_when_its_purpose_opens(small: SmallHouse) -> None:
    """Nothing of the person was kept, so renewing is answered as ever and meets nobody: one registers anew."""
    card = small.policies.policies[0].card
    rules = tuple(replace(rule, purposes=("another", *rule.purposes)) for rule in card.registration_rules)
    silent = replace(card, silent_purposes=(RADAR,), registration_rules=rules)
    small.policies = PolicySet((compile_policy(silent),), "silent")
    of_nobody = _registers(small, SCHOOL)
    small.policies = OPENED
    real = _registers(small, SCHOOL, person="another")
    _registers(small, VEILIG_THUIS, flag="open_report")

    answers = [
        _renews(small, one).model_dump(exclude={"id", "registered_at", "case_reference"}) for one in (of_nobody, real)
    ]
    _reconsiders(small)

    assert answers[0] == answers[1]
    assert 0 == match_waiting(small.house).matches
    _registers(small, SCHOOL)
    assert 1 == match_waiting(small.house).matches

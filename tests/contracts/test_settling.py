"""What parties settle about a match: who handles it, that both know enough, who leads; and desks that are confirmed."""

import json
from datetime import timedelta

import pytest

from gateway.core.events import EventKind
from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.escalate import escalate
from gateway.flows.matching.mute import mute
from gateway.flows.matching.name_coordinator import Naming, name_coordinator
from gateway.flows.matching.show_match import list_matches, show_match
from gateway.flows.matching.supervise import supervised_matches
from gateway.flows.matching.take_over import take_over
from gateway.flows.registering.renew import Renewal, renew
from gateway.flows.registering.withdraw import Withdrawal, withdraw
from gateway.flows.telling import desks
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.matches import (
    ContactOutcome,
    Handler,
    LadderStep,
    ListedMatch,
    MatchState,
    NameCoordinator,
    Side,
    SupervisedMatch,
)
from gateway.protocol.messages.notices import NoticeStatus, SubjectNotice
from gateway.protocol.messages.registrations import RenewRegistration, WithdrawalReason, WithdrawRegistration
from gateway.store import SqlStore, reconcile
from tests.support.house import DESK, TestAgency
from tests.support.ladders import DEPUTY, Ladder, at

MONDAY = at(2026, 11, 2, 9)
KNOWN = ContactOutcome.ALREADY_IN_CONTACT


@pytest.fixture
def ladder(store: SqlStore) -> Ladder:
    """Open a house on a Monday."""
    return Ladder(store, MONDAY)


def _listed(ladder: Ladder, who: TestAgency) -> tuple[ListedMatch, ...]:
    return list_matches(ladder.small.signed(who, None), ladder.small.house, after="").matches


def _mute(ladder: Ladder, who: TestAgency, match: str) -> bool:
    muted = json.loads(mute(ladder.small.signed(who, None), ladder.small.house, match))["muted"]
    assert isinstance(muted, bool)
    return muted


def _both_mute(ladder: Ladder, match: str) -> None:
    for who in (ladder.police, ladder.team):
        ladder.report(who, match, KNOWN)
    assert [False, True] == [_mute(ladder, who, match) for who in (ladder.police, ladder.team)]


def _new_episode(ladder: Ladder, receipt: str) -> None:
    """Let the police's registration end and another of theirs meet the others anew."""
    wanted = Withdrawal(receipt, WithdrawRegistration(reason=WithdrawalReason.RISK_GONE))
    withdraw(ladder.small.signed(ladder.police, wanted), ladder.small.house)
    ladder.match()


def _told(ladder: Ladder, who: TestAgency) -> list[str]:
    """Return of which new matches an agency was told."""
    return [alert.match for alert in ladder.waiting(who) if alert.kind is AlertKind.MATCH]


def _refused(refusal: Refusal, act: object) -> None:
    with pytest.raises(Refused) as refused:
        act()  # type: ignore[operator]
    assert refusal is refused.value.refusal


def test_a_further_registration_joins_the_match_without_a_second_alert(ladder: Ladder) -> None:
    """Also after it, or the first, was renewed: one match of the pair, one alert for each (G9)."""
    first = ladder.small.register(ladder.police, 1)
    match = ladder.meet(ladder.team)
    further = ladder.small.register(ladder.police, 1)
    ladder.match()
    notice = SubjectNotice(status=NoticeStatus.GIVEN, on=MONDAY.date())
    for receipt in (first, further):
        asked = RenewRegistration(attested=True, subject_notice=notice)
        renewing = ladder.small.signed(ladder.police, Renewal(receipt.id, asked))
        renew(renewing, ladder.small.house, today_on=MONDAY.date())
        ladder.match()
    for who in (ladder.police, ladder.team):
        assert [AlertKind.MATCH] == ladder.kinds(who)
        assert [match] == [one.id for one in _listed(ladder, who)]


@pytest.mark.parametrize("role", ["deputy", "coordinator"])
def test_a_colleague_takes_over_and_the_match_says_who(ladder: Ladder, role: str) -> None:
    """Its own agency sees it, the other does not; and it is an event with the role in it."""
    match = ladder.meet(ladder.police, ladder.team)
    call = ladder.small.signed(ladder.police, None, user_role=role)
    assert {"id": match, "handledBy": role} == json.loads(take_over(call, ladder.small.house, match))
    assert [Handler(role)] == [one.handled_by for one in _listed(ladder, ladder.police)]
    assert [Handler.REPORTER] == [one.handled_by for one in _listed(ladder, ladder.team)]
    (event,) = ladder.happened(EventKind.MATCH_TAKEN_OVER)
    assert (match, role) == (event["match"], event["user_role"])


def test_only_who_stands_in_takes_over(ladder: Ladder) -> None:
    """Not a reporter, not the supervisor's word, and not an agency that is no party."""
    match = ladder.meet(ladder.police, ladder.team)
    for role in ("reporter", "supervisor"):
        call = ladder.small.signed(ladder.police, None, user_role=role)
        _refused(Refusal.ROLE_NOT_ADMITTED, lambda call=call: take_over(call, ladder.small.house, match))
    stranger = ladder.small.signed(ladder.elsewhere, None, user_role="deputy")
    _refused(Refusal.NOT_FOUND, lambda: take_over(stranger, ladder.small.house, match))


def test_a_pair_that_muted_hears_no_more_of_the_person(ladder: Ladder) -> None:
    """A new match of the two is made as it must be, closed and silent: nothing waits, is due or climbs."""
    receipt = ladder.small.register(ladder.police, 1)
    match = ladder.meet(ladder.team)
    ladder.small.register(ladder.police, 1)
    ladder.match()
    _both_mute(ladder, match)
    _new_episode(ladder, receipt.id)
    for who in (ladder.police, ladder.team):
        old, new = _listed(ladder, who)
        assert (MatchState.ENDED, MatchState.CLOSED) == (old.state, new.state)
        assert (KNOWN, True, None) == (new.outcome, new.muted, new.next_step_on)
        assert [match] == _told(ladder, who)
    ladder.clock.set(MONDAY + timedelta(days=60))
    assert 0 == escalate(ladder.small.house)
    assert reconcile(ladder.store).sound


def test_one_party_alone_mutes_nothing(ladder: Ladder) -> None:
    """Both have to ask; a new match is told to both as any other."""
    receipt = ladder.small.register(ladder.police, 1)
    match = ladder.meet(ladder.team)
    ladder.small.register(ladder.police, 1)
    ladder.match()
    ladder.report(ladder.police, match, KNOWN)
    assert not _mute(ladder, ladder.police, match)
    _new_episode(ladder, receipt.id)
    assert [2, 2] == [len(_told(ladder, who)) for who in (ladder.police, ladder.team)]


@pytest.mark.parametrize("outcome", [None, *(one for one in ContactOutcome if one not in {KNOWN, ContactOutcome.NONE})])
def test_only_who_is_already_in_contact_mutes(ladder: Ladder, outcome: ContactOutcome | None) -> None:
    """Whoever did not report that is refused, and a stranger finds no match."""
    match = ladder.meet(ladder.police, ladder.team)
    if outcome is not None:
        ladder.report(ladder.police, match, outcome)
    _refused(Refusal.MUTE_NEEDS_CONTACT, lambda: _mute(ladder, ladder.police, match))
    _refused(Refusal.NOT_FOUND, lambda: _mute(ladder, ladder.elsewhere, match))


def test_a_third_agency_ends_the_mute_of_whom_it_meets(ladder: Ladder) -> None:
    """The police and the team hear of the third, and of one another again in a new match."""
    receipt = ladder.small.register(ladder.police, 1)
    match = ladder.meet(ladder.team)
    ladder.small.register(ladder.police, 1)
    ladder.match()
    _both_mute(ladder, match)
    ladder.meet(ladder.elsewhere)
    assert [2, 2, 2] == [len(_told(ladder, who)) for who in (ladder.police, ladder.team, ladder.elsewhere)]
    assert 2 == len(ladder.happened(EventKind.MUTE_ENDED))
    _new_episode(ladder, receipt.id)
    about_each_other = set(_told(ladder, ladder.police)) & set(_told(ladder, ladder.team))
    assert 2 == len(about_each_other)


def test_both_name_who_leads(ladder: Ladder) -> None:
    """Naming proposes, naming the same accepts; both see who leads, each from its own side."""
    match = ladder.meet(ladder.police, ladder.team)
    assert {"id": match} == _name(ladder, ladder.police, match, Side.OTHER)
    assert (None, Side.OTHER, None) == _leading(ladder, ladder.police, match)
    assert (None, None, Side.OWN) == _leading(ladder, ladder.team, match)
    assert {"id": match, "caseCoordinator": "own"} == _name(ladder, ladder.team, match, Side.OWN)
    assert (Side.OTHER, Side.OTHER, Side.OWN)[:2] == _leading(ladder, ladder.police, match)[:2]
    assert Side.OWN is _leading(ladder, ladder.team, match)[0]


def test_who_leads_goes_on_until_both_name_the_other(ladder: Ladder) -> None:
    """One party alone cannot hand it over, nor take it."""
    match = ladder.meet(ladder.police, ladder.team)
    _name(ladder, ladder.police, match, Side.OWN)
    _name(ladder, ladder.team, match, Side.OTHER)
    assert {"id": match, "caseCoordinator": "own"} == _name(ladder, ladder.police, match, Side.OTHER)
    assert {"id": match, "caseCoordinator": "own"} == _name(ladder, ladder.team, match, Side.OWN)
    told = [(one["named"], one["agreed"]) for one in ladder.happened(EventKind.COORDINATOR_NAMED)]
    assert [("own", False), ("other", True), ("other", False), ("own", True)] == told


def _name(ladder: Ladder, who: TestAgency, match: str, coordinator: Side) -> dict[str, str]:
    asked = Naming(match, NameCoordinator(coordinator=coordinator))
    answer: dict[str, str] = json.loads(name_coordinator(ladder.small.signed(who, asked), ladder.small.house))
    return answer


def _leading(ladder: Ladder, who: TestAgency, match: str) -> tuple[Side | None, Side | None, Side | None]:
    seen = show_match(ladder.small.signed(who, None), ladder.small.house, match)
    return seen.case_coordinator, seen.named_by_own, seen.named_by_other


def test_what_is_over_is_settled_no_more(ladder: Ladder) -> None:
    """Taking over, muting and naming on a match that ended are refused."""
    receipt = ladder.small.register(ladder.police, 1)
    match = ladder.meet(ladder.team)
    _new_episode(ladder, receipt.id)
    deputy = ladder.small.signed(ladder.team, None, user_role="deputy")
    _refused(Refusal.MATCH_ENDED, lambda: take_over(deputy, ladder.small.house, match))
    _refused(Refusal.MATCH_ENDED, lambda: _mute(ladder, ladder.team, match))
    _refused(Refusal.MATCH_ENDED, lambda: _name(ladder, ladder.team, match, Side.OWN))


def test_a_desk_that_nobody_confirmed_for_90_days_begins_the_ladder_at_its_deputy(ladder: Ladder) -> None:
    """The deputy desk hears of a new match at once, and once; the match says why."""
    ladder.clock.set(MONDAY + timedelta(days=91))
    confirmed = ladder.small.signed(ladder.team, None)
    desks.confirm_desk(confirmed, ladder.small.house, DESK)
    ladder.meet(ladder.police, ladder.team)
    assert [AlertKind.MATCH, AlertKind.DEPUTY] == ladder.kinds(ladder.police)
    assert [DEPUTY] == [alert.desk for alert in ladder.waiting(ladder.police) if alert.kind is AlertKind.DEPUTY]
    assert [AlertKind.MATCH] == ladder.kinds(ladder.team)
    assert [[True], [False]] == [
        [one.desk_unconfirmed for one in _listed(ladder, who)] for who in (ladder.police, ladder.team)
    ]
    ladder.clock.set(MONDAY + timedelta(days=91 + 14))
    while escalate(ladder.small.house):
        pass
    assert 1 == ladder.kinds(ladder.police).count(AlertKind.DEPUTY) == ladder.kinds(ladder.team).count(AlertKind.DEPUTY)
    assert reconcile(ladder.store).sound


def test_a_desk_says_when_it_is_to_be_confirmed(ladder: Ladder) -> None:
    """Putting it anew confirms it too; another agency's desk is as unknown as none."""

    def shown(name: str) -> tuple[str, str]:
        listed = desks.list_desks(ladder.small.signed(ladder.police, None), ladder.small.house).contacts
        (one,) = (desk for desk in listed if desk.id == name)
        return one.confirmed_on.isoformat(), one.confirm_before.isoformat()

    assert ("2026-11-02", "2027-01-31") == shown(DESK)
    ladder.clock.set(MONDAY + timedelta(days=30))
    desks.confirm_desk(ladder.small.signed(ladder.police, None), ladder.small.house, DESK)
    assert [("2026-12-02", "2027-03-02"), ("2026-11-02", "2027-01-31")] == [shown(DESK), shown(DEPUTY)]
    ladder.put_desk(ladder.police, DEPUTY)
    assert ("2026-12-02", "2027-03-02") == shown(DEPUTY)
    ladder.put_desk(ladder.team, "cnt_of_the_team")
    for name in ("cnt_of_the_team", "cnt_nobodys"):
        call = ladder.small.signed(ladder.police, None)
        _refused(Refusal.NOT_FOUND, lambda call=call, name=name: desks.confirm_desk(call, ladder.small.house, name))


def _supervised(ladder: Ladder, *, after: str = "", only: str = "", limit: int = 100) -> tuple[SupervisedMatch, ...]:
    call = ladder.small.signed(ladder.supervisor, None)
    return supervised_matches(call, ladder.small.house, after=after, only=only, limit=limit).matches


def test_a_supervisor_sees_how_the_matches_of_the_municipality_stand(ladder: Ladder) -> None:
    """State, age, due day, lane, step and how many reported; no more of it is in what is shown."""
    match = ladder.meet(ladder.police, ladder.elsewhere)
    ladder.report(ladder.police, match)
    ladder.clock.set(MONDAY + timedelta(days=8))
    while escalate(ladder.small.house):
        pass
    (seen,) = _supervised(ladder)
    assert (match, "youth", MatchState.ANSWERED, 8, "2026-11-09", LadderStep.DEPUTY, 1) == (
        *(seen.id, seen.lane, seen.state, seen.age_days, seen.due_on.isoformat(), seen.step, seen.sides_reported),
    )
    members = "id lane state age_days due_on calendar step next_step_on sides_reported"
    assert set(members.split()) == set(SupervisedMatch.model_fields)


def test_a_supervisor_sees_no_match_of_elsewhere_and_none_that_is_over(ladder: Ladder) -> None:
    """One agency of the municipality as a party is enough, and needed; a match that ended is nobody's to follow."""
    receipt = ladder.small.register(ladder.police, 1)
    here = ladder.meet(ladder.team)
    assert [here] == [one.id for one in _supervised(ladder)]
    assert [here] == [one.id for one in _supervised(ladder, only=here)]
    _new_episode(ladder, receipt.id)
    assert () == _supervised(ladder) == _supervised(ladder, only=here)


def test_pages_of_supervised_matches_follow_each_other(ladder: Ladder) -> None:
    """In order of id, none twice, none left out, also of pairs in which both sides are of the municipality."""
    for person in range(5):
        ladder.meet(ladder.police, ladder.team, person=person)
    whole = [one.id for one in _supervised(ladder)]
    assert 5 == len(set(whole))
    pages, after = [], ""
    while page := _supervised(ladder, after=after, limit=2):
        pages += [one.id for one in page]
        after = page[-1].id
    assert sorted(whole) == pages

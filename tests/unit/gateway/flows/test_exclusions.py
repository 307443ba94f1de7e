"""Shielding: the excluded hear nothing, whoever they would have met neither; the mediator hears, and decides."""

import json

import pytest

from gateway.core.events import EventKind
from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.match import match_waiting
from gateway.flows.matching.show_match import show_match
from gateway.flows.registering.show_hints import show_hints
from gateway.flows.registering.withdraw import Withdrawal, withdraw
from gateway.flows.telling import desks
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.contacts import ContactDesk
from gateway.protocol.messages.exclusions import ExclusionReach, ExclusionRole, ExclusionStatus
from gateway.protocol.messages.matches import MatchState
from gateway.protocol.messages.registrations import WithdrawalReason, WithdrawRegistration
from gateway.store import SqlStore, reconcile
from tests.support.house import SmallHouse, TestAgency
from tests.support.shielding import (
    LOCAL_TEAM,
    MENTAL_HEALTH,
    POLICE,
    SCHOOL,
    VEILIG_THUIS,
    alerts_of,
    excludes,
    lifts,
    lists,
    matches_of,
    open_house,
    sees,
)


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Open a house of six agencies."""
    return open_house(store)


@pytest.fixture
def safety_desk(small: SmallHouse) -> TestAgency:
    """Return Veilig Thuis, which shields a person toward everybody."""
    return small.parties[VEILIG_THUIS]


@pytest.fixture
def police(small: SmallHouse) -> TestAgency:
    """Return the police, where the father works."""
    return small.parties[POLICE]


@pytest.fixture
def school(small: SmallHouse) -> TestAgency:
    """Return the school."""
    return small.parties[SCHOOL]


@pytest.fixture
def mediator(small: SmallHouse) -> TestAgency:
    """Return the agency that mediates, which is not involved."""
    return small.parties[MENTAL_HEALTH]


def _registers(small: SmallHouse, *who: TestAgency) -> None:
    for agency in who:
        small.register(agency, "noor")
    while match_waiting(small.house).jobs:
        pass


def _kinds(store: SqlStore) -> list[str]:
    with store.database.engines.reader.connect() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT kind FROM events ORDER BY id")]


def _refusal(act: object, *args: object, **changes: object) -> Refusal:
    with pytest.raises(Refused) as refused:
        act(*args, **changes)  # type: ignore[operator]
    return refused.value.refusal


def test_of_a_meeting_with_the_excluded_neither_side_hears(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, mediator: TestAgency
) -> None:
    """G7: no match and no alert on either side; the mediator hears of the exclusion and then of the pair."""
    recorded = excludes(small, safety_desk, [police], mediator)
    assert [AlertKind.EXCLUSION] == alerts_of(small, mediator)
    _registers(small, safety_desk, police)
    for agency in (safety_desk, police):
        assert () == matches_of(small, agency)
        assert [] == alerts_of(small, agency)
    assert [AlertKind.EXCLUSION] * 2 == alerts_of(small, mediator)
    (withheld,) = sees(small, mediator, recorded.id).withheld or ()
    assert safety_desk.name == withheld.agency
    assert withheld.contact is not None
    assert reconcile(small.store).sound  # type: ignore[arg-type]


def test_a_safety_desk_shields_the_person_toward_everybody_else_too(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, school: TestAgency, mediator: TestAgency
) -> None:
    """The school, which knows of no exclusion, does not lead the father to the child; it does find the safety desk."""
    recorded = excludes(small, safety_desk, [police], mediator)
    assert ExclusionReach.PERSON is recorded.reach
    _registers(small, school, police, safety_desk)
    assert () == matches_of(small, police)
    assert 1 == len(matches_of(small, school)) == len(matches_of(small, safety_desk))
    withheld = sees(small, mediator, recorded.id).withheld or ()
    assert {school.name, safety_desk.name} == {party.agency for party in withheld}


def test_whoever_is_no_safety_desk_excludes_from_its_own_registrations_only(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, school: TestAgency, mediator: TestAgency
) -> None:
    """A12: an agency cannot keep two others from finding each other."""
    recorded = excludes(small, school, [police], mediator)
    assert ExclusionReach.OWN is recorded.reach
    _registers(small, safety_desk, police, school)
    assert 1 == len(matches_of(small, police)) == len(matches_of(small, school))
    assert 2 == len(matches_of(small, safety_desk))


def test_an_excluded_unit_hears_nothing_while_the_rest_of_its_agency_does(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, mediator: TestAgency
) -> None:
    """A6: a group of units, by the desks that they register with."""
    for name in ("cnt_north", "cnt_south"):
        desk = ContactDesk(id=name, name=name, phone="010 000 00 00", email="unit@agency.example")
        desks.put_desk(small.signed(police, desk), small.house)
    excludes(small, safety_desk, [(police, "cnt_north"), (police, "cnt_south")], mediator)
    _registers(small, safety_desk)
    small.register(police, "noor", contact_id="cnt_north")
    match_waiting(small.house)
    assert () == matches_of(small, police)
    _registers(small, police)
    (match,) = matches_of(small, police)
    assert MatchState.OPEN is match.state
    assert [AlertKind.MATCH] == alerts_of(small, safety_desk)


def test_a_match_that_stood_ends_as_a_withdrawal_would_end_it(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, mediator: TestAgency
) -> None:
    """G8: what the excluded sees of it is, to the letter, what it sees when the other had withdrawn."""
    receipts = {person: small.register(safety_desk, person) for person in ("noor", "sam")}
    for person in receipts:
        small.register(police, person)
    match_waiting(small.house)
    matches = {match.case_reference: match.id for match in matches_of(small, police)}
    gone = Withdrawal(receipts["sam"].id, WithdrawRegistration(reason=WithdrawalReason.RISK_GONE))
    withdraw(small.signed(safety_desk, gone), small.house)
    excludes(small, safety_desk, [police], mediator)
    while match_waiting(small.house).jobs:
        pass
    seen = {case: show_match(small.signed(police, None), small.house, id_) for case, id_ in matches.items()}
    parted, withdrawn = seen["Z-noor"], seen["Z-sam"]
    assert parted.other is None
    same = {name: getattr(withdrawn, name) for name in ("id", "opened_at", "registration_id", "case_reference")}
    assert withdrawn == parted.model_copy(update=same)
    assert [AlertKind.EXCLUSION] * 2 == alerts_of(small, mediator)
    assert [AlertKind.MATCH] * 2 == alerts_of(small, police)  # as they were
    assert reconcile(small.store).sound  # type: ignore[arg-type]


def test_what_waits_to_be_matched_is_withheld(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, mediator: TestAgency
) -> None:
    """G15: both registered before the exclusion; it was acknowledged before they were matched."""
    for agency in (police, safety_desk):
        small.register(agency, "noor")
    excludes(small, safety_desk, [police], mediator)
    while match_waiting(small.house).jobs:
        pass
    assert () == matches_of(small, police)
    assert () == matches_of(small, safety_desk)


def test_a_lifted_exclusion_lets_the_two_meet(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, mediator: TestAgency
) -> None:
    """By the mediator, of which who recorded it hears; a second time there is nothing to lift."""
    recorded = excludes(small, safety_desk, [police], mediator)
    _registers(small, safety_desk, police)
    lifts(small, mediator, recorded.id)
    assert [AlertKind.EXCLUSION] == alerts_of(small, safety_desk)
    while match_waiting(small.house).jobs:
        pass
    assert 1 == len(matches_of(small, police)) == len(matches_of(small, safety_desk))
    assert ExclusionStatus.LIFTED is sees(small, safety_desk, recorded.id).status
    assert Refusal.EXCLUSION_IS_LIFTED is _refusal(lifts, small, safety_desk, recorded.id)


def test_what_another_exclusion_still_shields_stays_silent_when_one_is_lifted(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, mediator: TestAgency
) -> None:
    """And each mediator hears of its own."""
    first = excludes(small, safety_desk, [police], mediator)
    second = excludes(small, safety_desk, [police], small.parties[LOCAL_TEAM])
    _registers(small, safety_desk, police)
    lifts(small, safety_desk, first.id)
    while match_waiting(small.house).jobs:
        pass
    assert () == matches_of(small, police)
    assert 1 == len(sees(small, small.parties[LOCAL_TEAM], second.id).withheld or ())


def test_an_exclusion_recorded_again_after_one_was_lifted_is_mediated_anew(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, mediator: TestAgency
) -> None:
    """That the pair was withheld once before does not keep the second mediator from hearing."""
    first = excludes(small, safety_desk, [police], mediator)
    _registers(small, safety_desk, police)
    lifts(small, safety_desk, first.id)
    while match_waiting(small.house).jobs:
        pass
    again = excludes(small, safety_desk, [police], small.parties[LOCAL_TEAM])
    while match_waiting(small.house).jobs:
        pass
    assert 1 == len(sees(small, small.parties[LOCAL_TEAM], again.id).withheld or ())
    assert [AlertKind.EXCLUSION] * 2 == alerts_of(small, small.parties[LOCAL_TEAM])


def test_the_recorder_sees_the_same_whatever_was_withheld(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, mediator: TestAgency
) -> None:
    """Both or neither: of a pair that is withheld its recorder is told as little as the excluded."""
    recorded = excludes(small, safety_desk, [police], mediator)
    before = sees(small, safety_desk, recorded.id)
    _registers(small, safety_desk, police)
    assert before == sees(small, safety_desk, recorded.id)
    assert (ExclusionRole.RECORDER, None) == (before.role, before.withheld)
    assert [recorded.id] == [one.id for one in lists(small, safety_desk).exclusions]


def test_of_an_exclusion_the_excluded_finds_nothing(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, mediator: TestAgency
) -> None:
    """Neither a list, nor a look, nor a way to lift it."""
    recorded = excludes(small, safety_desk, [police], mediator)
    assert () == lists(small, police).exclusions
    assert Refusal.NOT_FOUND is _refusal(sees, small, police, recorded.id)
    assert Refusal.NOT_FOUND is _refusal(lifts, small, police, recorded.id)


def test_no_event_says_who_is_excluded_or_who_would_have_met(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, mediator: TestAgency
) -> None:
    """A10: whoever reads the log does not find the map that the index keeps sealed."""
    excludes(small, safety_desk, [police], mediator)
    _registers(small, safety_desk, police)
    assert EventKind.PAIR_SHIELDED.value in _kinds(small.store)  # type: ignore[arg-type]
    assert EventKind.MATCH_WITHHELD.value not in _kinds(small.store)  # type: ignore[arg-type]
    with small.store.database.engines.reader.connect() as connection:  # type: ignore[attr-defined]
        asked = "SELECT fields FROM events WHERE kind IN ('exclusion_recorded', 'pair_shielded')"
        said = [json.loads(row[0]) for row in connection.exec_driver_sql(asked)]
    assert 2 == len(said)
    assert not [fields for fields in said if police.oin in json.dumps(fields)]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"mediator": "00000000000000000077"}, Refusal.EXCLUSION_MEDIATOR),
        ({"excluded": ({"agency": "00000000000000000077"},)}, Refusal.MEMBER_INVALID),
        ({"contact_id": "cnt_nowhere"}, Refusal.CONTACT_UNKNOWN),
        ({"lane": "nowhere"}, Refusal.LANE_UNKNOWN),
        ({"purpose": "another-purpose"}, Refusal.PURPOSE_NOT_ADMITTED),
    ],
)
def test_an_exclusion_that_will_not_do_is_refused(
    small: SmallHouse, change: dict[str, object], refusal: Refusal
) -> None:
    """And leaves nothing."""
    police, safety_desk, *_, mediator, _ = small.parties
    assert refusal is _refusal(excludes, small, safety_desk, [police], mediator, **change)
    assert () == lists(small, safety_desk).exclusions
    assert [] == alerts_of(small, mediator)


def test_a_hint_that_was_given_before_names_nobody_once_its_reader_is_excluded(
    small: SmallHouse, safety_desk: TestAgency, police: TestAgency, mediator: TestAgency
) -> None:
    """As of a match: that there was one stays, whom it was about does not."""
    before = small.register(safety_desk, "noor")
    gone = Withdrawal(before.id, WithdrawRegistration(reason=WithdrawalReason.RISK_GONE))
    withdraw(small.signed(safety_desk, gone), small.house)
    after = small.register(police, "noor")
    match_waiting(small.house)
    (hint,) = show_hints(small.signed(police, None), small.house, after.id).hints
    assert hint.other is not None
    excludes(small, safety_desk, [police], mediator)
    (hint,) = show_hints(small.signed(police, None), small.house, after.id).hints
    assert hint.other is None

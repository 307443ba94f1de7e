"""Different children with a parent in common: both agencies are told, or neither; rule by rule, on both stores."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from gateway.core.events import EventKind
from gateway.core.matching import Meeting
from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.escalate import escalate
from gateway.flows.matching.match import match_waiting
from gateway.flows.matching.report_contact import Report, report_contact
from gateway.flows.ports.store import Tx
from gateway.flows.registering import register
from gateway.flows.registering.expire import expire
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.matches import ContactOutcome, MatchKind, MatchState, ReportContact
from gateway.protocol.messages.registrations import WithdrawalReason
from gateway.store import SqlStore, reconcile
from tests.support.families import family_house, policies, register_child
from tests.support.house import SmallHouse, TestAgency, involvement, receipt_of, token_of
from tests.support.ladders import let_steps_come
from tests.support.lives import events_of, heard, lifted, matches_of, restricted, withdrawn
from tests.support.records import do
from tests.support.stores import hold_clock

MOTHER, FATHER = "mother", "father"


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Return a house of three agencies in which parents are matched by."""
    return family_house(store)


def _told(small: SmallHouse) -> list[int]:
    """Let the worker work; return how many parent matches each agency heard of."""
    match_waiting(small.house)
    assert reconcile(small.store).sound  # type: ignore[arg-type]
    return [len(heard(small, agency, AlertKind.PARENT_MATCH)) for agency in small.parties]


def _refusal(act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.refusal


def _states(small: SmallHouse, agency: TestAgency) -> list[tuple[MatchKind, MatchState]]:
    return sorted((match.kind, match.state) for match in matches_of(small, agency))


def test_agencies_of_two_children_with_one_parent_are_both_told(small: SmallHouse, store: SqlStore) -> None:
    """It is a match of its own kind in alert and match, explained by its own rule, and found from either side."""
    police, school, _ = small.parties
    register_child(small, police, "daughter", MOTHER, FATHER)
    register_child(small, school, "son", "another", MOTHER)
    assert [1, 1, 0] == _told(small)
    for agency in (police, school):
        (match,) = matches_of(small, agency)
        assert MatchKind.PARENT_MATCH is match.kind
        assert ("contact", ("O1", "V1")) == (match.disclosure, match.rules)
        assert ("jeugdwet-7.1.4.1", "jeugdwet-7.1.4.3") == match.legal_basis
        assert "You know children of one parent." == match.why.en
        assert match.other is not None
    (opened,) = events_of(store, EventKind.MATCH_OPENED)
    assert "parent_match" == opened["kind"]


def test_it_lives_as_a_person_match_does(small: SmallHouse, store: SqlStore) -> None:
    """It has a deadline, goes up the ladder, and is closed when both reported."""
    police, school, _ = small.parties
    register_child(small, police, "daughter", MOTHER)
    register_child(small, school, "son", MOTHER)
    match_waiting(small.house)
    (match,) = matches_of(small, police)
    assert match.due_on > match.opened_at.date()
    let_steps_come(store)
    while escalate(small.house):
        pass
    assert [match.id] == heard(small, police, AlertKind.COORDINATOR)
    for agency in (police, school):
        asked = Report(match.id, ReportContact(outcome=ContactOutcome.CONTACTED))
        report_contact(small.signed(agency, asked), small.house)
    assert [(MatchKind.PARENT_MATCH, MatchState.CLOSED)] == _states(small, school)


def test_both_parents_in_common_are_one_match(small: SmallHouse) -> None:
    """Nobody hears twice, nor of a further sibling with the same parents."""
    police, school, _ = small.parties
    register_child(small, police, "daughter", MOTHER, FATHER)
    register_child(small, school, "son", FATHER, MOTHER)
    assert [1, 1, 0] == _told(small)
    register_child(small, police, "baby", MOTHER, FATHER)
    assert [1, 1, 0] == _told(small)


def test_one_agency_never_matches_with_itself(small: SmallHouse) -> None:
    """Its case may hold a whole family."""
    police, _, _ = small.parties
    register_child(small, police, "daughter", MOTHER)
    register_child(small, police, "son", MOTHER)
    assert [0, 0, 0] == _told(small)


def test_the_same_child_is_a_person_match_and_nothing_besides(small: SmallHouse) -> None:
    """Two agencies that registered the same siblings hear once of each child, and not of the family as well."""
    police, school, _ = small.parties
    for agency in (police, school):
        for child in ("daughter", "son"):
            register_child(small, agency, child, MOTHER, FATHER)
    assert [0, 0, 0] == _told(small)
    assert [(MatchKind.PERSON_MATCH, MatchState.OPEN)] * 2 == _states(small, police)


def test_siblings_match_once_the_common_child_is_gone(small: SmallHouse) -> None:
    """What stood in the way of a parent match no longer does when it ends, whoever registered it."""
    police, school, _ = small.parties
    register_child(small, police, "daughter", MOTHER)
    register_child(small, school, "son", MOTHER)
    common = register_child(small, school, "daughter")
    assert [0, 0, 0] == _told(small)
    withdrawn(small, school, common.id, WithdrawalReason.RISK_GONE)
    assert [1, 1, 0] == _told(small)


def test_a_sibling_takes_the_match_over(small: SmallHouse) -> None:
    """When one child's registration ends, that of another child of the same parent meets anew."""
    police, school, _ = small.parties
    first = register_child(small, police, "daughter", MOTHER)
    register_child(small, school, "son", MOTHER)
    match_waiting(small.house)
    register_child(small, police, "baby", MOTHER)
    assert [1, 1, 0] == _told(small)
    withdrawn(small, police, first.id, WithdrawalReason.RISK_GONE)
    assert [2, 2, 0] == _told(small)
    assert [MatchState.ENDED, MatchState.OPEN] == sorted(state for _, state in _states(small, police))


def test_a_parent_never_matches_as_a_person(small: SmallHouse) -> None:
    """Whoever is registered for herself does not meet her children, nor through them another agency of hers."""
    police, school, other = small.parties
    register_child(small, police, MOTHER)
    register_child(small, school, "son", MOTHER)
    assert [0, 0, 0] == _told(small)
    register_child(small, other, MOTHER)
    assert [0, 0, 0] == _told(small)
    assert [] == _states(small, school)
    assert [(MatchKind.PERSON_MATCH, MatchState.OPEN)] == _states(small, police)


def test_a_match_about_a_parent_and_one_by_it_stand_beside_each_other(small: SmallHouse) -> None:
    """Two agencies with the mother herself, and with two of her children, hear of both."""
    police, school, _ = small.parties
    register_child(small, police, MOTHER)
    register_child(small, school, MOTHER)
    register_child(small, police, "daughter", MOTHER)
    register_child(small, school, "son", MOTHER)
    assert [1, 1, 0] == _told(small)
    assert [(MatchKind.PARENT_MATCH, MatchState.OPEN), (MatchKind.PERSON_MATCH, MatchState.OPEN)] == _states(
        small, police
    )


def test_a_withdrawn_registration_first_gets_the_match_that_is_due(small: SmallHouse) -> None:
    """It was acknowledged before, as was the other that still waits; afterwards it never matches (G9, G15)."""
    police, school, other = small.parties
    ours = register_child(small, police, "daughter", MOTHER)
    match_waiting(small.house)
    register_child(small, school, "son", MOTHER)
    withdrawn(small, police, ours.id, WithdrawalReason.RISK_GONE)
    assert [(MatchKind.PARENT_MATCH, MatchState.ENDED)] == _states(small, school)
    register_child(small, other, "baby", MOTHER)
    match_waiting(small.house)
    assert [(MatchKind.PARENT_MATCH, MatchState.ENDED)] == _states(small, police)
    assert [0, 1, 1] == [
        sum(state is MatchState.OPEN for _, state in _states(small, agency)) for agency in small.parties
    ]
    assert reconcile(small.store).sound  # type: ignore[arg-type]


def test_an_expired_registration_matches_by_no_parent(small: SmallHouse, store: SqlStore) -> None:
    """It is over at that instant, by the database's clock, however late the purge runs; then its parents are erased."""
    police, school, _ = small.parties
    today_on = datetime.now(UTC).date()
    register_child(small, police, "daughter", MOTHER, valid_until=today_on + timedelta(days=5))
    match_waiting(small.house)
    hold_clock(store, datetime.now(UTC) + timedelta(days=7))
    register_child(small, school, "son", MOTHER)
    assert [0, 0, 0] == _told(small)
    assert 1 == expire(small.house)
    assert 1 == _parents_kept(store)


def _parents_kept(store: SqlStore) -> int:
    with store.database.engines.writer.begin() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM registration_parents").scalar_one())


@pytest.mark.parametrize("reason", WithdrawalReason)
def test_the_parents_go_with_the_registration(small: SmallHouse, store: SqlStore, reason: WithdrawalReason) -> None:
    """Whatever is kept of the child, nothing is kept of them: the archive hints by the child alone."""
    police, *_ = small.parties
    ours = register_child(small, police, "daughter", MOTHER, FATHER)
    match_waiting(small.house)
    assert 2 == _parents_kept(store)
    withdrawn(small, police, ours.id, reason)
    assert 0 == _parents_kept(store)


def test_a_purge_takes_parents_along(small: SmallHouse, store: SqlStore) -> None:
    """With the registration that named them."""
    ours = register_child(small, small.parties[0], "daughter", MOTHER, FATHER)
    do(store, lambda tx: tx.purges.remove([ours.id]))
    assert 0 == _parents_kept(store)


def test_a_restricted_registration_matches_by_no_parent_until_it_is_lifted(small: SmallHouse) -> None:
    """As by its person."""
    police, school, _ = small.parties
    ours = register_child(small, police, "daughter", MOTHER)
    restricted(small, police, ours.id)
    register_child(small, school, "son", MOTHER)
    assert [0, 0, 0] == _told(small)
    lifted(small, police, ours.id)
    assert [1, 1, 0] == _told(small)


def test_without_a_rule_on_the_card_no_parent_is_taken(store: SqlStore) -> None:
    """It is off by default, and said before anything is converted."""
    small = family_house(store)
    small.policies = policies()
    assert Refusal.PARENTS_NOT_ADMITTED is _refusal(lambda: register_child(small, small.parties[0], "son", MOTHER))
    assert 0 == _parents_kept(store)


def test_a_rule_taken_off_the_card_keeps_both_silent(small: SmallHouse, store: SqlStore) -> None:
    """What was registered under it meets nobody any more, and leaves an event of its own; both or neither."""
    police, school, _ = small.parties
    register_child(small, police, "daughter", MOTHER)
    register_child(small, school, "son", MOTHER)
    small.policies = policies()
    assert [0, 0, 0] == _told(small)
    (withheld,) = events_of(store, EventKind.MATCH_WITHHELD)
    assert ("parent_match", ("silent", "silent")) == (withheld["kind"], withheld["levels"])


def test_it_holds_for_the_municipalities_on_the_card_alone(store: SqlStore) -> None:
    """An agency of another one cannot name parents; and when its agreement moves away later, neither is told."""
    small = family_house(store, gemeenten=["rijnstad"])
    small.parties = tuple(replace(agency, municipality="rijnstad") for agency in small.parties)
    small.__post_init__()
    police, school, _ = small.parties
    register_child(small, police, "daughter", MOTHER)
    register_child(small, school, "son", MOTHER)
    small.parties = (police, replace(school, municipality="elders"), small.parties[2])
    small.__post_init__()
    assert [0, 0, 0] == _told(small)
    assert Refusal.PARENTS_NOT_ADMITTED is _refusal(lambda: register_child(small, small.parties[1], "baby", MOTHER))


def test_a_confidential_address_goes_without_parents(small: SmallHouse) -> None:
    """Such a child never matches by one (domain rule 18); without them it is taken."""
    police, *_ = small.parties
    secret = {"confidential_address": True}
    assert Refusal.PARENTS_NOT_ADMITTED is _refusal(lambda: register_child(small, police, "son", MOTHER, **secret))
    assert register_child(small, police, "son", **secret).id


def test_a_parent_is_another_person_and_named_once(small: SmallHouse, store: SqlStore) -> None:
    """The child as its own parent, or one parent twice, is refused without a word of whom; a third is no message."""
    police, *_ = small.parties
    for parents in (("son",), (MOTHER, MOTHER), (MOTHER, "son")):
        assert Refusal.PARENTS_INVALID is _refusal(lambda: register_child(small, police, "son", *parents))  # noqa: B023
    with pytest.raises(ValidationError):
        register_child(small, police, "son", "one", "two", "three")
    assert 0 == _parents_kept(store)


def test_a_silent_purpose_names_nobody_as_a_parent(small: SmallHouse) -> None:
    """What is registered for one is answered alike and meets nobody."""
    police, school, _ = small.parties
    register_child(small, school, "daughter", MOTHER)
    today_on = datetime.now(UTC).date()
    asked = involvement("son", today_on, parents=(token_of(MOTHER).encode(),), purpose="migration-control")
    rows: tuple[register.Row, ...] = (register.Row(0, asked),)
    call = small.signed(police, rows, purpose="migration-control")
    prepared = register.prepare(call, small.house, today_on=today_on)
    assert receipt_of(register.record([prepared], small.house)[0]).id
    assert [0, 0, 0] == _told(small)


def test_silent_families_come_page_by_page(small: SmallHouse, store: SqlStore) -> None:
    """Each pair of children once, in order and to the last, though the two have both parents in common."""
    police, school, _ = small.parties
    for family in range(3):
        parents = (f"mother {family}", f"father {family}")
        register_child(small, police, f"daughter {family}", *parents)
        register_child(small, school, f"son {family}", *parents)

    withheld: list[Meeting] = []

    def keep_silent(tx: Tx) -> None:
        withheld.extend(tx.matches.withhold(tx.matches.meetings(tx.jobs.take(limit=10))))

    do(store, keep_silent)
    assert 3 == len(withheld)
    first = _silent_after(store, ("", ""))
    last = _silent_after(store, (first[-1].low.registration, first[-1].high.registration))
    assert (2, 1) == (len(first), len(last))
    assert sorted(map(_pair, withheld)) == [*map(_pair, first), *map(_pair, last)]


def _silent_after(store: SqlStore, after: tuple[str, str]) -> tuple[Meeting, ...]:
    return store.view("silent", lambda view: view.matches.kept_silent(after=after, limit=2))


def _pair(found: Meeting) -> tuple[str, str]:
    return found.low.registration, found.high.registration

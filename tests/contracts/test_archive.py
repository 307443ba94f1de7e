"""What is kept of a registration that is over: nothing, or an archive that gives one hint (domain rules 10 and 12)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

from gateway.core.deadlines import add_months
from gateway.core.events import EventKind
from gateway.core.involvement import ends_at
from gateway.core.policy import PolicySet, compile_policy
from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.match import match_waiting
from gateway.flows.registering import register
from gateway.flows.registering.expire import expire
from gateway.flows.registering.list_own import own_registration
from gateway.flows.registering.purge_archive import purge_archive
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.matches import MatchState
from gateway.protocol.messages.registrations import Receipt, WithdrawalReason
from gateway.store import SqlStore, reconcile
from tests.support.crowd import at_once
from tests.support.faults import Crash, How, When, fail_at
from tests.support.handing_over import LOCAL_TEAM, VEILIG_THUIS, Case, Lane
from tests.support.house import SmallHouse, TestAgency, agencies, involvement, receipt_of
from tests.support.lives import events_of, heard, hints, matches_of, withdrawn
from tests.support.stores import HeldClock, hold_clock

NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.date()
FAR = date(TODAY.year + 9, 1, 1)
AT_ONCE = (WithdrawalReason.REGISTERED_IN_ERROR, WithdrawalReason.OBJECTION_UPHELD, WithdrawalReason.ERASURE)


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Return a house of four agencies with their desks."""
    house = SmallHouse(store, agencies(4))
    house.open_desks()
    return house


@pytest.fixture
def clock(store: SqlStore, small: SmallHouse) -> HeldClock:
    """Hold the clock of the database at this moment."""
    del small
    return hold_clock(store, NOW)


def _register(small: SmallHouse, agency: TestAgency, person: int, **changes: object) -> Receipt:
    row = register.Row(0, involvement(person, TODAY, **{"archive_until": FAR, **changes}))
    prepared = register.prepare(small.signed(agency, (row,)), small.house, today_on=TODAY)
    return receipt_of(register.record([prepared], small.house)[0])


def _leave(small: SmallHouse, agency: TestAgency, person: int, **changes: object) -> str:
    """Let an agency register a person, and no longer be involved."""
    receipt = _register(small, agency, person, **changes)
    match_waiting(small.house)
    withdrawn(small, agency, receipt.id, WithdrawalReason.RISK_GONE)
    return receipt.id


def _texts(store: SqlStore, *tables: str) -> str:
    """Return everything in these tables, bytes in hex."""
    with store.database.engines.reader.connect() as connection:
        rows: list[Any] = [row for name in tables for row in connection.execute(text(f"SELECT * FROM {name}"))]  # noqa: S608 - names of our own
    return " ".join(
        bytes(cell).hex() if isinstance(cell, bytes | memoryview) else str(cell) for row in rows for cell in row
    )


def _token(store: SqlStore) -> str:
    with store.database.engines.reader.connect() as connection:
        return bytes(connection.execute(text("SELECT index_token FROM registrations")).scalars().all()[0]).hex()


@pytest.mark.parametrize("reason", AT_ONCE)
def test_nothing_is_kept_of_what_was_an_error_objected_to_or_erased(
    small: SmallHouse, store: SqlStore, reason: WithdrawalReason
) -> None:
    """Token, sealed element and case reference are gone, there and in the match; the row counts and says nothing."""
    police, school = small.parties[:2]
    receipt = _register(small, police, 7, case_reference="Z-police")
    _register(small, school, 7)
    match_waiting(small.house)
    token = _token(store)
    withdrawn(small, police, receipt.id, reason)
    withdrawn(small, school, matches_of(small, school)[0].registration_id, WithdrawalReason.ERASURE)

    left = _texts(store, "registrations", "matches", "match_parties", "match_jobs", "archive_hints")
    assert token not in left
    assert "Z-police" not in left
    shown = own_registration(small.signed(police, None), small.house, receipt.id)
    assert ("withdrawn", None) == (shown.status, shown.case_reference)


@pytest.mark.parametrize("reason", AT_ONCE)
def test_safety_oversight_goes_with_a_report_that_is_erased(store: SqlStore, reason: WithdrawalReason) -> None:
    """With the handovers that were offered by it; what another agency holds by its own registration stays."""
    case = Case.begun(Lane.opened(store))
    token = _token(store)
    case.lane.accepts(LOCAL_TEAM, case.offered().id)
    case.lane.leaves(VEILIG_THUIS, case.report, reason)
    assert token not in _texts(store, "handovers")
    assert 1 == _texts(store, "safety_oversights").count(token)
    case.lane.leaves(LOCAL_TEAM, case.team, reason)
    assert token not in _texts(store, "registrations", "matches", "handovers", "safety_oversights", "match_jobs")


def test_an_answer_survives_what_it_answered(small: SmallHouse) -> None:
    """Asked again with the same key, the agency gets the same bytes: that it is done (G6)."""
    receipt = _register(small, small.parties[0], 1)
    first = withdrawn(small, small.parties[0], receipt.id, WithdrawalReason.ERASURE, key="k" * 24)
    assert first == withdrawn(small, small.parties[0], receipt.id, WithdrawalReason.ERASURE, key="k" * 24)


@pytest.mark.parametrize("reason", WithdrawalReason)
def test_the_other_party_hears_that_it_is_over_and_not_why(small: SmallHouse, reason: WithdrawalReason) -> None:
    """Void when it was registered in error, ended otherwise; nobody is shown any more."""
    police, school = small.parties[:2]
    receipt = _register(small, police, 1)
    _register(small, school, 1)
    match_waiting(small.house)
    withdrawn(small, police, receipt.id, reason)

    (seen,) = matches_of(small, school)
    in_error = reason is WithdrawalReason.REGISTERED_IN_ERROR
    assert (MatchState.VOID if in_error else MatchState.ENDED, None) == (seen.state, seen.other)
    assert reason.value not in seen.model_dump_json()


def test_the_archive_gives_one_hint_to_the_next_reporter(small: SmallHouse, store: SqlStore) -> None:
    """Who was involved before and whom to call, as far as the rule goes; the one after that hears nothing."""
    police, school, care, _ = small.parties
    gone = _leave(small, police, 1)
    second = _register(small, school, 1)
    assert [] == heard(small, school, AlertKind.ARCHIVE_HINT)  # not before it is matched: the receipt tells nothing
    match_waiting(small.house)

    assert [second.id] == heard(small, school, AlertKind.ARCHIVE_HINT)
    (hint,) = hints(small, school, second.id).hints
    assert hint.other is not None
    assert hint.other.contact is not None
    assert (police.name, "cnt_intake", "contact") == (hint.other.agency, hint.other.contact.id, hint.disclosure)
    assert [] == heard(small, police, AlertKind.ARCHIVE_HINT)

    third = _register(small, care, 1)
    match_waiting(small.house)
    assert [] == heard(small, care, AlertKind.ARCHIVE_HINT)
    assert () == hints(small, care, third.id).hints
    assert 1 == len(events_of(store, EventKind.HINT_GIVEN))
    assert gone not in hint.model_dump_json()
    assert reconcile(store).sound


def test_the_same_agency_is_not_the_next_reporter(small: SmallHouse) -> None:
    """Whoever comes back to its own case hears nothing; the hint waits for another."""
    police, school = small.parties[:2]
    _leave(small, police, 1)
    _register(small, police, 1)
    match_waiting(small.house)
    assert [] == heard(small, police, AlertKind.ARCHIVE_HINT)
    later = _register(small, school, 1)
    match_waiting(small.house)
    assert [later.id] == heard(small, school, AlertKind.ARCHIVE_HINT)


def test_whoever_was_there_already_is_no_next_reporter(small: SmallHouse) -> None:
    """The hint is for the moment of registering, not for those who met."""
    police, school = small.parties[:2]
    _register(small, school, 1)
    _leave(small, police, 1)
    match_waiting(small.house)
    assert [] == heard(small, school, AlertKind.ARCHIVE_HINT)


def test_a_lane_that_is_shut_gives_no_hint(small: SmallHouse) -> None:
    """Where a part of the house that the card relies on is not there, nothing is told: the hint waits for the next."""
    police, school, care, _ = small.parties
    _leave(small, police, 1)
    _register(small, school, 1)
    opened = small.policies
    cards = (replace(policy.card, mechanisms=("not_built",)) for policy in opened.policies)
    small.policies = PolicySet(tuple(map(compile_policy, cards)), "shut")
    match_waiting(small.house)
    assert [] == heard(small, school, AlertKind.ARCHIVE_HINT)

    small.policies = opened
    _register(small, care, 1)
    match_waiting(small.house)
    assert 1 == sum(len(heard(small, one, AlertKind.ARCHIVE_HINT)) for one in (school, care))


def test_a_hint_shows_nobody_to_whoever_has_left(small: SmallHouse) -> None:
    """As a match does: that there was one stays, whom to call goes."""
    police, school = small.parties[:2]
    _leave(small, police, 1)
    later = _register(small, school, 1)
    match_waiting(small.house)
    withdrawn(small, school, later.id, WithdrawalReason.RISK_GONE)
    assert [None] == [hint.other for hint in hints(small, school, later.id).hints]


def test_a_hint_is_nobody_elses(small: SmallHouse) -> None:
    """Neither another agency's, nor to be looked at for another purpose (G24, G25)."""
    police, school, care, _ = small.parties
    _leave(small, police, 1)
    later = _register(small, school, 1)
    match_waiting(small.house)
    with pytest.raises(Refused) as refused:
        hints(small, care, later.id)
    assert Refusal.NOT_FOUND is refused.value.refusal


def test_two_who_register_at_once_get_one_hint_between_them(small: SmallHouse, store: SqlStore) -> None:
    """Whatever the workers do at the same time: exactly one, ever (domain rule 12)."""
    police, *others = small.parties
    people = range(8)
    for person in people:
        _leave(small, police, person)
    at_once([partial(_register, small, agency, person) for agency in others for person in people])
    at_once([lambda: match_waiting(small.house, limit=5)] * 3)
    while match_waiting(small.house).jobs:
        pass

    told = [registration for agency in others for registration in heard(small, agency, AlertKind.ARCHIVE_HINT)]
    assert len(people) == len(told) == len(events_of(store, EventKind.HINT_GIVEN))
    assert reconcile(store).sound


def test_the_archive_is_over_when_its_term_is(small: SmallHouse, store: SqlStore, clock: HeldClock) -> None:
    """Five years after the risk was gone by the card; then it is erased, with an event."""
    police, school = small.parties[:2]
    gone = _leave(small, police, 1, case_reference="Z-archived")
    token, over_at = _token(store), ends_at(add_months(TODAY, 60))
    clock.set(over_at - timedelta(milliseconds=1))
    assert 0 == purge_archive(small.house)
    clock.set(over_at)
    _register(small, school, 1)
    match_waiting(small.house)
    assert [] == heard(small, school, AlertKind.ARCHIVE_HINT)  # over is over, however late the purge
    assert 1 == purge_archive(small.house)
    assert 0 == purge_archive(small.house)
    assert [{"registrations": (gone,)}] == events_of(store, EventKind.ARCHIVE_PURGED)
    assert 1 == _texts(store, "registrations").count(token)  # that of the school
    assert "Z-archived" not in _texts(store, "registrations", "match_parties")


@pytest.mark.parametrize(
    ("said", "kept_until"),
    [
        (None, lambda receipt: receipt.valid_until),
        (date(TODAY.year + 3, 5, 1), lambda _: date(TODAY.year + 3, 5, 1)),
        (FAR, lambda _: add_months(TODAY, 60)),
    ],
    ids=["said nothing", "an age limit", "an age limit far off"],
)
def test_an_age_limit_ends_the_archive_earlier_and_never_later(
    small: SmallHouse, clock: HeldClock, said: date | None, kept_until: Any
) -> None:
    """The gateway knows no birth date: it keeps to what the agency said, and without a word to the term itself."""
    receipt = _register(small, small.parties[0], 1, archive_until=said)
    withdrawn(small, small.parties[0], receipt.id, WithdrawalReason.RISK_GONE)
    until_at = ends_at(kept_until(receipt))
    clock.set(until_at - timedelta(milliseconds=1))
    assert 0 == purge_archive(small.house)
    clock.set(until_at)
    assert 1 == purge_archive(small.house)


def test_what_expires_is_archived_and_hints_once(small: SmallHouse, store: SqlStore, clock: HeldClock) -> None:
    """Also to whoever registered after the end and before the purge: that was the next reporter."""
    police, school, care, _ = small.parties
    receipt = _register(small, police, 1, valid_until=TODAY + timedelta(days=60))
    match_waiting(small.house)
    clock.set(ends_at(receipt.valid_until))
    later = _register(small, school, 1)
    match_waiting(small.house)
    assert [] == heard(small, school, AlertKind.ARCHIVE_HINT)
    assert 1 == expire(small.house)
    assert [later.id] == heard(small, school, AlertKind.ARCHIVE_HINT)
    _register(small, care, 1)
    match_waiting(small.house)
    assert [] == heard(small, care, AlertKind.ARCHIVE_HINT)
    assert [{"registrations": (receipt.id,), "archived": (receipt.id,)}] == events_of(store, EventKind.EXPIRED)


def test_what_expires_at_an_age_limit_is_not_kept(small: SmallHouse, store: SqlStore, clock: HeldClock) -> None:
    """Rounded down to the first of a month, that day has come already."""
    until_on = date(TODAY.year + 1, 3, 20)
    receipt = _register(small, small.parties[0], 1, valid_until=until_on, archive_until=until_on.replace(day=1))
    match_waiting(small.house)
    token = _token(store)
    clock.set(ends_at(until_on))
    assert 1 == expire(small.house)
    assert token not in _texts(store, "registrations", "match_jobs")
    assert [()] == [event["archived"] for event in events_of(store, EventKind.EXPIRED)]
    assert "expired" == own_registration(small.signed(small.parties[0], None), small.house, receipt.id).status


@pytest.mark.parametrize("reason", WithdrawalReason)
def test_an_archived_registration_can_still_be_erased(
    small: SmallHouse, store: SqlStore, reason: WithdrawalReason
) -> None:
    """Whoever objects is heard, also when the agency is long gone; to archive it twice makes no sense."""
    police, school = small.parties[:2]
    gone = _leave(small, police, 1)
    if reason is WithdrawalReason.RISK_GONE:
        with pytest.raises(Refused) as refused:
            withdrawn(small, police, gone, reason)
        assert Refusal.NOT_ACTIVE is refused.value.refusal
        return
    token = _token(store)
    withdrawn(small, police, gone, reason)
    assert token not in _texts(store, "registrations", "matches")
    _register(small, school, 1)
    match_waiting(small.house)
    assert [] == heard(small, school, AlertKind.ARCHIVE_HINT)


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("how", How)
def test_a_hint_is_given_once_whatever_fails(small: SmallHouse, store: SqlStore, how: How, when: When) -> None:
    """Killed or cut off at any statement or commit, the next worker gives the hint that is due, and no other (G1)."""
    police, school = small.parties[:2]
    for k in count(1):
        _leave(small, police, k)
        _register(small, school, k)
        with fail_at(store.database, k, when=when, how=how) as fault:
            _survive(lambda: match_waiting(small.house))
        match_waiting(small.house)
        assert k == len(heard(small, school, AlertKind.ARCHIVE_HINT))
        if not fault.reached:
            break
    assert k > 8


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("how", How)
def test_an_erasure_is_whole_or_not_at_all(small: SmallHouse, store: SqlStore, how: How, when: When) -> None:
    """Whatever fails, asking again with the same key leaves nothing of the person and one event (G1, G6)."""
    police, school = small.parties[:2]
    for k in count(1):
        receipt = _register(small, police, k, case_reference=f"Z-gone-{k}.")
        _register(small, school, k)
        match_waiting(small.house)
        key = f"{k:024d}"
        with fail_at(store.database, k, when=when, how=how) as fault:
            _survive(partial(withdrawn, small, police, receipt.id, WithdrawalReason.ERASURE, key=key))
        withdrawn(small, police, receipt.id, WithdrawalReason.ERASURE, key=key)
        assert f"Z-gone-{k}." not in _texts(store, "registrations", "match_parties")
        assert k == len(events_of(store, EventKind.WITHDRAWN))
        if not fault.reached:
            break
    assert k > 10
    assert reconcile(store).sound


def _survive(act: Callable[[], object]) -> None:
    try:
        act()
    except Crash:
        pass
    except Refused as refused:
        assert refused.refusal is Refusal.OUTCOME_UNKNOWN  # noqa: PT017 - the others are failures

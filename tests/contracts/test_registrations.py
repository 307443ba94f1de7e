"""Registrations: added with their job, seen by their own agency, over at the instant of their end."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.core.involvement import Ending, Oin, Registration, ends_at
from gateway.flows.ports.matches import MatchJob
from gateway.protocol.messages.matches import MatchState
from gateway.protocol.messages.notices import DeferralReason, NoticeStatus, SubjectNotice
from gateway.protocol.messages.registrations import RegistrationStatus
from gateway.store import SqlStore, StoreBroken
from tests.support.records import (
    CARE,
    POLICE,
    SCHOOL,
    add,
    do,
    match_waiting,
    person,
    registration,
    withdraw,
)
from tests.support.stores import hold_clock, opened

DEFERRED = SubjectNotice(status=NoticeStatus.DEFERRED, on=date(2026, 6, 1), reason=DeferralReason.SAFETY)


def _one(store: SqlStore, wanted: Registration, agency: Oin | None = None) -> Registration | None:
    return store.view("one", lambda view: view.registrations.one(wanted.id, agency=agency or wanted.agency))


def _page(store: SqlStore, after: str) -> tuple[Registration, ...]:
    return store.view("page", lambda view: view.registrations.page(POLICE, after=after, limit=3))


def _status(store: SqlStore, wanted: Registration) -> RegistrationStatus:
    found = _one(store, wanted)
    assert found is not None
    return found.status


def _jobs(store: SqlStore) -> list[str]:
    return [job.registration for job in store.view("peek", lambda view: view.jobs.peek(limit=100))]


def _due(store: SqlStore, limit: int = 100) -> list[str]:
    return [job.registration for job in store.view("due", lambda view: view.registrations.due_to_expire(limit=limit))]


def _expire(store: SqlStore, *gone: Registration) -> None:
    ids = [one.id for one in gone]
    status, ending = RegistrationStatus.EXPIRED, Ending.ENDED
    do(store, lambda tx: tx.registrations.end(ids, status=status, reason="term", ending=ending))


def _renew(store: SqlStore, renewed: Registration, until_on: date) -> None:
    do(store, lambda tx: tx.registrations.renew(renewed.id, valid_until_on=until_on, notice=DEFERRED))


def test_a_registration_comes_back_as_it_was_added(store: SqlStore) -> None:
    """Every part comes back, and the database's time of acceptance beside it."""
    added = replace(registration(), notice=DEFERRED)
    before = store.view("now", lambda view: view.now())
    add(store, added)
    found = _one(store, added)
    assert found is not None
    assert found.registered_at is not None
    assert before <= found.registered_at <= store.view("now", lambda view: view.now())
    assert added == replace(found, registered_at=None)


def test_a_registration_stays_after_a_restart(store_url: str) -> None:
    """What was acknowledged is there for the next process."""
    added = registration()
    with opened(store_url) as store:
        add(store, added)
    with opened(store_url) as store:
        assert RegistrationStatus.ACTIVE is _status(store, added)
        assert [added.id] == _jobs(store)


def test_another_agencys_registration_is_as_absent_as_none(store: SqlStore) -> None:
    """Neither by id nor on a page (G24)."""
    ours, theirs = registration(POLICE), registration(SCHOOL)
    add(store, ours, theirs)
    assert _one(store, theirs, POLICE) is None
    assert _one(store, registration(POLICE)) is None
    page = store.view("page", lambda view: view.registrations.page(POLICE, after="", limit=10))
    assert [ours.id] == [one.id for one in page]


def test_pages_follow_each_other_without_gap_or_repeat(store: SqlStore) -> None:
    """In order of id, each page beginning after the last id of the one before."""
    added = [registration(POLICE, person(number)) for number in range(7)]
    add(store, *reversed(added))
    seen: list[str] = []
    for size in (3, 3, 1, 0):
        after = seen[-1] if seen else ""
        page = _page(store, after)
        assert size == len(page)
        seen += [one.id for one in page]
    assert [one.id for one in added] == seen


def test_each_registration_waits_to_be_matched(store: SqlStore) -> None:
    """A job with the token and lane of its registration."""
    added = registration()
    add(store, added)
    expected = MatchJob(added.id, added.lane, added.index_token, 0)
    assert (expected,) == store.view("peek", lambda view: view.jobs.peek(limit=10))


def test_a_renewal_gives_a_new_end_and_notice(store: SqlStore) -> None:
    """And nothing else."""
    added = registration()
    add(store, added)
    _renew(store, added, date(2100, 2, 3))
    found = _one(store, added)
    assert found is not None
    assert replace(added, valid_until_on=date(2100, 2, 3), notice=DEFERRED) == replace(found, registered_at=None)


def test_a_registration_is_over_at_the_instant_of_its_end(store: SqlStore) -> None:
    """By the database's clock: active a millisecond before, over at the instant itself, purged or not (G15)."""
    until_on = date(2026, 7, 1)
    added = registration(valid_until_on=until_on)
    clock = hold_clock(store, ends_at(until_on) - timedelta(milliseconds=1))
    add(store, added)
    assert RegistrationStatus.ACTIVE is _status(store, added)
    assert [] == _due(store)
    clock.set(ends_at(until_on))
    assert RegistrationStatus.EXPIRED is _status(store, added)
    assert [added.id] == _due(store)


def test_a_registration_at_the_instant_of_its_end_meets_nobody(store: SqlStore) -> None:
    """Whichever of the two is over, and whichever of them asks (G8, G15)."""
    until_on = date(2026, 7, 1)
    clock = hold_clock(store, ends_at(until_on) - timedelta(milliseconds=1))
    add(store, registration(POLICE, person(1), valid_until_on=until_on), registration(SCHOOL, person(1)))
    add(store, registration(POLICE, person(2), valid_until_on=until_on))
    clock.set(ends_at(until_on))
    add(store, registration(SCHOOL, person(2)))
    assert () == match_waiting(store)


def test_an_end_is_midnight_in_amsterdam(store: SqlStore) -> None:
    """In summer that is 22:00 UTC the day before, whatever the zone of the server."""
    added = registration(valid_until_on=date(2026, 7, 1))
    clock = hold_clock(store, datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC))
    add(store, added)
    assert RegistrationStatus.ACTIVE is _status(store, added)
    clock.set(datetime(2026, 6, 30, 22, tzinfo=UTC))
    assert RegistrationStatus.EXPIRED is _status(store, added)


def test_those_longest_over_are_ended_first(store: SqlStore) -> None:
    """So that a backlog shrinks from its old end."""
    old, older = (registration(POLICE, person(n), valid_until_on=date(2026, 1, 3 - n)) for n in (1, 2))
    add(store, old, older, registration(POLICE, person(3)))
    assert [older.id] == _due(store, limit=1)
    _expire(store, older)
    assert [old.id] == _due(store)


def test_expiry_passes_over_one_that_was_renewed(store: SqlStore) -> None:
    """Renewed between looking and ending: it goes on."""
    added = registration()
    add(store, added)
    _expire(store, added)
    assert RegistrationStatus.ACTIVE is _status(store, added)


def test_one_that_is_over_is_not_renewed(store: SqlStore) -> None:
    """A new attestation is a new registration (domain rule 9)."""
    over, withdrawn = registration(valid_until_on=date(2026, 1, 1)), registration(POLICE, person(2))
    add(store, over, withdrawn)
    withdraw(store, [withdrawn])
    for gone in (over, withdrawn):
        with pytest.raises(StoreBroken):
            _renew(store, gone, date(2099, 5, 5))
    assert RegistrationStatus.EXPIRED is _status(store, over)
    assert RegistrationStatus.WITHDRAWN is _status(store, withdrawn)


@pytest.mark.parametrize("ending", Ending)
def test_ending_a_registration_ends_its_matches(store: SqlStore, ending: Ending) -> None:
    """They end, or are void when it was registered in error; matches of other persons stand."""
    ours = [registration(POLICE, person(n)) for n in (1, 2)]
    add(store, *ours, *(registration(SCHOOL, person(n)) for n in (1, 2)))
    match_waiting(store)
    withdraw(store, ours[:1], ending=ending)
    states = {
        match.own.registration: match.state
        for match in store.view("page", lambda view: view.matches.page(POLICE, after="", limit=10))
    }
    assert {ours[0].id: MatchState(ending.value), ours[1].id: MatchState.OPEN} == states


def test_the_agencys_other_registration_is_matched_anew(store: SqlStore) -> None:
    """Two registrations of one person by one agency: when the one that met ends, the other meets."""
    first, second, other = registration(POLICE), registration(POLICE), registration(SCHOOL)
    add(store, first, second, other)
    (match,) = match_waiting(store)
    assert [first.id, other.id] == [party.registration for party in match.parties]
    withdraw(store, [first])
    assert [second.id] == _jobs(store)
    (again,) = match_waiting(store)
    assert [second.id, other.id] == [party.registration for party in again.parties]


def test_nothing_else_is_matched_anew(store: SqlStore) -> None:
    """Not the other agency's, not another person's, not another lane's, not what is over."""
    gone = registration(POLICE)
    over = registration(POLICE, valid_until_on=date(2026, 1, 1))
    others = [registration(SCHOOL), registration(POLICE, person(2)), registration(POLICE, lane="adult")]
    add(store, gone, over, *others)
    match_waiting(store)
    withdraw(store, [gone])
    assert [] == _jobs(store)


def test_a_withdrawn_registration_never_matches(store: SqlStore) -> None:
    """Not by its own job, which may still wait, and not by a later registration (G15)."""
    gone = registration(POLICE)
    add(store, gone)
    withdraw(store, [gone])
    add(store, registration(SCHOOL), registration(CARE, person(2)))
    assert () == match_waiting(store)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_already_ended_spoils_no_other(store: SqlStore, place: int) -> None:
    """In a list to end, it is passed over wherever it stands (G14)."""
    ended, *others = (registration(POLICE, person(n)) for n in range(3))
    add(store, ended, *others)
    withdraw(store, [ended])
    listed = list(others)
    listed.insert(place, ended)
    withdraw(store, listed, ending=Ending.VOID)
    assert [RegistrationStatus.WITHDRAWN] * 3 == [_status(store, one) for one in listed]


def test_a_registration_with_a_taken_id_is_refused_whole(store: SqlStore) -> None:
    """A second with the same id is a defect, not a race: nothing of its group is added, and no key is in the text."""
    added, new = registration(), registration(POLICE, person(2))
    add(store, added)
    with pytest.raises(StoreBroken) as refused:
        add(store, new, added)
    assert added.id not in str(refused.value)
    assert _one(store, new) is None

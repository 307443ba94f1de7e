"""Matches: who meets, both sides told or neither, once for each pair, seen by a party only."""

from datetime import date
from functools import partial
from random import Random
from threading import Event as Signal

import pytest

from gateway.core.contact import StandingMatch
from gateway.core.involvement import Oin, Registration
from gateway.core.policy import DisclosureLevel
from gateway.flows.ports.matches import MatchJob
from gateway.flows.ports.store import Recorded, Tx
from gateway.protocol.messages.matches import ContactOutcome, MatchState
from gateway.store import SqlStore, StoreBroken, reconcile
from gateway.store.transactions import SqlView
from tests.support.crowd import at_once
from tests.support.records import (
    CARE,
    POLICE,
    SCHOOL,
    add,
    do,
    inbox,
    match_waiting,
    open_matches,
    opened_match,
    person,
    recorded,
    registration,
    withdraw,
)
from tests.support.stores import opened


def _pairs(store: SqlStore) -> set[tuple[str, str]]:
    """Take every waiting job and return who meets, without opening a match."""

    def work(tx: Tx) -> Recorded[set[tuple[str, str]]]:
        found = tx.matches.meetings(tx.jobs.take(limit=100))
        return Recorded({(one.low.registration, one.high.registration) for one in found}, ())

    return store.change("meetings", work)


def _waiting_alerts(store: SqlStore, agency: Oin) -> list[str]:
    return [alert.id for alert in inbox(store, agency)]


def _seen(store: SqlStore, match: str, agency: Oin) -> StandingMatch | None:
    return store.view("one", lambda view: view.matches.one(match, agency=agency))


def _page(store: SqlStore, agency: Oin, *, after: str, limit: int) -> tuple[StandingMatch, ...]:
    return store.view("page", lambda view: view.matches.page(agency, after=after, limit=limit))


def _met(store: SqlStore) -> tuple[Registration, Registration, str]:
    """Register one person twice, match, and return both and the match."""
    ours, theirs = registration(POLICE), registration(SCHOOL)
    add(store, ours, theirs)
    (match,) = match_waiting(store)
    return ours, theirs, match.id


def test_two_agencies_with_one_person_meet(store: SqlStore) -> None:
    """Whichever of the two is matched, with what deciding needs of each side."""
    theirs, ours = registration(SCHOOL), registration(POLICE)
    add(store, theirs, ours)

    def work(tx: Tx) -> Recorded[None]:
        for jobs in (tx.jobs.take_one(ours.id), tx.jobs.take_one(theirs.id), tx.jobs.take(limit=9)):
            (meeting,) = tx.matches.meetings(jobs)
            assert ("youth", person(1)) == (meeting.lane, meeting.index_token)
            for expected, side in ((ours, meeting.low), (theirs, meeting.high)):
                assert (expected.agency, expected.id) == (side.agency, side.registration)
                assert (expected.purpose, expected.case_reference) == (side.purpose, side.case_reference)
        return Recorded(None, ())

    store.change("meetings", work)


def test_others_do_not_meet(store: SqlStore) -> None:
    """Not two of one agency, not two persons, not two lanes (domain rule 2)."""
    add(store, registration(POLICE), registration(POLICE))
    add(store, registration(SCHOOL, person(2)), registration(SCHOOL, lane="adult"))
    assert set() == _pairs(store)


def test_persons_with_one_prefix_do_not_meet(store: SqlStore) -> None:
    """The narrow index finds both, the whole token tells them apart."""
    token = person(1)
    twin = type(token)(token.value[:8] + bytes(24))
    assert token.prefix == twin.prefix
    add(store, registration(POLICE, token), registration(SCHOOL, twin))
    assert set() == _pairs(store)
    found = store.view("of persons", lambda view: view.jobs.of_persons({twin}))
    assert [SCHOOL] == [one.agency for one in _all(store, found)]


def _all(store: SqlStore, jobs: tuple[MatchJob, ...]) -> list[Registration]:
    def work(view: SqlView) -> list[Registration | None]:
        agencies = (POLICE, SCHOOL, CARE)
        return [view.registrations.one(job.registration, agency=agency) for job in jobs for agency in agencies]

    return [one for one in store.view("all", work) if one is not None]


def test_three_agencies_meet_in_three_pairs(store: SqlStore) -> None:
    """Every pair once, in one look."""
    three = [registration(agency) for agency in (CARE, POLICE, SCHOOL)]
    add(store, *three)
    care, police, school = (one.id for one in three)
    assert {(police, school), (police, care), (school, care)} == _pairs(store)


def test_those_whose_match_stands_do_not_meet_again(store: SqlStore) -> None:
    """A further registration of an agency joins the match; once it has ended they meet anew (G9)."""
    ours, _, _ = _met(store)
    add(store, registration(POLICE), registration(SCHOOL))
    assert () == match_waiting(store)
    withdraw(store, [ours])
    assert 1 == len(match_waiting(store))


def test_both_parties_are_told(store: SqlStore) -> None:
    """One alert in the inbox of each, and none in another's (G7, G8)."""
    add(store, registration(POLICE), registration(SCHOOL), registration(CARE, person(2)))
    (match,) = match_waiting(store)
    for party, alert in zip(match.parties, match.alerts, strict=True):
        (waiting,) = inbox(store, party.agency)
        assert (alert, match.id) == (waiting.id, waiting.match)
    assert [] == _waiting_alerts(store, CARE)


def test_a_failure_between_match_and_alerts_tells_nobody(store: SqlStore) -> None:
    """Both or neither: the alert ids are taken already, so the whole group is undone, and no id is in the text."""
    ours, theirs, _ = _met(store)
    alerts = (*_waiting_alerts(store, POLICE), *_waiting_alerts(store, SCHOOL))
    add(store, *(registration(agency, person(2)) for agency in (POLICE, SCHOOL)))

    def work(tx: Tx) -> Recorded[None]:
        (meeting,) = tx.matches.meetings(tx.jobs.take(limit=9))
        good = opened_match(meeting)
        tx.matches.open([type(good)(**{name: getattr(good, name) for name in good.__slots__} | {"alerts": alerts})])
        return recorded(None)

    with pytest.raises(StoreBroken) as refused:
        store.change("open", work)
    assert not any(alert in str(refused.value) for alert in alerts)
    page = store.view("page", lambda view: view.matches.page(POLICE, after="", limit=9))
    assert [ours.id] == [match.own.registration for match in page]
    assert list(alerts[1:]) == _waiting_alerts(store, theirs.agency)


def test_a_pair_stands_once_whatever_was_believed(store: SqlStore) -> None:
    """The database itself refuses a second standing match of one pair (G9)."""
    add(store, registration(POLICE), registration(SCHOOL))

    def twice(tx: Tx) -> Recorded[None]:
        (meeting,) = tx.matches.meetings(tx.jobs.take(limit=9))
        tx.matches.open([opened_match(meeting)])
        tx.matches.open([opened_match(meeting)])
        return recorded(None)

    with pytest.raises(StoreBroken):
        store.change("twice", twice)
    assert [] == _waiting_alerts(store, POLICE)


def test_a_match_is_seen_from_each_side(store: SqlStore) -> None:
    """One's own case, and of the other who it is and which desk it named."""
    ours, theirs, match = _met(store)
    for own, other in ((ours, theirs), (theirs, ours)):
        seen = _seen(store, match, own.agency)
        assert seen is not None
        assert (own.agency, own.id, own.case_reference) == (
            seen.own.agency,
            seen.own.registration,
            seen.own.case_reference,
        )
        assert (other.agency, other.contact_id) == (seen.other, seen.other_contact_id)
        assert (DisclosureLevel.CONTACT, ("rule",), ("basis",)) == (
            seen.own.level,
            seen.own.rules,
            seen.own.legal_basis,
        )
        assert (MatchState.OPEN, date(2026, 2, 3), None) == (seen.state, seen.due_on, seen.other_outcome)


def test_only_a_party_sees_a_match(store: SqlStore) -> None:
    """For anyone else it is as absent as none (G24)."""
    _, _, match = _met(store)
    assert store.view("one", lambda view: view.matches.one(match, agency=CARE)) is None
    assert () == store.view("page", lambda view: view.matches.page(CARE, after="", limit=9))


def test_pages_of_matches_follow_each_other(store: SqlStore) -> None:
    """In order of id, each beginning after the last of the one before."""
    add(store, *(registration(agency, person(n)) for n in range(5) for agency in (POLICE, SCHOOL)))
    opened_ones = sorted(match.id for match in match_waiting(store))
    seen: list[str] = []
    for size in (2, 2, 1, 0):
        after = seen[-1] if seen else ""
        page = _page(store, SCHOOL, after=after, limit=2)
        assert size == len(page)
        seen += [match.id for match in page]
    assert opened_ones == seen


def test_an_outcome_is_recorded_for_the_party_that_reports(store: SqlStore) -> None:
    """The other sees that it was reported."""
    _, _, match = _met(store)
    _report(store, match, POLICE, MatchState.ANSWERED)
    ours = store.view("one", lambda view: view.matches.one(match, agency=POLICE))
    theirs = store.view("one", lambda view: view.matches.one(match, agency=SCHOOL))
    assert ours is not None
    assert theirs is not None
    contacted = ContactOutcome.CONTACTED
    assert (MatchState.ANSWERED, contacted, None) == (ours.state, ours.own.outcome, ours.other_outcome)
    assert (MatchState.ANSWERED, None, contacted) == (theirs.state, theirs.own.outcome, theirs.other_outcome)


def _report(store: SqlStore, match: str, agency: Oin, state: MatchState) -> None:
    def work(tx: Tx) -> Recorded[None]:
        tx.matches.report(match, agency=agency, outcome=ContactOutcome.CONTACTED, state=state)
        return recorded(None)

    store.change("report", work)


def test_an_ended_match_takes_no_report(store: SqlStore) -> None:
    """It ended between looking and reporting: nothing is recorded."""
    ours, _, match = _met(store)
    withdraw(store, [ours])
    with pytest.raises(StoreBroken):
        _report(store, match, SCHOOL, MatchState.ANSWERED)
    seen = store.view("one", lambda view: view.matches.one(match, agency=SCHOOL))
    assert seen is not None
    assert (MatchState.ENDED, None) == (seen.state, seen.own.outcome)


def test_two_reports_at_one_moment_see_one_another(store_url: str) -> None:
    """Whoever holds the match first is seen by the second: exactly one of them closes it."""
    with opened(store_url) as one, opened(store_url) as other:
        _, _, match = _met(one)

        def report(store: SqlStore, agency: Oin) -> MatchState:
            def work(tx: Tx) -> Recorded[MatchState]:
                tx.matches.hold(match)
                seen = tx.matches.one(match, agency=agency)
                assert seen is not None
                state = MatchState.ANSWERED if seen.other_outcome is None else MatchState.CLOSED
                tx.matches.report(match, agency=agency, outcome=ContactOutcome.CONTACTED, state=state)
                return recorded(state)

            return store.change("report", work)

        states = at_once([lambda: report(one, POLICE), lambda: report(other, SCHOOL)])
    assert {MatchState.ANSWERED, MatchState.CLOSED} == set(states)


def test_a_claim_waits_for_the_one_before_it_and_sees_what_it_did(store_url: str) -> None:
    """The second to claim a person sees the match of the first, though it looked before that was committed (G9).

    It sees it at once, not by running into the pair that stands: neither closure runs twice.
    """
    with opened(store_url) as one, opened(store_url) as other:
        ours, theirs = registration(POLICE), registration(SCHOOL)
        add(one, ours, theirs)
        claimed, looked = Signal(), Signal()
        runs: list[str] = []
        if one.database.engines.writer.dialect.name == "sqlite":
            looked.set()  # its one writer lets nobody look before

        def first(tx: Tx) -> Recorded[int]:
            runs.append("first")
            jobs = tx.jobs.take_one(ours.id)
            tx.claim({person(1)})
            claimed.set()
            looked.wait(30)
            matches = open_matches(tx, jobs)
            tx.jobs.done(jobs)
            return recorded(len(matches))

        def second(tx: Tx) -> Recorded[int]:
            runs.append("second")
            jobs = tx.jobs.take_one(theirs.id)
            looked.set()
            matches = open_matches(tx, jobs)
            tx.jobs.done(jobs)
            return recorded(len(matches))

        def run_second() -> int:
            claimed.wait(30)
            return other.change("second", second)

        assert [1, 0] == at_once([lambda: one.change("first", first), run_second])
        assert ["first", "second"] == runs


def test_agencies_that_register_at_one_moment_match_once(store_url: str) -> None:
    """Many persons, two agencies, four workers at the same time: one match for each person, and all is sound (G9)."""
    persons = 30
    with opened(store_url) as one, opened(store_url) as other:

        def register(store: SqlStore, agency: Oin) -> int:
            made = 0
            for number in range(persons):
                add(store, registration(agency, person(number)))
                made += len(match_waiting(store, limit=5))
            while store.view("waiting", lambda view: view.jobs.waiting()):
                made += len(match_waiting(store, limit=5))
            return made

        agencies = [(one, POLICE), (other, SCHOOL), (one, SCHOOL), (other, POLICE)]
        made = at_once([partial(register, store, agency) for store, agency in agencies])
        assert persons == sum(made)
        assert reconcile(one).sound
        assert 2 * persons == sum(len(_waiting_alerts(one, agency)) for agency in (POLICE, SCHOOL))


def test_a_stale_match_ends_when_its_person_is_matched(store: SqlStore) -> None:
    """A side is over by the clock: the match ends, and what its agency still has of the person is matched anew."""
    over, rest = registration(POLICE, valid_until_on=date(2030, 1, 1)), registration(POLICE)
    theirs = registration(SCHOOL)
    add(store, over, rest, theirs)
    (match,) = match_waiting(store)
    assert over.id == match.parties[0].registration
    _let_pass(store, over)
    add(store, registration(CARE))
    again = match_waiting(store)
    ended = store.view("one", lambda view: view.matches.one(match.id, agency=SCHOOL))
    assert ended is not None
    assert MatchState.ENDED is ended.state
    again += match_waiting(store)
    pairs = {tuple(party.agency for party in one.parties) for one in again}
    assert {(POLICE, SCHOOL), (POLICE, CARE), (SCHOOL, CARE)} == pairs
    assert reconcile(store).sound


def _let_pass(store: SqlStore, over: Registration) -> None:
    """Let the end of a registration come, by renewing it into the past: the clock stands for the other rows."""
    past = date(2026, 1, 1)
    do(store, lambda tx: tx.registrations.renew(over.id, valid_until_on=past, notice=over.notice))


def test_standing_matches_of_active_registrations_do_not_end(store: SqlStore) -> None:
    """Matching a person again leaves what is sound as it is."""
    _, _, match = _met(store)
    add(store, registration(CARE))
    match_waiting(store)
    seen = store.view("one", lambda view: view.matches.one(match, agency=POLICE))
    assert seen is not None
    assert MatchState.OPEN is seen.state


def test_batches_that_claim_the_same_persons_do_not_deadlock(store_url: str) -> None:
    """Whatever the order in which each names them, persons are claimed in one order: no closure runs twice (G9)."""
    everyone = [person(number) for number in range(200)]
    runs: list[int] = []
    with opened(store_url) as one, opened(store_url) as other:

        def claim(tx: Tx, seed: int) -> Recorded[None]:
            runs.append(seed)
            tx.claim(Random(seed).sample(everyone, len(everyone)))
            return Recorded(None, ())

        def work(number: int) -> None:
            for turn in range(8):
                (one, other)[number % 2].change("claim", partial(claim, seed=number * 8 + turn))

        at_once([partial(work, number) for number in range(4)])
    assert list(range(32)) == sorted(runs)

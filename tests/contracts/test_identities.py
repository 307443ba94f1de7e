"""Who has no person number matches nobody until people at both agencies resolved it: domain rule 17, on both stores."""

from collections.abc import Callable

import pytest

from gateway.core.events import EventKind
from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.match import match_waiting
from gateway.flows.registering.resolve_identity import Resolution, resolve_identity
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.identities import Finding, Identity, ResolveIdentity
from gateway.protocol.messages.registrations import OwnRegistration, Receipt, WithdrawalReason
from gateway.store import SqlStore, reconcile
from tests.support.house import SmallHouse, TestAgency, agencies, token_of
from tests.support.lives import events_of, heard, matches_of, withdrawn

NAME = "Amina"
NUMBER = "000000012"


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Return a house of three agencies with their desks."""
    house = SmallHouse(store, agencies(3))
    house.open_desks()
    return house


def _possible(small: SmallHouse, agency: TestAgency, person: str = NAME) -> Receipt:
    receipt = small.register(agency, person, identity=Identity.POSSIBLE, case_reference="Z-1")
    match_waiting(small.house)
    return receipt


def _resolved(
    small: SmallHouse,
    agency: TestAgency,
    registration: str,
    finding: Finding = Finding.CONFIRMED,
    *,
    person: str = NAME,
    key: str | None = None,
) -> OwnRegistration:
    asked = ResolveIdentity(token=token_of(person).encode(), finding=finding, attested=True)
    answer = resolve_identity(small.signed(agency, Resolution(registration, asked), key=key), small.house)
    match_waiting(small.house)
    return OwnRegistration.model_validate_json(answer)


def _refusal(act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.refusal


def _matched(small: SmallHouse, *parties: TestAgency) -> list[int]:
    return [len([one for one in matches_of(small, party) if one.other is not None]) for party in parties]


def test_by_itself_it_meets_neither_its_like_nor_an_exact_registration(small: SmallHouse, store: SqlStore) -> None:
    """Not even where the token is the same."""
    police, school, care = small.parties
    _possible(small, police)
    _possible(small, school)
    small.register(care, NAME)
    match_waiting(small.house)
    assert [0, 0, 0] == _matched(small, police, school, care)
    assert reconcile(store).sound


def test_each_reporter_is_asked_for_more_whether_or_not_anybody_else_is_there(small: SmallHouse) -> None:
    """The same alert about one's own registration, the same bytes but for the ids, and no event tells of another."""
    police, school, _ = small.parties
    first, second = _possible(small, police), _possible(small, school)
    assert [[first.id], [second.id]] == [heard(small, party, AlertKind.IDENTITY_ASKED) for party in (police, school)]
    assert len(first.model_dump_json()) == len(second.model_dump_json())


def test_a_match_arises_only_when_both_confirmed(small: SmallHouse, store: SqlStore) -> None:
    """One confirmation tells nobody anything; with the second both are told."""
    police, school, _ = small.parties
    ours, theirs = _possible(small, police), _possible(small, school)
    assert Identity.CONFIRMED is _resolved(small, police, ours.id).identity
    assert [0, 0] == _matched(small, police, school)
    _resolved(small, school, theirs.id)
    assert [1, 1] == _matched(small, police, school)
    assert [1, 1] == [len(heard(small, party, AlertKind.MATCH)) for party in (police, school)]
    assert reconcile(store).sound


def test_an_answer_does_not_tell_whether_anybody_else_confirmed(small: SmallHouse) -> None:
    """Who confirms first and who confirms second get the same view of what is their own."""
    police, school, _ = small.parties
    views = [
        _resolved(small, party, _possible(small, party).id).model_dump(exclude={"id", "registered_at"})
        for party in (police, school)
    ]
    assert views[0] == views[1]


def test_who_could_be_two_people_is_never_matched_by_name(small: SmallHouse, store: SqlStore) -> None:
    """A twin or a namesake is known: it stays set aside, and cannot be confirmed any more."""
    police, school, _ = small.parties
    ours, theirs = _possible(small, police), _possible(small, school)
    _resolved(small, school, theirs.id)
    assert Identity.AMBIGUOUS is _resolved(small, police, ours.id, Finding.AMBIGUOUS).identity
    assert Refusal.IDENTITY_SETTLED is _refusal(lambda: _resolved(small, police, ours.id))
    assert [0, 0] == _matched(small, police, school)
    assert reconcile(store).sound


def test_two_with_one_name_at_one_agency_are_both_set_aside(small: SmallHouse, store: SqlStore) -> None:
    """What was matched by that name before is matched no more, since it could have been the other."""
    police, school, _ = small.parties
    one, other, theirs = _possible(small, police), _possible(small, police), _possible(small, school)
    _resolved(small, police, one.id)
    _resolved(small, school, theirs.id)
    assert [1, 1] == _matched(small, police, school)
    assert Identity.AMBIGUOUS is _resolved(small, police, other.id).identity
    assert [0, 0] == _matched(small, police, school)
    aside = events_of(store, EventKind.IDENTITY_RESOLVED)[-1]
    assert ((one.id,), "identity_ambiguous") == (aside["set_aside"], aside["identity"])
    assert reconcile(store).sound


@pytest.mark.parametrize("finding", [None, Finding.CONFIRMED, Finding.AMBIGUOUS])
def test_a_later_number_links_it_whatever_was_found_before(
    small: SmallHouse, store: SqlStore, finding: Finding | None
) -> None:
    """It matches who was registered by the number, as any does."""
    police, school, _ = small.parties
    small.register(school, NUMBER)
    ours = _possible(small, police)
    if finding is not None:
        _resolved(small, police, ours.id, finding)
    assert None is _resolved(small, police, ours.id, Finding.EXACT, person=NUMBER).identity
    assert [1, 1] == _matched(small, police, school)
    assert Refusal.IDENTITY_SETTLED is _refusal(lambda: _resolved(small, police, ours.id, Finding.EXACT, person=NUMBER))
    assert reconcile(store).sound


def test_only_what_is_ones_own_and_goes_on_is_resolved(small: SmallHouse) -> None:
    """Another agency's is as absent as one that never was."""
    police, school, _ = small.parties
    ours = _possible(small, police)
    assert Refusal.NOT_FOUND is _refusal(lambda: _resolved(small, school, ours.id))
    withdrawn(small, police, ours.id, WithdrawalReason.RISK_GONE)
    assert Refusal.NOT_ACTIVE is _refusal(lambda: _resolved(small, police, ours.id))
    exact = small.register(police, "somebody")
    assert Refusal.IDENTITY_SETTLED is _refusal(lambda: _resolved(small, police, exact.id))


def test_a_finding_sent_twice_is_found_once(small: SmallHouse, store: SqlStore) -> None:
    """The second answer is the first, byte for byte."""
    police, _, _ = small.parties
    ours = _possible(small, police)
    assert _resolved(small, police, ours.id, key="k" * 24) == _resolved(small, police, ours.id, key="k" * 24)
    assert 1 == len(events_of(store, EventKind.IDENTITY_RESOLVED))


def test_parents_are_not_named_of_who_has_no_number(small: SmallHouse) -> None:
    """It is in no match by itself, so in none by its parents."""
    parents = (token_of("mother").encode(),)
    assert Refusal.PARENTS_NOT_ADMITTED is _refusal(
        lambda: small.register(small.parties[0], NAME, identity=Identity.POSSIBLE, parents=parents)
    )

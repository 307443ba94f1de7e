"""The register of consents: one valid of an agency, purpose and person; over at its instant; without a person after."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from gateway.core.consent import Consent, Consenting
from gateway.core.involvement import Oin, ends_at
from gateway.protocol.messages.consents import ConsentStatus
from gateway.store import SqlStore, StoreBroken, tables
from gateway.store.transactions import SqlTx
from keys.tokens import IndexToken
from tests.support.footings import consent_of, converted
from tests.support.records import CARE, POLICE, SCHOOL, add, do, match_waiting, person, registration
from tests.support.stores import hold_clock


def _record(store: SqlStore, consent: Consent, token: IndexToken | None = None) -> None:
    do(store, lambda tx: tx.consents.record(consent, converted(token or person(1))))


def _one(store: SqlStore, consent: Consent, agency: Oin | None = None) -> Consent | None:
    return store.view("one", lambda view: view.consents.one(consent.id, agency=agency or consent.agency))


def _valid(store: SqlStore, token: IndexToken) -> list[str]:
    return [one.id for one in store.view("valid", lambda view: view.consents.valid({token})).values()]


def _due(store: SqlStore) -> tuple[str, ...]:
    return store.view("due", lambda view: view.consents.due_to_expire(limit=10))


def _end(store: SqlStore, consent: Consent, status: ConsentStatus = ConsentStatus.WITHDRAWN) -> None:
    do(store, lambda tx: tx.consents.end((consent.id,), status=status))


def test_a_consent_comes_back_as_it_was_recorded(store: SqlStore) -> None:
    """To the agency that recorded it; to another it is as absent as none (G24)."""
    consent = consent_of()
    _record(store, consent)
    found = _one(store, consent)
    assert found is not None
    assert found.recorded_at is not None
    assert consent == replace(found, recorded_at=None)
    assert _one(store, consent, POLICE) is None
    assert () == store.view("page", lambda view: view.consents.page(POLICE, after="", limit=9))


def test_an_agency_has_one_valid_consent_of_a_person_and_purpose(store: SqlStore) -> None:
    """Unique in the database; of another agency, purpose or person it is another one."""
    _record(store, consent_of())
    with pytest.raises(StoreBroken):
        _record(store, consent_of())
    _record(store, consent_of(POLICE))
    _record(store, consent_of(purpose="another-purpose"))
    _record(store, consent_of(), person(2))
    assert 3 == len(_valid(store, person(1)))


def test_a_person_who_shares_a_prefix_is_another_person(store: SqlStore) -> None:
    """The prefix finds, the whole token decides."""
    token = person(1)
    neighbor = IndexToken(token.value[:8] + bytes(24))
    _record(store, consent_of(), neighbor)
    assert [] == _valid(store, token)


def test_a_consent_is_over_at_the_instant_of_its_end(store: SqlStore) -> None:
    """By the database's clock: it carries nothing any more, whether or not the worker came."""
    until_on = date(2026, 7, 1)
    clock = hold_clock(store, ends_at(until_on) - timedelta(milliseconds=1))
    consent = consent_of(until_on=until_on)
    _record(store, consent)
    assert ([consent.id], ()) == (_valid(store, person(1)), _due(store))
    clock.set(ends_at(until_on))
    assert ([], (consent.id,)) == (_valid(store, person(1)), _due(store))
    found = _one(store, consent)
    assert found is not None
    assert ConsentStatus.EXPIRED is found.status


def test_one_that_has_ended_says_nothing_of_whose_it_was(store: SqlStore) -> None:
    """Token and sealed element are gone from its row; that it was there stays, for the agency to account for."""
    consent = consent_of()
    _record(store, consent)
    _end(store, consent)
    columns = (tables.consents.c[name] for name in ("token_prefix", "index_token", "sealed"))
    with store.database.engines.reader.connect() as connection:
        assert [(None, None, None)] == [tuple(row) for row in connection.execute(select(*columns))]
    found = _one(store, consent)
    assert found is not None
    assert ConsentStatus.WITHDRAWN is found.status
    _record(store, consent_of())  # the person may consent again


def test_what_rests_on_a_consent_is_found_ended_or_not(store: SqlStore) -> None:
    """And can be moved to the one that replaces it."""
    old, new = consent_of(), consent_of()
    _record(store, old)
    resting = [replace(registration(CARE, lane="adult"), consent=old.id) for _ in range(2)]
    add(store, *resting, registration(CARE, lane="adult"))
    ids = tuple(one.id for one in resting)
    assert ids == store.view("resting", lambda view: view.consents.resting_on((old.id,)))
    do(store, lambda tx: tx.consents.move(old.id, new=new.id))
    assert () == store.view("resting", lambda view: view.consents.resting_on((old.id,)))
    assert ids == store.view("resting", lambda view: view.consents.resting_on((new.id,)))


@pytest.mark.parametrize("ending", [CARE, SCHOOL])
def test_a_match_is_carried_while_both_sides_have_consent(store: SqlStore, ending: Oin) -> None:
    """Not by one of them alone."""
    consents = {agency: consent_of(agency) for agency in (CARE, SCHOOL)}
    for consent in consents.values():
        _record(store, consent)
    add(store, *(replace(registration(agency, lane="adult"), consent=consents[agency].id) for agency in consents))
    (match,) = match_waiting(store)
    assert store.view("carry", lambda view: view.consents.carry_both(match.id))
    _end(store, consents[ending])
    assert not store.view("carry", lambda view: view.consents.carry_both(match.id))


@pytest.mark.parametrize(
    "hold",
    [
        lambda tx, consent: tx.consents.hold((consent.id,)),
        lambda tx, _: (tx.consents.hold_standing(Consenting(CARE, "adult", "adult-coordination", person(1))),),
        lambda tx, _: tuple(tx.consents.hold_valid({person(1)}, holders={CARE}).values()),
    ],
)
def test_a_standing_consent_can_be_held(store: SqlStore, hold: Callable[[SqlTx, Consent], tuple[object, ...]]) -> None:
    """By id, or by whose it is."""
    consent = consent_of()
    _record(store, consent)
    found: list[object] = []
    do(store, lambda tx: found.extend(hold(tx, consent)))
    assert [consent.id] == [getattr(one, "id", None) for one in found]


def test_a_lane_can_forget_its_consents(store: SqlStore) -> None:
    """When its legal basis ends, those that stand go too."""
    _record(store, consent_of())
    assert store.view("kept", lambda view: view.consents.kept_in("adult"))
    do(store, lambda tx: tx.consents.forget("adult"))
    assert not store.view("kept", lambda view: view.consents.kept_in("adult"))

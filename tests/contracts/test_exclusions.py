"""The exclusions: seen by two agencies, found by person, over when lifted, gone with their lane, sealed throughout."""

from dataclasses import replace

from gateway.core.exclusion import Exclusion, ExclusionAlert
from gateway.core.involvement import Oin, Registration
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.exclusions import ExclusionStatus
from gateway.store import SqlStore
from gateway.store.transactions import SqlTx
from keys.tokens import IndexToken
from tests.support.footings import converted, exclusion_of
from tests.support.records import CARE, POLICE, SCHOOL, add, desk, do, inbox, match_waiting, mint, person, registration


def _exclusion(agency: Oin = SCHOOL, mediator: Oin = CARE, token: IndexToken | None = None) -> Exclusion:
    return exclusion_of(agency, mediator, person(1) if token is None else token)


def _record(store: SqlStore, exclusion: Exclusion) -> Exclusion:
    do(store, lambda tx: tx.exclusions.record(exclusion, converted(exclusion.index_token)))
    return exclusion


def _one(store: SqlStore, exclusion: Exclusion, agency: Oin) -> Exclusion | None:
    return store.view("one", lambda view: view.exclusions.one(exclusion.id, agency=agency))


def _page(store: SqlStore, agency: Oin) -> tuple[Exclusion, ...]:
    return store.view("page", lambda view: view.exclusions.page(agency, after="", limit=9))


def _standing(store: SqlStore, *persons: IndexToken) -> list[str]:
    return [one.id for one in store.view("standing", lambda view: view.exclusions.standing(set(persons)))]


def _withhold(store: SqlStore, exclusion: Exclusion, *registrations: Registration) -> frozenset[tuple[str, str]]:
    new: list[frozenset[tuple[str, str]]] = []

    def work(tx: SqlTx) -> None:
        new.append(tx.exclusions.withhold({(exclusion.id, one.id) for one in registrations}))

    do(store, work)
    return new[-1]


def test_an_exclusion_comes_back_as_it_was_recorded(store: SqlStore) -> None:
    """To who recorded it and to its mediator; to any other, and to the excluded, it is as absent as none (G24)."""
    exclusion = _record(store, _exclusion())
    for agency in (SCHOOL, CARE):
        found = _one(store, exclusion, agency)
        assert found is not None
        assert exclusion == replace(found, recorded_at=None)
        assert (found,) == _page(store, agency)
    assert _one(store, exclusion, POLICE) is None
    assert () == _page(store, POLICE)


def test_exclusions_are_found_by_person(store: SqlStore) -> None:
    """Those that stand, of the persons asked for, whoever recorded them."""
    first, second = _record(store, _exclusion()), _record(store, _exclusion(CARE, SCHOOL))
    _record(store, _exclusion(token=person(2)))
    lifted = _record(store, _exclusion())
    do(store, lambda tx: tx.exclusions.lift(lifted.id))
    assert [first.id, second.id] == _standing(store, person(1))
    assert [] == _standing(store, person(3))


def test_what_was_lifted_keeps_nobody_and_stays_to_be_seen(store: SqlStore) -> None:
    """Neither the person nor the excluded are left in its row; what it withheld is returned, and forgotten."""
    exclusion, met = _record(store, _exclusion()), registration(SCHOOL)
    add(store, met)
    _withhold(store, exclusion, met)
    do(store, lambda tx: _lifts(tx, exclusion, met))
    found = _one(store, exclusion, SCHOOL)
    assert found is not None
    assert ExclusionStatus.LIFTED is found.status
    assert found.lifted_at is not None
    assert b"" == found.concealed
    assert person(1) != found.index_token
    assert () == store.view("withheld", lambda view: view.exclusions.withheld(exclusion.id))
    assert not store.view("none", lambda view: view.exclusions.standing({person(1)}))


def _lifts(tx: SqlTx, exclusion: Exclusion, met: Registration) -> None:
    assert tx.exclusions.hold(exclusion.id)
    assert (met.id,) == tx.exclusions.lift(exclusion.id)
    assert not tx.exclusions.hold(exclusion.id)


def test_who_was_withheld_is_remembered_once(store: SqlStore) -> None:
    """Shown while it is active, by its agency and desk."""
    exclusion, met, gone = _record(store, _exclusion()), registration(SCHOOL), registration(CARE)
    add(store, met, gone)
    assert {(exclusion.id, met.id), (exclusion.id, gone.id)} == _withhold(store, exclusion, met, gone)
    assert frozenset() == _withhold(store, exclusion, met)
    do(store, lambda tx: tx.registrations.restrict(gone.id))
    (shown,) = store.view("withheld", lambda view: view.exclusions.withheld(exclusion.id))
    assert (met.agency, met.contact_id) == (shown.agency, shown.contact_id)


def test_erasing_a_registration_erases_that_it_was_withheld(store: SqlStore) -> None:
    """The exclusion still says whose it is, so the row beside it must not lead there (G16)."""
    exclusion, met = _record(store, _exclusion()), registration(SCHOOL)
    add(store, met)
    _withhold(store, exclusion, met)
    do(store, lambda tx: tx.archive.forget((met.id,), cases=True))
    assert () == store.view("withheld", lambda view: view.exclusions.withheld(exclusion.id))
    assert {(exclusion.id, met.id)} == _withhold(store, exclusion, met)


def test_standing_matches_of_a_person_name_both_sides(store: SqlStore) -> None:
    """Of this person only, and none that has ended."""
    mine, theirs = registration(POLICE), registration(SCHOOL)
    add(store, mine, theirs, registration(POLICE, person(2)), registration(CARE, person(2)))
    matches = match_waiting(store)
    (match,) = (one for one in matches if one.index_token == person(1))
    ((id_, low, high),) = store.view("standing", lambda view: view.exclusions.standing_matches(person(1)))
    assert match.id == id_
    assert [(mine.id, POLICE), (theirs.id, SCHOOL)] == [(side.registration, side.agency) for side in (low, high)]
    assert {mine.contact_id, theirs.contact_id} == {low.unit, high.unit}
    do(store, lambda tx: tx.matches.end([match.id]))
    assert () == store.view("standing", lambda view: view.exclusions.standing_matches(person(1)))


def test_an_alert_about_an_exclusion_waits_for_its_mediator(store: SqlStore) -> None:
    """It names the exclusion, and no match or registration."""
    do(store, lambda tx: tx.desks.put(CARE, desk()))
    exclusion = _record(store, _exclusion())
    do(store, lambda tx: tx.exclusions.tell([ExclusionAlert(mint("alt"), CARE, exclusion.id)]))
    (alert,) = inbox(store, CARE)
    assert (exclusion.id, AlertKind.EXCLUSION) == (alert.match, alert.kind)
    assert () == inbox(store, SCHOOL)


def test_exclusions_go_with_their_lane(store: SqlStore) -> None:
    """With their alerts, and what they withheld."""
    exclusion, met = _record(store, _exclusion()), registration(SCHOOL)
    add(store, met)
    _withhold(store, exclusion, met)
    do(store, lambda tx: tx.exclusions.tell([ExclusionAlert(mint("alt"), CARE, exclusion.id)]))
    assert store.view("kept", lambda view: view.exclusions.kept_in("youth"))
    do(store, lambda tx: tx.purges.remove([met.id]))
    do(store, lambda tx: tx.exclusions.forget("youth"))
    assert not store.view("kept", lambda view: view.exclusions.kept_in("youth"))
    assert () == inbox(store, CARE)

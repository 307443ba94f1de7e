"""A3: which shelter it is must not show. Others see one national desk, whoever of those behind it is involved."""

from datetime import UTC, datetime

import pytest

from gateway.flows.matching.match import match_waiting
from gateway.flows.matching.show_match import list_matches, show_match
from gateway.flows.registering.show_hints import show_hints
from gateway.flows.registering.withdraw import Withdrawal, withdraw
from gateway.flows.shielding.record_exclusion import record_exclusion
from gateway.flows.shielding.show_exclusions import show_exclusion
from gateway.flows.telling import desks
from gateway.protocol.messages.contacts import ContactDesk
from gateway.protocol.messages.exclusions import ExclusionRecorded, RecordExclusion
from gateway.protocol.messages.matches import MatchView
from gateway.protocol.messages.registrations import WithdrawalReason, WithdrawRegistration
from gateway.store import SqlStore
from keys.labels import Oin
from keys.signing import SigningKey
from tests.support.house import SmallHouse, TestAgency, agencies
from tests.support.shielding import POLICE, SCHOOL, exclusion

CENTRAL = TestAgency(Oin("00000000990000007000"), "Vrouwenopvang, landelijk loket", "shelter", SigningKey.generate())
SHELTERS = tuple(
    TestAgency(
        Oin(f"000000009900000070{number:02d}"),
        f"Opvanghuis {place}",
        "shelter",
        SigningKey.generate(),
        alias=CENTRAL.oin,
    )
    for number, place in enumerate(("Noord", "Oost", "Zuid", "West", "Midden"), 1)
)


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Open a house with five shelters behind one desk, each with a desk of its own place."""
    house = SmallHouse(store, (*agencies(6), CENTRAL, *SHELTERS))
    house.open_desks()
    for shelter in SHELTERS:
        own = ContactDesk(id="cnt_intake", name=shelter.name, phone="010 111 11 11", email="here@shelter.example")
        desks.put_desk(house.signed(shelter, own), house.house)
    national = ContactDesk(id="cnt_intake", name="Landelijk loket", phone="0800 20 00", email="desk@central.example")
    desks.put_desk(house.signed(CENTRAL, national), house.house)
    return house


def _meet(house: SmallHouse, shelter: TestAgency, person: str) -> MatchView:
    police = house.parties[POLICE]
    house.register(shelter, person)
    house.register(police, person)
    match_waiting(house.house)
    newest = list_matches(house.signed(police, None), house.house, after="").matches[-1]
    return show_match(house.signed(police, None), house.house, newest.id)


def test_every_shelter_looks_the_same_in_a_match(small: SmallHouse) -> None:
    """The name and the desk of the national desk; nothing of the shelter's own, and it does hear."""
    seen = [_meet(small, shelter, f"child {number}").other for number, shelter in enumerate(SHELTERS)]
    (other,) = {one.model_dump_json() for one in seen if one is not None}
    assert CENTRAL.name in other
    assert "0800 20 00" in other
    assert not [word for word in ("Opvanghuis", "010 111", "here@") if word in other]
    heard = [list_matches(small.signed(one, None), small.house, after="").matches for one in SHELTERS]
    assert [1] * 5 == [len(matches) for matches in heard]


def test_a_hint_of_a_shelter_names_the_national_desk(small: SmallHouse) -> None:
    """Of what the archive tells, too."""
    receipt = small.register(SHELTERS[0], "noor")
    match_waiting(small.house)
    gone = Withdrawal(receipt.id, WithdrawRegistration(reason=WithdrawalReason.RISK_GONE))
    withdraw(small.signed(SHELTERS[0], gone), small.house)
    school = small.parties[SCHOOL]
    after = small.register(school, "noor")
    match_waiting(small.house)
    hints = show_hints(small.signed(school, None), small.house, after.id).hints
    assert [CENTRAL.name] == [hint.other.agency for hint in hints if hint.other is not None]
    assert "Opvanghuis" not in hints[0].model_dump_json()


def test_a_mediator_sees_the_national_desk_too(small: SmallHouse) -> None:
    """It calls the shelter by way of that."""
    mediator = small.parties[SCHOOL]
    asked = RecordExclusion.model_validate(exclusion([small.parties[POLICE]], mediator))
    call = small.signed(SHELTERS[1], asked)
    answer = record_exclusion(call, small.house, today_on=datetime.now(UTC).date())
    recorded = ExclusionRecorded.model_validate_json(answer)
    _meet_in_vain(small)
    seen = show_exclusion(small.signed(mediator, None), small.house, recorded.id)
    assert (CENTRAL.name, [CENTRAL.name]) == (seen.recorded_by, [one.agency for one in seen.withheld or ()])
    assert "Opvanghuis" not in seen.model_dump_json()


def _meet_in_vain(house: SmallHouse) -> None:
    for agency in (SHELTERS[1], house.parties[POLICE]):
        house.register(agency, "noor")
    match_waiting(house.house)

"""A list of matches tells nothing of the other agency; a look does, for the purpose of one's own registration (G25)."""

import pytest

from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.match import match_waiting
from gateway.flows.matching.show_match import list_matches, show_match
from gateway.protocol.messages.matches import ListedMatch
from gateway.store import SqlStore
from tests.support.house import SmallHouse, agencies


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Open a house where two of three agencies matched twice."""
    house = SmallHouse(store, agencies(3))
    house.open_desks()
    for child in ("one", "two"):
        house.register_many([(agency, child) for agency in house.parties[:2]])
    match_waiting(house.house)
    return house


def _list(small: SmallHouse, agency: int, *, only: str = "") -> tuple[ListedMatch, ...]:
    return list_matches(small.signed(small.parties[agency], None), small.house, after="", only=only).matches


def test_a_list_names_nobody_else(small: SmallHouse) -> None:
    """Neither the other agency nor its desk; one's own case is there, to look under."""
    listed = _list(small, 0)

    assert ["Z-one", "Z-two"] == sorted(match.case_reference or "erased" for match in listed)
    for told in (small.parties[1].name, small.parties[1].oin, "cnt_intake", 'other"'):
        assert not any(told in match.model_dump_json() for match in listed)


def test_a_look_for_the_purpose_of_the_registration_names_the_other(small: SmallHouse) -> None:
    """One match, one look."""
    match = _list(small, 0)[0]

    seen = show_match(small.signed(small.parties[0], None), small.house, match.id)

    assert seen.other is not None
    assert small.parties[1].name == seen.other.agency
    assert match == ListedMatch(**{name: getattr(seen, name) for name in ListedMatch.model_fields})


def test_a_look_for_another_purpose_is_refused(small: SmallHouse) -> None:
    """What was registered to coordinate is not looked at to investigate."""
    match = _list(small, 0)[0]

    with pytest.raises(Refused) as refused:
        show_match(small.signed(small.parties[0], None, purpose="investigation"), small.house, match.id)

    assert Refusal.PURPOSE_DIFFERS is refused.value.refusal


def test_one_match_is_listed_for_its_parties_only(small: SmallHouse) -> None:
    """For anybody else it is as absent as one that never was."""
    match = _list(small, 0)[1]

    assert [(match.id,), (match.id,), ()] == [
        tuple(listed.id for listed in _list(small, agency, only=match.id)) for agency in range(3)
    ]

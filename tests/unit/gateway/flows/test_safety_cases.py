"""A lane that lives on accepted cases: who takes part registers under the reference, and two meet only in one case."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.match import match_waiting
from gateway.flows.matching.show_match import list_matches
from gateway.flows.mechanisms.safety_cases import close_case, list_cases, open_case, show_case
from gateway.flows.registering import register
from gateway.policies.directory import load_policies
from gateway.protocol.messages.matches import ListedMatch, MatchState
from gateway.protocol.messages.registrations import Receipt
from gateway.protocol.messages.safety_cases import CaseOpened, CaseStatus, OpenCase
from gateway.store import SqlStore, reconcile
from tests.support.crowd import at_once
from tests.support.house import POLICIES, SmallHouse, TestAgency, agencies, involvement, receipt_of

LANE, PURPOSE = "safety_house", "case-conference"
POLICE, PROSECUTION, MAYOR, VEILIG_THUIS = range(4)
KINDS = ("police", "public_prosecution", "mayor", "veilig_thuis")


def _today() -> date:
    return datetime.now(UTC).date()


@pytest.fixture
def small(store: SqlStore) -> SmallHouse:
    """Open a house with three participants of the first paragraph, and Veilig Thuis."""
    parties = tuple(replace(one, kind=kind) for one, kind in zip(agencies(4), KINDS, strict=True))
    house = SmallHouse(store, parties, replace(load_policies(POLICIES), mechanisms=frozenset({"case_list"})))
    house.open_desks()
    return house


def _opens(small: SmallHouse, by: int, *participants: int, **changes: object) -> str:
    members: dict[str, object] = {
        "lane": LANE,
        "purpose": PURPOSE,
        "case_reference": "ZVH-1",
        "attested": True,
        "participants": tuple(small.parties[number].oin for number in participants),
        "accepted_on": _today(),
        **changes,
    }
    call = small.signed(small.parties[by], OpenCase.model_validate(members), purpose=str(members["purpose"]))
    return CaseOpened.model_validate_json(open_case(call, small.house, today_on=_today())).id


def _closes(small: SmallHouse, by: int, case: str) -> None:
    close_case(small.signed(small.parties[by], None, purpose=PURPOSE), small.house, case)


def _registers(small: SmallHouse, by: int, reference: str = "ZVH-1", *, person: str = "sam") -> Receipt:
    members = {
        "lane": LANE,
        "purpose": PURPOSE,
        "preconditions": ("intake_accepted",),
        "case_reference": reference,
    }
    rows: tuple[register.Row, ...] = (register.Row(0, involvement(person, _today(), **members)),)
    prepared = register.prepare(small.signed(small.parties[by], rows, purpose=PURPOSE), small.house, today_on=_today())
    return receipt_of(register.record([prepared], small.house)[0])


def _matches(small: SmallHouse, by: int) -> tuple[ListedMatch, ...]:
    return list_matches(small.signed(small.parties[by], None, purpose=PURPOSE), small.house, after="").matches


def _cases(small: SmallHouse, agency: TestAgency) -> list[str]:
    return [case.id for case in list_cases(small.signed(agency, None), small.house, after="").cases]


def _refusal(act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.refusal


def test_who_takes_part_in_a_case_meets_the_others(small: SmallHouse) -> None:
    """Whoever opened it takes part by itself."""
    _opens(small, POLICE, PROSECUTION)
    _registers(small, POLICE)
    _registers(small, PROSECUTION)
    assert 1 == match_waiting(small.house).matches


def test_who_takes_no_part_registers_nothing(small: SmallHouse) -> None:
    """Nor under a reference that nobody has; the answer is the same, so it tells of no case."""
    _opens(small, POLICE, PROSECUTION)
    assert Refusal.CASE_MISSING is _refusal(lambda: _registers(small, MAYOR))
    assert Refusal.CASE_MISSING is _refusal(lambda: _registers(small, MAYOR, "ZVH-2"))


def test_two_cases_of_one_person_do_not_meet(small: SmallHouse, store: SqlStore) -> None:
    """Each agency takes part in its own: neither hears that there is another."""
    _opens(small, POLICE, PROSECUTION)
    _opens(small, MAYOR, PROSECUTION, case_reference="ZVH-2")
    _registers(small, POLICE)
    _registers(small, MAYOR, "ZVH-2")
    assert 0 == match_waiting(small.house).matches
    assert reconcile(store).sound


def test_one_reference_in_two_cases_is_two_cases(small: SmallHouse) -> None:
    """References are the houses' own: that two chose the same one joins nobody."""
    _opens(small, POLICE)
    _opens(small, MAYOR)
    _registers(small, POLICE)
    _registers(small, MAYOR)
    assert 0 == match_waiting(small.house).matches


def test_a_closed_case_ends_what_was_registered_under_it(small: SmallHouse, store: SqlStore) -> None:
    """The match with it; nobody registers under it any more."""
    case = _opens(small, POLICE, PROSECUTION)
    _registers(small, POLICE)
    _registers(small, PROSECUTION)
    match_waiting(small.house)

    _closes(small, POLICE, case)

    assert [MatchState.ENDED] == [match.state for match in _matches(small, PROSECUTION)]
    assert Refusal.CASE_MISSING is _refusal(lambda: _registers(small, POLICE))
    assert Refusal.CASE_IS_CLOSED is _refusal(lambda: _closes(small, POLICE, case))
    shown = show_case(small.signed(small.parties[PROSECUTION], None), small.house, case)
    assert CaseStatus.CLOSED is shown.status
    assert reconcile(store).sound


def test_who_leads_closes_and_no_other_participant(small: SmallHouse) -> None:
    """And for whoever takes no part there is no such case."""
    case = _opens(small, POLICE, PROSECUTION, MAYOR, coordinator=small.parties[MAYOR].oin)
    assert Refusal.CASE_NOT_YOURS is _refusal(lambda: _closes(small, PROSECUTION, case))
    assert Refusal.NOT_FOUND is _refusal(lambda: _closes(small, VEILIG_THUIS, case))
    _closes(small, MAYOR, case)


def test_a_case_is_seen_by_its_participants_alone(small: SmallHouse) -> None:
    """One that they did not open too: how else would they know the reference."""
    case = _opens(small, POLICE, PROSECUTION)
    assert [[case], [case], []] == [_cases(small, small.parties[number]) for number in (POLICE, PROSECUTION, MAYOR)]


@pytest.mark.parametrize(
    ("by", "participants", "changes", "refusal"),
    [
        (VEILIG_THUIS, (POLICE,), {}, Refusal.AGENCY_NOT_ADMITTED),
        (POLICE, (VEILIG_THUIS,), {}, Refusal.CASE_PARTICIPANT),
        (POLICE, (), {"participants": ("00000000000000000000",)}, Refusal.CASE_PARTICIPANT),
        (POLICE, (), {"coordinator": "00000000000000000000"}, Refusal.MEMBER_INVALID),
        (POLICE, (), {"accepted_on": _today() + timedelta(days=1)}, Refusal.MEMBER_INVALID),
        (POLICE, (), {"lane": "youth", "purpose": "youth-coordination"}, Refusal.CASE_NOT_KEPT),
    ],
)
def test_a_case_that_may_not_be_is_refused(
    small: SmallHouse, by: int, participants: tuple[int, ...], changes: dict[str, object], refusal: Refusal
) -> None:
    """Opened by who may not start a check, with who may not take part, led by a stranger, ahead, or elsewhere."""
    assert refusal is _refusal(lambda: _opens(small, by, *participants, **changes))
    assert [] == _cases(small, small.parties[by])


@pytest.mark.timeout(200)
def test_a_case_closed_beside_a_registration_leaves_none_behind(small: SmallHouse, store: SqlStore) -> None:
    """Whichever comes first: it is ended with the case, or refused for want of one."""
    for number in range(15):
        reference = f"ZVH-R{number}"
        case = _opens(small, POLICE, PROSECUTION, case_reference=reference)
        _registers(small, PROSECUTION, reference, person=reference)

        def registering(name: str = reference) -> None:
            try:
                _registers(small, POLICE, name, person=name)
            except Refused as refused:
                if refused.refusal is not Refusal.CASE_MISSING:
                    raise

        def matching() -> None:
            match_waiting(small.house)

        def closing(id_: str = case) -> None:
            _closes(small, POLICE, id_)

        at_once([registering, closing, matching])
        assert 0 == match_waiting(small.house).matches
        states = {match.state for match in _matches(small, POLICE)}
        assert states <= {MatchState.ENDED}
    assert reconcile(store).sound

"""Between whom an exclusion keeps silent, who may mediate, and that a sealed list has one length."""

import pytest

from gateway.core.exclusion import (
    CONCEALED_BYTES,
    Enrolled,
    Exclusion,
    Opened,
    Target,
    checked_targets,
    reach_of,
    targets_of,
    text_of,
)
from gateway.core.involvement import Oin
from gateway.core.refusals import Refusal, Refused
from gateway.protocol.messages.exclusions import ExclusionReach
from tests.support.records import CARE, POLICE, SCHOOL, person

OTHER = Oin("00000000000000000009")


def _opened(reach: ExclusionReach, *targets: Target) -> Opened:
    exclusion = Exclusion("exc_1", SCHOOL, "youth", "Z-1", "cnt_intake", CARE, reach, person(1), b"")
    return Opened(exclusion, frozenset(targets))


def _of(agency: Oin, unit: str = "cnt_intake") -> Enrolled:
    return Enrolled(f"reg of {agency} {unit}", agency, unit)


def test_of_reach_own_it_keeps_its_recorder_from_the_excluded_and_nobody_else() -> None:
    """Whatever stands first."""
    opened = _opened(ExclusionReach.OWN, Target(POLICE))
    assert _of(SCHOOL) == opened.shields(_of(SCHOOL), _of(POLICE))
    assert _of(SCHOOL) == opened.shields(_of(POLICE), _of(SCHOOL))
    assert opened.shields(_of(OTHER), _of(POLICE)) is None
    assert opened.shields(_of(SCHOOL), _of(OTHER)) is None


def test_of_reach_person_it_keeps_whoever_from_the_excluded() -> None:
    """Also two who are both excluded from each other; two who are not may meet."""
    opened = _opened(ExclusionReach.PERSON, Target(POLICE), Target(CARE))
    assert _of(OTHER) == opened.shields(_of(OTHER), _of(POLICE))
    assert opened.shields(_of(CARE), _of(POLICE)) is not None
    assert opened.shields(_of(SCHOOL), _of(OTHER)) is None


def test_a_unit_is_excluded_by_itself() -> None:
    """The rest of its agency may meet."""
    opened = _opened(ExclusionReach.PERSON, Target(POLICE, "cnt_north"), Target(POLICE, "cnt_east"))
    assert opened.shields(_of(SCHOOL), _of(POLICE, "cnt_north")) is not None
    assert opened.shields(_of(SCHOOL), _of(POLICE, "cnt_east")) is not None
    assert opened.shields(_of(SCHOOL), _of(POLICE, "cnt_south")) is None


@pytest.mark.parametrize(
    ("targets", "mediator", "refusal"),
    [
        ({Target(SCHOOL)}, CARE, Refusal.MEMBER_INVALID),
        ({Target(POLICE)}, SCHOOL, Refusal.EXCLUSION_MEDIATOR),
        ({Target(POLICE)}, POLICE, Refusal.EXCLUSION_MEDIATOR),
        ({Target(POLICE, "cnt_north")}, POLICE, Refusal.EXCLUSION_MEDIATOR),
    ],
)
def test_nobody_excludes_itself_and_the_mediator_is_neither_side(
    targets: set[Target], mediator: Oin, refusal: Refusal
) -> None:
    """Of an agency of which a unit is excluded nobody mediates either: the units share an inbox."""
    with pytest.raises(Refused) as refused:
        checked_targets(targets, recorder=SCHOOL, mediator=mediator)
    assert refusal is refused.value.refusal


def test_only_a_safety_desk_shields_a_person_toward_everybody() -> None:
    """Whoever else does can keep silent only what it need not have registered."""
    reaches = {kind: reach_of(kind) for kind in ("shelter", "veilig_thuis", "school", "police")}
    assert {"shelter", "veilig_thuis"} == {kind for kind, reach in reaches.items() if reach is ExclusionReach.PERSON}


def test_a_list_of_excluded_has_one_length_and_comes_back() -> None:
    """The longest that the protocol allows, the shortest, and one between."""
    longest = frozenset(Target(Oin(f"{number:020d}"), f"cnt_{number:060d}") for number in range(20))
    for targets in (frozenset({Target(POLICE)}), frozenset({Target(POLICE, "cnt_north"), Target(CARE)}), longest):
        text = text_of(targets)
        assert CONCEALED_BYTES == len(text)
        assert targets == targets_of(text)


def test_who_may_hear_at_a_conflict_desk_is_shielded_from_only_without_one() -> None:
    """And of a meeting that may be told there, it is the side that hears nowhere else."""
    opened = _opened(ExclusionReach.PERSON, Target(POLICE, conflict_desk=True))
    assert _of(SCHOOL) == opened.shields(_of(SCHOOL), _of(POLICE))
    assert opened.shields(_of(SCHOOL), _of(POLICE), reachable={POLICE}) is None
    assert (POLICE,) == opened.redirected(_of(POLICE), _of(SCHOOL))


def test_whoever_is_excluded_in_both_ways_hears_nothing() -> None:
    """Its agency may hear at its conflict desk; the unit may not."""
    opened = _opened(ExclusionReach.PERSON, Target(POLICE, conflict_desk=True), Target(POLICE, "cnt_intake"))
    assert _of(SCHOOL) == opened.shields(_of(SCHOOL), _of(POLICE), reachable={POLICE})

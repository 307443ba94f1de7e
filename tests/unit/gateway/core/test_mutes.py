"""Which mutes a new match ends, and what a muted party has of a new match with the other."""

from dataclasses import replace

from gateway.core.contact import Mute, OpenedMatch, kept_muted, lapsed
from gateway.core.involvement import Oin
from gateway.core.matching import Side, meeting
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.matches import ContactOutcome
from tests.support.records import CARE, POLICE, SCHOOL, opened_match, person

LANE = "youth"
MUTES = tuple(Mute("mat_1", LANE, person(1), (POLICE, SCHOOL), agency) for agency in (POLICE, SCHOOL))


def _match(one: Oin, other: Oin, *, who: int = 1, lane: str = LANE) -> OpenedMatch:
    sides = [Side(agency, f"reg_{agency}", "youth-coordination", "involved", "Z-1") for agency in (one, other)]
    return opened_match(meeting(lane, person(who), *sides))


def test_whoever_does_not_meet_the_third_stays_muted() -> None:
    """The police meet a third agency; the school is not told of it, and so keeps its peace with the police."""
    assert (MUTES[0],) == lapsed(MUTES, [_match(POLICE, CARE)])


def test_whoever_meets_the_third_hears_again() -> None:
    """Both do, when both meet it."""
    assert MUTES == lapsed(MUTES, [_match(POLICE, CARE), _match(SCHOOL, CARE)])


def test_another_person_or_lane_ends_no_mute() -> None:
    """Nor does a new match of the two."""
    others = [_match(POLICE, CARE, who=2), _match(POLICE, CARE, lane="adult"), _match(POLICE, SCHOOL)]
    assert () == lapsed(MUTES, others)


def test_a_report_anew_is_news_to_whoever_muted() -> None:
    """What Veilig Thuis hears again of the person is not what both knew."""
    again = replace(_match(POLICE, SCHOOL), kinds=(AlertKind.RE_REPORT, AlertKind.MATCH))
    kept = kept_muted(again, MUTES)
    assert {POLICE: False, SCHOOL: True} == {party.agency: party.muted for party in kept.parties}


def test_a_party_that_is_still_muted_has_reported_beforehand() -> None:
    """The other hears of the new match as of any."""
    kept = kept_muted(_match(POLICE, SCHOOL), MUTES[1:])
    told = {party.agency: (party.muted, party.outcome) for party in kept.parties}
    assert {POLICE: (False, None), SCHOOL: (True, ContactOutcome.ALREADY_IN_CONTACT)} == told

"""One night and the morning after: a ban at 03:30, a consent withdrawn at 09:00, and a case that a safety house takes.

Told through the client that agencies use, with real tokens from key holders, in the lanes beside youth.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from adapters import errors
from adapters.client import Gateway
from adapters.hearing import Alert
from adapters.identity import Person
from adapters.involvement import notice_given
from gateway.protocol.messages.consents import ConsentStatus
from gateway.protocol.messages.matches import MatchState, MatchView
from gateway.protocol.messages.registrations import Receipt
from gateway.protocol.messages.safety_cases import CaseStatus
from tests.support.night import Night, night
from tests.support.scene import children, today

TOLD = notice_given(today())
_people = children()


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """Open a region with its offices."""
    with night(tmp_path_factory.mktemp("night") / "region") as opened:
        yield opened


@pytest.fixture
def person() -> Person:
    """Return a person whom nobody in the region knows."""
    return Person.from_bsn(next(_people))


def _registers(office: Gateway, person: Person, case: str, precondition: str, until: date | None = None) -> Receipt:
    return office.registrations.register(
        person, case=case, notice=TOLD, preconditions=(precondition,), valid_until=until
    )


def _hears(office: Gateway) -> Alert:
    *_, newest = office.alerts.pending()
    return newest


def _sees(office: Gateway, alert: Alert, case: str) -> MatchView:
    return office.matches.show(alert.match_id, case=case)


def test_at_half_past_three_a_ban_is_imposed_and_the_police_hear_until_when(region: Night, person: Person) -> None:
    """The ban desk records it, who leads is Veilig Thuis; it is extended once, to twenty-eight days and no further."""
    desk, police = region.office("ban_desk", "home_ban"), region.office("police", "home_ban")
    ban = desk.home_bans.impose(person, case="HV-1", starts_on=today(), notice=TOLD, led_by=region.oin("veilig_thuis"))
    assert today() + timedelta(days=10) == ban.valid_until
    _registers(police, person, "P-0330", "role_in_ban", today() + timedelta(days=20))
    region.region.settle()

    seen = _sees(police, _hears(police), "P-0330").other
    assert seen is not None
    assert seen.fact is not None
    assert today() + timedelta(days=9) == seen.fact.through
    assert seen.fact.led_by

    extended = desk.home_bans.extend(ban.id, case="HV-1", until=today() + timedelta(days=28), notice=TOLD)
    assert today() + timedelta(days=28) == extended.valid_until
    with pytest.raises(errors.PolicyRefused) as refused:
        desk.home_bans.extend(ban.id, case="HV-1", until=today() + timedelta(days=29), notice=TOLD)
    assert "policy-term-too-long" == refused.value.code
    assert region.region.sound()


def test_at_nine_a_consent_is_withdrawn_and_nothing_is_left(region: Night, person: Person) -> None:
    """Two agencies were in contact with consent; when the person takes it back, both lose sight of it at once."""
    team, care = region.office("local_team", "adult"), region.office("mental_health", "adult")
    with pytest.raises(errors.PolicyRefused) as refused:
        _registers(team, person, "W-1", "consent_valid")
    assert "policy-consent-missing" == refused.value.code

    consent = team.consents.record(person, case="W-1", given_on=today(), kinds=("mental_health",))
    care.consents.record(person, case="G-1", given_on=today(), agencies=(region.oin("local_team"),))
    registered = _registers(team, person, "W-1", "consent_valid")
    _registers(care, person, "G-1", "consent_valid")
    region.region.settle()
    alert = _hears(care)
    assert _sees(care, alert, "G-1").other is not None

    gone = team.consents.withdraw(consent, case="W-1")

    assert (registered.id,) == gone.registrations
    assert () == team.registrations.list()
    for office in (team, care):
        assert () == office.alerts.pending()
    with pytest.raises(errors.NotFound):
        _sees(care, alert, "G-1")
    assert [ConsentStatus.WITHDRAWN] == [one.status for one in team.consents.list()]
    assert ConsentStatus.WITHDRAWN is team.consents.show(consent.id).status
    assert region.region.sound()


def test_a_safety_house_takes_a_case_and_closes_it(region: Night, person: Person) -> None:
    """The participants find each other under its reference; when it is closed they are done with one another."""
    police, prosecution = region.office("police", "safety_house"), region.office("public_prosecution", "safety_house")
    with pytest.raises(errors.PolicyRefused) as refused:
        _registers(police, person, "ZVH-9", "intake_accepted")
    assert "policy-case-missing" == refused.value.code

    case = police.cases.open("ZVH-9", participants=(region.oin("public_prosecution"),), accepted_on=today())
    assert [case.id] == [one.id for one in prosecution.cases.list()]
    _registers(police, person, "ZVH-9", "intake_accepted")
    _registers(prosecution, person, "ZVH-9", "intake_accepted")
    region.region.settle()
    alert = _hears(prosecution)
    assert _sees(prosecution, alert, "ZVH-9").other is not None

    police.cases.close(case)

    assert MatchState.ENDED is _sees(prosecution, alert, "ZVH-9").state
    assert CaseStatus.CLOSED is prosecution.cases.show(case.id).status
    assert region.region.sound()

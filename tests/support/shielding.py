"""What tests of exclusions say in one line: who excludes whom from a person, and who hears of what."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from gateway.core.refusals import Refusal
from gateway.flows.matching.show_match import list_matches
from gateway.flows.shielding.lift_exclusion import lift_exclusion
from gateway.flows.shielding.record_exclusion import record_exclusion
from gateway.flows.shielding.show_exclusions import list_exclusions, show_exclusion
from gateway.flows.telling.desks import put_desk
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.contacts import ContactDesk
from gateway.protocol.messages.exclusions import (
    Excluded,
    ExclusionLifted,
    ExclusionRecorded,
    Exclusions,
    ExclusionView,
    RecordExclusion,
)
from gateway.protocol.messages.matches import ListedMatch
from gateway.store import SqlStore
from tests.support.house import DESK, LANE, PURPOSE, PlainConverter, SmallHouse, TestAgency, agencies, token_of
from tests.support.records import inbox

CONFLICT_DESK = "cnt_conflict"

# The order in which `agencies` hands out the kinds.
POLICE, VEILIG_THUIS, LOCAL_TEAM, SCHOOL, MENTAL_HEALTH, YOUTH_PROTECTION = range(6)


def open_house(store: SqlStore) -> SmallHouse:
    """Open a house of six agencies with their desks."""
    house = SmallHouse(store, agencies(6))
    house.open_desks()
    return house


def today() -> date:
    """Return the day in UTC."""
    return datetime.now(UTC).date()


def excludes(
    house: SmallHouse,
    recorder: TestAgency,
    excluded: Sequence[TestAgency | tuple[TestAgency, str]],
    mediator: TestAgency,
    person: int | str = "noor",
    /,
    **changes: object,
) -> ExclusionRecorded:
    """Let an agency exclude others, or units of them, from a person."""
    message = RecordExclusion.model_validate(exclusion(excluded, mediator, person) | changes)
    call = house.signed(recorder, message, purpose=message.purpose)
    return ExclusionRecorded.model_validate_json(record_exclusion(call, house.house, today_on=today()))


def exclusion(
    excluded: Sequence[TestAgency | tuple[TestAgency, str]], mediator: TestAgency, person: int | str = "noor"
) -> dict[str, object]:
    """Return the members of the message that excludes."""
    return {
        "token": token_of(person).encode(),
        "lane": LANE,
        "purpose": PURPOSE,
        "case_reference": "Z-shield",
        "contact_id": DESK,
        "attested": True,
        "excluded": tuple(map(_excluded, excluded)),
        "mediator": mediator.oin,
    }


def _excluded(whom: TestAgency | tuple[TestAgency, str]) -> Excluded:
    if isinstance(whom, TestAgency):
        return Excluded(agency=whom.oin)
    return Excluded(agency=whom[0].oin, contact_id=whom[1])


def opens_conflict_desk(house: SmallHouse, agency: TestAgency) -> None:
    """Let an agency have a desk for conflicts."""
    desk = ContactDesk(
        id=CONFLICT_DESK, name="Conflict", phone="010 111 11 11", email="conflict@agency.example", kind="conflict"
    )
    put_desk(house.signed(agency, desk), house.house)


def tells_at_conflict_desk(
    house: SmallHouse, recorder: TestAgency, whom: TestAgency, mediator: TestAgency, unit: str | None = None
) -> ExclusionRecorded:
    """Let an agency say that another may hear of a person at its conflict desk alone."""
    excluded = (Excluded(agency=whom.oin, contact_id=unit, conflict_desk=True),)
    return excludes(house, recorder, (), mediator, excluded=excluded)


def lifts(house: SmallHouse, agency: TestAgency, exclusion_id: str) -> ExclusionLifted:
    """Let an agency lift an exclusion."""
    return ExclusionLifted.model_validate_json(lift_exclusion(house.signed(agency, None), house.house, exclusion_id))


def sees(house: SmallHouse, agency: TestAgency, exclusion_id: str) -> ExclusionView:
    """Let an agency look at an exclusion."""
    return show_exclusion(house.signed(agency, None), house.house, exclusion_id)


def lists(house: SmallHouse, agency: TestAgency) -> Exclusions:
    """Return the exclusions that an agency recorded or mediates."""
    return list_exclusions(house.signed(agency, None), house.house, after="")


def matches_of(house: SmallHouse, agency: TestAgency) -> tuple[ListedMatch, ...]:
    """Return the matches that an agency is a party to."""
    return list_matches(house.signed(agency, None), house.house, after="").matches


def alerts_of(house: SmallHouse, agency: TestAgency) -> list[AlertKind]:
    """Return the kinds of the alerts in an agency's inbox."""
    return [alert.kind for alert in inbox(house.store, agency.oin)]  # type: ignore[arg-type]


def index_token(person: int | str) -> bytes:
    """Return what the index of the small house holds of a person."""
    (converted,) = PlainConverter().convert(((token_of(person), "any"),), agency=agencies(1)[0].oin, lane=LANE)
    assert not isinstance(converted, Refusal)
    return converted.index_token.value

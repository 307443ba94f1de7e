"""What tests of the lane that lives on consent say in one line: who consents to whose involvement, toward whom."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from gateway.core.involvement import Oin
from gateway.core.policy import PolicySet
from gateway.core.refusals import Refusal
from gateway.flows.matching.show_match import list_matches, show_match
from gateway.flows.mechanisms.end_consents import withdraw_consent
from gateway.flows.mechanisms.record_consent import record_consent
from gateway.flows.registering import register
from gateway.policies.directory import load_policies
from gateway.protocol.messages.consents import ConsentRecorded, ConsentWithdrawn, RecordConsent
from gateway.protocol.messages.matches import ListedMatch, MatchView
from gateway.protocol.messages.registrations import Receipt
from gateway.store import SqlStore
from tests.support.house import (
    POLICIES,
    PlainConverter,
    SmallHouse,
    TestAgency,
    agencies,
    involvement,
    receipt_of,
    token_of,
)

LANE, PURPOSE = "adult", "adult-coordination"
# The order in which `agencies` hands out the kinds.
POLICE, VEILIG_THUIS, LOCAL_TEAM, SCHOOL, MENTAL_HEALTH = range(5)


def open_house(store: SqlStore, count: int = 6) -> SmallHouse:
    """Open a house in which the lane that lives on consent can be used."""
    house = SmallHouse(store, agencies(count), with_consents(load_policies(POLICIES)))
    house.open_desks()
    return house


def with_consents(policies: PolicySet) -> PolicySet:
    """Return the policies with the register of consents as a part of the house that exists."""
    return replace(policies, mechanisms=frozenset({"consent_register"}))


def today() -> date:
    """Return the day in UTC."""
    return datetime.now(UTC).date()


def consents(
    house: SmallHouse,
    agency: TestAgency,
    person: int | str = "noor",
    *,
    toward: Sequence[str] = ("local_team", "mental_health"),
    **changes: object,
) -> ConsentRecorded:
    """Let an agency record that a person consents."""
    members: dict[str, object] = {
        "token": token_of(person).encode(),
        "lane": LANE,
        "purpose": PURPOSE,
        "case_reference": f"Z-{person}",
        "attested": True,
        "kinds": tuple(toward),
        "given_on": today(),
        **changes,
    }
    call = house.signed(agency, RecordConsent.model_validate(members), purpose=str(members["purpose"]))
    return ConsentRecorded.model_validate_json(record_consent(call, house.house, today_on=today()))


def registers(house: SmallHouse, agency: TestAgency, person: int | str = "noor", **changes: object) -> Receipt:
    """Let an agency register a person in the lane that lives on consent."""
    members: dict[str, object] = {"lane": LANE, "purpose": PURPOSE, "preconditions": ("consent_valid",), **changes}
    rows: tuple[register.Row, ...] = (register.Row(0, involvement(person, today(), **members)),)
    prepared = register.prepare(house.signed(agency, rows, purpose=PURPOSE), house.house, today_on=today())
    return receipt_of(register.record([prepared], house.house)[0])


def withdraws(house: SmallHouse, agency: TestAgency, consent: str) -> ConsentWithdrawn:
    """Let an agency say that the person withdrew a consent."""
    answer = withdraw_consent(house.signed(agency, None, purpose=PURPOSE), house.house, consent)
    return ConsentWithdrawn.model_validate_json(answer)


def matches_of(house: SmallHouse, agency: TestAgency) -> tuple[ListedMatch, ...]:
    """Return the matches that an agency is a party to."""
    return list_matches(house.signed(agency, None, purpose=PURPOSE), house.house, after="").matches


def looks_at(house: SmallHouse, agency: TestAgency, match: str) -> MatchView:
    """Let an agency look at a match."""
    return show_match(house.signed(agency, None, purpose=PURPOSE), house.house, match)


def traces_of(store: SqlStore, person: int | str) -> list[str]:
    """Return the tables in which a person's index token is still to be found, in whatever row."""
    token = house_token(person)
    with store.database.engines.reader.connect() as connection:
        return [
            table
            for table in ("registrations", "match_jobs", "matches", "consents")
            if token in {bytes(row[0] or b"") for row in connection.exec_driver_sql(f"SELECT index_token FROM {table}")}  # noqa: S608 - names of our own
        ]


def house_token(person: int | str) -> bytes:
    """Return what the index of the small house holds of a person in this lane."""
    (converted,) = PlainConverter().convert(((token_of(person), "any"),), agency=Oin("0" * 20), lane=LANE)
    assert not isinstance(converted, Refusal)
    return converted.index_token.value

"""A silent purpose is asked for the footing of its lane as any purpose is, and alarms the officers each time."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.core.refusals import Refusal, Refused
from gateway.flows.matching.match import match_waiting
from gateway.flows.mechanisms.impose_ban import row_of_ban
from gateway.flows.mechanisms.record_consent import record_consent
from gateway.flows.mechanisms.safety_cases import open_case
from gateway.flows.registering import register
from gateway.flows.registering.renew import Renewal, renew
from gateway.flows.shielding.record_exclusion import record_exclusion
from gateway.policies.directory import load_policies
from gateway.protocol.messages.consents import ConsentRecorded, RecordConsent
from gateway.protocol.messages.exclusions import Excluded, RecordExclusion
from gateway.protocol.messages.home_bans import ImposeHomeBan
from gateway.protocol.messages.notices import NoticeStatus, SubjectNotice
from gateway.protocol.messages.registrations import Receipt, RenewRegistration
from gateway.protocol.messages.safety_cases import OpenCase
from gateway.store import SqlStore, reconcile
from tests.support.consents import PURPOSE as BY_CONSENT
from tests.support.consents import house_token, open_house
from tests.support.house import DESK, POLICIES, SmallHouse, TestAgency, agencies, involvement, receipt_of, token_of

SILENT = "screening"
BY_CASE, OF_BAN = "case-conference", "home-ban-support"
ALARM = ("silent_purpose", SILENT)
SET_IN = {"purpose", "id", "event", "registered_at", "recorded_at", "case_reference", "replaced"}
LOCAL_TEAM, MENTAL_HEALTH = 2, 4


def _today() -> date:
    return datetime.now(UTC).date()


NOTICE = SubjectNotice(status=NoticeStatus.GIVEN, on=_today())


@pytest.fixture
def adult(store: SqlStore) -> SmallHouse:
    """Open a house with the lane that lives on consent."""
    return open_house(store)


@pytest.fixture
def cases(store: SqlStore) -> SmallHouse:
    """Open a house with the lane of accepted cases."""
    kinds = ("police", "public_prosecution")
    parties = tuple(replace(one, kind=kind) for one, kind in zip(agencies(2), kinds, strict=True))
    house = SmallHouse(store, parties, replace(load_policies(POLICIES), mechanisms=frozenset({"case_list"})))
    house.open_desks()
    return house


@pytest.fixture
def bans(store: SqlStore) -> SmallHouse:
    """Open a house with the lane of home bans, of which the last agency is the desk."""
    parties = agencies(3)
    policies = replace(load_policies(POLICIES), mechanisms=frozenset({"ban_clock"}))
    house = SmallHouse(store, (*parties[:2], replace(parties[2], kind="ban_desk")), policies)
    house.open_desks()
    return house


def _records(small: SmallHouse, agency: TestAgency, row: register.Row, purpose: str) -> Receipt:
    rows: tuple[register.Row, ...] = (row,)
    call = small.signed(agency, rows, purpose=purpose)
    return receipt_of(register.record([register.prepare(call, small.house, today_on=_today())], small.house)[0])


def _registers(
    small: SmallHouse, agency: TestAgency, purpose: str, said: Mapping[str, object], *, signed: str = ""
) -> Receipt:
    row = register.Row(0, involvement("noor", _today(), purpose=purpose, **said))
    return _records(small, agency, row, signed or purpose)


def _in_adult(small: SmallHouse, purpose: str, *, signed: str = "") -> Receipt:
    said = {"lane": "adult", "preconditions": ("consent_valid",), "case_reference": "Z-noor"}
    return _registers(small, small.parties[LOCAL_TEAM], purpose, said, signed=signed)


def _consents(small: SmallHouse, purpose: str, number: int = LOCAL_TEAM, *, signed: str = "") -> ConsentRecorded:
    asked = RecordConsent.model_validate(
        {
            "token": token_of("noor").encode(),
            "lane": "adult",
            "purpose": purpose,
            "case_reference": "Z-noor",
            "attested": True,
            "kinds": ("local_team", "mental_health"),
            "given_on": _today(),
        }
    )
    call = small.signed(small.parties[number], asked, purpose=signed or purpose)
    return ConsentRecorded.model_validate_json(record_consent(call, small.house, today_on=_today()))


def _renews(small: SmallHouse, registration: str, purpose: str, number: int = LOCAL_TEAM) -> None:
    asked = RenewRegistration(attested=True, subject_notice=NOTICE, preconditions=("consent_valid",))
    call = small.signed(small.parties[number], Renewal(registration, asked), purpose=purpose)
    renew(call, small.house, today_on=_today())


def _refusal(act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.refusal


def _alarms(store: SqlStore) -> list[tuple[object, object]]:
    rows = store.view("alarms", lambda view: view.events.alarms(after="", limit=99))
    return [(row.event.fields["reason"], row.event.fields["purpose"]) for row in rows]


def test_without_a_consent_a_silent_purpose_is_refused_as_any(adult: SmallHouse, store: SqlStore) -> None:
    """Taken without one it would be told apart from a purpose of the lane."""
    assert Refusal.CONSENT_MISSING is _refusal(lambda: _in_adult(adult, BY_CONSENT))
    assert [] == _alarms(store)
    assert Refusal.CONSENT_MISSING is _refusal(lambda: _in_adult(adult, SILENT))
    assert [ALARM] == _alarms(store)


def test_a_consent_for_a_silent_purpose_is_recorded_as_any(adult: SmallHouse, store: SqlStore) -> None:
    """What is answered is the same, from consent to renewal; the officers hear of each."""
    silent, ordinary = ([*_life_on_consent(adult, purpose)] for purpose in (SILENT, BY_CONSENT))
    assert silent == ordinary
    assert [ALARM] * 4 == _alarms(store)
    assert reconcile(store).sound


def _life_on_consent(small: SmallHouse, purpose: str) -> tuple[object, ...]:
    first = _consents(small, purpose)
    receipt = _in_adult(small, purpose)
    again = _consents(small, purpose)
    _renews(small, receipt.id, purpose)
    answers = [one.model_dump(exclude=SET_IN) for one in (first, receipt, again)]
    return (*answers, again.replaced == first.id)


def test_a_consent_for_a_silent_purpose_keeps_nothing_of_the_person(adult: SmallHouse, store: SqlStore) -> None:
    """Neither in the consent nor in what rests on it, which meets nobody."""
    _consents(adult, SILENT)
    _in_adult(adult, SILENT)
    with store.database.engines.reader.connect() as connection:
        kept = [
            bytes(row[0])
            for table in ("consents", "registrations")
            for row in connection.exec_driver_sql(f"SELECT index_token FROM {table}")  # noqa: S608 - names of our own
        ]
    assert 2 == len(kept)
    assert house_token("noor") not in kept
    assert 0 == match_waiting(adult.house).matches


def test_a_consent_that_is_refused_alarms_all_the_same(adult: SmallHouse, store: SqlStore) -> None:
    """Whether the silent purpose is what the call is for, or only what its body says."""
    school = 3
    assert _refusal(lambda: _consents(adult, SILENT, school)) is _refusal(lambda: _consents(adult, BY_CONSENT, school))
    assert Refusal.PURPOSE_DIFFERS is _refusal(lambda: _consents(adult, SILENT, signed=BY_CONSENT))
    assert [ALARM] * 2 == _alarms(store)


def test_a_refused_renewal_of_what_was_registered_in_silence_alarms(adult: SmallHouse, store: SqlStore) -> None:
    """Whatever purpose the call was signed for."""
    _consents(adult, SILENT)
    receipt = _in_adult(adult, SILENT)
    adult.policies = replace(adult.policies, mechanisms=frozenset())
    assert 2 == len(_alarms(store))
    _refusal(lambda: _renews(adult, receipt.id, BY_CONSENT))
    assert [ALARM] * 3 == _alarms(store)


def test_a_silent_registration_stands_on_a_case_as_any(cases: SmallHouse, store: SqlStore) -> None:
    """Refused without one that is open, and taken under one; a case is opened for it as for any."""

    def opens(purpose: str, reference: str) -> None:
        asked = OpenCase.model_validate(
            {
                "lane": "safety_house",
                "purpose": purpose,
                "case_reference": reference,
                "attested": True,
                "participants": (cases.parties[1].oin,),
                "accepted_on": _today(),
            }
        )
        open_case(cases.signed(cases.parties[0], asked, purpose=purpose), cases.house, today_on=_today())

    def registers(purpose: str, reference: str) -> Receipt:
        said = {"lane": "safety_house", "preconditions": ("intake_accepted",), "case_reference": reference}
        return _registers(cases, cases.parties[0], purpose, said)

    for purpose, reference in ((BY_CASE, "ZVH-1"), (SILENT, "ZVH-2")):
        assert Refusal.CASE_MISSING is _refusal(lambda: registers(purpose, reference))  # noqa: B023 - called at once
        opens(purpose, reference)
        registers(purpose, reference)
    assert [ALARM] * 3 == _alarms(store)


def test_a_silent_ban_has_its_dates_as_any(bans: SmallHouse, store: SqlStore) -> None:
    """Refused without them, and imposed and extended with them."""
    desk = bans.parties[2]

    def undated(purpose: str) -> Refusal:
        said = {"lane": "home_ban", "flag": "ban_in_force", "preconditions": ("ban_imposed",)}
        return _refusal(lambda: _registers(bans, desk, purpose, said))

    def imposes(purpose: str) -> None:
        asked = ImposeHomeBan.model_validate(
            {
                "token": token_of("sam").encode(),
                "purpose": purpose,
                "case_reference": "B-1",
                "contact_id": DESK,
                "attested": True,
                "subject_notice": NOTICE,
                "starts_on": _today(),
            }
        )
        row = row_of_ban(asked, bans.house, agency=desk.oin, today_on=_today())
        receipt = _records(bans, desk, row, purpose)
        longer = RenewRegistration(
            attested=True,
            subject_notice=NOTICE,
            preconditions=("ban_imposed",),
            valid_until=_today() + timedelta(days=20),
        )
        renew(
            bans.signed(desk, Renewal(receipt.id, longer, of_ban=True), purpose=purpose), bans.house, today_on=_today()
        )

    for purpose in (OF_BAN, SILENT):
        assert Refusal.BAN_UNDATED is undated(purpose)
        imposes(purpose)
    assert [ALARM] * 3 == _alarms(store)


def test_an_exclusion_for_a_silent_purpose_is_recorded_as_any_and_tells_nobody(store: SqlStore) -> None:
    """The mediator hears of the ordinary one only; the officers of the other."""
    small = SmallHouse(store, agencies(3))
    small.open_desks()
    school, police, mediator = small.parties[1], small.parties[0], small.parties[2]

    def records(purpose: str) -> None:
        asked = RecordExclusion.model_validate(
            {
                "token": token_of("sam").encode(),
                "lane": "youth",
                "purpose": purpose,
                "case_reference": "Z-1",
                "contact_id": DESK,
                "attested": True,
                "mediator": mediator.oin,
                "excluded": (Excluded(agency=police.oin),),
            }
        )
        record_exclusion(small.signed(school, asked, purpose=purpose), small.house, today_on=_today())

    records(SILENT)
    assert 0 == _told(store)
    records("youth-coordination")
    assert 1 == _told(store)
    assert [ALARM] == _alarms(store)


def _told(store: SqlStore) -> int:
    with store.database.engines.reader.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM alerts").scalar_one())


def test_a_silent_purpose_in_a_body_under_another_header_alarms(adult: SmallHouse, store: SqlStore) -> None:
    """It is refused as any that differs, and the alarm names what the body asked for."""
    assert Refusal.PURPOSE_DIFFERS is _refusal(lambda: _in_adult(adult, SILENT, signed=BY_CONSENT))
    assert [ALARM] == _alarms(store)
    assert Refusal.PURPOSE_DIFFERS is _refusal(lambda: _in_adult(adult, "care", signed=BY_CONSENT))
    assert [ALARM] == _alarms(store)

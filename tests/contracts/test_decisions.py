"""Decisions on record: what was asked of the policy in a period and what it answered, without a person in it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from gateway.core.events import Event, EventKind, Value
from gateway.core.policy import DisclosureLevel, PolicySet, compile_policy
from gateway.core.policy.questions.recorded import RecordedMeeting, RecordedRegistering
from gateway.core.refusals import Refused
from gateway.flows.deciding.recorded_decisions import recorded_decisions
from gateway.flows.ports.directory import Agency
from gateway.flows.ports.policies import MeetingOnRecord, RegisteringOnRecord, SideOnRecord
from gateway.flows.ports.store import Recorded, Tx
from gateway.flows.registering.renew import Renewal, renew
from gateway.protocol.messages.notices import NoticeStatus, SubjectNotice
from gateway.protocol.messages.registrations import RenewRegistration
from gateway.store import SqlStore
from keys.labels import Oin
from tests.support.house import SmallHouse, agencies
from tests.support.records import CARE, POLICE, SCHOOL, add, match_waiting, mint, person, registration, withdraw
from tests.support.stores import hold_clock

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ASKED: Mapping[str, Value] = {"purpose": "youth-coordination", "policy": "digest", "rule": "R1", "preconditions": ()}


class Names:
    """A directory in which care is no longer."""

    def agency(self, oin: Oin) -> Agency | None:
        """Name an agency."""
        return {POLICE: Agency(POLICE, "P", "police"), SCHOOL: Agency(SCHOOL, "S", "school")}.get(oin)

    def may_be_told(self, oin: Oin, *, now: datetime) -> bool:
        """Nobody is told anything here."""
        return False

    def supervisors(self, municipality: str) -> tuple[Oin, ...]:
        """Nobody supervises here."""
        return ()

    def agencies_of(self, municipality: str) -> tuple[Oin, ...]:
        """No agency is of a municipality here."""
        return ()

    def officers(self) -> tuple[Oin, ...]:
        """Nobody is an officer here."""
        return ()


def happened(store: SqlStore, kind: EventKind, **fields: Value) -> str:
    """Record an event and nothing else."""
    actor = "gateway" if kind is EventKind.MATCH_WITHHELD else POLICE
    one = Event(mint("evt"), kind, actor, fields)
    store.change("happened", lambda _tx: Recorded(None, (one,)))
    return one.id


def logged(
    store: SqlStore, *, from_at: datetime = NOON - DAY, until_at: datetime = NOON + DAY, after: str = "", limit: int = 9
) -> tuple[RegisteringOnRecord | MeetingOnRecord, ...]:
    """Read a page of what events say."""
    return store.view(
        "logged", lambda view: view.decisions.logged(from_at=from_at, until_at=until_at, after=after, limit=limit)
    )


def matched(store: SqlStore, *, from_at: datetime, after: str = "", limit: int = 9) -> tuple[MeetingOnRecord, ...]:
    """Read a page of matches, of two days."""
    period = {"from_at": from_at, "until_at": from_at + 2 * DAY}
    return store.view("matched", lambda view: view.decisions.matched(**period, after=after, limit=limit))


def test_a_registration_is_on_record_with_its_flag(store: SqlStore) -> None:
    """What was asked, by which rule of which card it was permitted; lane and flag stand in the registration."""
    hold_clock(store, NOON)
    ours = registration(POLICE)
    add(store, ours)
    happened(store, EventKind.REGISTERED, registration=ours.id, lane="youth", **ASKED)
    happened(store, EventKind.RENEWED, registration=ours.id, **ASKED)
    for found in logged(store):
        assert isinstance(found, RegisteringOnRecord)
        assert (NOON, POLICE, "youth", "digest") == (found.at, found.agency, found.lane, found.policy)
        assert ("youth-coordination", "involved", (), "R1") == (
            found.purpose,
            found.flag,
            found.preconditions,
            found.rule,
        )
    assert 2 == len(logged(store))


def test_what_is_no_longer_kept_is_nothing(store: SqlStore) -> None:
    """A registration that was purged leaves its event, which has no flag."""
    hold_clock(store, NOON)
    happened(store, EventKind.REGISTERED, registration="reg_gone", lane="youth", **ASKED)
    (found,) = logged(store)
    assert isinstance(found, RegisteringOnRecord)
    assert ("youth", None) == (found.lane, found.flag)


def test_a_refusal_to_register_is_on_record(store: SqlStore) -> None:
    """With what was asked as far as it was recorded; other refusals are not, whatever their fields say."""
    hold_clock(store, NOON)
    refused = {"verb": "register", "purpose": "youth-coordination", "refusal": "flag_not_admitted"}
    happened(store, EventKind.CALL_REFUSED, **refused, lane="youth", flag="care_report", preconditions=("a", "b"))
    happened(store, EventKind.CALL_REFUSED, **refused)
    happened(store, EventKind.CALL_REFUSED, verb="withdraw", case_reference='"verb":"register"')
    full, bare = logged(store)
    assert isinstance(full, RegisteringOnRecord)
    assert isinstance(bare, RegisteringOnRecord)
    assert ("care_report", ("a", "b"), "flag_not_admitted") == (full.flag, full.preconditions, full.refusal)
    assert (None, None, None) == (bare.lane, bare.flag, bare.preconditions)


def test_a_refusal_to_renew_is_on_record(store: SqlStore) -> None:
    """With the lane, purpose and flag of what was registered, whatever purpose the call was signed for."""
    small = SmallHouse(store, agencies(1))
    small.open_desks()
    receipt = small.register(small.parties[0], 1)
    cards = (replace(one.card, mechanisms=("not_built",)) for one in small.policies.policies)
    small.policies = PolicySet(tuple(map(compile_policy, cards)), "shut")
    today_on = datetime.now(UTC).date()
    notice = SubjectNotice(status=NoticeStatus.GIVEN, on=today_on)
    asked = Renewal(receipt.id, RenewRegistration(attested=True, subject_notice=notice))
    with pytest.raises(Refused):
        renew(small.signed(small.parties[0], asked, purpose="radar"), small.house, today_on=today_on)

    now = datetime.now(UTC)
    *_, found = recorded_decisions(store, small, from_at=now - DAY, until_at=now + DAY)
    assert isinstance(found, RecordedRegistering)
    assert ("youth", "youth-coordination", "involved", ()) == (
        found.lane,
        found.purpose,
        found.flag,
        found.preconditions,
    )
    assert ("police", "lane_not_built", True) == (found.agency_kind, found.refusal, found.by_policy)


def test_a_silent_purpose_is_on_record_as_such(store: SqlStore) -> None:
    """It looked like a registration, and no rule permitted it."""
    hold_clock(store, NOON)
    happened(store, EventKind.SILENT_PURPOSE, lane="youth", purpose="migration-control", policy="digest")
    (found,) = logged(store)
    assert isinstance(found, RegisteringOnRecord)
    assert (True, None, "") == (found.silent, found.rule, found.refusal)


def test_a_meeting_kept_silent_is_on_record(store: SqlStore) -> None:
    """Each side with what it would have been told, the lower OIN first."""
    hold_clock(store, NOON)
    id_ = happened(
        store,
        EventKind.MATCH_WITHHELD,
        lane="youth",
        policy="digest",
        agencies=(POLICE, SCHOOL),
        purposes=("radar", "youth-coordination"),
        flags=("involved", "care_report"),
        levels=("silent", "contact"),
        rules=("", "V1,V2"),
    )
    low = SideOnRecord(POLICE, "radar", "involved", DisclosureLevel.SILENT, ())
    high = SideOnRecord(SCHOOL, "youth-coordination", "care_report", DisclosureLevel.CONTACT, ("V1", "V2"))
    assert (MeetingOnRecord(id_, NOON, "youth", "digest", low, high),) == logged(store)


def test_a_match_is_on_record_ended_or_not(store: SqlStore) -> None:
    """Purpose and flag come from the registrations of both sides."""
    theirs, ours = registration(SCHOOL), registration(POLICE)
    add(store, theirs, ours)
    (match,) = match_waiting(store)
    withdraw(store, [ours])
    (found,) = matched(store, from_at=datetime.now(UTC) - DAY)
    sides = [SideOnRecord(a, "youth-coordination", "involved", DisclosureLevel.CONTACT, ("rule",)) for a in _BOTH]
    assert (match.id, "youth", "digest", *sides) == (found.id, found.lane, found.policy, found.low, found.high)


_BOTH = (POLICE, SCHOOL)


def test_only_the_period_is_read(store: SqlStore) -> None:
    """From its first moment up to, not including, its last."""
    clock = hold_clock(store, NOON)
    ids = []
    for at in (NOON - DAY, NOON, NOON + DAY):
        clock.set(at)
        ids.append(happened(store, EventKind.REGISTERED, registration="reg_gone", **ASKED))
    assert ids[:2] == [found.id for found in logged(store)]
    assert () == matched(store, from_at=NOON - 9 * DAY)


def test_pages_follow_each_other(store: SqlStore) -> None:
    """Each begins after the last of the one before, and the last is empty."""
    hold_clock(store, NOON)
    ids = [happened(store, EventKind.REGISTERED, registration="reg_gone", **ASKED) for _ in range(3)]
    assert ids[:2] == [found.id for found in logged(store, limit=2)]
    assert ids[2:] == [found.id for found in logged(store, after=ids[1], limit=2)]
    assert () == logged(store, after=ids[2], limit=2)


@pytest.mark.parametrize("number", [2, 12])
def test_a_page_costs_as_many_statements_whatever_is_on_it(store: SqlStore, number: int) -> None:
    """Two for events and registrations, one for matches."""
    rows = [registration(agency, person(n)) for n in range(number) for agency in (POLICE, SCHOOL)]
    add(store, *rows)
    match_waiting(store)
    for row in rows:
        happened(store, EventKind.REGISTERED, registration=row.id, lane="youth", **ASKED)
    sent: list[str] = []

    def send(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    engine = store.database.engines.reader
    event.listen(engine, "before_cursor_execute", send)
    now = datetime.now(UTC)
    found = (*logged(store, from_at=now - DAY, until_at=now + DAY, limit=99), *matched(store, from_at=now - DAY))
    event.remove(engine, "before_cursor_execute", send)
    assert 2 * number + min(9, number) == len(found)
    assert 3 == len([statement for statement in sent if statement.startswith("SELECT")])


def test_the_flow_reads_all_of_it(store: SqlStore) -> None:
    """Both kinds, page after page, with the kind of agency that the directory knows, and none for who is not there."""

    def work(tx: Tx) -> Recorded[None]:
        rows = [registration(agency) for agency in (POLICE, SCHOOL, CARE)]
        tx.registrations.add(rows)
        asked = [
            Event(mint("evt"), EventKind.REGISTERED, row.agency, {"registration": row.id, "lane": row.lane, **ASKED})
            for row in rows
        ]
        refused = {"verb": "register", "refusal": "contact_unknown"}
        return Recorded(None, (*asked, Event(mint("evt"), EventKind.CALL_REFUSED, POLICE, refused)))

    store.change("work", work)
    match_waiting(store)
    now = datetime.now(UTC)
    found = list(
        recorded_decisions(store, Names(), from_at=now - DAY, until_at=now + DAY, rows_at_once=2),
    )
    registering = [one for one in found if isinstance(one, RecordedRegistering)]
    met = [one for one in found if isinstance(one, RecordedMeeting)]
    assert ["police", "school", None, "police"] == [one.agency_kind for one in registering]
    assert [True, True, True, False] == [one.by_policy for one in registering]
    assert {("police", "school"), ("police", None), ("school", None)} == {
        (one.low.agency_kind, one.high.agency_kind) for one in met
    }

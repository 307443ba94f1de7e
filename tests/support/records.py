"""Writes down in one line what a test of the store needs: registrations, calls and matches of synthetic agencies."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TypeVar

from gateway.core.contact import OpenedMatch, Party
from gateway.core.deadlines import CALENDAR_VERSION
from gateway.core.events import Event, EventKind
from gateway.core.involvement import Ending, Oin, Registration
from gateway.core.matching import Meeting, Side, one_per_pair
from gateway.core.parents import Parent
from gateway.core.policy import DisclosureLevel
from gateway.core.subject_request import SubjectRequest, due_on, ready_on
from gateway.flows.ports.calls import CallSlip
from gateway.flows.ports.matches import MatchJob, WaitingAlert
from gateway.flows.ports.store import Recorded, Tx
from gateway.protocol.messages.contacts import ContactDesk
from gateway.protocol.messages.notices import NoticeStatus, SubjectNotice
from gateway.protocol.messages.registrations import RegistrationStatus
from gateway.protocol.messages.subject_requests import AgeClass, SubjectRight
from gateway.store import SqlStore
from gateway.store.transactions import SqlTx
from keys.tokens import SEALED_BYTES, IndexToken, SealedElement

T = TypeVar("T")

POLICE, SCHOOL, CARE = (Oin(f"0000000000000000000{digit}") for digit in "123")
LATER_ON = date(2099, 1, 1)
_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_minted = count(1)


def mint(prefix: str) -> str:
    """Return an id in the shape of the house; later ones sort after earlier ones."""
    number, digits = next(_minted), ""
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits = _BASE32[digit] + digits
    return f"{prefix}_{digits}"


def person(number: int | str) -> IndexToken:
    """Return the index token of a synthetic person."""
    return IndexToken(hashlib.sha256(f"person {number}".encode()).digest())


def parent_of(number: int | str) -> Parent:
    """Return a synthetic parent."""
    return Parent(person(f"parent {number}"), SealedElement(bytes(SEALED_BYTES)), epoch=1)


def registration(
    agency: Oin = POLICE,
    token: IndexToken | None = None,
    *,
    lane: str = "youth",
    valid_until_on: date = LATER_ON,
) -> Registration:
    """Return a registration as a flow would add it."""
    id_ = mint("reg")
    return Registration(
        id=id_,
        agency=agency,
        lane=lane,
        index_token=person(1) if token is None else token,
        sealed=SealedElement(hashlib.shake_256(id_.encode()).digest(SEALED_BYTES)),
        key_id=b"key id 8",
        epoch=1,
        flag="involved",
        purpose="youth-coordination",
        case_reference=f"Z-{id_[-6:]}",
        contact_id="cnt_front_desk",
        notice=SubjectNotice(status=NoticeStatus.GIVEN, on=date(2026, 1, 2)),
        valid_until_on=valid_until_on,
    )


def request_of(desk: Oin, token: IndexToken | None = None) -> SubjectRequest:
    """Return a request of a person as the flow would take it at a desk."""
    received_at = datetime(2026, 1, 2, 12, tzinfo=UTC)
    return SubjectRequest(
        id=mint("srq"),
        desk=desk,
        lane="youth",
        index_token=person(mint("person")) if token is None else token,
        right=SubjectRight.ERASURE,
        age_class=AgeClass.FROM_16,
        wrong=None,
        case_reference="AVG-1",
        received_at=received_at,
        due_on=due_on(received_at),
        ready_on=ready_on(received_at),
    )


def happened(kind: EventKind = EventKind.CALL_ADMITTED) -> Event:
    """Return an event, for changes whose event is not what the test is about."""
    return Event(mint("evt"), kind, "gateway", {})


def recorded(result: T) -> Recorded[T]:
    """Return a result together with an event."""
    return Recorded(result, (happened(),))


def slip(agency: Oin = POLICE, *, nonce: str = "", key: str = "", key_id: str = "key-1") -> CallSlip:
    """Return the trace of a call that is good for another minute."""
    expires_at = datetime.now(UTC) + timedelta(seconds=60)
    return CallSlip(agency, key_id, nonce or mint("nonce"), expires_at, key, hashlib.sha256(key.encode()).digest())


def desk(id_: str = "cnt_front_desk", *, name: str = "Front desk") -> ContactDesk:
    """Return a contact desk."""
    return ContactDesk(id=id_, name=name, phone="010 000 0000", email="desk@agency.example")


def do(store: SqlStore, write: Callable[[SqlTx], object]) -> None:
    """Make one change, with an event."""

    def work(tx: SqlTx) -> Recorded[None]:
        write(tx)
        return recorded(None)

    store.change("do", work)


def inbox(store: SqlStore, agency: Oin) -> tuple[WaitingAlert, ...]:
    """Return what waits in the inbox of an agency."""
    return store.view("inbox", lambda view: view.alerts.waiting(agency, limit=1000))


def add(store: SqlStore, *registrations: Registration) -> None:
    """Add registrations, each with its match job."""

    def work(tx: Tx) -> Recorded[None]:
        tx.registrations.add(registrations)
        return recorded(None)

    store.change("add", work)


def opened_match(meeting: Meeting) -> OpenedMatch:
    """Return the match of a meeting, both sides told the contact."""
    return OpenedMatch(
        id=mint("mat"),
        lane=meeting.lane,
        index_token=meeting.index_token,
        parties=(_party(meeting.low), _party(meeting.high)),
        alerts=(mint("alt"), mint("alt")),
        due_on=date(2026, 2, 3),
        calendar=CALENDAR_VERSION,
        policy_digest="digest",
    )


def _party(side: Side) -> Party:
    return Party(
        agency=side.agency,
        registration=side.registration,
        case_reference=side.case_reference,
        level=DisclosureLevel.CONTACT,
        rules=("rule",),
        legal_basis=("basis",),
        why_nl="omdat",
        why_en="because",
    )


def hinted(registration_id: str) -> Party:
    """Return what a hint tells a registration."""
    return _party(Side(SCHOOL, registration_id, "youth-coordination", "involved", "Z-1"))


def open_matches(tx: Tx, jobs: Sequence[MatchJob]) -> tuple[OpenedMatch, ...]:
    """Match jobs as the worker does, told by no policy: claim, fresh look, both parties, both alerts."""
    tx.claim({job.index_token for job in jobs})
    tx.matches.end_stale(jobs)
    matches = tuple(opened_match(meeting) for meeting in one_per_pair(tx.matches.meetings(jobs)))
    tx.matches.open(matches)
    return matches


def match_waiting(store: SqlStore, *, limit: int = 200) -> tuple[OpenedMatch, ...]:
    """Take what waits and match it, in one change."""

    def work(tx: Tx) -> Recorded[tuple[OpenedMatch, ...]]:
        jobs = tx.jobs.take(limit=limit)
        matches = open_matches(tx, jobs)
        tx.jobs.done(jobs)
        return recorded(matches)

    return store.change("match", work)


def withdraw(store: SqlStore, registrations: Iterable[Registration], *, ending: Ending = Ending.ENDED) -> None:
    """Withdraw registrations under the claim of their persons."""
    gone = tuple(registrations)

    def work(tx: Tx) -> Recorded[None]:
        tx.claim({one.index_token for one in gone})
        ids = [one.id for one in gone]
        tx.registrations.end(ids, status=RegistrationStatus.WITHDRAWN, reason="risk_gone", ending=ending)
        return recorded(None)

    store.change("withdraw", work)

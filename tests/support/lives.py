"""What a test says of a registration's life in one line: withdrawn, restricted, noticed, and what its agency hears."""

from datetime import date

from gateway.core.events import EventKind
from gateway.flows.matching.show_match import list_matches, show_match
from gateway.flows.registering.record_notice import Notice, record_notice
from gateway.flows.registering.restrict import Lifting, Restriction, lift, restrict
from gateway.flows.registering.show_hints import show_hints
from gateway.flows.registering.withdraw import Withdrawal, withdraw
from gateway.flows.telling import hear
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.archive import ArchiveHints
from gateway.protocol.messages.matches import MatchView
from gateway.protocol.messages.notices import SubjectNotice
from gateway.protocol.messages.registrations import (
    LiftRestriction,
    OwnRegistration,
    RestrictionReason,
    RestrictRegistration,
    WithdrawalReason,
    WithdrawRegistration,
)
from gateway.store import SqlStore
from tests.support.house import SmallHouse, TestAgency


def withdrawn(
    small: SmallHouse, agency: TestAgency, registration: str, reason: WithdrawalReason, *, key: str | None = None
) -> bytes:
    """Withdraw a registration and return the answer."""
    wanted = Withdrawal(registration, WithdrawRegistration(reason=reason))
    return withdraw(small.signed(agency, wanted, key=key), small.house)


def restricted(small: SmallHouse, agency: TestAgency, registration: str, *, key: str | None = None) -> OwnRegistration:
    """Restrict a registration because somebody objects."""
    wanted = Restriction(registration, RestrictRegistration(reason=RestrictionReason.OBJECTION))
    return OwnRegistration.model_validate_json(restrict(small.signed(agency, wanted, key=key), small.house))


def lifted(small: SmallHouse, agency: TestAgency, registration: str, *, key: str | None = None) -> OwnRegistration:
    """Lift a restriction."""
    wanted = Lifting(registration, LiftRestriction(attested=True))
    return OwnRegistration.model_validate_json(lift(small.signed(agency, wanted, key=key), small.house))


def noticed(
    small: SmallHouse, agency: TestAgency, registration: str, notice: SubjectNotice, *, today_on: date
) -> OwnRegistration:
    """Record a notice."""
    call = small.signed(agency, Notice(registration, notice))
    return OwnRegistration.model_validate_json(record_notice(call, small.house, today_on=today_on))


def heard(small: SmallHouse, agency: TestAgency, kind: AlertKind) -> list[str]:
    """Return what the waiting alerts of one kind are about."""
    alerts, _ = hear.waiting(agency.oin, small.house)
    return [alert.match for alert in alerts if alert.kind is kind]


def hints(small: SmallHouse, agency: TestAgency, registration: str) -> ArchiveHints:
    """Look at what the archive told a registration."""
    return show_hints(small.signed(agency, None), small.house, registration)


def matches_of(small: SmallHouse, agency: TestAgency) -> list[MatchView]:
    """Look at every match of an agency."""
    listed = list_matches(small.signed(agency, None), small.house, after="").matches
    return [show_match(small.signed(agency, None), small.house, match.id) for match in listed]


def events_of(store: SqlStore, kind: EventKind) -> list[dict[str, object]]:
    """Return what events of one kind say, in order."""
    rows = store.view("events", lambda view: view.events.page(after="", limit=9_999))
    return [dict(row.event.fields) for row in rows if row.event.kind is kind]

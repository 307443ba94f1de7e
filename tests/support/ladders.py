"""A match that nobody takes up, with its deputies, coordinators and supervisor, under a clock that tests hold."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache, partial
from zoneinfo import ZoneInfo

from sqlalchemy import case, update

from gateway.core.events import EventKind, Value
from gateway.core.policy import PolicySet
from gateway.core.policy.engine import compile_policy
from gateway.flows.matching.match import match_waiting
from gateway.flows.matching.report_contact import Report, report_contact
from gateway.flows.ports.matches import WaitingAlert
from gateway.flows.telling import desks
from gateway.policies.directory import load_policies
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.contacts import ContactDesk
from gateway.protocol.messages.matches import ContactOutcome, ReportContact
from gateway.store import RecordedEvent, SqlStore, SqlView, tables
from keys.parties import Role
from tests.support.house import DESK, POLICIES, SmallHouse, TestAgency, agencies
from tests.support.stores import HeldClock, hold_clock

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DEPUTY = "cnt_deputy"
HERE, ELSEWHERE = "hereby", "elsewhere"


def at(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """Return a moment by the clock of Amsterdam."""
    return datetime(year, month, day, hour, minute, tzinfo=AMSTERDAM).astimezone(UTC)


@cache
def policies_of_all_years() -> PolicySet:
    """Return the youth lane as it is, in force for longer than its card says."""
    (youth,) = (policy for policy in load_policies(POLICIES).policies if policy.lane == "youth")
    card = replace(youth.card, valid_from_on=date(2025, 1, 1), valid_until_on=date(2200, 1, 1))
    return PolicySet((compile_policy(card),), "digest")


def parties() -> tuple[TestAgency, ...]:
    """Return two agencies of one municipality, one of another, and the supervisor of the first."""
    police, veilig_thuis, team, supervisor = agencies(4)
    here = (replace(one, municipality=HERE) for one in (police, team))
    supervising = replace(supervisor, kind="", role=Role.SUPERVISOR, municipality=HERE)
    return (*here, replace(veilig_thuis, municipality=ELSEWHERE), supervising)


@dataclass
class Ladder:
    """A house of three agencies and a supervisor over one database whose clock is held."""

    store: SqlStore
    moment: datetime
    clock: HeldClock = field(init=False)
    small: SmallHouse = field(init=False)

    def __post_init__(self) -> None:
        """Open the desks, each with its deputy, at the moment."""
        self.clock = hold_clock(self.store, self.moment)
        self.small = SmallHouse(self.store, parties(), policies_of_all_years())
        for agency in (self.police, self.team, self.elsewhere):
            self.put_desk(agency, DEPUTY)
            self.put_desk(agency, DESK, deputy=DEPUTY)

    @property
    def police(self) -> TestAgency:
        """The first agency."""
        return self.small.parties[0]

    @property
    def team(self) -> TestAgency:
        """An agency of the same municipality."""
        return self.small.parties[1]

    @property
    def elsewhere(self) -> TestAgency:
        """An agency of another municipality."""
        return self.small.parties[2]

    @property
    def supervisor(self) -> TestAgency:
        """The supervisor of the municipality of the first two."""
        return self.small.parties[3]

    def put_desk(self, agency: TestAgency, name: str, *, deputy: str | None = None) -> None:
        """Put a desk."""
        desk = ContactDesk(id=name, name=name, phone="010 000 00 00", email="desk@agency.example", deputy_id=deputy)
        desks.put_desk(self.small.signed(agency, desk), self.small.house)

    def meet(self, *who: TestAgency, person: int | str = 1) -> str:
        """Let agencies register one person and be matched; return the newest match of the last of them."""
        for agency in who:
            self.small.register(agency, person)
        self.match()
        return self.small.store.view("page", lambda view: view.matches.page(who[-1].oin, after="", limit=100))[-1].id

    def match(self) -> None:
        """Work as the worker does until nothing waits."""
        while match_waiting(self.small.house).jobs:
            pass

    def report(self, agency: TestAgency, match: str, outcome: ContactOutcome = ContactOutcome.CONTACTED) -> bytes:
        """Report contact."""
        asked = Report(match, ReportContact(outcome=outcome))
        return report_contact(self.small.signed(agency, asked), self.small.house)

    def waiting(self, who: TestAgency) -> tuple[WaitingAlert, ...]:
        """Return what waits in an inbox."""
        return self.store.view("inbox", lambda view: view.alerts.waiting(who.oin, limit=1000))

    def kinds(self, who: TestAgency) -> list[AlertKind]:
        """Return the kinds of the alerts in an inbox, in the order in which a match climbs."""
        return sorted((alert.kind for alert in self.waiting(who)), key=tuple(AlertKind).index)

    def happened(self, kind: EventKind) -> list[dict[str, Value]]:
        """Return the fields of the events of a kind, oldest first."""
        return [dict(fields) for found, fields in self._events() if found is kind]

    def _events(self) -> Iterator[tuple[EventKind, dict[str, Value]]]:
        after = ""
        while page := self.store.view("events", partial(_page, after)):
            yield from ((one.event.kind, dict(one.event.fields)) for one in page)
            after = page[-1].event.id


def _page(after: str, view: SqlView) -> tuple[RecordedEvent, ...]:
    return view.events.page(after=after, limit=500)


def let_steps_come(store: SqlStore) -> None:
    """Let so much time pass that every step of every match has come."""
    dates = [tables.matches.c[name] for name in ("deputy_on", "coordinator_on", "supervisor_on")]
    values = {date_.name: case((date_.is_not(None), date(2020, 1, place))) for place, date_ in enumerate(dates, 1)}
    statement = update(tables.matches).values(**values)
    first = case((tables.matches.c.next_step_on.is_not(None), date(2020, 1, 1)))
    with store.database.engines.writer.begin() as connection:
        connection.execute(statement.values(next_step_on=first))

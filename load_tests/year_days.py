"""Lives through a year, day by day: what agencies do and forget, and what the worker does, under a held clock."""

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from typing import Final

from sqlalchemy import select

from gateway.core.deadlines import AMSTERDAM, is_working_day
from gateway.core.events import Event, EventKind
from gateway.flows.matching.escalate import escalate
from gateway.flows.matching.match import match_waiting
from gateway.flows.mechanisms.end_consents import expire_consents
from gateway.flows.overseeing.escalate_handovers import escalate_handovers
from gateway.flows.ports.house import House
from gateway.flows.ports.matches import WaitingAlert
from gateway.flows.registering.expire import expire
from gateway.flows.registering.purge_archive import purge_archive
from gateway.flows.registering.remind import remind
from gateway.flows.telling import hear
from gateway.flows.trim import trim
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.matches import ContactOutcome
from gateway.store import SqlStore, tables
from load_tests.year_calls import Calls
from tests.support.house import TestAgency
from tests.support.stores import HeldClock

Act = Callable[[date], object]
Asked = tuple[TestAgency, str, str, dict[str, object]]

_SLOTS: Final = (time(0, 10), time(3, 30), time(9), time(11), time(14), time(16))
_INBOX_AT: Final = time(11)
_WORK: Final[tuple[Callable[[House], int], ...]] = (
    expire,
    expire_consents,
    escalate,
    escalate_handovers,
    purge_archive,
    remind,
)
_GROUP: Final = 100
_OUTCOMES: Final = {
    ContactOutcome.CONTACTED: 60,
    ContactOutcome.ALREADY_IN_CONTACT: 15,
    ContactOutcome.PLAN_MADE: 10,
    ContactOutcome.NO_LONGER_INVOLVED: 8,
    ContactOutcome.WRONG_PERSON: 2,
    ContactOutcome.NONE: 5,
}
#: Of a hundred alerts, by what they are acted upon; the rest by nothing.
_ACTED_UPON: Final = {AlertKind.MATCH: 72, AlertKind.DEPUTY: 12, AlertKind.COORDINATOR: 9}
_AWAY: Final = ((7, 12), (8, 23))  # a school's summer, in which its reporters act on nothing


@dataclass
class Days:
    """A year in a house: an agenda of what people will do, and what happened by the events of the gateway."""

    calls: Calls
    store: SqlStore
    clock: HeldClock
    chance: random.Random
    happened: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    on_renewal: Callable[[TestAgency, str, date], None] = lambda *_: None
    _agenda: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _asked: list[tuple[Asked, Callable[[str, date], None]]] = field(default_factory=list)
    _acting: dict[tuple[str, str], AlertKind | None] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        """Listen to what is recorded."""
        self._by_oin = {one.oin: one for one in self.calls.small.parties}
        self.store.tell(self._count)

    def later(self, moment: datetime, act: Act) -> None:
        """Put something on the agenda."""
        heapq.heappush(self._agenda, (moment, next(self._numbers), act))

    def asks(self, asked: Asked, then: Callable[[str, date], None]) -> None:
        """Register at the end of this slot, with the others; `then` is called with the registration."""
        self._asked.append((asked, then))

    def live(self, first_on: date, last_on: date) -> None:
        """Live from one day up to and including another."""
        for ordinal in range(first_on.toordinal(), last_on.toordinal() + 1):
            on = date.fromordinal(ordinal)
            if on.weekday() == 0:
                self._timed("worker", lambda: trim(self.calls.house))
            for slot in _SLOTS:
                self._slot(on, slot)

    def _slot(self, on: date, slot: time) -> None:
        moment = at(on, slot)
        works = slot in {_SLOTS[0], _INBOX_AT}
        if not works and not (self._agenda and self._agenda[0][0] <= moment):
            return  # nobody does anything, and nothing waits
        self.clock.set(moment)
        if works:
            self._timed("worker", self.work)
        self._timed("agencies", lambda: self._act(moment, on))
        self._timed("registering", lambda: self._register(on))
        self._timed("matching", self._match)
        if slot == _INBOX_AT and is_working_day(on):
            self._timed("inboxes", lambda: self._read_inboxes(on))

    def _timed(self, name: str, act: Callable[[], object]) -> None:
        started = perf_counter()
        act()
        self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - started

    def work(self) -> None:
        """Do what the worker does until nothing is left."""
        for work in _WORK:
            while work(self.calls.house):
                pass

    def _act(self, moment: datetime, on: date) -> None:
        while self._agenda and self._agenda[0][0] <= moment:
            _, _, act = heapq.heappop(self._agenda)
            act(on)

    def _register(self, on: date) -> None:
        asked, self._asked = self._asked, []
        for start in range(0, len(asked), _GROUP):
            group = asked[start : start + _GROUP]
            for receipt, (_, then) in zip(self.calls.registers([one for one, _ in group], on=on), group, strict=True):
                if receipt is not None:
                    then(receipt.id, on)

    def _match(self) -> None:
        while match_waiting(self.calls.house).jobs:
            pass

    def _read_inboxes(self, on: date) -> None:
        alerts = tables.alerts
        waiting = select(alerts.c.agency).where(alerts.c.acknowledged_at.is_(None)).distinct()
        with self.store.database.engines.reader.connect() as connection:
            told = sorted(connection.execute(waiting).scalars())
        for oin in told:
            agency = self._by_oin[oin]
            more = True
            while more:
                found, more = hear.waiting(agency.oin, self.calls.house)
                for alert in found:
                    self._hears(agency, alert, on)
                self.calls.acknowledges(agency, [alert.id for alert in found])

    def _hears(self, agency: TestAgency, alert: WaitingAlert, on: date) -> None:
        if alert.kind is AlertKind.RENEWAL_DUE:
            self.on_renewal(agency, alert.match, on)
        if alert.kind not in {AlertKind.MATCH, AlertKind.RE_REPORT, *_ACTED_UPON}:
            return
        kind = alert.kind if alert.kind in _ACTED_UPON else AlertKind.MATCH
        key = (alert.match, agency.oin)
        if key not in self._acting:
            self._acting[key] = self._drawn()
        if self._acting[key] is kind:
            self._acting[key] = None
            days = min(int(self.chance.expovariate(0.7)), 8)
            act_on = self._back(agency, kind, working_day(on, days))
            self.later(at(act_on, time(14)), lambda _: self._reports(agency, alert.match))

    def _drawn(self) -> AlertKind | None:
        kinds: list[AlertKind | None] = [*_ACTED_UPON, None]
        weights = [*_ACTED_UPON.values(), 100 - sum(_ACTED_UPON.values())]
        return self.chance.choices(kinds, weights)[0]

    def _back(self, agency: TestAgency, kind: AlertKind, on: date) -> date:
        """Return when somebody is there: the reporters of a school are away in summer, its deputies are not."""
        (from_month, from_day), (month, day) = _AWAY
        back_on = date(on.year, month, day)
        away = agency.kind == "school" and kind is AlertKind.MATCH
        return working_day(back_on, 0) if away and date(on.year, from_month, from_day) <= on < back_on else on

    def _reports(self, agency: TestAgency, match: str) -> None:
        outcome = self.chance.choices([*_OUTCOMES], [*_OUTCOMES.values()])[0]
        self.calls.reports(agency, match, outcome)

    def _count(self, events: tuple[Event, ...]) -> None:
        for event in events:
            kind, fields = event.kind, event.fields
            if kind in {EventKind.EXPIRED, EventKind.ARCHIVE_PURGED, EventKind.REMINDED}:
                self.happened[kind.value, ""] += len(fields.get("registrations") or ())  # type: ignore[arg-type]
            else:
                part = fields.get("step") or fields.get("reason") if kind in _PARTED else ""
                self.happened[kind.value, str(part or "")] += 1


_PARTED: Final = frozenset({EventKind.MATCH_ESCALATED, EventKind.ALARM_RAISED, EventKind.WITHDRAWN})


def at(on: date, clock: time) -> datetime:
    """Return a moment by the clock of Amsterdam."""
    return datetime.combine(on, clock, tzinfo=AMSTERDAM).astimezone(UTC)


def working_day(on: date, days: int) -> date:
    """Return the working day so many working days after a day; the day itself, or the next that is one, for none."""
    while not is_working_day(on):
        on += timedelta(days=1)
    for _ in range(days):
        on += timedelta(days=1)
        while not is_working_day(on):
            on += timedelta(days=1)
    return on

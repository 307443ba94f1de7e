"""The clocks that the law and its protocol give Veilig Thuis, as data: what must be done by when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from gateway.core.deadlines import CALENDAR_VERSION, add_months, add_working_days, local_date
from gateway.core.handover import LANE, MONITORING, MONITORING_MONTHS, OPEN_REPORT
from gateway.core.involvement import Registration


@dataclass(frozen=True, slots=True)
class StatutoryClock:
    """A term that begins with a report or a handover; only one in working days follows a calendar (domain rule 13)."""

    name: str
    working_days: int = 0
    weeks: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True)
class RunningClock:
    """The last day of a term, and the calendar by which it was counted where that matters."""

    name: str
    due_on: date
    calendar: str | None


#: The protocol of Veilig Thuis (Handelingsprotocol); to be confirmed by a lawyer like every term on a card.
CLOCKS: Final = MappingProxyType(
    {
        OPEN_REPORT: (StatutoryClock("safety_assessment", working_days=5), StatutoryClock("investigation", weeks=10)),
        MONITORING: (StatutoryClock("monitoring", months=MONITORING_MONTHS),),
    }
)


def clocks_of(registration: Registration, *, from_at: datetime) -> tuple[RunningClock, ...]:
    """Return the clocks of a registration that run from a moment: of its report, or of the handover it follows."""
    if registration.lane != LANE:
        return ()
    return tuple(_running(clock, from_at) for clock in CLOCKS.get(registration.flag, ()))


def _running(clock: StatutoryClock, from_at: datetime) -> RunningClock:
    if clock.working_days:
        return RunningClock(clock.name, add_working_days(from_at, clock.working_days), CALENDAR_VERSION)
    due_on = add_months(local_date(from_at), clock.months) + timedelta(weeks=clock.weeks)
    return RunningClock(clock.name, due_on, None)

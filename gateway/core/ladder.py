"""The ladder of a match without contact: reporter, deputy desk, agency coordinator, match supervisor; each once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from gateway.core.involvement import Oin
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.matches import LadderStep, MatchState

#: Whom a step alerts, by the name of the alert.
ALERT_OF: Final = {
    LadderStep.DEPUTY: AlertKind.DEPUTY,
    LadderStep.COORDINATOR: AlertKind.COORDINATOR,
    LadderStep.SUPERVISOR: AlertKind.SUPERVISOR,
}


@dataclass(frozen=True, slots=True)
class StepDays:
    """The last day of the term after which a match goes to each step; nothing where its lane leaves a step out."""

    deputy_on: date | None = None
    coordinator_on: date | None = None
    supervisor_on: date | None = None

    def after(self, step: LadderStep) -> tuple[LadderStep, date] | None:
        """Return the step that follows on this one and the last day before it, or nothing at the top."""
        steps = tuple(LadderStep)
        higher = steps[steps.index(step) + 1 :]
        return next(((one, on) for one, on in self._stated() if one in higher), None)

    def _stated(self) -> Iterator[tuple[LadderStep, date]]:
        days = (self.deputy_on, self.coordinator_on, self.supervisor_on)
        return ((step, on) for step, on in zip(ALERT_OF, days, strict=True) if on is not None)


#: Of a match that goes nowhere.
NO_LADDER: Final = StepDays()


@dataclass(frozen=True, slots=True)
class RaisedAlert:
    """An alert about a match that stands already; `desk` is the recipient's own, or nothing for its intake."""

    id: str
    match: str
    recipient: Oin
    kind: AlertKind
    desk: str = ""


@dataclass(frozen=True, slots=True)
class ClimbingSide:
    """A party of a match that climbs: whether it reported, its deputy desk, and whether that was alerted already."""

    agency: Oin
    reported: bool
    deputy_desk: str
    deputy_alerted: bool


@dataclass(frozen=True, slots=True)
class ClimbingMatch:
    """A match whose next step has come, as it stands under the hold."""

    id: str
    lane: str
    step: LadderStep
    days: StepDays
    sides: tuple[ClimbingSide, ...]


@dataclass(frozen=True, slots=True)
class ListedState:
    """How a match stands, for whoever sees that contact is made: no party, no person, no case."""

    id: str
    lane: str
    state: MatchState
    opened_at: datetime
    due_on: date
    calendar: str
    step: LadderStep
    next_step_on: date | None
    sides_reported: int


@dataclass(frozen=True, slots=True)
class Climb:
    """One step up: from when it was due, and whom it alerts."""

    match: str
    lane: str
    step: LadderStep
    due_on: date
    alerts: tuple[RaisedAlert, ...]

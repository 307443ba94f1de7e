"""Escalate: a match without contact goes up the ladder, one step at a time, each step an alert and an event.

1. A step comes when the last day of its term is over in Amsterdam, by the database's clock.
2. The matches whose step has come are taken and held, so that a contact report waits or was seen. Another worker passes
   them over and takes others.
3. Each goes one step up. After a worker was down the next round takes the step after it: nothing is skipped, and the
   event says when the step was due and when it was raised.

Done twice it is done once: a match is on one step, and nobody has two alerts of one kind about one match.
"""

from collections.abc import Iterator

from gateway.core.deadlines import local_date
from gateway.core.events import GATEWAY, Event, EventKind
from gateway.core.involvement import Oin
from gateway.core.ladder import ALERT_OF, Climb, ClimbingMatch, ClimbingSide, RaisedAlert
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx
from gateway.protocol.messages.matches import LadderStep

CLIMB_AT_ONCE = 200


def escalate(house: House, *, limit: int = CLIMB_AT_ONCE) -> int:
    """Let up to `limit` matches whose next step has come go one step up; return how many did."""
    if not house.store.view("climbing", lambda view: view.matches.climbing(before_on=local_date(view.now()))):
        return 0

    def work(tx: Tx) -> Recorded[int]:
        today_on = local_date(tx.now())
        taken = tx.matches.take_climbing(before_on=today_on, limit=limit)
        climbs = tuple(_climb(match, house) for match in taken)
        tx.matches.climb(climbs)
        raised_on = today_on.isoformat()
        return Recorded(len(climbs), tuple(_event(climb, raised_on, house) for climb in climbs))

    return house.store.change("escalate", work)


def _climb(match: ClimbingMatch, house: House) -> Climb:
    following = match.days.after(match.step)
    if following is None:
        raise AssertionError("a match at the top of the ladder has no next day")
    step, due_on = following
    alerts = tuple(
        RaisedAlert(house.mint("alt"), match.id, recipient, ALERT_OF[step], desk)
        for recipient, desk in _recipients(match, step, house)
    )
    return Climb(match.id, match.lane, step, due_on, alerts)


def _recipients(match: ClimbingMatch, step: LadderStep, house: House) -> Iterator[tuple[Oin, str]]:
    """Give whom a step alerts: at the agencies that did not report, or the supervisors of both sides."""
    if step is LadderStep.SUPERVISOR:
        for supervisor in _supervisors(match.sides, house):
            yield supervisor, ""
        return
    for side in match.sides:
        if side.reported or (step is LadderStep.DEPUTY and side.deputy_alerted):
            continue
        yield side.agency, side.deputy_desk if step is LadderStep.DEPUTY else ""


def _supervisors(sides: tuple[ClimbingSide, ...], house: House) -> list[Oin]:
    agencies = (house.directory.agency(side.agency) for side in sides)
    municipalities = {agency.municipality for agency in agencies if agency is not None}
    return sorted({one for municipality in municipalities for one in house.directory.supervisors(municipality)})


def _event(climb: Climb, raised_on: str, house: House) -> Event:
    return Event(
        house.mint("evt"),
        EventKind.MATCH_ESCALATED,
        GATEWAY,
        {
            "match": climb.match,
            "lane": climb.lane,
            "step": climb.step.value,
            "due_on": climb.due_on.isoformat(),
            "raised_on": raised_on,
            "alerts": tuple(alert.id for alert in climb.alerts),
        },
    )

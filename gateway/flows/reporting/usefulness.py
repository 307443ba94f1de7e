"""Usefulness: tell whether matches led to contact, in figures of a year and a municipality that tell of nobody.

1. Who asks: the match supervisor or an agency of a municipality, of that one; an officer, of any.
2. The year is over, and the month in which its last matches could still be answered.
3. The figures were drawn up before, or are now: once, as an event, and the same from then on for whoever asks.
4. An agency sees of them the lanes of accepted cases in which it takes part (the yearly feedback on the safety house).
"""

from typing import Any

from pydantic import TypeAdapter

from gateway.core.events import GATEWAY, Event, EventKind, Value
from gateway.core.policy import LanePolicy
from gateway.core.refusals import Refusal, Refused
from gateway.core.safety_case import lives_on_cases
from gateway.core.small_cells import FEWEST
from gateway.core.usefulness import Figures, drawn_up_from, event_of, figures_of, period_of
from gateway.flows.admission import admit_one, admitted_event, change_or_refuse, slip_of
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx
from gateway.flows.reporting.coverage import coverage_of
from gateway.protocol.messages.usefulness import LaneUsefulness, OutcomesOfLane, StepsOfLane, Usefulness
from keys.parties import Party, Role
from keys.signing import Signed

_Lanes = TypeAdapter(tuple[LaneUsefulness, ...])


def usefulness(call: Signed[Any], house: House, *, year: int, municipality: str = "") -> Usefulness:
    """Return the figures of a municipality in a calendar year; those of the caller's own without a name.

    Raises:
        Refused: the caller may not see any, or not those of that municipality; there is no such municipality; or the
            figures of the year are not drawn up yet.
    """

    def work(tx: Tx) -> Recorded[Usefulness]:
        admit_one(tx, slip_of(call))
        seen = _lanes_seen(call.caller, house)
        place = _place(call.caller, municipality, house)
        lanes, events = _drawn_up(tx, place, year, house)
        answer = Usefulness(
            municipality=place,
            year=year,
            fewest=FEWEST,
            lanes=tuple(one for one in lanes if seen is None or one.lane in seen),
            coverage=coverage_of(place, house, now=tx.now()),
        )
        return Recorded(answer, (admitted_event(call, house, "see usefulness"), *events))

    return change_or_refuse(call, house, "see usefulness", work)


def _lanes_seen(caller: Party, house: House) -> frozenset[str] | None:
    """Return the lanes of which a caller sees the figures; nothing for all of them."""
    if caller.role is not Role.AGENCY:
        return None
    lanes = frozenset(one.lane for one in house.policies().policies if _feeds_back(one, caller.kind))
    if not lanes:
        raise Refused(Refusal.AGENCY_NOT_ADMITTED)
    return lanes


def _feeds_back(policy: LanePolicy, kind: str) -> bool:
    return lives_on_cases(policy) and kind in policy.card.registering_kinds


def _place(caller: Party, asked: str, house: House) -> str:
    if caller.municipality and asked not in {"", caller.municipality}:
        raise Refused(Refusal.AGENCY_NOT_ADMITTED)
    place = caller.municipality or asked
    if caller.role is not Role.OFFICER and not caller.municipality:
        raise Refused(Refusal.AGENCY_NOT_ADMITTED)
    if not place:
        raise Refused(Refusal.MEMBER_INVALID, member="municipality")
    if not house.directory.agencies_of(place):
        raise Refused(Refusal.NOT_FOUND)
    return place


def _drawn_up(tx: Tx, place: str, year: int, house: House) -> tuple[tuple[LaneUsefulness, ...], tuple[Event, ...]]:
    """Return the figures as they were drawn up, or draw them up; two that do so at once run again, and one of them."""
    ready_at = drawn_up_from(year)
    if tx.now() < ready_at:
        raise Refused(Refusal.YEAR_NOT_OVER, drawn_up_from=ready_at.date().isoformat())
    event = event_of(place, year)
    if kept := tx.usefulness.drawn_up(event):
        return _Lanes.validate_json(kept), ()
    from_at, until_at = period_of(year)
    matches = tx.usefulness.followed(
        house.directory.agencies_of(place), from_at=from_at, until_at=until_at, told_before_at=ready_at
    )
    lanes = tuple(_view(figures_of(one.lane, matches)) for one in house.policies().policies)
    figures = _Lanes.dump_json(lanes, by_alias=True, exclude_none=True).decode()
    fields: dict[str, Value] = {"year": year, "municipality": place, "figures": figures}
    return lanes, (Event(event, EventKind.USEFULNESS_DRAWN_UP, GATEWAY, fields),)


def _view(figures: Figures) -> LaneUsefulness:
    contacted, already, plan = figures.found
    gone, wrong, none = figures.not_found
    reporter, deputy, coordinator, supervisor = figures.steps
    return LaneUsefulness(
        lane=figures.lane,
        matches=figures.matches,
        contact_made=figures.contact_made,
        other_outcome=figures.other_outcome,
        unanswered=figures.unanswered,
        contact_rate_percent=figures.contact_rate_percent,
        median_working_days=figures.median_working_days,
        p90_working_days=figures.p90_working_days,
        outcomes=OutcomesOfLane(
            contacted=contacted,
            already_in_contact=already,
            plan_made=plan,
            no_longer_involved=gone,
            wrong_person=wrong,
            none=none,
        ),
        furthest_steps=StepsOfLane(reporter=reporter, deputy=deputy, coordinator=coordinator, supervisor=supervisor),
    )

"""Supervise: show whether contact was made in the matches of one municipality, and nothing of whom or about whom."""

from datetime import date
from typing import Any

from gateway.core.deadlines import local_date
from gateway.core.ladder import ListedState
from gateway.flows.admission import admit_one, admitted_event, change_or_refuse, slip_of
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx
from gateway.protocol.messages.matches import SupervisedMatch, SupervisedMatches
from keys.signing import Signed

PAGE = 100


def supervised_matches(
    call: Signed[Any], house: House, *, after: str, only: str = "", limit: int = PAGE
) -> SupervisedMatches:
    """Return a page of the standing matches in which an agency of the caller's municipality is a party.

    In order of id, or just the one named `only` if it is one of them.
    """

    def work(tx: Tx) -> Recorded[SupervisedMatches]:
        admit_one(tx, slip_of(call))
        agencies = house.directory.agencies_of(call.caller.municipality)
        rows = tx.matches.supervised(agencies, after=after, only=only, limit=limit + 1)
        today_on = local_date(tx.now())
        page = SupervisedMatches(
            matches=tuple(_view(row, today_on) for row in rows[:limit]),
            next=rows[limit - 1].id if len(rows) > limit else None,
        )
        return Recorded(page, (admitted_event(call, house, "list supervised matches"),))

    return change_or_refuse(call, house, "list supervised matches", work)


def _view(match: ListedState, today_on: date) -> SupervisedMatch:
    return SupervisedMatch(
        id=match.id,
        lane=match.lane,
        state=match.state,
        age_days=(today_on - local_date(match.opened_at)).days,
        due_on=match.due_on,
        calendar=match.calendar,
        step=match.step,
        next_step_on=match.next_step_on,
        sides_reported=match.sides_reported,
    )

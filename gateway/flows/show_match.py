"""Show a match to a party: its own case, and of the other what the rule disclosed when the match was made."""

from typing import Any

from gateway.core.contact import StandingMatch
from gateway.core.events import EventKind
from gateway.core.policy import DisclosureLevel
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import admit_one, event_of, slip_of
from gateway.flows.ports import House, Recorded, Tx, View
from gateway.protocol.messages import Explanation, Matches, MatchState, MatchView, OtherParty
from keys.signing import Signed

PAGE = 100
_OVER = {MatchState.ENDED, MatchState.VOID}


def show_match(call: Signed[Any], house: House, match: str) -> MatchView:
    """Return one match; every look is an event before it is answered. No party: not found (G24)."""

    def work(tx: Tx) -> Recorded[MatchView]:
        admit_one(tx, slip_of(call))
        standing = tx.matches.one(match, agency=call.caller.oin)
        if standing is None:
            raise Refused(Refusal.NOT_FOUND)
        event = event_of(call, house, EventKind.MATCH_VIEWED, match=match, level=standing.own.level.code)
        return Recorded(_view(standing, tx, house), (event,))

    return house.store.change("show match", work)


def list_matches(call: Signed[Any], house: House, *, after: str, limit: int = PAGE) -> Matches:
    """Return a page of the caller's matches in order of id; each is a look, and an event names how far they reach."""

    def work(tx: Tx) -> Recorded[Matches]:
        admit_one(tx, slip_of(call))
        rows = tx.matches.page(call.caller.oin, after=after, limit=limit + 1)
        page = Matches(
            matches=tuple(_view(row, tx, house) for row in rows[:limit]),
            next=rows[limit - 1].id if len(rows) > limit else None,
        )
        looks = tuple(
            event_of(call, house, EventKind.MATCH_VIEWED, match=row.id, level=row.own.level.code)
            for row in rows[:limit]
        )
        admitted = event_of(call, house, EventKind.CALL_ADMITTED, verb="list matches")
        return Recorded(page, (admitted, *looks))

    return house.store.change("list matches", work)


def _view(match: StandingMatch, view: View, house: House) -> MatchView:
    return MatchView(
        id=match.id,
        lane=match.lane,
        state=match.state,
        opened_at=match.opened_at,
        due_on=match.due_on,
        calendar=match.calendar,
        registration_id=match.own.registration,
        case_reference=match.own.case_reference,
        disclosure=match.own.level.code,
        rules=match.own.rules,
        legal_basis=match.own.legal_basis,
        why=Explanation(nl=match.own.why_nl, en=match.own.why_en),
        other=_other(match, view, house),
        outcome=match.own.outcome,
        other_reported=match.other_outcome is not None,
    )


def _other(match: StandingMatch, view: View, house: House) -> OtherParty | None:
    """Return the other agency's name and desk when the level is contact or more and the match still stands."""
    if match.own.level < DisclosureLevel.CONTACT or match.state in _OVER:
        return None
    agency = house.directory.agency(match.other)
    if agency is None:
        return None
    desk = next((desk for desk in view.desks.of(match.other) if desk.id == match.other_contact_id), None)
    return OtherParty(agency=agency.name, contact=desk)

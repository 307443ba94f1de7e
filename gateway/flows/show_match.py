"""Show a match to a party: its own case, and of the other what the rule disclosed when the match was made.

A list discloses nothing of the other: that takes a look at one match, for one case and one purpose, with its event.
"""

from typing import Any

from gateway.core.contact import StandingMatch
from gateway.core.events import EventKind
from gateway.core.involvement import AMSTERDAM
from gateway.core.policy import DisclosureLevel
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import admit_one, admitted_event, change_or_refuse, event_of, slip_of
from gateway.flows.ports import House, Recorded, Tx, View
from gateway.protocol.messages import Explanation, ListedMatch, Matches, MatchState, MatchView, OtherParty
from keys.signing import Signed

PAGE = 100
_OVER = {MatchState.ENDED, MatchState.VOID}


def show_match(call: Signed[Any], house: House, match: str) -> MatchView:
    """Return one match; every look is an event before it is answered.

    Raises:
        Refused: not found (or no party to it, which looks the same: G24), or looked at for another purpose than that
            of the caller's own registration (G25).
    """

    def work(tx: Tx) -> Recorded[MatchView]:
        admit_one(tx, slip_of(call))
        standing = tx.matches.one(match, agency=call.caller.oin)
        if standing is None:
            raise Refused(Refusal.NOT_FOUND)
        own = tx.registrations.one(standing.own.registration, agency=call.caller.oin)
        if own is None:  # the lane was purged between the two looks
            raise Refused(Refusal.NOT_FOUND)
        if own.purpose != call.purpose:
            raise Refused(Refusal.PURPOSE_DIFFERS)
        event = event_of(call, house, EventKind.MATCH_VIEWED, match=match, level=standing.own.level.code)
        return Recorded(_view(standing, tx, house), (event,))

    return change_or_refuse(call, house, "show match", work)


def list_matches(call: Signed[Any], house: House, *, after: str, only: str = "", limit: int = PAGE) -> Matches:
    """Return a page of the caller's matches in order of id, or just the one named `only` if it is the caller's."""

    def work(tx: Tx) -> Recorded[Matches]:
        admit_one(tx, slip_of(call))
        rows = _rows(tx, call, after=after, only=only, limit=limit + 1)
        page = Matches(
            matches=tuple(ListedMatch(**_listed(row)) for row in rows[:limit]),
            next=rows[limit - 1].id if len(rows) > limit else None,
        )
        return Recorded(page, (admitted_event(call, house, "list matches"),))

    return change_or_refuse(call, house, "list matches", work)


def _rows(tx: Tx, call: Signed[Any], *, after: str, only: str, limit: int) -> tuple[StandingMatch, ...]:
    if not only:
        return tx.matches.page(call.caller.oin, after=after, limit=limit)
    one = tx.matches.one(only, agency=call.caller.oin)
    return () if one is None else (one,)


def _listed(match: StandingMatch) -> dict[str, Any]:
    return {
        "id": match.id,
        "lane": match.lane,
        "state": match.state,
        "opened_at": match.opened_at,
        "due_on": match.due_on,
        "calendar": match.calendar,
        "registration_id": match.own.registration,
        "case_reference": match.own.case_reference,
        "outcome": match.own.outcome,
        "other_reported": match.other_outcome is not None,
    }


def _view(match: StandingMatch, view: View, house: House) -> MatchView:
    return MatchView(
        **_listed(match),
        disclosure=match.own.level.code,
        rules=match.own.rules,
        legal_basis=match.own.legal_basis,
        why=Explanation(nl=match.own.why_nl, en=match.own.why_en),
        other=_other(match, view, house),
    )


def _other(match: StandingMatch, view: View, house: House) -> OtherParty | None:
    """Return the other agency's name and desk from the level of contact up, its flag from that of flag up.

    Whoever is only acknowledged learns of nobody, and nobody is shown once the match is over, nor once an article on
    which it was told has ended: it stops at that instant, not when a worker purges (domain rule 21).
    """
    if match.own.level < DisclosureLevel.CONTACT or match.state in _OVER:
        return None
    policy = house.policies().open_lane(match.lane)
    if policy is None or not policy.carries(match.own.legal_basis, view.now().astimezone(AMSTERDAM).date()):
        return None
    agency = house.directory.agency(match.other)
    if agency is None:
        return None
    desk = next((desk for desk in view.desks.of(match.other) if desk.id == match.other_contact_id), None)
    flag = match.other_flag if match.own.level >= DisclosureLevel.FLAG else None
    return OtherParty(agency=agency.name, contact=desk, flag=flag)

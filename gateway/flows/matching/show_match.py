"""Show a match to a party: its own case, and of the other what the rule disclosed when the match was made.

A list discloses nothing of the other: that takes a look at one match, for one case and one purpose, with its event.
"""

from datetime import datetime, timedelta
from typing import Any

from gateway.core.consent import lives_on_consent
from gateway.core.contact import CONFIRM_EVERY, StandingMatch
from gateway.core.emergency import lives_on_glass
from gateway.core.events import EventKind
from gateway.core.home_ban import FLAG as BAN
from gateway.core.home_ban import counts_bans
from gateway.core.involvement import AMSTERDAM
from gateway.core.policy import DisclosureLevel
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import admit_one, admitted_event, change_or_refuse, event_of, slip_of
from gateway.flows.matching.disclosed_desk import disclosed_desk
from gateway.flows.overseeing.show_oversight import with_oversight
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx, View
from gateway.protocol.messages.matches import HomeBanFact, ListedMatch, Matches, MatchState, MatchView, OtherParty
from gateway.protocol.messages.policy import Explanation
from keys.signing import Signed

PAGE = 100
_OVER = {MatchState.ENDED, MatchState.VOID}


def show_match(call: Signed[Any], house: House, match: str) -> MatchView:
    """Return one match; every look is an event before it is answered.

    Raises:
        Refused: not found (or no party to it, which looks the same: G24), or looked at for another purpose than that
            of the caller's own registration (G25).
    """
    house = house.under_one_release()

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
        seen = with_oversight(_view(standing, tx, house), standing, own.index_token, tx, house)
        return Recorded(seen, (event,))

    return change_or_refuse(call, house, "show match", work)


def list_matches(call: Signed[Any], house: House, *, after: str, only: str = "", limit: int = PAGE) -> Matches:
    """Return a page of the caller's matches in order of id, or just the one named `only` if it is the caller's."""

    def work(tx: Tx) -> Recorded[Matches]:
        admit_one(tx, slip_of(call))
        now = tx.now()
        rows = _rows(tx, call, after=after, only=only, limit=limit + 1)
        page = Matches(
            matches=tuple(ListedMatch(**_listed(row, now)) for row in rows[:limit]),
            next=rows[limit - 1].id if len(rows) > limit else None,
        )
        return Recorded(page, (admitted_event(call, house, "list matches"),))

    return change_or_refuse(call, house, "list matches", work)


def _rows(tx: Tx, call: Signed[Any], *, after: str, only: str, limit: int) -> tuple[StandingMatch, ...]:
    if not only:
        return tx.matches.page(call.caller.oin, after=after, limit=limit)
    one = tx.matches.one(only, agency=call.caller.oin)
    return () if one is None else (one,)


def _listed(match: StandingMatch, now: datetime) -> dict[str, Any]:
    return {
        "id": match.id,
        "kind": match.kind,
        "lane": match.lane,
        "state": match.state,
        "opened_at": match.opened_at,
        "due_on": match.due_on,
        "calendar": match.calendar,
        "registration_id": match.own.registration,
        "case_reference": match.own.case_reference or None,
        "outcome": match.own.outcome,
        "other_reported": match.other_outcome is not None,
        "step": match.step,
        "next_step_on": match.next_step_on,
        "handled_by": match.own.handled_by,
        "muted": match.own.muted,
        "desk_unconfirmed": match.desk_confirmed_at is None or match.desk_confirmed_at < now - CONFIRM_EVERY,
    }


def _view(match: StandingMatch, view: View, house: House) -> MatchView:
    other = _other(match, view, house)
    return MatchView(
        **_listed(match, view.now()),
        disclosure=match.own.level.code,
        rules=match.own.rules,
        legal_basis=match.own.legal_basis,
        why=Explanation(nl=match.own.why_nl, en=match.own.why_en),
        other=other,
        **({} if other is None else _leading(match)),
    )


def _leading(match: StandingMatch) -> dict[str, Any]:
    """Return who leads and whom each party named: for whoever knows who the other is, and for nobody else."""
    return {
        "case_coordinator": match.side(match.case_coordinator),
        "named_by_own": match.side(match.own.named_coordinator),
        "named_by_other": match.side(match.other_named_coordinator),
    }


def _may_be_shown(match: StandingMatch, view: View, house: House) -> bool:
    """Tell whether this party may see who the other is, now.

    Whoever is only acknowledged learns of nobody, and nobody is shown once the match is over, nor once an article on
    which it was told has ended: it stops at that instant, not when a worker purges (domain rule 21).
    """
    policy = house.policies().open_lane(match.lane)
    return (
        match.own.level >= DisclosureLevel.CONTACT
        and match.state not in _OVER
        and policy is not None
        and policy.carries(match.own.legal_basis, view.now().astimezone(AMSTERDAM).date())
        and (not lives_on_consent(policy) or view.consents.carry_both(match.id))
        and (not lives_on_glass(policy) or view.emergencies.both_open(match.id))
        and not view.cool_downs.holds(match.id, agency=match.own.agency)
    )


def _other(match: StandingMatch, view: View, house: House) -> OtherParty | None:
    """Return the other agency's name and desk, its flag from the level of flag up, its ban while that is in force."""
    agency = house.directory.agency(match.other) if _may_be_shown(match, view, house) else None
    if agency is None:
        return None
    desk = disclosed_desk(agency, match.other_contact_id, view)
    flag = match.other_flag if match.own.level >= DisclosureLevel.FLAG else None
    says_ban = match.other_flag == BAN and counts_bans(house.policies().lane(match.lane))
    ban = _ban(match, view, house) if says_ban else None
    if says_ban and ban is None:  # it has lapsed: nothing of it is told, however late the worker is
        return None
    fact = ban if match.own.level >= DisclosureLevel.FACT else None
    return OtherParty(agency=agency.name, contact=desk, flag=flag, fact=fact)


def _ban(match: StandingMatch, view: View, house: House) -> HomeBanFact | None:
    """Return the home ban that the other registered, while it is in force."""
    ban = view.bans.in_force(match.id, by=match.other)
    if ban is None:
        return None
    leading = house.directory.agency(ban.led_by)
    last_on = ban.until_on - timedelta(days=1)
    return HomeBanFact(until=ban.until_on, through=last_on, led_by="" if leading is None else leading.name)

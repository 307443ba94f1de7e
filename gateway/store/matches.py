"""Matches and their parties: found as a set, recorded with both alerts and their deliveries, seen by a party only."""

import json
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, case, exists, insert, literal_column, null, or_, select, update

from gateway.core.contact import Mute, OpenedMatch, Party, StandingMatch
from gateway.core.involvement import Oin
from gateway.core.ladder import Climb, ClimbingMatch, ListedState, RaisedAlert
from gateway.core.matching import Meeting, Side, meeting
from gateway.flows.ports.matches import MatchJob
from gateway.protocol.messages.matches import ContactOutcome, Handler, LadderStep, MatchKind, MatchState
from gateway.store import agreements, climbing, tables, withheld
from gateway.store.activity import is_active
from gateway.store.ending import end_matches, end_stale_matches
from gateway.store.faults import Overtaken
from gateway.store.instants import DatabaseTime
from gateway.store.parents import meetings_by_parent
from gateway.store.seen_matches import ONE, PAGE, STANDING_OF, standing_match
from gateway.store.sets import Row, among
from gateway.store.sheet import Port
from keys.tokens import IndexToken

_matches, _parties, _alerts = tables.matches, tables.match_parties, tables.alerts


def _meetings() -> Select[Any]:
    """Return the one statement that finds who meets: from job by id, to person by prefix, confirmed by token."""
    mine, other = tables.registrations.alias("mine"), tables.registrations.alias("other")
    same_person = and_(
        other.c.token_prefix == mine.c.token_prefix,
        other.c.index_token == mine.c.index_token,
        other.c.lane == mine.c.lane,
        other.c.agency != mine.c.agency,
    )
    between = or_(
        and_(_matches.c.agency_low == mine.c.agency, _matches.c.agency_high == other.c.agency),
        and_(_matches.c.agency_low == other.c.agency, _matches.c.agency_high == mine.c.agency),
    )
    stands = exists().where(
        _matches.c.token_prefix == mine.c.token_prefix,
        _matches.c.index_token == mine.c.index_token,
        _matches.c.lane == mine.c.lane,
        between,
        _matches.c.kind == MatchKind.PERSON_MATCH.value,
        _matches.c.ended_at.is_(None),
    )
    sides = [side.c[name] for side in (mine, other) for name in ("agency", "id", "purpose", "flag", "case_reference")]
    return (
        select(mine.c.lane, mine.c.index_token, *sides)
        .select_from(mine.join(other, same_person))
        .where(among(mine.c.id, "ids"), is_active(mine), is_active(other), ~stands)
        .order_by(mine.c.id, other.c.id)
    )


MEETINGS: Final = _meetings()
_STATES: Final = (MatchState.OPEN, MatchState.ANSWERED, MatchState.CLOSED)  # by how many parties reported
_HOLD = select(_matches.c.id).where(_matches.c.id == bindparam("id")).with_for_update()
_REPORT = (
    update(_parties)
    .where(_parties.c.match == bindparam("reported"), _parties.c.agency == bindparam("by"))
    .values(outcome=bindparam("new_outcome"), reported_at=DatabaseTime())
)
_MOVE = (
    update(_matches)
    .where(_matches.c.id == bindparam("reported"), _matches.c.ended_at.is_(None))
    .values(
        state=bindparam("new_state"),
        next_step_on=case(
            (bindparam("new_state") == literal_column(f"'{MatchState.CLOSED}'"), null()), else_=_matches.c.next_step_on
        ),
    )
)
_DELIVER = insert(tables.deliveries).from_select(
    ["endpoint", "alert", "attempts"],
    select(tables.endpoints.c.id, _alerts.c.id, literal_column("0"))
    .join(_alerts, _alerts.c.agency == tables.endpoints.c.agency)
    .where(among(_alerts.c.id, "alerts")),
)


class SqlMatches(Port):
    """Matches; only a party sees one (G24)."""

    def end_stale(self, jobs: Sequence[MatchJob]) -> None:
        """End standing matches of these persons in which a registration is no longer active."""
        registrations = [job.registration for job in jobs]
        end_stale_matches(self._sheet, sorted({job.index_token.prefix for job in jobs}), registrations)

    def meetings(self, jobs: Sequence[MatchJob]) -> tuple[Meeting, ...]:
        """Return who meets; a pair of which both have a job is found twice and told once."""
        ids = [job.registration for job in jobs]
        rows = self._sheet.read(MEETINGS, {"ids": ids})
        found = (meeting(row[0], IndexToken(bytes(row[1])), Side(*row[2:7]), Side(*row[7:12])) for row in rows)
        return (*dict.fromkeys(found), *meetings_by_parent(self._sheet, ids))

    def open(self, matches: Sequence[OpenedMatch]) -> None:
        """Record matches, two parties and two alerts of each and their deliveries: one statement for each table."""
        if not matches:
            return
        self._sheet.insert(_matches, [_match_row(match) for match in matches])
        self._sheet.insert(_parties, [_party_row(match.id, party) for match in matches for party in match.parties])
        quiet = [(match.id, party.agency) for match in matches for party in match.parties if party.muted]
        self._alert([row for match in matches for row in _alert_rows(match)], quiet)

    def withhold(self, meetings: Sequence[Meeting]) -> frozenset[Meeting]:
        """Remember which kinds of meeting are kept silent; return the new ones."""
        return withheld.withhold(self._sheet, meetings)

    def kept_silent(self, *, after: tuple[str, str], limit: int) -> tuple[Meeting, ...]:
        """Return meetings of active registrations that are kept silent and stand in no match, in order of both ids."""
        return withheld.kept_silent(self._sheet, after=after, limit=limit)

    def forget_silence(self, meetings: Collection[Meeting]) -> None:
        """Forget that these are kept silent."""
        withheld.forget(self._sheet, meetings)

    def standing_of(self, registrations: Sequence[str]) -> tuple[tuple[str, Oin], ...]:
        """Return the standing matches of these registrations, each with the agency on the other side."""
        rows = self._sheet.read(STANDING_OF, {"ids": list(registrations)})
        return tuple((match, Oin(agency)) for match, agency in rows)

    def end(self, matches: Sequence[str]) -> None:
        """End standing matches whose registrations go on."""
        end_matches(self._sheet, list(matches))

    def one(self, match: str, *, agency: Oin) -> StandingMatch | None:
        """Return a match as this party sees it, ended or not."""
        row = self._sheet.read(ONE, {"id": match, "agency": agency}).mappings().first()
        return None if row is None else standing_match(row)

    def page(self, agency: Oin, *, after: str, limit: int) -> tuple[StandingMatch, ...]:
        """Return this agency's matches, ended or not, with an id after `after`, in order of id."""
        rows = self._sheet.read(PAGE, {"agency": agency, "after": after, "limit": limit})
        return tuple(standing_match(row) for row in rows.mappings())

    def hold(self, match: str) -> None:
        """Hold the match by its row; SQLite's one writer holds everything."""
        self._sheet.read(_HOLD, {"id": match})

    def report(self, match: str, *, agency: Oin, outcome: ContactOutcome, state: MatchState) -> None:
        """Record an outcome and the state that follows; when the match has ended meanwhile the change runs again."""
        self._sheet.write(_REPORT, {"reported": match, "by": agency, "new_outcome": outcome.value})
        if self._sheet.write(_MOVE, {"reported": match, "new_state": state.value}).rowcount != 1:
            raise Overtaken

    def take_over(self, match: str, *, agency: Oin, handler: Handler) -> None:
        """Record who handles the match at this party."""
        agreements.take_over(self._sheet, match, agency=agency, handler=handler)

    def mute(self, match: str, *, agency: Oin, both: bool) -> None:
        """Record that this party wants to hear nothing more; with `both` it holds for both from now on."""
        agreements.mute(self._sheet, match, agency=agency, both=both)

    def mutes(self, index_tokens: Collection[IndexToken]) -> tuple[Mute, ...]:
        """Return the mutes that hold about these persons."""
        return agreements.mutes(self._sheet, index_tokens)

    def end_mutes(self, mutes: Sequence[Mute]) -> None:
        """Let these parties hear again of new matches with the other party of the mute."""
        agreements.end_mutes(self._sheet, mutes)

    def name_coordinator(self, match: str, *, agency: Oin, named: Oin, agreed: bool) -> None:
        """Record whom this party names to lead; with `agreed` that agency leads from now on."""
        agreements.name_coordinator(self._sheet, match, agency=agency, named=named, agreed=agreed)

    def supervised(self, agencies: Collection[Oin], *, after: str, only: str, limit: int) -> tuple[ListedState, ...]:
        """Return how the standing matches are in which one of these agencies is a party, in order of id."""
        return agreements.supervised(self._sheet, agencies, after=after, only=only, limit=limit)

    def climbing(self, *, before_on: date) -> bool:
        """Return whether a match waits whose next step came before this day."""
        return climbing.is_climbing(self._sheet, before_on=before_on)

    def take_climbing(self, *, before_on: date, limit: int) -> tuple[ClimbingMatch, ...]:
        """Take the matches whose next step came first, of those that nobody holds."""
        return climbing.take_climbing(self._sheet, before_on=before_on, limit=limit)

    def climb(self, climbs: Sequence[Climb]) -> None:
        """Put matches on their next step, and record its alerts with their deliveries."""
        climbing.climb(self._sheet, climbs)
        self._alert(climbing.rows_of_alerts([alert for one in climbs for alert in one.alerts]))

    def _alert(self, rows: Sequence[Row], quiet: Sequence[tuple[str, Oin]] = ()) -> None:
        """Record alerts and their deliveries, and wake whoever hears or sends them; the quiet hear nothing of it."""
        if rows:
            self._sheet.insert(_alerts, rows)
            agreements.keep_quiet(self._sheet, quiet)
            loud = [row["id"] for row in rows if (row["match"], row["agency"]) not in quiet]
            self._sheet.write(_DELIVER, {"alerts": loud})
            self._sheet.ring()


def _match_row(match: OpenedMatch) -> Row:
    low, high = sorted(party.agency for party in match.parties)
    state = _STATES[sum(party.outcome is not None for party in match.parties)]
    next_step = None if state is MatchState.CLOSED else match.days.after(LadderStep.REPORTER)
    return {
        "id": match.id,
        "lane": match.lane,
        "token_prefix": match.index_token.prefix,
        "index_token": match.index_token.value,
        "agency_low": low,
        "agency_high": high,
        "state": state.value,
        "due_on": match.due_on,
        "calendar": match.calendar,
        "policy_digest": match.policy_digest,
        "next_step_on": None if next_step is None else next_step[1],
        "deputy_on": match.days.deputy_on,
        "coordinator_on": match.days.coordinator_on,
        "supervisor_on": match.days.supervisor_on,
        "kind": match.kind.value,
    }


def _party_row(match: str, party: Party) -> Row:
    return {
        "match": match,
        "agency": party.agency,
        "registration": party.registration,
        "case_reference": party.case_reference,
        "level": party.level.code,
        "rules": json.dumps(party.rules),
        "legal_basis": json.dumps(party.legal_basis),
        "why_nl": party.why_nl,
        "why_en": party.why_en,
        "outcome": None if party.outcome is None else party.outcome.value,
        "desk": party.desk or None,
    }


def _alert_rows(match: OpenedMatch) -> list[Row]:
    both = (
        RaisedAlert(alert, match.id, party.agency, kind)
        for alert, party, kind in zip(match.alerts, match.parties, match.kinds, strict=True)
    )
    return climbing.rows_of_alerts([*both, *match.more])

"""Matches and their parties: found as a set, recorded with both alerts and their deliveries, seen by a party only."""

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, Select, and_, bindparam, exists, insert, literal_column, or_, select, update

from gateway.core.contact import OpenedMatch, Party, StandingMatch
from gateway.core.involvement import Oin
from gateway.core.matching import Meeting, Side, meeting
from gateway.core.policy import DisclosureLevel
from gateway.flows.ports import MatchJob
from gateway.protocol.messages import ContactOutcome, MatchState
from gateway.store import tables
from gateway.store.activity import is_active
from gateway.store.ending import end_stale_matches
from gateway.store.faults import Overtaken
from gateway.store.instants import DatabaseTime, instant
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

_own, _other, _theirs = _parties.alias("own"), _parties.alias("other"), tables.registrations.alias("theirs")
_SEEN = (
    select(
        *(_matches.c[name] for name in ("id", "lane", "state", "opened_at", "due_on", "calendar")),
        *(_own.c[name] for name in ("agency", "registration", "case_reference", "level", "rules")),
        *(_own.c[name] for name in ("legal_basis", "why_nl", "why_en", "outcome")),
        _other.c.agency.label("other"),
        _other.c.outcome.label("other_outcome"),
        _theirs.c.contact_id.label("other_contact_id"),
        _theirs.c.flag.label("other_flag"),
    )
    .select_from(_own)
    .join(_matches, _matches.c.id == _own.c.match)
    .join(_other, and_(_other.c.match == _own.c.match, _other.c.agency != _own.c.agency))
    .join(_theirs, _theirs.c.id == _other.c.registration)
    .where(_own.c.agency == bindparam("agency"))
)
_ONE = _SEEN.where(_own.c.match == bindparam("id"))
PAGE: Final = _SEEN.where(_own.c.match > bindparam("after")).order_by(_own.c.match).limit(bindparam("limit"))
_HOLD = select(_matches.c.id).where(_matches.c.id == bindparam("id")).with_for_update()
_REPORT = (
    update(_parties)
    .where(_parties.c.match == bindparam("reported"), _parties.c.agency == bindparam("by"))
    .values(outcome=bindparam("new_outcome"), reported_at=DatabaseTime())
)
_MOVE = (
    update(_matches)
    .where(_matches.c.id == bindparam("reported"), _matches.c.ended_at.is_(None))
    .values(state=bindparam("new_state"))
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
        end_stale_matches(self._sheet, sorted({job.index_token.prefix for job in jobs}))

    def meetings(self, jobs: Sequence[MatchJob]) -> tuple[Meeting, ...]:
        """Return who meets; a pair of which both have a job is found twice and told once."""
        rows = self._sheet.read(MEETINGS, {"ids": [job.registration for job in jobs]})
        found = (meeting(row[0], IndexToken(bytes(row[1])), Side(*row[2:7]), Side(*row[7:12])) for row in rows)
        return tuple(dict.fromkeys(found))

    def open(self, matches: Sequence[OpenedMatch]) -> None:
        """Record matches, two parties and two alerts of each and their deliveries: one statement for each table."""
        if not matches:
            return
        self._sheet.insert(_matches, [_match_row(match) for match in matches])
        self._sheet.insert(_parties, [_party_row(match.id, party) for match in matches for party in match.parties])
        self._sheet.insert(_alerts, [row for match in matches for row in _alert_rows(match)])
        self._sheet.write(_DELIVER, {"alerts": [alert for match in matches for alert in match.alerts]})
        self._sheet.ring()

    def withhold(self, meetings: Sequence[Meeting]) -> frozenset[Meeting]:
        """Remember which meetings are kept silent; a pair of registrations is new once."""
        pairs = {(one.low.registration, one.high.registration): one for one in meetings}
        new = self._sheet.insert_new(tables.withheld_meetings, [{"low": low, "high": high} for low, high in pairs])
        return frozenset(pairs[low, high] for low, high in new)

    def one(self, match: str, *, agency: Oin) -> StandingMatch | None:
        """Return a match as this party sees it, ended or not."""
        row = self._sheet.read(_ONE, {"id": match, "agency": agency}).mappings().first()
        return None if row is None else _standing(row)

    def page(self, agency: Oin, *, after: str, limit: int) -> tuple[StandingMatch, ...]:
        """Return this agency's matches, ended or not, with an id after `after`, in order of id."""
        rows = self._sheet.read(PAGE, {"agency": agency, "after": after, "limit": limit})
        return tuple(_standing(row) for row in rows.mappings())

    def hold(self, match: str) -> None:
        """Hold the match by its row; SQLite's one writer holds everything."""
        self._sheet.read(_HOLD, {"id": match})

    def report(self, match: str, *, agency: Oin, outcome: ContactOutcome, state: MatchState) -> None:
        """Record an outcome and the state that follows; when the match has ended meanwhile the change runs again."""
        self._sheet.write(_REPORT, {"reported": match, "by": agency, "new_outcome": outcome.value})
        if self._sheet.write(_MOVE, {"reported": match, "new_state": state.value}).rowcount != 1:
            raise Overtaken


def _match_row(match: OpenedMatch) -> Row:
    low, high = sorted(party.agency for party in match.parties)
    return {
        "id": match.id,
        "lane": match.lane,
        "token_prefix": match.index_token.prefix,
        "index_token": match.index_token.value,
        "agency_low": low,
        "agency_high": high,
        "state": MatchState.OPEN.value,
        "due_on": match.due_on,
        "calendar": match.calendar,
        "policy_digest": match.policy_digest,
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
    }


def _alert_rows(match: OpenedMatch) -> list[Row]:
    return [
        {"id": alert, "match": match.id, "agency": party.agency}
        for alert, party in zip(match.alerts, match.parties, strict=True)
    ]


def _standing(row: RowMapping) -> StandingMatch:
    return StandingMatch(
        id=row["id"],
        lane=row["lane"],
        state=MatchState(row["state"]),
        opened_at=instant(row["opened_at"]),
        due_on=row["due_on"],
        calendar=row["calendar"],
        own=Party(
            agency=Oin(row["agency"]),
            registration=row["registration"],
            case_reference=row["case_reference"],
            level=DisclosureLevel.from_code(row["level"]),
            rules=tuple(json.loads(row["rules"])),
            legal_basis=tuple(json.loads(row["legal_basis"])),
            why_nl=row["why_nl"],
            why_en=row["why_en"],
            outcome=_outcome(row["outcome"]),
        ),
        other=Oin(row["other"]),
        other_contact_id=row["other_contact_id"],
        other_flag=row["other_flag"],
        other_outcome=_outcome(row["other_outcome"]),
    )


def _outcome(stored: str | None) -> ContactOutcome | None:
    return None if stored is None else ContactOutcome(stored)

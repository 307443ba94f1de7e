"""The decisions of the policy as they are on record: events of registering, matches, and meetings kept silent."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, or_, select

from gateway.core.events import EventKind
from gateway.core.involvement import Oin
from gateway.core.policy import DisclosureLevel
from gateway.flows.ports.policies import MeetingOnRecord, RegisteringOnRecord, SideOnRecord
from gateway.protocol.messages.matches import MatchKind
from gateway.store import tables
from gateway.store.instants import instant, microseconds
from gateway.store.sets import among
from gateway.store.sheet import Port

_events, _matches, _registrations = tables.events, tables.matches, tables.registrations
_GRANTED: Final = (EventKind.REGISTERED, EventKind.RENEWED, EventKind.SILENT_PURPOSE)
_ASKED: Final = tuple(
    f'%"verb":"{verb}"%' for verb in ("register", "renew")
)  # in the text of the fields, where a quote inside a value is written \"
_BY_PARENT: Final = '%"kind":"parent_match"%'

_Registration = tuple[str, str]  # its lane and flag
_Fields = Mapping[str, Any]


def _during(at: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(at >= bindparam("from_at"), at < bindparam("until_at"))


LOGGED: Final = (
    select(_events.c.id, _events.c.kind, _events.c.actor, _events.c.at, _events.c.fields)
    .where(
        _events.c.id > bindparam("after"),
        _during(_events.c.at),
        or_(
            _events.c.kind.in_([kind.value for kind in _GRANTED]),
            and_(_events.c.kind == EventKind.MATCH_WITHHELD.value, ~_events.c.fields.like(_BY_PARENT)),
            and_(_events.c.kind == EventKind.CALL_REFUSED.value, or_(*map(_events.c.fields.like, _ASKED))),
        ),
    )
    .order_by(_events.c.id)
    .limit(bindparam("limit"))
)
REGISTERED: Final = select(_registrations.c.id, _registrations.c.lane, _registrations.c.flag).where(
    among(_registrations.c.id, "ids")
)


def _matched() -> Select[Any]:
    """Return the one statement that reads matches with both sides, of the party and of its registration."""
    statement = select(_matches.c.id, _matches.c.opened_at, _matches.c.lane, _matches.c.policy_digest)
    for name in ("low", "high"):
        party, registration = tables.match_parties.alias(name), _registrations.alias(f"{name}_registration")
        of_match = and_(party.c.match == _matches.c.id, party.c.agency == _matches.c[f"agency_{name}"])
        statement = (
            statement.add_columns(party.c.agency, registration.c.purpose, registration.c.flag, party.c.level)
            .add_columns(party.c.rules)
            .join_from(_matches, party, of_match)
            .join_from(party, registration, registration.c.id == party.c.registration)
        )
    by_person = _matches.c.kind == MatchKind.PERSON_MATCH.value  # what is tried again are the rules about one person
    return (
        statement.where(by_person, _matches.c.id > bindparam("after"), _during(_matches.c.opened_at))
        .order_by(_matches.c.id)
        .limit(bindparam("limit"))
    )


MATCHED: Final = _matched()


class SqlDecisions(Port):
    """Decisions on record; nothing in them tells of a person."""

    def logged(
        self, *, from_at: datetime, until_at: datetime, after: str, limit: int
    ) -> tuple[RegisteringOnRecord | MeetingOnRecord, ...]:
        """Return what events say, and the registrations that are still kept: two statements a page."""
        rows = self._page(LOGGED, from_at, until_at, after, limit)
        fields = [json.loads(row.fields) for row in rows]
        kept = self._registrations([one["registration"] for one in fields if "registration" in one])
        return tuple(_on_record(row, said, kept) for row, said in zip(rows, fields, strict=True))

    def matched(self, *, from_at: datetime, until_at: datetime, after: str, limit: int) -> tuple[MeetingOnRecord, ...]:
        """Return the matches opened in a period, ended or not."""
        rows = self._page(MATCHED, from_at, until_at, after, limit)
        return tuple(_match(tuple(row)) for row in rows)

    def _page(
        self, statement: Select[Any], from_at: datetime, until_at: datetime, after: str, limit: int
    ) -> Sequence[Row[Any]]:
        period = {"from_at": microseconds(from_at), "until_at": microseconds(until_at)}
        return self._sheet.read(statement, {**period, "after": after, "limit": limit}).all()

    def _registrations(self, ids: Sequence[str]) -> dict[str, _Registration]:
        return {id_: (lane, flag) for id_, lane, flag in self._sheet.read(REGISTERED, {"ids": ids})} if ids else {}


def _on_record(
    row: Row[Any], fields: _Fields, kept: Mapping[str, _Registration]
) -> RegisteringOnRecord | MeetingOnRecord:
    kind = EventKind(row.kind)
    if kind is EventKind.MATCH_WITHHELD:
        return _withheld(row, fields)
    lane, flag = kept.get(fields.get("registration", ""), (None, None))
    attested = fields.get("preconditions")
    return RegisteringOnRecord(
        id=row.id,
        at=instant(row.at),
        agency=Oin(row.actor),
        lane=fields.get("lane", lane),
        policy=fields.get("policy", ""),
        purpose=fields.get("purpose", ""),
        flag=fields.get("flag", flag),
        preconditions=None if attested is None else tuple(attested),
        rule=fields.get("rule"),
        refusal=fields.get("refusal", ""),
        silent=kind is EventKind.SILENT_PURPOSE,
    )


def _withheld(row: Row[Any], fields: _Fields) -> MeetingOnRecord:
    sides = zip(*(fields[name] for name in ("agencies", "purposes", "flags", "levels", "rules")), strict=True)
    low, high = (_side(agency, purpose, flag, level, rules.split(",")) for agency, purpose, flag, level, rules in sides)
    return MeetingOnRecord(row.id, instant(row.at), fields["lane"], fields["policy"], low, high)


def _match(row: tuple[Any, ...]) -> MeetingOnRecord:
    id_, opened_at, lane, policy = row[:4]
    return MeetingOnRecord(id_, instant(opened_at), lane, policy, _party(*row[4:9]), _party(*row[9:]))


def _party(agency: str, purpose: str, flag: str, level: str, rules: str) -> SideOnRecord:
    return _side(agency, purpose, flag, level, json.loads(rules))


def _side(agency: str, purpose: str, flag: str, level: str, rules: Sequence[str]) -> SideOnRecord:
    named = tuple(rule for rule in rules if rule)
    return SideOnRecord(Oin(agency), purpose, flag, DisclosureLevel.from_code(level), named)

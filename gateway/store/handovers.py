"""Offers of safety oversight and what became of them; an offer lapses with its match or a registration of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import RowMapping, bindparam, case, func, literal_column, or_, select, update

from gateway.core.handover import Handover, HandoverAlert, HandoverSide, OfferedHandover
from gateway.core.involvement import Oin, ends_at
from gateway.protocol.messages.oversight import HandoverState
from gateway.store import tables
from gateway.store.activity import is_active
from gateway.store.alerts import DELIVER
from gateway.store.faults import Overtaken
from gateway.store.instants import DatabaseTime, instant, microseconds
from gateway.store.sets import among
from gateway.store.sheet import Port
from keys.tokens import IndexToken

_table, _matches, _alerts = tables.handovers, tables.matches, tables.alerts
_giving, _taking = tables.registrations.alias("giving"), tables.registrations.alias("taking")
_offered = _table.c.state == literal_column("'offered'")
_stands = _matches.c.ended_at.is_(None) & is_active(_giving) & is_active(_taking)
_joined = (
    _table.join(_matches, _matches.c.id == _table.c.match)
    .join(_giving, _giving.c.id == _table.c.giving_registration)
    .join(_taking, _taking.c.id == _table.c.taking_registration)
)
# Whoever asks after the end of a registration or of the match is told so, whenever that is written down.
_STATE = case((_offered & ~_stands, literal_column("'lapsed'")), else_=_table.c.state).label("state_now")
_SEEN = select(
    _table,
    _STATE,
    *(
        side.c[name].label(f"{label}_{name}")
        for label, side in (("giving", _giving), ("taking", _taking))
        for name in ("case_reference", "purpose")
    ),
).select_from(_joined)
_OF_AGENCY = _SEEN.where(
    or_(_table.c.giving_agency == bindparam("agency"), _table.c.taking_agency == bindparam("agency"))
)
_ONE = _OF_AGENCY.where(_table.c.id == bindparam("id"))
PAGE: Final = _OF_AGENCY.where(_table.c.id > bindparam("after")).order_by(_table.c.id).limit(bindparam("limit"))
UNANSWERED: Final = (
    _SEEN.where(_offered, _table.c.escalated_at.is_(None), _table.c.due_at <= DatabaseTime())
    .where(_stands)
    .order_by(_table.c.due_at)
    .limit(bindparam("limit"))
)
_lapsed = (
    select(_table.c.id)
    .select_from(_joined)
    .where(_table.c.token_prefix == bindparam("prefix"), _table.c.index_token == bindparam("token"), _offered, ~_stands)
)
_LAPSE = (
    update(_table)
    .where(_table.c.id.in_(_lapsed.scalar_subquery()))
    .values(state=HandoverState.LAPSED.value, decided_at=DatabaseTime())
)
_OPEN = select(_table.c.id).where(
    _table.c.token_prefix == bindparam("prefix"), _table.c.index_token == bindparam("token"), _offered
)
_DECIDE = (
    update(_table)
    .where(_table.c.id == bindparam("decided"), _offered)
    .values(state=bindparam("new_state"), decided_at=bindparam("at"), reason=bindparam("why"))
)
_ESCALATE = (
    update(_table)
    .where(among(_table.c.id, "ids"), _offered, _table.c.escalated_at.is_(None))
    .values(escalated_at=DatabaseTime())
    .returning(_table.c.id)
)
_LAST_OF = select(func.max(_table.c.id)).where(_table.c.match == bindparam("of_match"))
LAST_ACCEPTED: Final = (
    select(_table.c.giving_agency, _table.c.index_token, func.max(_table.c.decided_at))
    .where(among(_table.c.token_prefix, "prefixes"), _table.c.state == literal_column("'accepted'"))
    .group_by(_table.c.giving_agency, _table.c.index_token)
)

Monitored = tuple[Oin, IndexToken]


class SqlHandovers(Port):
    """Handovers, each seen by its two agencies only (G24)."""

    def one(self, handover: str, *, agency: Oin) -> Handover | None:
        """Return a handover that this agency is a party to."""
        row = self._sheet.read(_ONE, {"id": handover, "agency": agency}).mappings().first()
        return None if row is None else _handover(row)

    def page(self, agency: Oin, *, after: str, limit: int) -> tuple[Handover, ...]:
        """Return this agency's handovers with an id after `after`, in order of id."""
        rows = self._sheet.read(PAGE, {"agency": agency, "after": after, "limit": limit})
        return tuple(_handover(row) for row in rows.mappings())

    def is_open(self, index_token: IndexToken) -> bool:
        """Return whether an offer about this person is open, after writing down which have lapsed."""
        person = {"prefix": index_token.prefix, "token": index_token.value}
        self._sheet.write(_LAPSE, person)
        return self._sheet.read(_OPEN, person).first() is not None

    def offer(self, offered: OfferedHandover) -> None:
        """Record an offer; when another about this person is open, the change runs again."""
        self._sheet.insert(_table, [_row(offered)])

    def decide(self, handover: Handover, *, state: HandoverState, reason: str | None, at: datetime) -> None:
        """Record what became of an open offer; when it is no longer open, the change runs again."""
        values = {"decided": handover.id, "new_state": state.value, "at": microseconds(at), "why": reason}
        if self._sheet.write(_DECIDE, values).rowcount != 1:
            raise Overtaken

    def tell(self, alerts: Sequence[HandoverAlert]) -> None:
        """Record alerts about handovers, and their deliveries."""
        self._sheet.insert(_alerts, [_alert_row(alert) for alert in alerts])
        self._sheet.write(DELIVER, {"alerts": [alert.id for alert in alerts]})
        self._sheet.ring()

    def last_of(self, match: str) -> str | None:
        """Return the last handover that was offered through a match."""
        return self._sheet.read(_LAST_OF, {"of_match": match}).scalar()

    def unanswered(self, *, limit: int) -> tuple[Handover, ...]:
        """Return open offers whose deadline has passed by the database's clock and of which nobody was told so."""
        return tuple(_handover(row) for row in self._sheet.read(UNANSWERED, {"limit": limit}).mappings())

    def escalate(self, handovers: Sequence[str]) -> frozenset[str]:
        """Record that both are told now; return those of which nobody was told before."""
        return frozenset(self._sheet.write(_ESCALATE, {"ids": list(handovers)}).scalars())

    def last_accepted(self, index_tokens: Collection[IndexToken]) -> Mapping[Monitored, datetime]:
        """Return when each agency last handed safety oversight of these persons over."""
        rows = self._sheet.read(LAST_ACCEPTED, {"prefixes": sorted({token.prefix for token in index_tokens})})
        return {(Oin(agency), IndexToken(bytes(token))): instant(at) for agency, token, at in rows}


def _alert_row(alert: HandoverAlert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "match": alert.match,
        "agency": alert.recipient,
        "kind": alert.kind.value,
        "handover": alert.handover,
    }


def _row(offered: OfferedHandover) -> dict[str, Any]:
    return {
        "id": offered.id,
        "match": offered.match,
        "token_prefix": offered.index_token.prefix,
        "index_token": offered.index_token.value,
        "giving_agency": offered.giving,
        "giving_registration": offered.giving_registration,
        "taking_agency": offered.taking,
        "taking_registration": offered.taking_registration,
        "conditions_version": offered.conditions_version,
        "state": HandoverState.OFFERED.value,
        "offered_at": microseconds(offered.offered_at),
        "due_on": offered.due_on,
        "due_at": microseconds(ends_at(offered.due_on + timedelta(days=1))),
        "calendar": offered.calendar,
    }


def _handover(row: RowMapping) -> Handover:
    def side(label: str) -> HandoverSide:
        names = ("agency", "registration", "case_reference", "purpose")
        agency, *rest = (row[f"{label}_{name}"] for name in names)
        return HandoverSide(Oin(agency), *rest)

    escalated_at, decided_at = row["escalated_at"], row["decided_at"]
    return Handover(
        id=row["id"],
        match=row["match"],
        index_token=IndexToken(bytes(row["index_token"])),
        giving=side("giving"),
        taking=side("taking"),
        conditions_version=row["conditions_version"],
        state=HandoverState(row["state_now"]),
        offered_at=instant(row["offered_at"]),
        due_on=row["due_on"],
        calendar=row["calendar"],
        escalated_at=None if escalated_at is None else instant(escalated_at),
        decided_at=None if decided_at is None else instant(decided_at),
        reason=row["reason"],
    )

"""Matches as their yearly figures see them, read as one set; and the figures that were drawn up, kept as events."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Row, bindparam, select

from gateway.core.events import EventKind
from gateway.core.involvement import Oin
from gateway.core.usefulness import FollowedMatch
from gateway.protocol.messages.matches import ContactOutcome, LadderStep, MatchState
from gateway.store import tables
from gateway.store.instants import instant, microseconds
from gateway.store.sets import among
from gateway.store.sheet import Port

_matches, _parties, _events = tables.matches, tables.match_parties, tables.events
_of_agencies = select(_parties.c.match).where(among(_parties.c.agency, "agencies")).distinct()
FOLLOWED: Final = (
    select(_matches.c.id, _matches.c.lane, _matches.c.step, _matches.c.opened_at)
    .add_columns(_parties.c.reported_at, _parties.c.outcome)
    .join(_parties, _parties.c.match == _matches.c.id)
    .where(
        _matches.c.id.in_(_of_agencies),
        _matches.c.opened_at >= bindparam("from_at"),
        _matches.c.opened_at < bindparam("until_at"),
        _matches.c.state != MatchState.VOID.value,
    )
    .order_by(_matches.c.id)
)
_DRAWN_UP = select(_events.c.fields).where(
    _events.c.id == bindparam("id"), _events.c.kind == EventKind.USEFULNESS_DRAWN_UP.value
)


class SqlUsefulness(Port):
    """What yearly figures are made of; nothing in it tells of a person."""

    def followed(
        self, agencies: Collection[Oin], *, from_at: datetime, until_at: datetime, told_before_at: datetime
    ) -> tuple[FollowedMatch, ...]:
        """Return the matches made in a period to which one of these agencies is a party, each once."""
        period = {"from_at": microseconds(from_at), "until_at": microseconds(until_at)}
        rows = self._sheet.read(FOLLOWED, {"agencies": sorted(agencies), **period})
        told_before = microseconds(told_before_at)
        return tuple(_followed(list(sides), told_before) for _, sides in groupby(rows, key=lambda row: row[0]))

    def drawn_up(self, event: str) -> str | None:
        """Return the figures that were drawn up in this event, or nothing."""
        fields = self._sheet.read(_DRAWN_UP, {"id": event}).scalar()
        return None if fields is None else str(json.loads(fields)["figures"])


def _followed(sides: list[Row[*tuple[Any, ...]]], told_before: int) -> FollowedMatch:
    _, lane, step, opened_at, _, _ = sides[0]
    return FollowedMatch(lane, LadderStep(step), instant(opened_at), tuple(_reports(sides, told_before)))


def _reports(sides: Iterable[Row[*tuple[Any, ...]]], told_before: int) -> Iterable[tuple[datetime, ContactOutcome]]:
    """Give what was told in time; a party that muted the other counts as having told at once."""
    for _, _, _, opened_at, reported_at, outcome in sides:
        at = opened_at if reported_at is None else reported_at
        if outcome is not None and at < told_before:
            yield instant(at), ContactOutcome(outcome)

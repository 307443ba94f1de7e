"""The purge of a lane: registrations with all that hangs on them, how far it came, and the receipts of those done."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, bindparam, delete, literal_column, or_, select, update

from gateway.core.purge import Counts, Purge, PurgeReceipt
from gateway.flows.ports.matches import MatchJob
from gateway.store import tables
from gateway.store.faults import Overtaken
from gateway.store.instants import DatabaseTime, instant
from gateway.store.match_jobs import free_of, job_of
from gateway.store.sets import among
from gateway.store.sheet import Port

_registrations, _receipts = tables.registrations, tables.purge_receipts
_matches, _parties, _alerts = tables.matches, tables.match_parties, tables.alerts
_jobs, _deliveries, _withheld = tables.match_jobs, tables.deliveries, tables.withheld_meetings
_by_parents = tables.withheld_by_parents
_hints, _bans = tables.archive_hints, tables.home_bans

NEXT: Final = (
    select(_registrations.c.id, _registrations.c.lane, _registrations.c.index_token, literal_column("0"))
    .where(_registrations.c.lane == bindparam("lane"), _registrations.c.id > bindparam("after"))
    .order_by(_registrations.c.id)
    .limit(bindparam("limit"))
)
_WAITING = select(_jobs.c.registration).where(among(_jobs.c.registration, "ids"))
_HOLDS = select(_registrations.c.id).where(_registrations.c.lane == bindparam("lane")).limit(1)
_MATCHES = select(_parties.c.match).where(among(_parties.c.registration, "ids")).distinct()
# In order of id, as a report holds one of them before it writes to its parties.
_HOLD = select(_matches.c.id).where(among(_matches.c.id, "matches")).order_by(_matches.c.id).with_for_update()
_ALERTS = select(_alerts.c.id).where(among(_alerts.c.match, "matches"))
_DELETE_DELIVERIES = delete(_deliveries).where(_deliveries.c.alert.in_(_ALERTS))
_DELETE_ALERTS = delete(_alerts).where(among(_alerts.c.match, "matches"))
_DELETE_PARTIES = delete(_parties).where(among(_parties.c.match, "matches"))
_DELETE_MATCHES = delete(_matches).where(among(_matches.c.id, "matches"))
_DELETE_JOBS = delete(_jobs).where(among(_jobs.c.registration, "ids"))
_DELETE_WITHHELD = delete(_withheld).where(or_(among(_withheld.c.low, "ids"), among(_withheld.c.high, "ids")))
_DELETE_WITHHELD_BY_PARENTS = delete(_by_parents).where(
    or_(among(_by_parents.c.low, "ids"), among(_by_parents.c.high, "ids"))
)
_OWN_ALERTS = select(_alerts.c.id).where(among(_alerts.c.registration, "ids"))
_DELETE_OWN_DELIVERIES = delete(_deliveries).where(_deliveries.c.alert.in_(_OWN_ALERTS))
_DELETE_OWN_ALERTS = delete(_alerts).where(among(_alerts.c.registration, "ids"))
_DELETE_HINTS = delete(_hints).where(or_(among(_hints.c.archived, "ids"), among(_hints.c.registration, "ids")))
_DELETE_BANS = delete(_bans).where(among(_bans.c.registration, "ids"))
_DELETE_REGISTRATIONS = delete(_registrations).where(among(_registrations.c.id, "ids"))
_OF_REGISTRATIONS = (
    *(_DELETE_OWN_DELIVERIES, _DELETE_OWN_ALERTS, _DELETE_JOBS, _DELETE_WITHHELD, _DELETE_WITHHELD_BY_PARENTS),
    *(_DELETE_HINTS, _DELETE_BANS),
    _DELETE_REGISTRATIONS,
)

_COUNTED = ("registrations", "jobs", "matches", "alerts", "deliveries")
_under_way = _receipts.c.statement.is_(None)
_UNDER_WAY = select(_receipts).where(_receipts.c.lane == bindparam("lane"), _under_way)
_ADVANCE = (
    update(_receipts)
    .where(_receipts.c.id == bindparam("receipt"), _under_way)
    .values(
        {name: _receipts.c[name] + bindparam(f"more_{name}") for name in _COUNTED}
        | {"reached": bindparam("now_reached"), "last_at": DatabaseTime()}
    )
)
_CLOSE = (
    update(_receipts)
    .where(_receipts.c.id == bindparam("receipt"), _under_way)
    .values(statement=bindparam("signed_statement"), signature=bindparam("its_signature"))
)
_SIGNED = (
    select(_receipts.c.id, _receipts.c.lane, _receipts.c.statement, _receipts.c.signature)
    .where(_receipts.c.statement.is_not(None))
    .order_by(_receipts.c.id)
)


class SqlPurges(Port):
    """What is taken from a lane is taken for good: its bytes are overwritten or left to the vacuum (G16)."""

    def under_way(self, lane: str) -> Purge | None:
        """Return the purge of a lane that is not over yet."""
        row = self._sheet.read(_UNDER_WAY, {"lane": lane}).first()
        return None if row is None else _purge(row)

    def next_of(self, lane: str, *, after: str, limit: int) -> tuple[MatchJob, ...]:
        """Return the next registrations of a lane in order of id, but for those that a worker is matching now.

        Their jobs are held before their persons are claimed, as a worker does, so that the two do not deadlock.
        """
        found = [job_of(row) for row in self._sheet.read(NEXT, {"lane": lane, "after": after, "limit": limit})]
        ids = [job.registration for job in found]
        held = set(self._sheet.read(_WAITING, {"ids": ids}).scalars()) - set(free_of(self._sheet, ids))
        return tuple(job for job in found if job.registration not in held)

    def holds(self, lane: str) -> bool:
        """Return whether a registration of this lane is left."""
        return self._sheet.read(_HOLDS, {"lane": lane}).first() is not None

    def remove(self, registrations: Sequence[str]) -> Counts:
        """Remove registrations with their jobs and matches, and the alerts and deliveries of both."""
        of = {"ids": list(registrations)}
        of_matches = {"matches": list(self._sheet.read(_MATCHES, of).scalars())}
        self._sheet.read(_HOLD, of_matches)
        deliveries, alerts, _, matches = (
            self._sheet.write(statement, of_matches).rowcount
            for statement in (_DELETE_DELIVERIES, _DELETE_ALERTS, _DELETE_PARTIES, _DELETE_MATCHES)
        )
        own_deliveries, own_alerts, jobs, *_, gone = (self._sheet.write(one, of).rowcount for one in _OF_REGISTRATIONS)
        return Counts(
            registrations=gone,
            jobs=jobs,
            matches=matches,
            alerts=alerts + own_alerts,
            deliveries=deliveries + own_deliveries,
        )

    def advance(self, lane: str, receipt: str, gone: Counts, *, reached: str) -> None:
        """Add to what the purge took, which begins with its first chunk; two that begin at once run again."""
        counts = {name: getattr(gone, name) for name in _COUNTED}
        more = {f"more_{name}": count for name, count in counts.items()}
        if not self._sheet.write(_ADVANCE, {"receipt": receipt, "now_reached": reached, **more}).rowcount:
            self._sheet.insert(_receipts, [{"id": receipt, "lane": lane, "reached": reached, **counts}])

    def close(self, receipt: str, *, statement: bytes, signature: bytes) -> None:
        """Put the signed statement on a purge that is over; when another worker did, the change runs again."""
        signed = {"receipt": receipt, "signed_statement": statement, "its_signature": signature}
        if self._sheet.write(_CLOSE, signed).rowcount != 1:
            raise Overtaken

    def receipts(self) -> tuple[PurgeReceipt, ...]:
        """Return the receipts of all purges that are over, oldest first."""
        rows = self._sheet.read(_SIGNED)
        return tuple(PurgeReceipt(row[0], row[1], bytes(row[2]), bytes(row[3])) for row in rows)


def _purge(row: Row[*tuple[Any, ...]]) -> Purge:
    said = row._mapping  # noqa: SLF001 - the library's own name for it
    return Purge(
        receipt=said["id"],
        lane=said["lane"],
        counts=Counts(**{name: said[name] for name in _COUNTED}),
        reached=said["reached"],
        first_at=instant(said["first_at"]),
        last_at=instant(said["last_at"]),
    )

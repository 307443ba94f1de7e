"""The list of accepted cases with their participants; each is seen by those who take part, and by nobody else."""

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import Any, Final

from sqlalchemy import RowMapping, Select, bindparam, exists, literal_column, select, update
from sqlalchemy import delete as delete_from

from gateway.core.involvement import Oin
from gateway.core.safety_case import SafetyCase
from gateway.protocol.messages.safety_cases import CaseStatus
from gateway.store import tables
from gateway.store.activity import held_active
from gateway.store.instants import DatabaseTime, instant
from gateway.store.sets import among, as_pairs, pair_among
from gateway.store.sheet import Port

_cases, _taking_part, _registrations = tables.safety_cases, tables.case_participants, tables.registrations
_open: Final = _cases.c.status == literal_column("'open'")
_MINE = exists().where(_taking_part.c.case == _cases.c.id, _taking_part.c.agency == bindparam("agency"))


def _with_participants(cases: Select[Any]) -> Select[Any]:
    """Return each of these cases once for every participant, in order of both."""
    found = cases.subquery("found")
    joined = select(found, _taking_part.c.agency.label("participant")).join(
        _taking_part, _taking_part.c.case == found.c.id
    )
    return joined.order_by(found.c.id, _taking_part.c.agency)


_ONE = _with_participants(select(_cases).where(_cases.c.id == bindparam("id"), _MINE))
_PAGE = _with_participants(
    select(_cases).where(_cases.c.id > bindparam("after"), _MINE).order_by(_cases.c.id).limit(bindparam("limit"))
)
OPEN_OF: Final = _with_participants(select(_cases).where(among(_cases.c.reference, "references"), _open))
_HOLD_OPEN = (
    select(_taking_part.c.agency, _cases.c.lane, _cases.c.reference)
    .join(_cases, _cases.c.id == _taking_part.c.case)
    .where(pair_among(_taking_part.c.agency, _cases.c.reference, "wanted"), _open)
    .order_by(_cases.c.id)
    .with_for_update(read=True, of=_cases)
)
_HOLD = select(_cases.c.id).where(_cases.c.id == bindparam("id"), _open).with_for_update()
_CLOSE = (
    update(_cases)
    .where(_cases.c.id == bindparam("closed"), _open)
    .values(status=CaseStatus.CLOSED.value, closed_at=DatabaseTime())
)
_RESTING = (
    select(_registrations.c.id, _registrations.c.index_token)
    .where(
        among(_registrations.c.agency, "agencies"),
        _registrations.c.lane == bindparam("lane"),
        _registrations.c.case_reference == bindparam("reference"),
        held_active(_registrations),
    )
    .order_by(_registrations.c.id)
)
_KEPT_IN = select(_cases.c.id).where(_cases.c.lane == bindparam("lane")).limit(1)
_OF_LANE = select(_cases.c.id).where(_cases.c.lane == bindparam("lane"))
_FORGET = (
    delete_from(_taking_part).where(_taking_part.c.case.in_(_OF_LANE)),
    delete_from(_cases).where(_cases.c.lane == bindparam("lane")),
)


class SqlSafetyCases(Port):
    """Accepted cases."""

    def add(self, case: SafetyCase) -> None:
        """Add a case with its participants."""
        row = {
            "id": case.id,
            "lane": case.lane,
            "reference": case.reference,
            "opened_by": case.opened_by,
            "coordinator": case.coordinator,
            "accepted_on": case.accepted_on,
            "status": case.status.value,
        }
        self._sheet.insert(_cases, [row])
        self._sheet.insert(_taking_part, [{"case": case.id, "agency": agency} for agency in case.participants])

    def one(self, case: str, *, agency: Oin) -> SafetyCase | None:
        """Return a case in which this agency takes part."""
        rows = self._sheet.read(_ONE, {"id": case, "agency": agency}).mappings()
        return next(iter(_read(rows)), None)

    def page(self, agency: Oin, *, after: str, limit: int) -> tuple[SafetyCase, ...]:
        """Return the cases in which this agency takes part with an id after `after`, in order of id."""
        rows = self._sheet.read(_PAGE, {"agency": agency, "after": after, "limit": limit}).mappings()
        return _read(rows)

    def open_of(self, references: Collection[str]) -> tuple[SafetyCase, ...]:
        """Return the open cases with one of these references."""
        return _read(self._sheet.read(OPEN_OF, {"references": sorted(references)}).mappings())

    def hold_open(self, wanted: Collection[tuple[Oin, str]]) -> frozenset[tuple[Oin, str, str]]:
        """Return agency, lane and reference of open cases in which these take part; none closes before this ends."""
        rows = self._sheet.read(_HOLD_OPEN, as_pairs("wanted", sorted(wanted)))
        return frozenset((Oin(agency), lane, reference) for agency, lane, reference in rows)

    def hold(self, case: str) -> bool:
        """Hold an open case, so that nobody registers under it until this change is over; False when it is closed."""
        return self._sheet.read(_HOLD, {"id": case}).first() is not None

    def close(self, case: str) -> None:
        """Close a case."""
        self._sheet.write(_CLOSE, {"closed": case})

    def resting_on(self, case: SafetyCase) -> tuple[tuple[str, bytes], ...]:
        """Return the active registrations under a case, each with its index token."""
        of = {"agencies": sorted(case.participants), "lane": case.lane, "reference": case.reference}
        return tuple((id_, bytes(token)) for id_, token in self._sheet.read(_RESTING, of))

    def kept_in(self, lane: str) -> bool:
        """Return whether any case of this lane is kept, closed or not."""
        return self._sheet.read(_KEPT_IN, {"lane": lane}).first() is not None

    def forget(self, lane: str) -> int:
        """Remove every case of a lane that no registration is left in; return how many."""
        *_, gone = (self._sheet.write(statement, {"lane": lane}).rowcount for statement in _FORGET)
        return gone


def _read(rows: Iterable[RowMapping]) -> tuple[SafetyCase, ...]:
    return tuple(_case(list(of_one)) for _, of_one in groupby(rows, key=lambda row: row["id"]))


def _case(rows: Sequence[RowMapping]) -> SafetyCase:
    row = rows[0]
    return SafetyCase(
        id=row["id"],
        lane=row["lane"],
        reference=row["reference"],
        opened_by=Oin(row["opened_by"]),
        participants=tuple(Oin(each["participant"]) for each in rows),
        coordinator=Oin(row["coordinator"]),
        accepted_on=row["accepted_on"],
        status=CaseStatus(row["status"]),
        opened_at=instant(row["opened_at"]),
    )

"""Broken glass: a row beside the registration that it is, which goes on while that does, and the verdicts on it."""

from collections.abc import Collection, Iterable
from datetime import date
from itertools import groupby
from typing import Any, Final

from sqlalchemy import RowMapping, Select, and_, bindparam, case, func, literal_column, select, text, update

from gateway.core.emergency import REVIEWERS, BrokenGlass, Emergency
from gateway.core.involvement import Oin
from gateway.protocol.messages.emergencies import EmergencyReason, Verdict
from gateway.store import tables
from gateway.store.activity import goes_on, is_active
from gateway.store.faults import Overtaken
from gateway.store.instants import DatabaseTime, instant, microseconds
from gateway.store.sets import among
from gateway.store.sheet import Port

_glass, _verdicts = tables.emergencies, tables.emergency_verdicts
_registrations, _parties = tables.registrations, tables.match_parties
_TO_REVIEW: Final = "confirmed_at IS NOT NULL AND reviewed_at IS NULL"
_OVERDUE: Final = f"{_TO_REVIEW} AND escalated_at IS NULL"  # the words of the partial indexes

_USED = select(
    func.count(), func.count(case((func.lower(_glass.c.broken_by) == bindparam("user"), literal_column("1"))))
).where(_glass.c.agency == bindparam("agency"), _glass.c.broken_on == bindparam("on", type_=_glass.c.broken_on.type))
_END = update(_registrations).where(_registrations.c.id == bindparam("ending")).values(ends_at=bindparam("at"))
_CONFIRM = (
    update(_glass)
    .where(_glass.c.registration == bindparam("of"), _glass.c.confirmed_at.is_(None))
    .values(
        confirmed_by=bindparam("user"),
        confirmed_at=DatabaseTime(),
        review_due_on=bindparam("due_on", type_=_glass.c.review_due_on.type),
        calendar=bindparam("by_calendar"),
    )
)
CONFIRMED: Final = select(_glass.c.registration).where(
    among(_glass.c.registration, "ids"), _glass.c.confirmed_at.is_not(None)
)
BOTH_OPEN: Final = (
    select(func.count())
    .select_from(_parties)
    .join(_glass, _glass.c.registration == _parties.c.registration)
    .join(_registrations, _registrations.c.id == _parties.c.registration)
    .where(_parties.c.match == bindparam("match"), _glass.c.confirmed_at.is_not(None), is_active(_registrations))
)
_REVIEWED = (
    update(_glass)
    .where(_glass.c.registration == bindparam("of"), _glass.c.reviewed_at.is_(None))
    .values(reviewed_at=DatabaseTime())
)
UNREVIEWED: Final = (
    select(_glass.c.registration)
    .where(text(_OVERDUE), _glass.c.review_due_on < bindparam("before_on", type_=_glass.c.review_due_on.type))
    .order_by(_glass.c.review_due_on)
    .limit(bindparam("limit"))
)
_ESCALATE = (
    update(_glass)
    .where(_glass.c.registration.in_(UNREVIEWED.with_for_update(skip_locked=True)), _glass.c.escalated_at.is_(None))
    .values(escalated_at=DatabaseTime())
    .returning(_glass.c.registration)
)


def _seen(chosen: Select[Any]) -> Select[Any]:
    """Return this broken glass once for every verdict on it, in order of both, or once when there is none."""
    found = chosen.subquery("found")
    return (
        select(
            *(_glass.c[name] for name in ("registration", "agency", "reason", "broken_by", "case_reference")),
            *(_glass.c[name] for name in ("broken_at", "ends_at", "confirmed_by", "confirmed_at", "review_due_on")),
            *(_glass.c.calendar, _registrations.c.lane, _verdicts.c.officer, _verdicts.c.verdict),
            case((goes_on(_registrations), literal_column("1")), else_=literal_column("0")).label("goes_on"),
        )
        .select_from(found)
        .join(_glass, _glass.c.registration == found.c.registration)
        .join(_registrations, _registrations.c.id == _glass.c.registration)
        .outerjoin(_verdicts, and_(_verdicts.c.registration == _glass.c.registration))
        .order_by(_glass.c.registration, _verdicts.c.number)
    )


_ONE = _seen(select(_glass.c.registration).where(_glass.c.registration == bindparam("id")))
_SEVERAL = _seen(select(_glass.c.registration).where(among(_glass.c.registration, "ids")))
PAGE: Final = _seen(
    select(_glass.c.registration)
    .where(_glass.c.agency == bindparam("agency"), _glass.c.registration > bindparam("after"))
    .order_by(_glass.c.registration)
    .limit(bindparam("limit"))
)
TO_REVIEW: Final = _seen(
    select(_glass.c.registration)
    .where(text(_TO_REVIEW), _glass.c.registration > bindparam("after"))
    .order_by(_glass.c.registration)
    .limit(bindparam("limit"))
)


class SqlEmergencies(Port):
    """Broken glass; what is over stays for its review."""

    def used(self, agency: Oin, *, user: str, on: date) -> tuple[int, int]:
        """Return how often this agency, and how often this user of it, broke the glass on a day."""
        by_agency, by_user = self._sheet.read(_USED, {"agency": agency, "user": user.lower(), "on": on}).one()
        return by_agency, by_user

    def add(self, glass: BrokenGlass) -> None:
        """Record it beside its registration, whose end is that instant and no midnight."""
        row = {
            "registration": glass.registration,
            "agency": glass.agency,
            "reason": glass.reason.value,
            "broken_by": glass.user,
            "case_reference": glass.case_reference,
            "broken_on": glass.broken_on,
            "number": glass.number,
            "ends_at": microseconds(glass.ends_at),
        }
        self._sheet.insert(_glass, [row])
        self._sheet.write(_END, {"ending": glass.registration, "at": microseconds(glass.ends_at)})

    def one(self, registration: str) -> Emergency | None:
        """Return broken glass of any agency."""
        return next(iter(self._read(_ONE, {"id": registration})), None)

    def page(self, agency: Oin, *, after: str, limit: int) -> tuple[Emergency, ...]:
        """Return this agency's broken glass with an id after `after`, in order of id."""
        return self._read(PAGE, {"agency": agency, "after": after, "limit": limit})

    def confirm(self, registration: str, *, user: str, review_due_on: date, calendar: str) -> None:
        """Record that another person confirmed it; when one did meanwhile the change runs again."""
        values = {"of": registration, "user": user, "due_on": review_due_on, "by_calendar": calendar}
        if self._sheet.write(_CONFIRM, values).rowcount != 1:
            raise Overtaken

    def confirmed(self, registrations: Collection[str]) -> frozenset[str]:
        """Return which of these registrations are broken glass that a second person confirmed."""
        return frozenset(self._sheet.read(CONFIRMED, {"ids": sorted(registrations)}).scalars())

    def both_open(self, match: str) -> bool:
        """Return whether both sides of a match are confirmed and go on now."""
        return bool(self._sheet.read(BOTH_OPEN, {"match": match}).scalar_one() == 2)  # noqa: PLR2004 - both or neither

    def to_review(self, *, after: str, limit: int) -> tuple[Emergency, ...]:
        """Return what was confirmed and not judged by two, with an id after `after`, in order of id."""
        return self._read(TO_REVIEW, {"after": after, "limit": limit})

    def judge(self, registration: str, *, officer: Oin, verdict: Verdict, number: int) -> None:
        """Record the first or second verdict; the number is taken once, so two at one moment are counted as two."""
        row = {"registration": registration, "number": number, "officer": officer, "verdict": verdict.value}
        self._sheet.insert(_verdicts, [row])
        if number == REVIEWERS:
            self._sheet.write(_REVIEWED, {"of": registration})

    def unreviewed(self, *, before_on: date) -> bool:
        """Return whether a review is overdue of which nobody was told."""
        return self._sheet.read(UNREVIEWED, {"before_on": before_on, "limit": 1}).first() is not None

    def escalate(self, *, before_on: date, limit: int) -> tuple[Emergency, ...]:
        """Remember that the officers are alarmed; return those not alarmed of before."""
        found = list(self._sheet.write(_ESCALATE, {"before_on": before_on, "limit": limit}).scalars())
        return self._read(_SEVERAL, {"ids": found})

    def _read(self, query: Select[Any], parameters: dict[str, Any]) -> tuple[Emergency, ...]:
        rows = self._sheet.read(query, parameters).mappings()
        return tuple(_emergency(list(of_one)) for _, of_one in groupby(rows, key=lambda row: row["registration"]))


def _emergency(rows: list[RowMapping]) -> Emergency:
    row = rows[0]
    confirmed_at = row["confirmed_at"]
    return Emergency(
        registration=row["registration"],
        agency=Oin(row["agency"]),
        lane=row["lane"],
        reason=EmergencyReason(row["reason"]),
        broken_by=row["broken_by"],
        case_reference=row["case_reference"],
        broken_at=instant(row["broken_at"]),
        ends_at=instant(row["ends_at"]),
        goes_on=bool(row["goes_on"]),
        confirmed_by=row["confirmed_by"],
        confirmed_at=None if confirmed_at is None else instant(confirmed_at),
        review_due_on=row["review_due_on"],
        calendar=row["calendar"],
        verdicts=tuple(_said(rows)),
    )


def _said(rows: Iterable[RowMapping]) -> Iterable[tuple[Oin, Verdict]]:
    return ((Oin(row["officer"]), Verdict(row["verdict"])) for row in rows if row["officer"] is not None)

"""Exclusions: seen by who recorded them and by their mediators, found by person when matching, sealed in between."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, and_, bindparam, delete, literal_column, or_, select, union, update

from gateway.core.archive import NOBODY, NOTHING_SEALED
from gateway.core.exclusion import Enrolled, Exclusion, ExclusionAlert, Withheld
from gateway.core.involvement import Oin
from gateway.flows.ports.conversion import Converted
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.exclusions import ExclusionReach, ExclusionStatus
from gateway.store import tables
from gateway.store.activity import held_active, is_active
from gateway.store.alerts import DELIVER
from gateway.store.instants import DatabaseTime, instant
from gateway.store.sets import among
from gateway.store.sheet import Port
from keys.tokens import IndexToken

_table, _withheld, _registrations = tables.exclusions, tables.withheld_parties, tables.registrations
_matches, _parties, _alerts, _deliveries = tables.matches, tables.match_parties, tables.alerts, tables.deliveries
_stands: Final = _table.c.status == literal_column("'standing'")
_its_own: Final = or_(_table.c.agency == bindparam("agency"), _table.c.mediator == bindparam("agency"))

_ONE = select(_table).where(_table.c.id == bindparam("id"), _its_own)
PAGE: Final = (
    select(_table).where(_its_own, _table.c.id > bindparam("after")).order_by(_table.c.id).limit(bindparam("limit"))
)
STANDING: Final = select(_table).where(among(_table.c.token_prefix, "prefixes"), _stands).order_by(_table.c.id)
_HOLD = select(_table.c.id).where(_table.c.id == bindparam("id"), _stands).with_for_update()
_LIFT = (
    update(_table)
    .where(_table.c.id == bindparam("lifted"), _stands)
    .values(
        status=ExclusionStatus.LIFTED.value,
        lifted_at=DatabaseTime(),
        token_prefix=NOBODY.prefix,
        index_token=NOBODY.value,
        sealed=NOTHING_SEALED.ciphertext,
        excluded=b"",
    )
)
_FORGET_WITHHELD = delete(_withheld).where(_withheld.c.exclusion == bindparam("of_lifted"))
_low, _high = _parties.alias("low"), _parties.alias("high")
_of_low, _of_high = _registrations.alias("of_low"), _registrations.alias("of_high")
_by_person = select(_matches.c.id).where(
    _matches.c.token_prefix == bindparam("prefix"),
    _matches.c.index_token == bindparam("token"),
    _matches.c.ended_at.is_(None),
)
_by_child = (  # a parent match stands under the token of the parent
    select(_parties.c.match)
    .join(_registrations, _registrations.c.id == _parties.c.registration)
    .where(
        _registrations.c.token_prefix == bindparam("prefix"),
        _registrations.c.index_token == bindparam("token"),
        held_active(_registrations),
    )
)
STANDING_MATCHES: Final = (
    select(
        _matches.c.id,
        *(of.c[name] for of in (_of_low, _of_high) for name in ("id", "agency", "contact_id")),
    )
    .join(_low, and_(_low.c.match == _matches.c.id, _low.c.agency == _matches.c.agency_low))
    .join(_high, and_(_high.c.match == _matches.c.id, _high.c.agency == _matches.c.agency_high))
    .join(_of_low, _of_low.c.id == _low.c.registration)
    .join(_of_high, _of_high.c.id == _high.c.registration)
    .where(_matches.c.id.in_(union(_by_person, _by_child)), _matches.c.ended_at.is_(None))
    .order_by(_matches.c.id)
)
_WITHHELD_OF = select(_withheld.c.registration).where(_withheld.c.exclusion == bindparam("exclusion"))
_WITHHELD = (
    select(_withheld.c.withheld_at, _registrations.c.agency, _registrations.c.contact_id)
    .join(_registrations, _registrations.c.id == _withheld.c.registration)
    .where(_withheld.c.exclusion == bindparam("exclusion"), is_active(_registrations))
    .order_by(_withheld.c.withheld_at, _withheld.c.registration)
)
_KEPT_IN = select(_table.c.id).where(_table.c.lane == bindparam("lane")).limit(1)
_IN_LANE = select(_table.c.id).where(_table.c.lane == bindparam("lane"))
_ALERTS = select(_alerts.c.id).where(_alerts.c.exclusion.in_(_IN_LANE))
_FORGET: Final = (
    delete(_deliveries).where(_deliveries.c.alert.in_(_ALERTS)),
    delete(_alerts).where(_alerts.c.exclusion.in_(_IN_LANE)),
    delete(_withheld).where(_withheld.c.exclusion.in_(_IN_LANE)),
    delete(_table).where(_table.c.lane == bindparam("lane")),
)


class SqlExclusions(Port):
    """Exclusions; to an agency that neither recorded nor mediates one there is none (G24)."""

    def record(self, exclusion: Exclusion, person: Converted) -> None:
        """Record an exclusion."""
        names = ("id", "agency", "lane", "case_reference", "contact_id", "mediator")
        row: dict[str, Any] = {
            **{name: getattr(exclusion, name) for name in names},
            "reach": exclusion.reach.value,
            "token_prefix": person.index_token.prefix,
            "index_token": person.index_token.value,
            "sealed": person.sealed.ciphertext,
            "epoch": person.epoch,
            "excluded": exclusion.concealed,
            "status": exclusion.status.value,
        }
        self._sheet.insert(_table, [row])

    def one(self, exclusion: str, *, agency: Oin) -> Exclusion | None:
        """Return an exclusion that this agency recorded or mediates."""
        row = self._sheet.read(_ONE, {"id": exclusion, "agency": agency}).mappings().first()
        return None if row is None else _exclusion(row)

    def page(self, agency: Oin, *, after: str, limit: int) -> tuple[Exclusion, ...]:
        """Return the exclusions that this agency recorded or mediates with an id after `after`, in order of id."""
        rows = self._sheet.read(PAGE, {"agency": agency, "after": after, "limit": limit})
        return tuple(_exclusion(row) for row in rows.mappings())

    def standing(self, index_tokens: Collection[IndexToken]) -> tuple[Exclusion, ...]:
        """Return the exclusions that stand about these persons; whoever only shares a prefix is left out."""
        rows = self._sheet.read(STANDING, {"prefixes": sorted({token.prefix for token in index_tokens})})
        found = (_exclusion(row) for row in rows.mappings())
        return tuple(one for one in found if one.index_token in index_tokens)

    def hold(self, exclusion: str) -> bool:
        """Hold an exclusion that stands until this change is over."""
        return self._sheet.read(_HOLD, {"id": exclusion}).first() is not None

    def lift(self, exclusion: str) -> tuple[str, ...]:
        """Lift an exclusion, and erase of whom and whom; return the registrations that it withheld."""
        withheld = tuple(self._sheet.read(_WITHHELD_OF, {"exclusion": exclusion}).scalars())
        self._sheet.write(_LIFT, {"lifted": exclusion})
        self._sheet.write(_FORGET_WITHHELD, {"of_lifted": exclusion})
        return withheld

    def standing_matches(self, index_token: IndexToken) -> tuple[tuple[str, Enrolled, Enrolled], ...]:
        """Return the standing matches of a person, each with its two sides."""
        rows = self._sheet.read(STANDING_MATCHES, {"prefix": index_token.prefix, "token": index_token.value})
        return tuple((row[0], Enrolled(*row[1:4]), Enrolled(*row[4:7])) for row in rows)

    def withhold(self, pairs: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Remember who would have met an excluded agency; return those that are new."""
        rows = [{"exclusion": exclusion, "registration": registration} for exclusion, registration in sorted(pairs)]
        return frozenset((exclusion, one) for exclusion, one in self._sheet.insert_new(_withheld, rows))

    def withheld(self, exclusion: str) -> tuple[Withheld, ...]:
        """Return who would have met an excluded agency and is still active, the first first."""
        rows = self._sheet.read(_WITHHELD, {"exclusion": exclusion})
        return tuple(Withheld(instant(at), Oin(agency), contact) for at, agency, contact in rows)

    def tell(self, alerts: Sequence[ExclusionAlert]) -> None:
        """Record alerts about exclusions, and their deliveries."""
        kind = AlertKind.EXCLUSION.value
        rows = [{"id": one.id, "agency": one.agency, "exclusion": one.exclusion, "kind": kind} for one in alerts]
        self._sheet.insert(_alerts, rows)
        self._sheet.write(DELIVER, {"alerts": [one.id for one in alerts]})
        self._sheet.ring()

    def kept_in(self, lane: str) -> bool:
        """Return whether any exclusion of this lane is kept, lifted or not."""
        return self._sheet.read(_KEPT_IN, {"lane": lane}).first() is not None

    def forget(self, lane: str) -> int:
        """Remove every exclusion of a lane that no registration is left in; return how many."""
        *_, gone = (self._sheet.write(statement, {"lane": lane}).rowcount for statement in _FORGET)
        return gone


def _exclusion(row: RowMapping) -> Exclusion:
    return Exclusion(
        id=row["id"],
        agency=Oin(row["agency"]),
        lane=row["lane"],
        case_reference=row["case_reference"],
        contact_id=row["contact_id"],
        mediator=Oin(row["mediator"]),
        reach=ExclusionReach(row["reach"]),
        index_token=IndexToken(bytes(row["index_token"])),
        concealed=bytes(row["excluded"]),
        status=ExclusionStatus(row["status"]),
        recorded_at=instant(row["recorded_at"]),
        lifted_at=None if row["lifted_at"] is None else instant(row["lifted_at"]),
    )

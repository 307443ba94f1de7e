"""The register of consents: recorded by an agency, valid by the database's clock, without a person once they end."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    null,
    select,
    update,
)

from gateway.core.consent import Consent, Consenting, Scope, StandingConsent
from gateway.core.involvement import Oin, ends_at
from gateway.flows.ports.conversion import Converted
from gateway.protocol.messages.consents import ConsentStatus
from gateway.store import tables
from gateway.store.instants import DatabaseTime, instant, microseconds
from gateway.store.sets import among
from gateway.store.sheet import Port
from keys.tokens import IndexToken

_table, _registrations, _parties = tables.consents, tables.registrations, tables.match_parties
_held: Final[ColumnElement[bool]] = _table.c.status == literal_column("'valid'")
_valid: Final = and_(_held, _table.c.ends_at > DatabaseTime())
_over: Final = and_(_held, _table.c.ends_at <= DatabaseTime())

# Whoever asks after the end has come is told so, even when the purge runs late.
_STATUS = case((_over, literal_column("'expired'")), else_=_table.c.status).label("status_now")
_OWN = select(_table, _STATUS).where(_table.c.agency == bindparam("agency"))
_ONE = _OWN.where(_table.c.id == bindparam("id"))
PAGE: Final = _OWN.where(_table.c.id > bindparam("after")).order_by(_table.c.id).limit(bindparam("limit"))
_KEYS = select(
    *(_table.c[name] for name in ("id", "agency", "lane", "purpose", "index_token", "kinds", "agencies")),
    case((_table.c.ends_at <= DatabaseTime(), 1), else_=0).label("over"),
)
VALID: Final = _KEYS.where(among(_table.c.token_prefix, "prefixes"), _valid)
#: In order of id, as everybody who holds several does.
_HOLD_VALID = VALID.where(among(_table.c.agency, "holders")).order_by(_table.c.id).with_for_update(read=True)
_HOLD_STANDING = _KEYS.where(
    _held, *(_table.c[name] == bindparam(name) for name in ("token_prefix", "index_token", "lane", "agency", "purpose"))
).with_for_update()
_HOLD = _KEYS.where(among(_table.c.id, "ids"), _held).order_by(_table.c.id).with_for_update()
DUE_TO_EXPIRE: Final = select(_table.c.id).where(_over).order_by(_table.c.ends_at).limit(bindparam("limit"))
_END = (
    update(_table)
    .where(among(_table.c.id, "ids"), _held)
    .values(
        status=bindparam("new_status"),
        ended_at=DatabaseTime(),
        token_prefix=null(),
        index_token=null(),
        sealed=null(),
    )
)
RESTING: Final = (
    select(_registrations.c.id)
    .where(among(_registrations.c.consent, "ids"), _registrations.c.consent.is_not(None))
    .order_by(_registrations.c.id)
)
_MOVE = (
    update(_registrations)
    .where(_registrations.c.consent == bindparam("old"))
    .values(consent=bindparam("new"))
    .returning(_registrations.c.id)
)
_CARRYING = (
    select(func.count())
    .select_from(_parties)
    .join(_registrations, _registrations.c.id == _parties.c.registration)
    .join(_table, _table.c.id == _registrations.c.consent)
    .where(_parties.c.match == bindparam("match"), _valid)
)
_KEPT_IN = select(_table.c.id).where(_table.c.lane == bindparam("lane")).limit(1)
_FORGET = delete(_table).where(_table.c.lane == bindparam("lane"))


class SqlConsents(Port):
    """Consents, each seen by the agency that recorded it only (G24)."""

    def record(self, consent: Consent, person: Converted) -> None:
        """Record a consent; a second valid one of the same agency, purpose and person runs the change again."""
        row = {
            "id": consent.id,
            "agency": consent.agency,
            "lane": consent.lane,
            "purpose": consent.purpose,
            "case_reference": consent.case_reference,
            "token_prefix": person.index_token.prefix,
            "index_token": person.index_token.value,
            "sealed": person.sealed.ciphertext,
            "epoch": person.epoch,
            "kinds": json.dumps(consent.scope.kinds),
            "agencies": json.dumps(consent.scope.agencies),
            "given_on": consent.given_on,
            "valid_until_on": consent.valid_until_on,
            "ends_at": microseconds(ends_at(consent.valid_until_on)),
            "status": consent.status.value,
        }
        self._sheet.insert(_table, [row])

    def one(self, consent: str, *, agency: Oin) -> Consent | None:
        """Return this agency's consent."""
        row = self._sheet.read(_ONE, {"id": consent, "agency": agency}).mappings().first()
        return None if row is None else _consent(row)

    def page(self, agency: Oin, *, after: str, limit: int) -> tuple[Consent, ...]:
        """Return this agency's consents with an id after `after`, in order of id."""
        rows = self._sheet.read(PAGE, {"agency": agency, "after": after, "limit": limit})
        return tuple(_consent(row) for row in rows.mappings())

    def valid(self, index_tokens: Collection[IndexToken]) -> Mapping[Consenting, StandingConsent]:
        """Return the valid consents of these persons."""
        rows = self._sheet.read(VALID, {"prefixes": _prefixes(index_tokens)}).mappings()
        return _by_key(rows.all(), index_tokens)

    def hold_valid(
        self, index_tokens: Collection[IndexToken], *, holders: Collection[Oin]
    ) -> Mapping[Consenting, StandingConsent]:
        """Return the valid consents that these agencies have of these persons; none ends before this change does."""
        of = {"prefixes": _prefixes(index_tokens), "holders": sorted(holders)}
        return _by_key(self._sheet.read(_HOLD_VALID, of).mappings().all(), index_tokens)

    def hold(self, consents: Collection[str]) -> tuple[StandingConsent, ...]:
        """Hold those that nobody has ended yet: until this change is over nothing new comes to rest on them."""
        rows = self._sheet.read(_HOLD, {"ids": sorted(consents)}).mappings()
        return tuple(_standing(row) for row in rows)

    def hold_standing(self, of: Consenting) -> StandingConsent | None:
        """Hold the one that nobody has ended yet, if there is one, whether or not its end has come."""
        person = {"token_prefix": of.index_token.prefix, "index_token": of.index_token.value}
        key = {"lane": of.lane, "agency": of.agency, "purpose": of.purpose, **person}
        row = self._sheet.read(_HOLD_STANDING, key).mappings().first()
        return None if row is None else _standing(row)

    def end(self, consents: Sequence[str], *, status: ConsentStatus) -> None:
        """End them, and erase whose they were."""
        self._sheet.write(_END, {"ids": list(consents), "new_status": status.value})

    def resting_on(self, consents: Sequence[str]) -> tuple[str, ...]:
        """Return the registrations that rest on these consents, ended ones too."""
        return tuple(self._sheet.read(RESTING, {"ids": list(consents)}).scalars())

    def move(self, old: str, *, new: str) -> tuple[str, ...]:
        """Let what rests on one consent rest on another; return the registrations."""
        return tuple(self._sheet.write(_MOVE, {"old": old, "new": new}).scalars())

    def carry_both(self, match: str) -> bool:
        """Return whether both sides of a match rest on a consent that is valid now."""
        both = 2
        return bool(self._sheet.read(_CARRYING, {"match": match}).scalar_one() == both)

    def due_to_expire(self, *, limit: int) -> tuple[str, ...]:
        """Return those whose end has come by the database's clock, longest over first."""
        return tuple(self._sheet.read(DUE_TO_EXPIRE, {"limit": limit}).scalars())

    def kept_in(self, lane: str) -> bool:
        """Return whether any consent of this lane is kept, ended or not."""
        return self._sheet.read(_KEPT_IN, {"lane": lane}).first() is not None

    def forget(self, lane: str) -> int:
        """Remove every consent of a lane that no registration is left in; return how many."""
        return self._sheet.write(_FORGET, {"lane": lane}).rowcount


def _prefixes(index_tokens: Collection[IndexToken]) -> list[int]:
    return sorted({token.prefix for token in index_tokens})


def _by_key(rows: Sequence[RowMapping], wanted: Collection[IndexToken]) -> Mapping[Consenting, StandingConsent]:
    """Leave out whoever only shares a prefix."""
    found = map(_standing, rows)
    return {one.of: one for one in found if one.of.index_token in wanted}


def _standing(row: RowMapping) -> StandingConsent:
    token = IndexToken(bytes(row["index_token"]))
    of = Consenting(Oin(row["agency"]), row["lane"], row["purpose"], token)
    return StandingConsent(row["id"], of, _scope(row), over=bool(row["over"]))


def _scope(row: RowMapping) -> Scope:
    return Scope(tuple(json.loads(row["kinds"])), tuple(map(Oin, json.loads(row["agencies"]))))


def _consent(row: RowMapping) -> Consent:
    return Consent(
        id=row["id"],
        agency=Oin(row["agency"]),
        lane=row["lane"],
        purpose=row["purpose"],
        case_reference=row["case_reference"],
        scope=_scope(row),
        given_on=row["given_on"],
        valid_until_on=row["valid_until_on"],
        status=ConsentStatus(row["status_now"]),
        recorded_at=instant(row["recorded_at"]),
    )

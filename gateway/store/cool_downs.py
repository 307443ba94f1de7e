"""Who withdrew within a day of registering, as far as its matches tell: kept by no person, so an erasure leaves it."""

from typing import Final

from sqlalchemy import and_, bindparam, select

from gateway.core.cool_down import COOL_DOWN
from gateway.core.involvement import Oin
from gateway.protocol.messages.registrations import RegistrationStatus
from gateway.store import tables
from gateway.store.instants import SECOND, DatabaseTime
from gateway.store.sheet import Port

_parties, _registrations = tables.match_parties, tables.registrations
_COOL_DOWN: Final = int(COOL_DOWN.total_seconds()) * SECOND
_MET = select(_parties.c.match).where(_parties.c.registration == bindparam("registration")).limit(1)

_other, _met, _own = _parties.alias("other"), _parties.alias("met"), _parties.alias("own")
#: From the other side's registration in this match to its earlier ones, and to what this agency withdrew of those.
HOLDS: Final = (
    select(_own.c.match)
    .select_from(_other)
    .join(_met, _met.c.registration == _other.c.registration)
    .join(_own, and_(_own.c.match == _met.c.match, _own.c.agency == bindparam("agency")))
    .join(_registrations, _registrations.c.id == _own.c.registration)
    .where(
        _other.c.match == bindparam("match"),
        _other.c.agency != bindparam("agency"),
        _registrations.c.status == RegistrationStatus.WITHDRAWN.value,
        _registrations.c.ended_at > DatabaseTime() - _COOL_DOWN,
        _registrations.c.ended_at - _registrations.c.registered_at < _COOL_DOWN,
    )
    .limit(1)
)


class SqlCoolDowns(Port):
    """What a withdrawal soon after registering leaves behind (domain rule 10)."""

    def has_met(self, registration: str) -> bool:
        """Return whether a registration was ever in a match."""
        return self._sheet.read(_MET, {"registration": registration}).first() is not None

    def holds(self, match: str, *, agency: Oin) -> bool:
        """Return whether this agency, in the last day, withdrew in haste what had met the other side of this match."""
        return self._sheet.read(HOLDS, {"match": match, "agency": agency}).first() is not None

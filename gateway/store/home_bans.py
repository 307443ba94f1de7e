"""Home bans: one row beside the registration that is the ban, in force while that is active by the database's clock."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import and_, bindparam, select

from gateway.core.home_ban import BanInForce, HomeBan
from gateway.core.involvement import Oin
from gateway.store import tables
from gateway.store.activity import is_active
from gateway.store.sheet import Port

_bans, _registrations, _parties = tables.home_bans, tables.registrations, tables.match_parties
_OF: Final = select(_bans.c.starts_on, _bans.c.led_by).where(_bans.c.registration == bindparam("registration"))
_IN_FORCE: Final = (
    select(_registrations.c.valid_until_on, _bans.c.led_by)
    .select_from(_parties)
    .join(_registrations, _registrations.c.id == _parties.c.registration)
    .join(_bans, _bans.c.registration == _registrations.c.id)
    .where(and_(_parties.c.match == bindparam("match"), _parties.c.agency == bindparam("agency")))
    .where(is_active(_registrations))
)


class SqlHomeBans(Port):
    """The clock of the bans."""

    def add(self, bans: Sequence[tuple[str, HomeBan]]) -> None:
        """Add each ban beside its registration."""
        self._sheet.insert(
            _bans, [{"registration": id_, "starts_on": ban.starts_on, "led_by": ban.led_by} for id_, ban in bans]
        )

    def of(self, registration: str) -> HomeBan | None:
        """Return the ban that a registration is, in force or not."""
        row = self._sheet.read(_OF, {"registration": registration}).first()
        return None if row is None else HomeBan(row[0], Oin(row[1]))

    def in_force(self, match: str, *, by: Oin) -> BanInForce | None:
        """Return the ban that this party of a match registered, while it is in force."""
        row = self._sheet.read(_IN_FORCE, {"match": match, "agency": by}).first()
        return None if row is None else BanInForce(row[0], Oin(row[1]))

"""Keeps every release of the policies that was ever in force: the highest number is never forgotten (G20)."""

from typing import Final

from sqlalchemy import bindparam, select

from gateway.flows.ports.policies import KeptRelease
from gateway.store import tables
from gateway.store.sheet import Port

_releases = tables.policy_releases
_KEPT: Final = select(_releases.c.number, _releases.c.digest, _releases.c.content)
_NEWEST: Final = _KEPT.order_by(_releases.c.number.desc()).limit(1)
_NUMBERED: Final = _KEPT.where(_releases.c.number == bindparam("wanted"))
_ONE: Final = _KEPT.where(_releases.c.digest == bindparam("wanted"))


class SqlPolicies(Port):
    """Releases by number and digest."""

    def keep(self, release: KeptRelease) -> KeptRelease:
        """Keep a release, and return what is kept under its number: itself, or the one that came before it.

        When two processes keep two releases of one number, one of them finds the key taken and reads the other's.
        """
        if (before := self._sheet.read(_NUMBERED, {"wanted": release.number}).first()) is not None:
            return KeptRelease(*before)
        row = {"number": release.number, "digest": release.digest, "content": release.content}
        self._sheet.insert(_releases, [row])
        return release

    def newest(self) -> KeptRelease | None:
        """Return the release with the highest number that was ever in force."""
        found = self._sheet.read(_NEWEST).first()
        return None if found is None else KeptRelease(*found)

    def one(self, digest: str) -> KeptRelease | None:
        """Return the release with this digest."""
        found = self._sheet.read(_ONE, {"wanted": digest}).first()
        return None if found is None else KeptRelease(*found)

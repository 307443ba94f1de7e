"""Who holds safety oversight: a row for each time that it was held, over when its registration is."""

from typing import Final

from sqlalchemy import bindparam, func, select, update

from gateway.core.handover import Oversight
from gateway.core.involvement import Oin
from gateway.store import tables
from gateway.store.activity import goes_on
from gateway.store.faults import Overtaken
from gateway.store.instants import instant, microseconds
from gateway.store.sheet import Port
from keys.tokens import IndexToken

_held, _registrations = tables.safety_oversights, tables.registrations
_not_ended = _held.c.ended_at.is_(None)
_of_person = (_held.c.token_prefix == bindparam("prefix")) & (_held.c.index_token == bindparam("token"))

HOLDER: Final = (
    select(_held.c.id, _held.c.agency, _held.c.registration, _held.c.since_at)
    .join(_registrations, _registrations.c.id == _held.c.registration)
    .where(_of_person, _not_ended, goes_on(_registrations))
)
# It was over when its registration was, whenever that is written down.
_over_at = (
    select(func.coalesce(_registrations.c.ended_at, _registrations.c.ends_at))
    .where(_registrations.c.id == _held.c.registration)
    .scalar_subquery()
)
_goes_on = select(_registrations.c.id).where(_registrations.c.id == _held.c.registration, goes_on(_registrations))
_END_OVER = update(_held).where(_of_person, _not_ended, ~_goes_on.exists()).values(ended_at=_over_at)
_END = update(_held).where(_held.c.id == bindparam("held"), _not_ended).values(ended_at=bindparam("at"))


class SqlOversights(Port):
    """Safety oversight, under the claim of its person."""

    def holder(self, index_token: IndexToken) -> Oversight | None:
        """Return who holds it now."""
        row = self._sheet.read(HOLDER, _person(index_token)).first()
        return None if row is None else Oversight(row[0], index_token, Oin(row[1]), row[2], instant(row[3]))

    def begin(self, oversight: Oversight) -> None:
        """Let an agency hold it that nobody holds; when somebody does, the change runs again."""
        self._sheet.write(_END_OVER, _person(oversight.index_token))
        self._add(oversight)

    def move(self, held: Oversight, *, to: Oversight) -> None:
        """Let another agency hold it from the very instant at which the one before it no longer does."""
        if self._sheet.write(_END, {"held": held.id, "at": microseconds(to.since_at)}).rowcount != 1:
            raise Overtaken
        self._add(to)

    def _add(self, oversight: Oversight) -> None:
        row = {
            "id": oversight.id,
            "token_prefix": oversight.index_token.prefix,
            "index_token": oversight.index_token.value,
            "agency": oversight.agency,
            "registration": oversight.registration,
            "since_at": microseconds(oversight.since_at),
        }
        self._sheet.insert(_held, [row])


def _person(index_token: IndexToken) -> dict[str, object]:
    return {"prefix": index_token.prefix, "token": index_token.value}

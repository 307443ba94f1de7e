"""Notices of death and of moving that wait: a row until it was applied, and nothing of the person after."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, delete, literal_column, select

from gateway.core.involvement import Oin
from gateway.core.life_notice import LifeEvent, LifeNotice
from gateway.flows.ports.persons import PersonsRegistration
from gateway.store import tables
from gateway.store.activity import held_active
from gateway.store.sets import among
from gateway.store.sheet import Port
from keys.tokens import IndexToken

_notices, _registrations = tables.life_notices, tables.registrations
_WAITING = select(_notices.c.id).limit(1)
_TAKE = select(_notices).order_by(_notices.c.id).limit(bindparam("limit")).with_for_update(skip_locked=True)
_FORGET = delete(_notices).where(among(_notices.c.id, "ids"))
_person = (_registrations.c.token_prefix == bindparam("prefix"), _registrations.c.index_token == bindparam("token"))
_of_lane = _registrations.c.lane == bindparam("lane")
#: In two halves, each by the partial index that carries it.
_GOING_ON = select(_registrations.c.id, _registrations.c.agency, literal_column("1").label("goes_on")).where(
    *_person, _of_lane, held_active(_registrations)
)
_ARCHIVED = select(_registrations.c.id, _registrations.c.agency, literal_column("0").label("goes_on")).where(
    *_person, _of_lane, _registrations.c.archived_until_at.is_not(None)
)
OF_PERSON: Final = _GOING_ON.union_all(_ARCHIVED)


class SqlLifeNotices(Port):
    """Notices, each applied once."""

    def add(self, notice: LifeNotice) -> None:
        """Keep a notice."""
        row = {
            "id": notice.id,
            "source": notice.source,
            "kind": notice.kind.value,
            "lane": notice.lane,
            "token_prefix": notice.index_token.prefix,
            "index_token": notice.index_token.value,
            "happened_on": notice.on,
        }
        self._sheet.insert(_notices, [row])

    def waiting(self) -> bool:
        """Return whether one waits."""
        return self._sheet.read(_WAITING).first() is not None

    def take(self, *, limit: int) -> tuple[LifeNotice, ...]:
        """Take the oldest that no other worker holds."""
        rows = self._sheet.read(_TAKE, {"limit": limit}).mappings()
        return tuple(
            LifeNotice(
                id=row["id"],
                source=row["source"],
                kind=LifeEvent(row["kind"]),
                lane=row["lane"],
                index_token=IndexToken(bytes(row["index_token"])),
                on=row["happened_on"],
            )
            for row in rows
        )

    def registrations_of(self, notice: LifeNotice) -> tuple[PersonsRegistration, ...]:
        """Return what stands or is archived about this person in the lane of the notice, in order of id."""
        of = {"prefix": notice.index_token.prefix, "token": notice.index_token.value, "lane": notice.lane}
        rows = self._sheet.read(OF_PERSON, of)
        return tuple(sorted(PersonsRegistration(id_, Oin(agency), bool(goes_on)) for id_, agency, goes_on in rows))

    def forget(self, notices: Sequence[str]) -> None:
        """Remove notices that were applied."""
        self._sheet.write(_FORGET, {"ids": list(notices)})

"""The journal of what a restored backup must not undo: written with the change, and read out to a file beyond (G17)."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, func, or_, select, update

from gateway.core.archive import NOBODY
from gateway.core.subject_request import Journaled, JournalEntry
from gateway.store import tables
from gateway.store.activity import held_active
from gateway.store.instants import DatabaseTime
from gateway.store.sets import among, as_pairs, pair_among
from gateway.store.sheet import Port, Sheet

_journal, _registrations = tables.erasure_journal, tables.registrations
TO_EXPORT: Final = (
    select(_journal.c.registration, _journal.c.kind, _journal.c.reason)
    .where(_journal.c.exported_at.is_(None))
    .order_by(_journal.c.registration, _journal.c.kind)
    .limit(bindparam("limit"))
)
_EXPORTED = (
    update(_journal)
    .where(pair_among(_journal.c.registration, _journal.c.kind, "entries"), _journal.c.exported_at.is_(None))
    .values(exported_at=DatabaseTime())
)
_COUNT = select(func.count()).where(_journal.c.exported_at.is_not(None))
_REVIVED = select(_registrations.c.id).where(
    or_(
        among(_registrations.c.id, "ended") & held_active(_registrations),
        among(_registrations.c.id, "forgotten") & (_registrations.c.index_token != NOBODY.value),
    )
)


def journal(sheet: Sheet, registrations: Sequence[str], kind: Journaled, reason: str = "") -> None:
    """Write down that these are over; what is written already stays as it is."""
    rows = [{"registration": one, "kind": kind.value, "reason": reason} for one in registrations]
    sheet.insert_new(_journal, rows)


class SqlErasureJournal(Port):
    """What is in the journal and not yet beyond this database; and what of a journal this database does not know."""

    def to_export(self, *, limit: int) -> tuple[JournalEntry, ...]:
        """Return entries that are nowhere but here."""
        rows = self._sheet.read(TO_EXPORT, {"limit": limit})
        return tuple(JournalEntry(row[0], Journaled(row[1]), row[2]) for row in rows)

    def exported(self, entries: Sequence[JournalEntry]) -> None:
        """Record that entries lie durably outside of this database."""
        self._sheet.write(_EXPORTED, as_pairs("entries", [(one.registration, one.kind.value) for one in entries]))

    def count_exported(self) -> int:
        """Return how many entries must be found outside."""
        return int(self._sheet.read(_COUNT).scalar_one())

    def revived(self, entries: Sequence[JournalEntry]) -> frozenset[str]:
        """Return the registrations that go on, or whose person is known, though an entry says otherwise."""
        of = {kind.value: [one.registration for one in entries if one.kind is kind] for kind in Journaled}
        return frozenset(self._sheet.read(_REVIVED, of).scalars())

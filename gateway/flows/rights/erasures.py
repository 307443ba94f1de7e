"""Keep the erasure journal beyond the database and replay it before serving: a restored backup revives nobody (G17)."""

from collections.abc import Callable, Sequence
from functools import partial

from gateway.core.events import GATEWAY, Event, EventKind
from gateway.core.involvement import Ending
from gateway.core.subject_request import Journaled, JournalEntry
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Store, Tx
from gateway.protocol.messages.registrations import RegistrationStatus, WithdrawalReason

EXPORT_AT_ONCE = 500
REPLAY_AT_ONCE = 500

Append = Callable[[Sequence[JournalEntry]], None]
Read = Callable[[], Sequence[JournalEntry]]


class JournalIncomplete(Exception):
    """The journal beyond the database lacks what this database knows to be in it: it was lost or replaced."""

    def __init__(self) -> None:
        """Say what to do, for an operator."""
        super().__init__("the erasure journal lacks entries that this database knows: put the newest journal back")


def export_erasures(house: House, *, append: Append, limit: int = EXPORT_AT_ONCE) -> int:
    """Append what is only in the database to the journal beyond it; return how many entries.

    `append` returns once they are durable. A crash after it writes them once more, which changes nothing.
    """
    entries = house.store.view("erasures", lambda view: view.journal.to_export(limit=limit))
    if not entries:
        return 0
    append(entries)

    def work(tx: Tx) -> Recorded[int]:
        tx.journal.exported(entries)
        fields = {"registrations": tuple(sorted({entry.registration for entry in entries}))}
        return Recorded(len(entries), (Event(house.mint("evt"), EventKind.ERASURES_EXPORTED, GATEWAY, fields),))

    return house.store.change("export erasures", work)


def replay_erasures(store: Store, read: Read, *, mint: Callable[[str], str]) -> int:
    """End and forget whatever an older database brought back; return how many registrations that were.

    The journal is read after the database was asked what must be in it: a worker may append at this moment.

    Raises:
        JournalIncomplete: the journal holds fewer entries than this database knows to be in it.
    """
    expected = store.view("journal", lambda view: view.journal.count_exported())
    entries = read()
    if len({(entry.registration, entry.kind) for entry in entries}) < expected:
        raise JournalIncomplete
    chunks = (entries[start : start + REPLAY_AT_ONCE] for start in range(0, len(entries), REPLAY_AT_ONCE))
    return sum(_replay(store, chunk, mint) for chunk in chunks)


def _replay(store: Store, entries: Sequence[JournalEntry], mint: Callable[[str], str]) -> int:
    if not store.view("revived", lambda view: view.journal.revived(entries)):
        return 0
    return store.change("replay erasures", partial(_end_again, entries, mint))


def _end_again(entries: Sequence[JournalEntry], mint: Callable[[str], str], tx: Tx) -> Recorded[int]:
    found = tx.registrations.several(sorted(tx.journal.revived(entries)))
    tx.claim({one.index_token for one in found})
    ids = tx.journal.revived(entries)  # again: now under the claim
    for entry in entries:
        if entry.registration in ids and entry.kind is Journaled.ENDED:
            void = entry.reason == WithdrawalReason.REGISTERED_IN_ERROR
            ending = Ending.VOID if void else Ending.ENDED
            status, one = RegistrationStatus.WITHDRAWN, (entry.registration,)
            tx.registrations.end(one, status=status, reason=entry.reason, ending=ending)
    tx.archive.forget(sorted(ids), cases=True)  # what the archive kept since is lost with it: earlier, never later
    fields = {"registrations": tuple(sorted(ids))}
    return Recorded(len(ids), (Event(mint("evt"), EventKind.ERASURES_REPLAYED, GATEWAY, fields),))

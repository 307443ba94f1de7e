"""G17: whatever ended since a backup was made stays over when that backup is restored; nobody is revived or matched."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.core.events import EventKind
from gateway.core.subject_request import Journaled, JournalEntry
from gateway.flows.rights.erasures import JournalIncomplete, export_erasures, replay_erasures
from gateway.ids import mint
from gateway.peers.erasure_file import ErasureFile, JournalRejected
from gateway.protocol.messages.registrations import RegistrationStatus, WithdrawalReason
from gateway.protocol.messages.subject_requests import SubjectRight
from gateway.store import SqlStore, open_store, reconcile
from gateway.store.tables import metadata
from tests.support.rights import Desk, now
from tests.support.stores import Shelf

Restore = Callable[[], SqlStore]


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    """Open the desks of two municipalities."""
    return Desk(store, now())


@pytest.fixture
def file(tmp_path: Path) -> ErasureFile:
    """Keep the journal beside the database."""
    return ErasureFile(tmp_path / "erasures.ndjson")


@pytest.fixture
def backup(store: SqlStore, shelf: Shelf, tmp_path: Path) -> Iterator[Callable[[], Restore]]:
    """Return what makes a backup of the store, and returns what restores it into a database of its own."""
    opened: list[SqlStore] = []

    def keep() -> Restore:
        restored = _copied_file(store, tmp_path) if _is_file(store) else _dumped_tables(store, shelf, tmp_path)

        def restore() -> SqlStore:
            opened.append(open_store(restored()))
            return opened[-1]

        return restore

    yield keep
    for one in opened:
        one.close()


def _is_file(store: SqlStore) -> bool:
    return store.database.engines.reader.dialect.name == "sqlite"


def _copied_file(store: SqlStore, tmp_path: Path) -> Callable[[], str]:
    path = tmp_path / "backup.db"
    source, target = sqlite3.connect(str(store.database.engines.writer.url.database)), sqlite3.connect(path)
    source.backup(target)
    source.close()
    target.close()
    return lambda: f"sqlite:///{path}"


def _dumped_tables(store: SqlStore, shelf: Shelf, tmp_path: Path) -> Callable[[], str]:
    with store.database.engines.reader.connect() as connection:
        dump = {
            table: [dict(row) for row in connection.execute(table.select()).mappings()]
            for table in metadata.sorted_tables
        }

    def restored() -> str:
        url = shelf.url("postgresql", tmp_path)
        with open_store(url) as empty, empty.database.engines.writer.begin() as connection:
            for table, rows in dump.items():
                if rows:
                    connection.execute(table.insert(), rows)
        return url

    return restored


def _end_everybody(desk: Desk, registered: dict[str, str]) -> None:
    """Let four children go in four ways: erased, objected to, withdrawn in error, and at rest in the archive."""
    for who, right in (("erased", SubjectRight.ERASURE), ("objected", SubjectRight.OBJECTION)):
        desk.takes(who, right)
        desk.settles(desk.police)
    reasons = {"in error": WithdrawalReason.REGISTERED_IN_ERROR, "risk gone": WithdrawalReason.RISK_GONE}
    for who, reason in reasons.items():
        desk.withdraws(desk.police, registered[who], reason)


WHO = ("erased", "objected", "in error", "risk gone", "stays")


def _register(desk: Desk) -> dict[str, str]:
    return {who: desk.registers(desk.police, who).id for who in WHO}


def _moved(desk: Desk, store: SqlStore) -> Desk:
    """Return the same desks over a restored database."""
    moved = Desk.__new__(Desk)
    moved.__dict__.update(desk.__dict__)
    moved.store = store
    moved.small = type(desk.small)(store, desk.small.parties, desk.small.policies)
    return moved


def test_a_restored_backup_revives_nobody(
    desk: Desk, backup: Callable[[], Restore], file: ErasureFile, store: SqlStore
) -> None:
    """After the replay whoever registers these children meets nobody; who was never erased is met as ever."""
    registered = _register(desk)
    restore = backup()
    _end_everybody(desk, registered)
    while export_erasures(desk.small.house, append=file.append):
        pass
    store.close()

    old = restore()
    again = _moved(desk, old)
    assert {RegistrationStatus.ACTIVE} == {again.shows(desk.police, one).status for one in registered.values()}
    assert 4 == replay_erasures(old, file.read, mint=mint)
    assert 0 == replay_erasures(old, file.read, mint=mint)

    for who in WHO:
        again.registers(desk.team, who)
    again.matches()
    shown = {who: again.shows(desk.police, one).status for who, one in registered.items()}
    gone = RegistrationStatus.WITHDRAWN
    assert {who: RegistrationStatus.ACTIVE if who == "stays" else gone for who in WHO} == shown
    assert 1 == len(again.match_ids(desk.team))
    assert 1 == len(again.events(EventKind.ERASURES_REPLAYED))
    assert reconcile(old).sound


def test_without_its_journal_a_backup_would_revive_them(desk: Desk, backup: Callable[[], Restore]) -> None:
    """What the journal is for: the test above can fail."""
    registered = _register(desk)
    restore = backup()
    _end_everybody(desk, registered)
    old = restore()
    assert 0 == replay_erasures(old, tuple, mint=mint)
    assert RegistrationStatus.ACTIVE is _moved(desk, old).shows(desk.police, registered["erased"]).status


def test_a_match_of_the_backup_ends_with_the_replay(
    desk: Desk, backup: Callable[[], Restore], file: ErasureFile
) -> None:
    """An open match of someone erased since is no match any more."""
    desk.registers(desk.police, "noor")
    desk.registers(desk.team, "noor")
    desk.matches()
    restore = backup()
    desk.takes("noor", SubjectRight.ERASURE)
    desk.settles(desk.police)
    export_erasures(desk.small.house, append=file.append)
    old = restore()
    replay_erasures(old, file.read, mint=mint)
    assert ["ended"] == list(_moved(desk, old).match_ids(desk.team).values())
    assert reconcile(old).sound


def test_a_journal_that_lost_entries_is_refused(desk: Desk, file: ErasureFile) -> None:
    """A gateway does not serve on a journal that is older than its own database."""
    registered = _register(desk)
    _end_everybody(desk, registered)
    export_erasures(desk.small.house, append=file.append)
    with pytest.raises(JournalIncomplete):
        replay_erasures(desk.store, lambda: file.read()[1:], mint=mint)
    replay_erasures(desk.store, file.read, mint=mint)


def test_a_worker_may_append_while_a_gateway_starts(desk: Desk, file: ErasureFile) -> None:
    """What is exported at this moment is not missed: the journal is read after the database was asked."""
    registered = _register(desk)
    _end_everybody(desk, registered)

    def read_before_the_worker_appends() -> tuple[JournalEntry, ...]:
        entries = file.read()
        assert 0 < export_erasures(desk.small.house, append=file.append)
        return entries

    assert 0 == replay_erasures(desk.store, read_before_the_worker_appends, mint=mint)
    assert 0 == replay_erasures(desk.store, file.read, mint=mint)


def test_a_crash_between_file_and_database_writes_an_entry_once_more(desk: Desk, file: ErasureFile) -> None:
    """It is in the journal at least once, and replays as if once."""
    registered = _register(desk)
    _end_everybody(desk, registered)

    def append_and_die(entries: object) -> None:
        file.append(entries)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_erasures(desk.small.house, append=append_and_die)
    once = len(file.read())
    assert once == export_erasures(desk.small.house, append=file.append)
    assert 2 * once == len(file.read())
    assert 0 == replay_erasures(desk.store, file.read, mint=mint)


def test_half_a_line_is_cut_off_and_a_bad_line_is_refused(tmp_path: Path) -> None:
    """A crash leaves the first, which comes again; the second is somebody's hand."""
    path = tmp_path / "erasures.ndjson"
    file, entry = ErasureFile(path), JournalEntry("reg_1", Journaled.ENDED, "erasure")
    assert () == file.read()
    file.append((entry,))
    assert 0o600 == path.stat().st_mode & 0o777
    whole = path.read_bytes()
    for end in range(1, len(whole)):
        path.write_bytes(whole + whole[:end])
        assert (entry,) == file.read()
        file.append((entry,))
        assert (entry, entry) == file.read()
    path.write_bytes(b"nothing\n" + whole)
    with pytest.raises(JournalRejected):
        file.read()

"""The log of a key holder is durable, only grows, and decides about replays and quotas."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from keys.holder.log import CallLog, Entry, LogUnavailable, QuotaExhausted, Replayed
from keys.holder.quota import Quota
from tests.support.parties import NOW


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CallLog]:
    """A fresh log."""
    log = CallLog(tmp_path / "log.sqlite")
    yield log
    log.close()


def entry(nonce: str, *, count: int = 1, caller: str = "a", minutes: int = 0) -> Entry:
    """Return a call."""
    at = NOW + timedelta(minutes=minutes)
    return Entry(at, "token-evaluations", caller, "agency/a/youth/1", count, b"d" * 32, "key", nonce)


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    """Rows come back in order."""
    first = CallLog(tmp_path / "log.sqlite")
    first.append(entry("1"))
    first.append(entry("2", count=7))
    first.close()
    again = CallLog(tmp_path / "log.sqlite")

    assert [entry("1"), entry("2", count=7)] == again.entries()
    assert [entry("2", count=7)] == again.entries(after=1)
    again.close()


def test_a_commit_is_durable(tmp_path: Path, log: CallLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """WAL with synchronous=FULL, or the log does not open (G2)."""
    log.append(entry("1"))
    with sqlite3.connect(tmp_path / "log.sqlite") as other:
        mode = other.execute("PRAGMA journal_mode").fetchone()[0]
    other.close()

    assert "wal" == mode
    assert log.ready()
    monkeypatch.chdir(tmp_path)  # the name of a database in memory is that of a file here too
    with pytest.raises(LogUnavailable, match="power cut"):
        CallLog(Path(":memory:"))


@pytest.mark.parametrize("statement", ["DELETE FROM calls", "UPDATE calls SET count = 0"])
def test_no_row_is_changed_or_removed(tmp_path: Path, log: CallLog, statement: str) -> None:
    """Not by another program either, as long as it uses the database."""
    log.append(entry("1"))
    with sqlite3.connect(tmp_path / "log.sqlite") as other, pytest.raises(sqlite3.IntegrityError, match="append only"):
        other.execute(statement)
    other.close()


def test_a_nonce_counts_once_per_key(log: CallLog) -> None:
    """A second time it is a replay, whoever sends it."""
    log.append(entry("1"))

    with pytest.raises(Replayed):
        log.append(entry("1", caller="b"))
    assert 1 == len(log.entries())


def test_a_quota_counts_what_was_asked_within_the_window(log: CallLog) -> None:
    """Rows before the window and of others do not count; a row that does not fit is not written."""
    log.append(entry("1", count=5, minutes=-10))
    log.append(entry("2", count=5, caller="b"))
    log.append(entry("3", count=6), since=NOW - timedelta(minutes=5), limit=10)

    with pytest.raises(QuotaExhausted):
        log.append(entry("4", count=5), since=NOW - timedelta(minutes=5), limit=10)
    log.append(entry("5", count=4), since=NOW - timedelta(minutes=5), limit=10)
    assert 10 == log.used("a", since=NOW - timedelta(minutes=5))


def test_two_at_once_do_not_both_take_the_last_of_a_quota(log: CallLog) -> None:
    """However many threads ask, the sum is never more than the limit."""

    def take(i: int) -> bool:
        try:
            log.append(entry(str(i)), since=NOW - timedelta(minutes=5), limit=10)
        except QuotaExhausted:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        taken = sum(pool.map(take, range(40)))

    assert 10 == taken


def test_a_log_that_cannot_be_opened_is_said_to_be(tmp_path: Path) -> None:
    """A directory that is not there."""
    with pytest.raises(LogUnavailable):
        CallLog(tmp_path / "nowhere" / "log.sqlite")


@pytest.mark.parametrize(("t", "n", "here"), [(1, 1, 90), (2, 3, 60), (3, 5, 54)])
def test_a_holder_grants_its_part_of_the_quota(t: int, n: int, here: int) -> None:
    """Q*t/n at each, so that whichever t are asked each time, Q tokens are the most (protocol, section 4)."""
    assert here == Quota(90, t, n).here("anybody")
    assert 2 * here == Quota(90, t, n, {"larger": 180}).here("larger")


@pytest.mark.parametrize("before", [None, 0o644])
def test_only_the_owner_reads_the_log(tmp_path: Path, before: int | None) -> None:
    """All its files are 0600 under any umask, also those that an earlier version made wider."""
    path = tmp_path / "log.sqlite"
    if before is not None:
        path.touch()
        path.chmod(before)
    umask = os.umask(0o000)
    try:
        log = CallLog(path)
        log.append(entry("1"))
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
        log.close()
    finally:
        os.umask(umask)

    assert dict.fromkeys(("log.sqlite", "log.sqlite-wal", "log.sqlite-shm"), 0o600) == modes

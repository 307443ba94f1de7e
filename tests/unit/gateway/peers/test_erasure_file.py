"""The erasure journal as a file: what a crash left of a line is cut off, however far back the last whole one ends."""

from pathlib import Path

import pytest

from gateway.core.subject_request import Journaled, JournalEntry
from gateway.peers.erasure_file import ErasureFile

FIRST, SECOND = (JournalEntry(f"reg_{number}", Journaled.ENDED, "risk_gone") for number in (1, 2))


@pytest.mark.parametrize("torn", [b"", b'{"registra', b"x" * 4095, b"x" * 4096, b"x" * 10_000])
def test_what_a_crash_left_is_cut_off(tmp_path: Path, torn: bytes) -> None:
    """Nothing that was durable is lost with it, and what is appended next stands on a line of its own."""
    path = tmp_path / "erasures.jsonl"
    journal = ErasureFile(path)
    journal.append([FIRST])
    with path.open("ab") as file:
        file.write(torn)
    assert (FIRST,) == journal.read()
    journal.append([SECOND])
    assert (FIRST, SECOND) == journal.read()


def test_a_file_that_holds_no_whole_line_begins_anew(tmp_path: Path) -> None:
    """So does one that is empty."""
    path = tmp_path / "erasures.jsonl"
    path.write_bytes(b"x" * 5_000)
    ErasureFile(path).append([FIRST])
    assert (FIRST,) == ErasureFile(path).read()

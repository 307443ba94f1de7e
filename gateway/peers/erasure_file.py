"""The erasure journal as a file beyond the database: one line of JSON for each entry, appended and synced (G17).

It holds ids of registrations and nothing of anybody. Keep it on another disk than the database, out of its backups,
and in its own: whoever restores an old database lets the newest journal stand.
"""

import fcntl
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

from gateway.core.subject_request import Journaled, JournalEntry

_PRIVATE: Final = 0o600
_BLOCK: Final = 4096


class JournalRejected(Exception):
    """A journal that cannot be read to its end; the text says where."""


class ErasureFile:
    """The journal of one gateway; several processes may append to it."""

    def __init__(self, path: Path) -> None:
        """Keep the journal here; the file is made with its first entry."""
        self._path = path

    def append(self, entries: Sequence[JournalEntry]) -> None:
        """Append entries; they are durable when this returns. What a crash left of a line is cut off first."""
        lines = b"".join(map(_line, entries))
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, _PRIVATE)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(_end_of_lines(file))
            file.truncate()
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        directory = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def read(self) -> tuple[JournalEntry, ...]:
        """Return all entries, none when there is no file; raises JournalRejected for a line that is none."""
        content = self._path.read_bytes() if self._path.exists() else b""
        whole = content[: content.rfind(b"\n") + 1]  # behind it a crash left half a line, which comes again
        return tuple(_entry(number, line) for number, line in enumerate(whole.splitlines(), start=1))


def _end_of_lines(file: BinaryIO) -> int:
    """Return where the last whole line ends, read from the end: the journal only grows."""
    end = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - _BLOCK)
        file.seek(start)
        newline = file.read(end - start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0


def _line(entry: JournalEntry) -> bytes:
    said = {"registration": entry.registration, "kind": entry.kind.value, "reason": entry.reason}
    return json.dumps(said, separators=(",", ":")).encode() + b"\n"


def _entry(number: int, line: bytes) -> JournalEntry:
    try:
        said = json.loads(line)
        return JournalEntry(str(said["registration"]), Journaled(said["kind"]), str(said["reason"]))
    except (ValueError, KeyError, TypeError):
        raise JournalRejected(f"line {number} of the erasure journal is no entry") from None

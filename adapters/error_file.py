"""Decides how bad rows are given back: the export's own columns and a reason, to be repaired and imported again."""

import csv
import io
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Self

REASON: Final = "reason"
_PRIVATE: Final = 0o600


class ErrorFile:
    """The rows that were not taken, in the form of the export they came from, so that the same map reads them.

    It is made when the first bad row comes. `size` is how far it is written; going on from an earlier size forgets what
    was written after it.
    """

    def __init__(self, path: Path, *, heading: tuple[str, ...], delimiter: str, encoding: str, size: int = 0) -> None:
        """Go on after `size` bytes; 0 begins anew."""
        self.path = path
        self.size = size
        self._repaired = heading[-1:] == (REASON,)  # an export that was an error file: its old reason gives way
        self._heading = heading if self._repaired else (*heading, REASON)
        self._delimiter = delimiter
        self._encoding = encoding
        if size == 0:
            path.unlink(missing_ok=True)
        else:
            os.truncate(path, size)

    @classmethod
    def beside(cls, export: Path, *, heading: tuple[str, ...], delimiter: str, encoding: str, size: int = 0) -> Self:
        """Keep the errors of an export beside it, as `<export>.errors.csv`."""
        path = error_path(export)
        return cls(path, heading=heading, delimiter=delimiter, encoding=encoding, size=size)

    def add(self, rows: Iterable[tuple[tuple[str, ...], str]]) -> None:
        """Write rows with the reason for each, durably."""
        lines = [(*(cells[:-1] if self._repaired else cells), reason) for cells, reason in rows]
        if not lines:
            return
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=self._delimiter)
        if self.size == 0:
            writer.writerow(self._heading)
        writer.writerows(lines)
        encoding = self._encoding if self.size == 0 else self._encoding.replace("utf-8-sig", "utf-8")
        content = text.getvalue().encode(encoding, errors="replace")
        with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _PRIVATE), "ab") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        self.size += len(content)


def error_path(export: Path) -> Path:
    """Return where the bad rows of an export go; those of a repaired error file go into a next one, by number."""
    again = re.fullmatch(r"(.+)\.errors(?:\.([1-9][0-9]{0,5}))?", export.stem)
    name = f"{again[1]}.errors.{int(again[2] or 1) + 1}" if again else f"{export.stem}.errors"
    return export.with_name(f"{name}.csv")

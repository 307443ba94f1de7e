"""Decides how the demo talks: bars that move on a terminal, plain lines elsewhere, and all of it on standard error."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

Advance = Callable[[int], None]

_WIDTH: Final = 120  # of what is no terminal and so has none


class Stage:
    """Where the demo shows what it does. Several threads may advance their bars at once."""

    def __init__(self, file: TextIO) -> None:
        """Talk to this file; what it shows moves only when it is a terminal."""
        self._console = Console(file=file, highlight=False, soft_wrap=True, width=None if file.isatty() else _WIDTH)
        self._lock = threading.Lock()

    def say(self, text: str = "") -> None:
        """Say one line."""
        self._console.print(text, markup=False)

    def heading(self, text: str) -> None:
        """Begin a part."""
        self._console.print()
        self._console.print(text, style="bold", markup=False)

    def show(self, table: Table) -> None:
        """Show a table."""
        self._console.print(table, soft_wrap=False)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Say that something is done, and how long it took."""
        started = time.monotonic()
        with self._console.status(f"{title} ...") if self._console.is_terminal else _nothing():
            yield
        self.say(f"  {title} ({time.monotonic() - started:.1f} s)")

    @contextmanager
    def bars(self) -> Iterator["Bars"]:
        """Show several bars at once."""
        if not self._console.is_terminal:
            yield Bars(None, self._tell)
            return
        columns = (
            TextColumn("  {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console) as progress:
            yield Bars(progress, self._tell)

    def _tell(self, text: str) -> None:
        with self._lock:
            self.say(text)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


class Bars:
    """Bars that move together on a terminal; elsewhere one line when each is full."""

    def __init__(self, progress: Progress | None, tell: Callable[[str], None]) -> None:
        """Use `Stage.bars`."""
        self._progress = progress
        self._tell = tell

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Advance]:
        """Show one bar; what is given is called with how much further it is."""
        if self._progress is None:
            yield lambda _: None
            self._tell(f"  {title}: {total}")
            return
        progress, task = self._progress, self._progress.add_task(title, total=total)
        yield lambda amount: _advance(progress, task, amount)
        progress.update(task, completed=total)


def _advance(progress: Progress, task: TaskID, amount: int) -> None:
    progress.update(task, advance=amount)

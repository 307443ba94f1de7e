"""Reads what processes have cost so far: CPU-seconds from /proc, so on Linux only."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
_PARENT, _USER, _SYSTEM, _ENDED_USER, _ENDED_SYSTEM = 1, 11, 12, 13, 14  # fields behind the name, proc(5) counts from 3


@dataclass(frozen=True, slots=True)
class Process:
    """One process: its CPU-seconds, and those of the children that it has waited for."""

    id: int
    parent: int
    seconds: float
    seconds_of_ended: float


def parse(stat: str) -> Process:
    """Read a line of /proc/<id>/stat; the name in it may hold anything, also spaces and parentheses."""
    before, _, behind = stat.rpartition(")")
    fields = behind.split()
    ticks = [int(fields[at]) for at in (_USER, _SYSTEM, _ENDED_USER, _ENDED_SYSTEM)]
    return Process(
        id=int(before.split(maxsplit=1)[0]),
        parent=int(fields[_PARENT]),
        seconds=(ticks[0] + ticks[1]) / _TICKS_PER_SECOND,
        seconds_of_ended=(ticks[2] + ticks[3]) / _TICKS_PER_SECOND,
    )


def tree_seconds(root: int, processes: Iterable[Process]) -> float:
    """Return the CPU-seconds of a process and all that descends from it, what has ended included."""
    by_parent: dict[int, list[Process]] = {}
    total = 0.0
    for process in processes:
        by_parent.setdefault(process.parent, []).append(process)
        if process.id == root:
            total += process.seconds + process.seconds_of_ended
    waiting = [root]
    while waiting:
        for child in by_parent.get(waiting.pop(), ()):
            total += child.seconds + child.seconds_of_ended
            waiting.append(child.id)
    return total


def spent(root: int) -> float:
    """Return the CPU-seconds of a living process and all that descends from it."""
    return tree_seconds(root, _living())


def _living() -> list[Process]:
    found = []
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                found.append(parse((folder / "stat").read_text(encoding="utf-8", errors="replace")))
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended between the two looks
    return found

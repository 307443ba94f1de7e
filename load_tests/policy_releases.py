"""Measures how soon every process of a federation obeys a release of the policies, counted from when it was saved."""

import json
import shutil
import statistics
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from deploy.local import Federation
from gateway.app import POLICIES
from gateway.core.policy.releases.release import Release
from gateway.settings import Settings
from load_tests.report import Row, Table

_GATEWAYS: Final = 2
_RELEASES: Final = 20
_FEWEST: Final = 3
_PROCESSES: Final = (*(f"gateway-{number}" for number in range(1, 1 + _GATEWAYS)), "worker-1")
_SECONDS: Final = 30.0
_CARD: Final = "youth.yaml"
_VERSION: Final = "versie: "
_OBEYED: Final = "policies"  # what a process logs when it does


def measure(*, scale: float) -> Table:
    """Release the policies again and again in a federation."""
    releases = max(_FEWEST, int(_RELEASES * scale))
    with TemporaryDirectory(prefix="seinhuis-load-") as folder:
        cards = Path(folder) / "cards"
        shutil.copytree(POLICIES, cards)
        with Federation.start(Path(folder) / "federation", threshold=1, holders=1, gateways=_GATEWAYS) as federation:
            waits = [_release(federation, cards) for _ in range(releases)]
    last = [max(each.values()) * 1e3 for each in waits]
    every = [seconds * 1e3 for each in waits for seconds in each.values()]
    how = (
        f"{releases} releases of all lanes, each with another version of one card, in a federation with {_GATEWAYS}"
        " gateways and a worker; milliseconds from when the file was saved until a process put it in force, by its log."
    )
    rows = (Row("each process", _figures(every)), Row("the last process", _figures(last)))
    return Table("policies", "From release to obedience", how, rows)


def _figures(milliseconds: list[float]) -> dict[str, float]:
    return {
        "measured": len(milliseconds),
        "p50 ms": statistics.median(milliseconds),
        "slowest ms": max(milliseconds),
    }


def _release(federation: Federation, cards: Path) -> dict[str, float]:
    """Release another version; return after how many seconds each process obeyed it."""
    _raise_version(cards / _CARD)
    release = federation.release(cards)
    folder = Settings.load(federation.gateway_config).policies
    saved_at = (folder / release.file_name).stat().st_mtime
    return {name: _obeyed_at(federation.logs / f"{name}.log", release) - saved_at for name in _PROCESSES}


def _raise_version(card: Path) -> None:
    lines = card.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(at for at, line in enumerate(lines) if line.startswith(_VERSION))
    lines[at] = f"{_VERSION}{int(lines[at].removeprefix(_VERSION)) + 1}\n"
    card.write_text("".join(lines), encoding="utf-8")


def _obeyed_at(log: Path, release: Release) -> float:
    """Return when a process says that it obeys a release, in seconds as the file system counts them."""
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        for line in _lines(log):
            if line.get("event") == _OBEYED and line.get("digest") == release.digest:
                return datetime.fromisoformat(line["timestamp"]).timestamp()
        time.sleep(0.02)
    raise TimeoutError(f"{log.stem} did not obey release {release.number} in time")


def _lines(log: Path) -> Iterator[dict[str, str]]:
    for line in log.read_text(encoding="utf-8").splitlines():
        if line.startswith("{") and line.endswith("}"):
            yield json.loads(line)

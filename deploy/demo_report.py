"""Decides how the outcome of the demo is shown to people: one table, the times, the verdict, and what to try next."""

import shlex
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.box import SIMPLE
from rich.table import Table

from deploy.demo_outcome import OK, AgencyTally, Outcome, percentile
from deploy.demo_stage import Stage
from deploy.demo_words import Words
from deploy.local import Federation

_MILLISECONDS = 1_000


def show_outcome(outcome: Outcome, *, stage: Stage, words: Words, logs: Path) -> None:
    """Show the table of all agencies, what was expected, how fast it went, and whether all is as it must be."""
    stage.say()
    stage.show(_table(outcome.agencies, words))
    stage.say(words.live_note.format(live=outcome.live_registrations))
    imported = outcome.imported
    stage.say(words.expected.format(matches=imported.matches, expected=imported.expected_matches))
    p50, p95 = (percentile(outcome.pair_seconds, percent) for percent in (50, 95))
    if p50 is not None and p95 is not None:
        times = {"p50": p50 * _MILLISECONDS, "p95": p95 * _MILLISECONDS}
        stage.say(words.times.format(count=len(outcome.pair_seconds), **times))
    stage.say(words.verify_findings.format(log=logs) if outcome.verify else words.verify_zero)
    verdict = words.sound if outcome.exit_code == OK else words.unsound
    stage.heading(verdict.format(seconds=outcome.seconds))


@dataclass(frozen=True, slots=True)
class Kept:
    """A federation that goes on after the demo; `trash` is what to remove in the end, `child` a file with a person."""

    federation: Federation
    trash: tuple[Path, ...]
    child: Path | None
    case: str
    on: date


def show_next(kept: Kept | None, *, stage: Stage, words: Words) -> None:
    """Show commands that work when they are pasted: with the federation that was kept, or without one."""
    seinhuis = _command()
    stage.say()
    if kept is None:
        stage.say(words.next_gone)
        for arguments in ("demo --keep", "demo --people 20000", "errors", "--help"):
            stage.say(f"  {seinhuis} {arguments}")
        return
    federation = kept.federation
    stage.say(words.kept.format(parts=", ".join(federation.describe())))
    stage.say(words.next_kept)
    stage.say(f"  export SEINHUIS_CONFIG={_quoted(federation.client_config('police'))}")
    if kept.child is not None:
        told = f"--case {kept.case} --notice-given-on {kept.on.isoformat()} --attest"
        stage.say(f"  {seinhuis} register --person {_quoted(kept.child)} {told}")
    for arguments in ("inbox list", "match list", "doctor", "whoami"):
        stage.say(f"  {seinhuis} {arguments}")
    stage.say(f"  {seinhuis} gateway verify --config {_quoted(federation.gateway_config)}")
    stage.say(words.stop)
    stage.say(f"  kill -TERM -{federation.group} && rm -r {' '.join(map(_quoted, kept.trash))}")


def _command() -> str:
    """Return how this shell starts `seinhuis`: by its name when that is found, else where it was installed."""
    installed = Path(sys.executable).with_name("seinhuis")
    found = shutil.which("seinhuis")
    if found is not None and Path(found).resolve() == installed.resolve():
        return "seinhuis"
    here = Path.cwd()
    return _quoted(installed.relative_to(here) if installed.is_relative_to(here) else installed)


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


def _table(tallies: Sequence[AgencyTally], words: Words) -> Table:
    table = Table(title=words.table_title, box=SIMPLE, title_justify="left", show_footer=True, padding=(0, 1, 0, 0))
    table.add_column(words.agency, footer=words.total)
    columns = (
        (words.registrations, [tally.registrations for tally in tallies]),
        (words.refused_rows, [tally.refused for tally in tallies]),
        (words.matches, [tally.matches for tally in tallies]),
        (words.alerts, [tally.alerts for tally in tallies]),
        (words.contacts_made, [tally.contacts for tally in tallies]),
        (words.lost, [tally.receipts_lost + tally.alerts_lost for tally in tallies]),
    )
    for heading, values in columns:
        table.add_column(heading, justify="right", footer=str(sum(values)), no_wrap=True)
    for row, tally in enumerate(tallies):
        table.add_row(tally.name, *(str(values[row]) for _, values in columns))
    return table

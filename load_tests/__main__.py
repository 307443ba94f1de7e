"""Measures what Seinhuis costs on this machine, each figure in one run with what it is compared to.

Read CPU-milliseconds and ratios: on a shared machine rates and waiting times say as much about the others.
"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from load_tests import alerts, budgets, crypto, growth, machine, policies, registrations, subjects, verifying, year
from load_tests.report import Report, Row, Table, markdown, replace_figures

Profile = Callable[..., tuple[Table, ...]]

_SEED: Final = 20_270_101
_CRYPTO_SECONDS: Final = 0.5


def _crypto(*, seed: int, scale: float) -> tuple[Table, ...]:  # noqa: ARG001  # keys and blinds are fresh each time
    rate, steps = crypto.measure(_CRYPTO_SECONDS * scale)
    figures = [
        Row(
            step.step,
            {"tokens per CPU-second": step.tokens_per_cpu_second, "share of its group operations": step.share},
        )
        for step in steps
    ]
    how = (
        f"libsodium multiplies {rate:,.0f} times per CPU-second; a share is the time of the group operations that a"
        " step cannot do without, called in a tight loop, over the time of the step."
    )
    return (Table("crypto", "Tokens", how, tuple(figures)),)


PROFILES: Final[Mapping[str, tuple[Profile, str]]] = MappingProxyType(
    {
        "crypto": (_crypto, "tokens at the agency, a holder and the gateway, as a share of libsodium's own rate"),
        "signatures": (verifying.measure, "verifying a call: the exact shape against the general library"),
        "policies": (policies.measure, "a decision beside Cedar's, comparing a lane, from a release to all obeying it"),
        "registrations": (registrations.measure, "singles and batches on SQLite, on PostgreSQL and without a store"),
        "alerts": (alerts.measure, "registration to both inboxes at constant arrival, on both stores"),
        "year": (year.measure, "a year of a region under a held clock; --scale is the share of the region"),
        "year-postgresql": (
            partial(year.measure, database=subjects.Database.POSTGRESQL),
            "the same on PostgreSQL",
        ),
        "growth": (growth.measure, "single registrations in a small and in a large index"),
    }
)


#: A year takes many minutes: it is lived when somebody asks for it.
_ASKED_FOR: Final = frozenset({"year", "year-postgresql"})


def main() -> int:
    """Run the chosen profiles, print the report and say which budgets hold."""
    chosen = _parser().parse_args()
    names = chosen.profile or [name for name in PROFILES if name not in _ASKED_FOR]
    if unknown := set(names) - PROFILES.keys():
        sys.stderr.write(f"no such profile: {', '.join(sorted(unknown))}; there are {', '.join(PROFILES)}\n")
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that whatever runs is stopped, and its files removed
    report = Report(machine.this_machine(), machine.commit(), chosen.seed, chosen.scale, ())
    for name in names:
        started = time.monotonic()
        measured = PROFILES[name][0](seed=chosen.seed, scale=chosen.scale)
        sys.stderr.write(f"{name} measured in {time.monotonic() - started:.0f} seconds\n")
        report = replace(report, tables=(*report.tables, *measured))
        _keep(report, chosen.json, chosen.write)
    print(markdown(report))
    return budgets.say(budgets.check(budgets.read_budgets(budgets.FILE.read_text("utf-8")), report.as_json()))


def _parser() -> argparse.ArgumentParser:
    profiles = "\n".join(f"  {name:<17}{text}" for name, (_, text) in PROFILES.items())
    parser = argparse.ArgumentParser(
        prog="python -m load_tests",
        description=f"{__doc__}\nprofiles (all but the years unless some are named):\n{profiles}",
        epilog="Exit code 1 when a budget in load_tests/budgets.toml does not hold.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("profile", nargs="*", help="what to measure")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the report for programs")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the tables between the marks of a document")
    parser.add_argument("--scale", type=float, default=1.0, help="how long to measure, times the usual (1)")
    parser.add_argument("--seed", type=int, default=_SEED, help=f"of the persons who are registered ({_SEED})")
    return parser


def _keep(report: Report, as_json: Path | None, document: Path | None) -> None:
    if as_json is not None:
        as_json.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")
    if document is not None:
        document.write_text(replace_figures(document.read_text(encoding="utf-8"), report), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

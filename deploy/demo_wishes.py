"""Holds what may be asked of the demo on its command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.region.people import LARGEST_REGION

DEFAULT_REGISTRATIONS: Final = 5_000
SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line; `registrations` is how many involvements the region has."""

    registrations: int
    keep: bool
    as_json: bool
    directory: Path | None
    database_url: str | None
    seed: int


def wishes_in(arguments: Sequence[str] | None) -> Wishes:
    """Read the arguments (those of this process if None); a wrong command ends the process with exit code 2."""
    parser = argparse.ArgumentParser(prog="seinhuis demo", description="The whole house at work on this machine.")
    parser.add_argument(
        "--people", type=int, default=DEFAULT_REGISTRATIONS, metavar="N", help="registrations in the region"
    )
    parser.add_argument("--keep", action="store_true", help="leave the federation running, and say how to stop it")
    parser.add_argument("--json", action="store_true", help="print one object on standard output; talk on error")
    parser.add_argument("--directory", type=Path, metavar="DIR", help="where everything is written; kept")
    parser.add_argument("--database", metavar="URL", help="an empty PostgreSQL database instead of SQLite")
    parser.add_argument("--seed", type=int, default=SEED, metavar="N", help="another region")
    given = parser.parse_args(arguments)
    if not 1 <= given.people <= LARGEST_REGION:
        parser.error(f"--people is 1 to {LARGEST_REGION}")
    return Wishes(given.people, given.keep, given.json, given.directory, given.database, given.seed)

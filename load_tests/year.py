"""Measures a simulated year of a region of 1.4 million people, or of a share of it, on a real store with a held clock.

Every call is signed, verified and carried through its flow; the worker's rounds run as they do in a worker. HTTP and
the mathematics of the key holders are left out.
"""

import random
import resource
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, time
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Final

from gateway.core.events import EventKind
from gateway.core.involvement import Oin
from gateway.core.usefulness import Figures, figures_of, period_of
from gateway.policies.directory import load_policies
from gateway.store import SqlStore, migrate, open_store
from keys.parties import Role
from load_tests.report import Row, Table
from load_tests.subjects import Database
from load_tests.year_calls import PURPOSES, Calls
from load_tests.year_checks import faults_of
from load_tests.year_days import Days, at
from load_tests.year_life import Life
from load_tests.year_region import PEOPLE, YEAR, Mix, parties
from tests.support.house import POLICIES, SmallHouse
from tests.support.postgres import postgres_server
from tests.support.stores import hold_clock

_FIRST_ON, _LAST_ON, _AFTER_ON = date(YEAR, 1, 1), date(YEAR, 12, 31), date(YEAR + 1, 1, 1)
_MIDNIGHT: Final = time(0)
_MEGABYTE: Final = 1_000_000
_KILOBYTES_PER_MEGABYTE: Final = 1_000
_EVENTS: Final = {
    "registered": (EventKind.REGISTERED, ""),
    "renewed": (EventKind.RENEWED, ""),
    "matches": (EventKind.MATCH_OPENED, ""),
    "contact reports": (EventKind.CONTACT_REPORTED, ""),
    "to the deputy": (EventKind.MATCH_ESCALATED, "deputy"),
    "to the coordinator": (EventKind.MATCH_ESCALATED, "coordinator"),
    "to the supervisor": (EventKind.MATCH_ESCALATED, "supervisor"),
    "expired": (EventKind.EXPIRED, ""),
    "reminders": (EventKind.REMINDED, ""),
    "archive hints": (EventKind.HINT_GIVEN, ""),
    "purged from the archive": (EventKind.ARCHIVE_PURGED, ""),
    "consents withdrawn": (EventKind.CONSENT_ENDED, ""),
    "handovers accepted": (EventKind.HANDOVER_ACCEPTED, ""),
    "handovers unanswered": (EventKind.HANDOVER_ESCALATED, ""),
    "alarms of fishing": (EventKind.ALARM_RAISED, "register_match_withdraw"),
}


@dataclass(frozen=True, slots=True)
class LivedYear:
    """What came of a year: by lane, by event, and what must never be; and what it cost."""

    lanes: tuple[Figures, ...]
    happened: dict[str, int]
    faults: dict[str, int]
    seconds: dict[str, float]
    calls: int
    refused: int
    megabytes: float


def measure(*, seed: int, scale: float, database: Database = Database.SQLITE) -> tuple[Table, ...]:
    """Live through a year of a share of the region; `scale` is the share."""
    started, spent = perf_counter(), process_time()
    with _store(database) as store:
        lived = live(store, share=scale, seed=seed)
    seconds = perf_counter() - started
    name = "year" if database is Database.SQLITE else "year-postgresql"
    how = (
        f"{PEOPLE * scale:,.0f} people, {YEAR} from day to day under a held clock on {database.value}, in one process;"
        f" {lived.calls:,} signed calls, of which {lived.refused:,} were refused as they came too late."
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KILOBYTES_PER_MEGABYTE
    cost = {
        "seconds": seconds,
        "CPU-seconds": process_time() - spent,
        "peak MB": peak,
        "database MB": lived.megabytes,
        "calls a second": lived.calls / seconds,
    }
    return (
        Table(name, "What came of the matches of a year", how, tuple(map(_lane, lived.lanes))),
        Table(name, "What happened in it", how, _rows(lived.happened, "times")),
        Table(name, "What must never be", how, _rows(lived.faults, "times")),
        Table(name, "What it cost", how, (Row("the whole year", cost), *_rows(lived.seconds, "seconds"))),
    )


def live(store: SqlStore, *, share: float, seed: int) -> LivedYear:
    """Live through a year of a share of the region on a fresh store."""
    chance = random.Random(seed)
    clock = hold_clock(store, at(_FIRST_ON, _MIDNIGHT))
    small = SmallHouse(store, parties(share), load_policies(POLICIES))
    small.parties, everyone = tuple(one for one in small.parties if one.role is Role.AGENCY), small.parties
    small.open_desks()
    small.parties = everyone
    calls = Calls(small)
    days = Days(calls, store, clock, chance)
    Life(days, calls, chance).plan(Mix().times(share))
    days.live(_FIRST_ON, _LAST_ON)
    clock.set(at(_AFTER_ON, _MIDNIGHT))
    days.work()
    return LivedYear(
        lanes=_lanes(store, [one.oin for one in everyone]),
        happened={name: days.happened[kind.value, part] for name, (kind, part) in _EVENTS.items()},
        faults=faults_of(store, today_on=_AFTER_ON),
        seconds=days.seconds,
        calls=calls.count,
        refused=calls.refused,
        megabytes=_megabytes(store),
    )


def _lanes(store: SqlStore, agencies: list[Oin]) -> tuple[Figures, ...]:
    """Return the figures of the whole region with nothing hidden: nobody lives in it."""
    from_at, until_at = period_of(YEAR)
    matches = store.view(
        "followed",
        lambda view: view.usefulness.followed(agencies, from_at=from_at, until_at=until_at, told_before_at=until_at),
    )
    return tuple(figures_of(lane, matches, fewest=1) for lane in PURPOSES)


def _lane(figures: Figures) -> Row:
    told = {
        "matches": figures.matches,
        "contact made": figures.contact_made,
        "contact %": figures.contact_rate_percent,
        "other outcome": figures.other_outcome,
        "unanswered": figures.unanswered,
        "median working days": figures.median_working_days,
        "p90 working days": figures.p90_working_days,
    }
    return Row(figures.lane, {name: value for name, value in told.items() if value is not None})


def _rows(counts: Mapping[str, float], unit: str) -> tuple[Row, ...]:
    return tuple(Row(name, {unit: count}) for name, count in counts.items())


def _megabytes(store: SqlStore) -> float:
    engine = store.database.engines.reader
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            size = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()
        else:
            pages, page = (
                connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size")
            )
            size = pages * page
    return float(size) / _MEGABYTE


@contextmanager
def _store(database: Database) -> Iterator[SqlStore]:
    with ExitStack() as stack:
        if database is Database.POSTGRESQL:
            url = stack.enter_context(postgres_server({"shared_buffers": "256MB"})).make("year")
        else:
            url = f"sqlite:///{stack.enter_context(TemporaryDirectory(prefix='seinhuis-year-'))}/year.db"
        migrate(url)
        yield stack.enter_context(open_store(url))

"""The queue between acceptance and matching: one row for each registration that must still be matched."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, case, delete, func, literal, literal_column, null, select, update

from gateway.core.involvement import Registration
from gateway.flows.ports.matches import MatchJob
from gateway.store import tables
from gateway.store.activity import is_active
from gateway.store.instants import DatabaseTime
from gateway.store.parents import DUE_WHEN_GONE, WAITS_BY_PARENT
from gateway.store.sets import Row as Values
from gateway.store.sets import among, upsert
from gateway.store.sheet import Port, Sheet
from keys.tokens import IndexToken

_jobs = tables.match_jobs
_waits: Final = _jobs.c.parked_at.is_(None)
_JOBS = select(_jobs.c.registration, _jobs.c.lane, _jobs.c.index_token, _jobs.c.attempts)
_OLDEST = _JOBS.where(_waits).order_by(_jobs.c.accepted_at, _jobs.c.registration).limit(bindparam("limit"))
TAKE: Final = _OLDEST.with_for_update(skip_locked=True)
_TAKE_ONE = _JOBS.where(_waits, _jobs.c.registration == bindparam("registration")).with_for_update(skip_locked=True)
_WAITING = select(_jobs.c.registration).where(_waits).order_by(_jobs.c.accepted_at).limit(1)  # so that it is the index
OF_PERSONS: Final = _JOBS.where(among(_jobs.c.token_prefix, "prefixes"), _waits).order_by(
    _jobs.c.accepted_at, _jobs.c.registration
)
_PARKED = select(func.count()).where(_jobs.c.parked_at.is_not(None))

# A job that another worker holds is left to that worker, who waits for the persons we claimed: waiting for its row here
# would be a deadlock. It finds the match made and nothing more to do.
_FREE = select(_jobs.c.registration).where(among(_jobs.c.registration, "ids")).with_for_update(skip_locked=True)
_HOLD = (
    select(_jobs.c.registration)
    .where(among(_jobs.c.registration, "ids"))
    .order_by(_jobs.c.registration)
    .with_for_update()
)
_DONE = delete(_jobs).where(among(_jobs.c.registration, "free"))
_FAILED = (
    update(_jobs)
    .where(_jobs.c.registration == bindparam("failed"))
    .values(
        attempts=_jobs.c.attempts + 1,
        parked_at=case((bindparam("park") == literal(1), DatabaseTime()), else_=null()),
    )
)
_REPLAY = update(_jobs).where(_jobs.c.parked_at.is_not(None)).values(parked_at=null(), attempts=0)


class SqlMatchJobs(Port):
    """Match jobs; a taken job is held by its row until the transaction ends."""

    def waiting(self) -> bool:
        """Return whether a job waits."""
        return self._sheet.read(_WAITING).first() is not None

    def take(self, *, limit: int) -> tuple[MatchJob, ...]:
        """Take the oldest waiting jobs that no other worker holds."""
        return _read(self._sheet, TAKE, limit=limit)

    def peek(self, *, limit: int) -> tuple[MatchJob, ...]:
        """Return the oldest waiting jobs without holding them."""
        return _read(self._sheet, _OLDEST, limit=limit)

    def take_one(self, registration: str) -> tuple[MatchJob, ...]:
        """Take the waiting job of one registration, if nobody holds it."""
        return _read(self._sheet, _TAKE_ONE, registration=registration)

    def of_persons(self, index_tokens: Collection[IndexToken]) -> tuple[MatchJob, ...]:
        """Return the waiting jobs of these persons, held by others or not."""
        found = _read(self._sheet, OF_PERSONS, prefixes=sorted({token.prefix for token in index_tokens}))
        return tuple(job for job in found if job.index_token in index_tokens)

    def waits_by_parent(self, registration: str) -> bool:
        """Return whether a job waits of another agency's registration with a parent in common with this one."""
        return self._sheet.read(WAITS_BY_PARENT, {"registration": registration}).first() is not None

    def done(self, jobs: Sequence[MatchJob]) -> None:
        """Remove jobs, save those that another worker holds."""
        self._sheet.write(_DONE, {"free": free_of(self._sheet, [job.registration for job in jobs])})

    def failed(self, job: MatchJob, *, park: bool) -> None:
        """Count a failed attempt; a parked job waits for a human."""
        self._sheet.write(_FAILED, {"failed": job.registration, "park": int(park)})

    def parked(self) -> int:
        """Return how many jobs are parked."""
        return int(self._sheet.read(_PARKED).scalar_one())

    def hold(self, registrations: Collection[str]) -> None:
        """Wait for the workers that match these registrations, and let none begin; before the claim, as they do."""
        self._sheet.read(_HOLD, {"ids": list(registrations)})

    def queue(self, registrations: Sequence[str]) -> None:
        """Let those of these registrations that are active be matched anew."""
        _queue(self._sheet, _ACTIVE, registrations)

    def replay(self) -> int:
        """Let every parked job wait again; return how many."""
        self._sheet.ring()
        return self._sheet.write(_REPLAY).rowcount


def free_of(sheet: Sheet, registrations: Sequence[str]) -> list[str]:
    """Hold the jobs of these registrations that nobody else holds, and return whose they are."""
    return list(sheet.read(_FREE, {"ids": registrations}).scalars())


def job_of(row: Row[*tuple[Any, ...]]) -> MatchJob:
    """Return the job in a row of registration, lane, index token and attempts."""
    return MatchJob(row[0], row[1], IndexToken(bytes(row[2])), row[3])


def rows_of_jobs(registrations: Iterable[Registration]) -> list[Values]:
    """Return the rows that make new registrations wait to be matched."""
    return [
        {
            "registration": registration.id,
            "lane": registration.lane,
            "token_prefix": registration.index_token.prefix,
            "index_token": registration.index_token.value,
            "attempts": 0,
        }
        for registration in registrations
    ]


def queue_again(sheet: Sheet, ended: Sequence[str]) -> None:
    """Let be matched anew what these registrations leave open now that they have ended.

    That are the other active registrations of the same agency and person, and whatever may meet by a parent now.
    """
    _queue(sheet, _REMAINING, ended)
    _queue(sheet, _DUE_BY_PARENT, ended)


def _queue(sheet: Sheet, chosen: Select[Any], ids: Sequence[str]) -> None:
    names = ["registration", "lane", "token_prefix", "index_token", "accepted_at", "attempts"]
    insertion = upsert(sheet.dialect, _jobs).from_select(names, chosen, include_defaults=False)
    sheet.write(insertion.on_conflict_do_nothing(), {"ids": list(ids)})
    sheet.ring()


def _remaining() -> Select[Any]:
    gone, other = tables.registrations.alias("gone"), tables.registrations.alias("other")
    same_person = (
        (other.c.token_prefix == gone.c.token_prefix)
        & (other.c.index_token == gone.c.index_token)
        & (other.c.lane == gone.c.lane)
        & (other.c.agency.concat("") == gone.c.agency)  # so that nobody finds it by agency, of which there are many
        & (other.c.id != gone.c.id)
    )
    return (
        select(other.c.id, other.c.lane, other.c.token_prefix, other.c.index_token, DatabaseTime(), literal_column("0"))
        .select_from(gone.join(other, same_person))
        .where(among(gone.c.id, "ids"), is_active(other))
        .distinct()
    )


_REMAINING: Final = _remaining()


def _due_by_parent() -> Select[Any]:
    due = tables.registrations.alias("due")
    wanted = (due.c[name] for name in ("id", "lane", "token_prefix", "index_token"))
    of_them = due.c.id.in_(DUE_WHEN_GONE)
    return select(*wanted, DatabaseTime(), literal_column("0")).where(of_them, is_active(due))


_DUE_BY_PARENT: Final = _due_by_parent()


def _active() -> Select[Any]:
    one = tables.registrations
    wanted = (one.c[name] for name in ("id", "lane", "token_prefix", "index_token"))
    return select(*wanted, DatabaseTime(), literal_column("0")).where(among(one.c.id, "ids"), is_active(one))


_ACTIVE: Final = _active()


def _read(sheet: Sheet, statement: Select[Any], **parameters: object) -> tuple[MatchJob, ...]:
    return tuple(job_of(row) for row in sheet.read(statement, parameters))

"""Match what waits: take jobs -> claim persons -> fresh snapshot -> meetings -> decide both ways -> record both alerts.

Runs in the worker at once after acceptance, never inside the request. The order is the guarantee (G9): a job exists
only once its registration is committed; after the claim, statements see every registration committed before it; so of
two registrations accepted at one moment, the job that is matched second sees the other. The claim is held until commit
and one standing match per pair is unique in the database.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from gateway.core.contact import OpenedMatch, Party
from gateway.core.deadlines import CALENDAR_VERSION
from gateway.core.events import Event, EventKind, Value
from gateway.core.involvement import AMSTERDAM, Oin
from gateway.core.matching import Meeting, Side, one_per_pair
from gateway.core.policy import DisclosureLevel, LanePolicy, Situation
from gateway.core.refusals import Refused
from gateway.flows.ports import House, MatchJob, Recorded, Tx

JOBS_AT_ONCE = 200
ATTEMPTS_BEFORE_PARKING = 5
GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class Sought:
    """How many jobs were done and how many matches they made."""

    jobs: int
    matches: int


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that could not be done, what was in its way, and whether it waits for a human now."""

    job: MatchJob
    error: Exception
    parked: bool


Tell = Callable[[FailedJob], object]


def match_waiting(house: House, *, limit: int = JOBS_AT_ONCE, tell: Tell = lambda _: None) -> Sought:
    """Match the oldest waiting jobs as one set.

    When the set fails for another reason than the database being away, each job is tried by itself, so that the one
    that cannot be done is counted and in the end parked while all others flow (G12). `tell` hears of each such job.
    An inner contradiction passes through: it is no job's fault (G42).
    """
    if not house.store.view("waiting", lambda view: view.jobs.waiting()):
        return Sought(0, 0)
    try:
        return _run(house, lambda tx: tx.jobs.take(limit=limit))
    except (AssertionError, Refused):
        raise
    except Exception:  # noqa: BLE001 - whatever is wrong with one job must not stop the others
        return _one_by_one(house, limit, tell)


def _run(house: House, choose: Callable[[Tx], Sequence[MatchJob]]) -> Sought:
    def work(tx: Tx) -> Recorded[Sought]:
        jobs = choose(tx)
        if not jobs:
            return Recorded(Sought(0, 0), ())
        events = match_jobs(tx, jobs, house)
        tx.jobs.done(jobs)
        sought = Sought(len(jobs), len(events))
        summary = Event(
            house.mint("evt"), EventKind.MATCHES_SOUGHT, GATEWAY, {"jobs": sought.jobs, "matches": sought.matches}
        )
        return Recorded(sought, (*events, summary))

    return house.store.change("match", work)


def match_jobs(tx: Tx, jobs: Sequence[MatchJob], house: House) -> tuple[Event, ...]:
    """Claim the persons of these jobs, find who meets, record matches with both alerts; return an event per match.

    Withdrawal calls this too, for what still waits about its person: a match that is due is made before a side leaves.
    """
    tx.claim({job.index_token for job in jobs})
    tx.matches.end_stale(jobs)
    now = tx.now()
    found = one_per_pair(tx.matches.meetings(jobs))
    opened = tuple(match for meeting in found if (match := _decide(meeting, house, now)) is not None)
    tx.matches.open(opened)
    return tuple(_opened_event(match, house) for match in opened)


def _decide(meeting: Meeting, house: House, now: datetime) -> OpenedMatch | None:
    """Decide both directions by the policy now in force; silent for one side means no match: both or neither."""
    policy = house.policies().lane(meeting.lane)
    if policy is None:
        return None
    today_on = now.astimezone(AMSTERDAM).date()
    low = _party(meeting.low, meeting.high, policy, house, today_on)
    high = _party(meeting.high, meeting.low, policy, house, today_on)
    if DisclosureLevel.SILENT in {low.level, high.level}:
        return None
    return OpenedMatch(
        id=house.mint("mat"),
        lane=meeting.lane,
        index_token=meeting.index_token,
        parties=(low, high),
        alerts=(house.mint("alt"), house.mint("alt")),
        due_on=policy.contact_deadline(now),
        calendar=CALENDAR_VERSION,
        policy_digest=policy.digest,
    )


def _party(own: Side, other: Side, policy: LanePolicy, house: House, today_on: date) -> Party:
    """Decide what one side may learn of the other; an agency no longer in the directory has no kind, so no rule."""
    situation = Situation(
        recipient_kind=_kind(own.agency, house),
        other_kind=_kind(other.agency, house),
        purpose=own.purpose,
        own_flag=own.flag,
        other_flag=other.flag,
    )
    decision = policy.decide(situation, on=today_on)
    return Party(
        agency=own.agency,
        registration=own.registration,
        case_reference=own.case_reference,
        level=decision.level,
        rules=decision.rules,
        legal_basis=decision.basis,
        why_nl=decision.explanation_nl,
        why_en=decision.explanation_en,
    )


def _kind(oin: Oin, house: House) -> str:
    agency = house.directory.agency(oin)
    return "" if agency is None else agency.kind


def _opened_event(match: OpenedMatch, house: House) -> Event:
    return Event(
        house.mint("evt"),
        EventKind.MATCH_OPENED,
        GATEWAY,
        {
            "match": match.id,
            "lane": match.lane,
            "policy": match.policy_digest,
            "levels": tuple(party.level.code for party in match.parties),
            "rules": tuple(rule for party in match.parties for rule in party.rules),
            "alerts": match.alerts,
        },
    )


def _one_by_one(house: House, limit: int, tell: Tell) -> Sought:
    """Match the waiting jobs each by itself; one that fails is counted, parked at the last attempt, and passed over."""
    jobs = matches = 0
    for job in house.store.view("waiting", lambda view: view.jobs.peek(limit=limit)):
        try:
            sought = _run(house, partial(_take_one, job))
        except (AssertionError, Refused):
            raise
        except Exception as error:  # noqa: BLE001 - see above
            tell(FailedJob(job, error, parked=_count_failure(job, house)))
        else:
            jobs, matches = jobs + sought.jobs, matches + sought.matches
    return Sought(jobs, matches)


def _take_one(job: MatchJob, tx: Tx) -> tuple[MatchJob, ...]:
    return tx.jobs.take_one(job.registration)


def _count_failure(job: MatchJob, house: House) -> bool:
    """Count it; return whether the job is parked now."""
    park = job.attempts + 1 >= ATTEMPTS_BEFORE_PARKING

    def work(tx: Tx) -> Recorded[bool]:
        tx.jobs.failed(job, park=park)
        fields: dict[str, Value] = {"registration": job.registration, "attempts": job.attempts + 1, "parked": park}
        return Recorded(park, (Event(house.mint("evt"), EventKind.JOB_FAILED, GATEWAY, fields),))

    return house.store.change("job failed", work)

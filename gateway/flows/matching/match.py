"""Match what waits: take jobs -> claim persons -> fresh snapshot -> meetings -> decide both ways -> record both alerts.

Runs in the worker at once after acceptance, never inside the request. The order is the guarantee (G9): a job exists
only once its registration is committed; after the claim, statements see every registration committed before it; so of
two registrations accepted at one moment, the job that is matched second sees the other. The claim is held until commit
and one standing match per pair is unique in the database. Both are told, or neither: a meeting of which one side would
hear nothing makes no match and leaves its own event; of one that an exclusion shields, only the mediator hears.
Different children with a parent in common meet in the same way, under the claim of the parent.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from gateway.core.contact import OpenedMatch, Party
from gateway.core.deadlines import CALENDAR_VERSION
from gateway.core.events import GATEWAY, Event, EventKind, Value
from gateway.core.involvement import AMSTERDAM
from gateway.core.matching import Meeting, of_two_agencies, one_per_pair, pair_of
from gateway.core.policy import LanePolicy
from gateway.core.policy.meeting import both_told
from gateway.core.radar import kinds_of
from gateway.core.refusals import Refused
from gateway.flows.carried import carried
from gateway.flows.matching.opening import settled
from gateway.flows.matching.told import told_of
from gateway.flows.ports.house import House
from gateway.flows.ports.matches import MatchJob
from gateway.flows.ports.store import Recorded, Tx
from gateway.flows.registering.hint import give_hints
from gateway.flows.shielding.shield import Shielded, mediate, shielded

__all__ = ["GATEWAY", "FailedJob", "Sought", "Tell", "match_jobs", "match_waiting", "tell_both"]

JOBS_AT_ONCE = 200
ATTEMPTS_BEFORE_PARKING = 5


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
        sought = Sought(len(jobs), sum(event.kind is EventKind.MATCH_OPENED for event in events))
        summary = Event(
            house.mint("evt"), EventKind.MATCHES_SOUGHT, GATEWAY, {"jobs": sought.jobs, "matches": sought.matches}
        )
        return Recorded(sought, (*events, summary))

    return house.store.change("match", work)


def match_jobs(tx: Tx, jobs: Sequence[MatchJob], house: House) -> tuple[Event, ...]:
    """Claim the persons of these jobs, find who meets, record matches with both alerts; return an event of each.

    Agencies of which one pair of registrations may tell match by the oldest of such, whatever their others keep silent.
    Withdrawal calls this too, for what still waits about its person: a match that is due is made before a side leaves.
    """
    tx.claim({job.index_token for job in jobs})
    tx.matches.end_stale(jobs)
    now, house = tx.now(), house.under_one_release()  # one release decides about the whole set
    found = {meeting: _decide(meeting, house, now) for meeting in of_two_agencies(tx.matches.meetings(jobs))}
    can_be = carried(tx, found, house)
    would_tell = [meeting for meeting, decided in found.items() if decided.tells_both and meeting in can_be]
    shielding = shielded(tx, would_tell, house)
    telling = one_per_pair(meeting for meeting in would_tell if meeting not in shielding.silent)
    opening = [_open(meeting, _at_desks(meeting, found[meeting], shielding), house, now) for meeting in telling]
    new = settled(tx, opening, house, now)
    tx.matches.open(new.opened)
    met = {pair_of(meeting) for meeting in telling}
    silent = tx.matches.withhold([meeting for meeting in found if pair_of(meeting) not in met])
    withheld = (
        _withheld_event(meeting, found[meeting], house) if meeting in can_be else _not_carried_event(meeting, house)
        for meeting in found
        if meeting in silent and meeting not in shielding.silent
    )
    kept = {meeting: shields for meeting, shields in shielding.silent.items() if pair_of(meeting) not in met}
    mediated = mediate(tx, kept, house, new=silent)
    hinted = give_hints(tx, {job.index_token for job in jobs}, house)
    opened = (_opened_event(match, house) for match in new.opened)
    return (*new.events, *opened, *withheld, *mediated, *hinted)


@dataclass(frozen=True, slots=True)
class _Decided:
    """What both sides of a meeting would hear by the policy of its lane; without one, nothing."""

    policy: LanePolicy | None
    parties: tuple[Party, Party]

    @property
    def tells_both(self) -> bool:
        return both_told(party.level for party in self.parties)


def tell_both(meetings: Iterable[Meeting], house: House, now: datetime) -> tuple[Meeting, ...]:
    """Return those meetings of which the policy in force tells both sides something, whatever the mechanisms say."""
    return tuple(meeting for meeting in meetings if _decide(meeting, house, now).tells_both)


def _decide(meeting: Meeting, house: House, now: datetime) -> _Decided:
    policy = house.policies().open_lane(meeting.lane)
    today_on = now.astimezone(AMSTERDAM).date()
    low = told_of(meeting.low, meeting.high, policy, house, today_on, kind=meeting.kind)
    return _Decided(policy, (low, told_of(meeting.high, meeting.low, policy, house, today_on, kind=meeting.kind)))


def _at_desks(meeting: Meeting, decided: _Decided, shielding: Shielded) -> _Decided:
    """Let a party hear at its conflict desk where an exclusion says so."""
    low, high = (replace(one, desk=shielding.desks.get((meeting, one.agency), "")) for one in decided.parties)
    return replace(decided, parties=(low, high))


def _open(meeting: Meeting, decided: _Decided, house: House, now: datetime) -> OpenedMatch:
    if decided.policy is None:
        raise AssertionError("a lane without a policy tells nobody")
    return OpenedMatch(
        id=house.mint("mat"),
        lane=meeting.lane,
        index_token=meeting.index_token,
        parties=decided.parties,
        alerts=(house.mint("alt"), house.mint("alt")),
        due_on=decided.policy.contact_deadline(now),
        calendar=CALENDAR_VERSION,
        policy_digest=decided.policy.digest,
        days=decided.policy.step_days(now),
        kinds=kinds_of(meeting, decided.parties),
        kind=meeting.kind,
    )


def _opened_event(match: OpenedMatch, house: House) -> Event:
    return Event(
        house.mint("evt"),
        EventKind.MATCH_OPENED,
        GATEWAY,
        {
            "match": match.id,
            "kind": match.kind.value,
            "lane": match.lane,
            "policy": match.policy_digest,
            "levels": tuple(party.level.code for party in match.parties),
            "rules": tuple(rule for party in match.parties for rule in party.rules),
            "alerts": (*match.alerts, *(alert.id for alert in match.more)),
        },
    )


def _withheld_event(meeting: Meeting, decided: _Decided, house: House) -> Event:
    """Record what was decided about a meeting that stays silent: every pair names the side with the lower OIN first."""
    sides = (meeting.low, meeting.high)
    return Event(
        house.mint("evt"),
        EventKind.MATCH_WITHHELD,
        GATEWAY,
        {
            "kind": meeting.kind.value,
            "lane": meeting.lane,
            "policy": "" if decided.policy is None else decided.policy.digest,
            "agencies": tuple(side.agency for side in sides),
            "purposes": tuple(side.purpose for side in sides),
            "flags": tuple(side.flag for side in sides),
            "levels": tuple(party.level.code for party in decided.parties),
            "rules": tuple(",".join(party.rules) for party in decided.parties),
        },
    )


def _not_carried_event(meeting: Meeting, house: House) -> Event:
    """Record that two met of whom the lane's own mechanism (such as a consent) lets one or both hear nothing."""
    policy = house.policies().lane(meeting.lane)
    fields: dict[str, Value] = {
        "lane": meeting.lane,
        "policy": "" if policy is None else policy.digest,
        "agencies": (meeting.low.agency, meeting.high.agency),
    }
    return Event(house.mint("evt"), EventKind.MATCH_NOT_CARRIED, GATEWAY, fields)


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

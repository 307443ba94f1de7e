"""What the flows need from the world: a store that changes only with an event, a converter, a directory, ids.

Two stores live behind these ports (SQLite and PostgreSQL), and one contract suite holds both to them
(`tests/contracts`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, NamedTuple, Protocol, TypeVar

from gateway.core.archive import Bygone, GivenHint, Hint
from gateway.core.consent import Consent, Consenting, StandingConsent
from gateway.core.contact import Mute, OpenedMatch, StandingMatch
from gateway.core.emergency import BrokenGlass, Emergency
from gateway.core.events import Event
from gateway.core.exclusion import Enrolled, Exclusion, ExclusionAlert, Withheld
from gateway.core.handover import Handover, HandoverAlert, OfferedHandover, Oversight
from gateway.core.home_ban import BanInForce, HomeBan
from gateway.core.involvement import Ending, Oin, Registration
from gateway.core.ladder import Climb, ClimbingMatch, ListedState
from gateway.core.life_notice import LifeNotice
from gateway.core.matching import Meeting
from gateway.core.policy import DisclosureLevel, PolicySet
from gateway.core.purge import Counts, Purge, PurgeReceipt
from gateway.core.refusals import Refusal
from gateway.core.reminders import OwnAlert
from gateway.core.safety_case import SafetyCase
from gateway.core.subject_request import AnswerLine, FoundItem, JournalEntry, SubjectRequest
from gateway.core.usefulness import FollowedMatch
from gateway.protocol.messages import (
    AlertKind,
    ConsentStatus,
    ContactDesk,
    ContactOutcome,
    Handler,
    HandoverState,
    MatchState,
    OwnContactDesk,
    RegistrationStatus,
    SubjectNotice,
    Verdict,
)
from gateway.protocol.subject_requests import AdviseOnItem, DecideItem, ExtensionReason
from keys.tokens import IndexToken, PersonToken, SealedElement

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Recorded(Generic[T]):
    """The result of a change together with its events: a change without an event cannot be expressed."""

    result: T
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class CallSlip:
    """The trace a signed call leaves in the ledger: its nonce (refused when seen before) and its idempotency key.

    `idempotency_key` is empty for calls that change nothing; `body_digest` is the SHA-256 of the signed call: method,
    target and body. `rows` are those of a chunk of a batch; a single call has row 0.
    """

    agency: Oin
    key_id: str
    nonce: str
    expires_at: datetime
    idempotency_key: str = ""
    body_digest: bytes = b""
    rows: range = range(1)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer kept under an idempotency key: row 0 for a single call, 1.. for the rows of a batch."""

    agency: Oin
    idempotency_key: str
    row: int
    body_digest: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class MatchJob:
    """A registration waiting to be matched; jobs are taken in order of acceptance."""

    registration: str
    lane: str
    index_token: IndexToken
    attempts: int


@dataclass(frozen=True, slots=True)
class WaitingAlert:
    """An alert in an inbox: where to look, why, and for which of one's own desks; nothing else.

    `match` is the match that it is about, or by its kind a registration of one's own.
    """

    id: str
    match: str
    created_at: datetime
    kind: AlertKind = AlertKind.MATCH
    desk: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An agency's webhook address, with how many deliveries in a row have failed there."""

    id: str
    agency: Oin
    url: str
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert due at one webhook address; `attempts` were made before this one."""

    endpoint: Endpoint
    alert: WaitingAlert
    attempts: int
    first_due_at: datetime


class Undelivered(StrEnum):
    """Why a delivery did not succeed."""

    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    ADDRESS = "address"
    NOT_TRUSTED = "not_trusted"


class CallLedger(Protocol):
    """Nonces and idempotency keys (G6, G21), rows in the same transaction as the change."""

    def admit(self, slips: Sequence[CallSlip]) -> tuple[bool, ...]:
        """Record each nonce; False for one that was seen before, in this list or ever (unique in the database)."""

    def answers(self, slips: Collection[CallSlip]) -> tuple[Answer, ...]:
        """Return what is kept under these slips' keys: row 0, which binds a key to its body, and their rows."""

    def keep(self, answers: Sequence[Answer]) -> None:
        """Keep answers; a key and row that exist already make the whole transaction start again."""

    def trim(self, *, answers_before_days: int) -> tuple[int, int]:
        """Forget nonces past their expiry and answers older than so many days; return how many of each."""


class Registrations(Protocol):
    """The registrations of the index."""

    def add(self, registrations: Sequence[Registration]) -> None:
        """Add them, each with its match job, in as many statements as tables."""

    def one(self, registration: str, *, agency: Oin) -> Registration | None:
        """Return this agency's registration; another agency's is as absent as one that never was (G24)."""

    def page(self, agency: Oin, *, after: str, limit: int) -> tuple[Registration, ...]:
        """Return this agency's registrations with an id after `after`, in order of id."""

    def renew(self, registration: str, *, valid_until_on: date, notice: SubjectNotice) -> None:
        """Give an active registration its new end and notice."""

    def end(self, registrations: Sequence[str], *, status: RegistrationStatus, reason: str, ending: Ending) -> None:
        """End registrations and their standing matches; the agency's other active ones of the person match anew."""

    def several(self, registrations: Sequence[str]) -> tuple[Registration, ...]:
        """Return registrations of any agency, in order of id: for the house itself, never for a caller."""

    def record_notice(self, registration: str, notice: SubjectNotice) -> None:
        """Put another notice on a registration that goes on."""

    def restrict(self, registration: str) -> None:
        """Take an active registration out of matching without ending it; its standing matches end."""

    def lift(self, registration: str) -> None:
        """Let a restricted registration match again."""

    def due_to_expire(self, *, limit: int) -> tuple[MatchJob, ...]:
        """Return registrations that nobody has ended and whose end has come by the database's clock."""


class Archive(Protocol):
    """What is kept of registrations that are over; whoever keeps, gives or erases has claimed their persons."""

    def keep(self, until: Mapping[str, datetime]) -> None:
        """Keep registrations that are over, each until an instant."""

    def forget(self, registrations: Sequence[str], *, cases: bool) -> None:
        """Erase whose they were; with `cases` also their agencies' own references, oversight and handovers by them."""

    def bygones(self, persons: Collection[IndexToken]) -> tuple[Bygone, ...]:
        """Return for whom the archive has a hint about these persons: active ones registered after it was over."""

    def give(self, hints: Sequence[Hint]) -> None:
        """Record hints; of each archived registration there is one, ever."""

    def given_to(self, registration: str) -> tuple[GivenHint, ...]:
        """Return the hints that were given to this registration and that the archive still keeps."""

    def due_to_purge(self, *, limit: int) -> tuple[MatchJob, ...]:
        """Return archived registrations whose time is over by the database's clock."""


class CoolDowns(Protocol):
    """What a withdrawal soon after registering leaves behind (domain rule 10)."""

    def has_met(self, registration: str) -> bool:
        """Return whether a registration was ever in a match."""

    def holds(self, match: str, *, agency: Oin) -> bool:
        """Return whether this agency lately withdrew in haste what had met the other side of this match."""


class Reminders(Protocol):
    """What agencies are to be reminded of, by the calendar of Amsterdam; each thing once."""

    def due(self, kind: AlertKind, *, today_on: date) -> bool:
        """Return whether anybody is to be reminded of a notice or of the end of a term; cheap, outside a change."""

    def take(self, kind: AlertKind, *, today_on: date, limit: int) -> tuple[tuple[str, Oin], ...]:
        """Return registrations of which the agency is to be reminded, and whose they are; it will not be again."""


class MatchJobs(Protocol):
    """The queue between acceptance and matching."""

    def waiting(self) -> bool:
        """Return whether a job waits; cheap, asked outside a change."""

    def take(self, *, limit: int) -> tuple[MatchJob, ...]:
        """Take the oldest waiting jobs that no other worker holds; they are held until the transaction ends."""

    def peek(self, *, limit: int) -> tuple[MatchJob, ...]:
        """Return the oldest waiting jobs without holding them."""

    def take_one(self, registration: str) -> tuple[MatchJob, ...]:
        """Take the waiting job of one registration: a tuple of one, or empty when it is gone or held by another."""

    def of_persons(self, index_tokens: Collection[IndexToken]) -> tuple[MatchJob, ...]:
        """Return the waiting jobs of these persons, held by others or not."""

    def waits_by_parent(self, registration: str) -> bool:
        """Return whether a job waits of another agency's registration with a parent in common with this one."""

    def done(self, jobs: Sequence[MatchJob]) -> None:
        """Remove jobs."""

    def failed(self, job: MatchJob, *, park: bool) -> None:
        """Count a failed attempt; a parked job waits for a human and holds up no other (G12)."""

    def parked(self) -> int:
        """Return how many jobs are parked."""

    def hold(self, registrations: Collection[str]) -> None:
        """Wait for the workers that match these registrations, and let none begin; before the claim, as they do."""

    def queue(self, registrations: Sequence[str]) -> None:
        """Let those of these registrations that are active be matched anew."""

    def replay(self) -> int:
        """Let every parked job wait to be matched again, as if it never failed; return how many."""


class Matches(Protocol):
    """Matches and their parties."""

    def standing_of(self, registrations: Sequence[str]) -> tuple[tuple[str, Oin], ...]:
        """Return the standing matches of these registrations, each with the agency on the other side."""

    def end(self, matches: Sequence[str]) -> None:
        """End standing matches whose registrations go on."""

    def end_stale(self, jobs: Sequence[MatchJob]) -> None:
        """End standing matches of these persons in which a registration is no longer active."""

    def meetings(self, jobs: Sequence[MatchJob]) -> tuple[Meeting, ...]:
        """Return every meeting of these jobs' registrations with others' active ones, where no match stands.

        They meet by one person, or as different children by a parent in common: that only where the two agencies do
        not meet by one of these children as well. Active is decided here, by the database's clock, under the claim (G8,
        G15).
        """

    def open(self, matches: Sequence[OpenedMatch]) -> None:
        """Record matches, their two parties, both alerts and the webhook deliveries of those alerts."""

    def withhold(self, meetings: Sequence[Meeting]) -> frozenset[Meeting]:
        """Remember meetings of which a side would hear nothing, once for each kind; return those of a new kind."""

    def kept_silent(self, *, after: tuple[str, str], limit: int) -> tuple[Meeting, ...]:
        """Return remembered meetings of registrations that are active and in no match, in order of both ids."""

    def forget_silence(self, meetings: Collection[Meeting]) -> None:
        """Remember these no longer; whoever does so lets them be matched anew."""

    def one(self, match: str, *, agency: Oin) -> StandingMatch | None:
        """Return a match as this party sees it, or None when it is no party (G24)."""

    def page(self, agency: Oin, *, after: str, limit: int) -> tuple[StandingMatch, ...]:
        """Return this agency's matches with an id after `after`, in order of id."""

    def hold(self, match: str) -> None:
        """Hold the match until the transaction ends, so that two reports at one moment see one another."""

    def report(self, match: str, *, agency: Oin, outcome: ContactOutcome, state: MatchState) -> None:
        """Record this party's outcome and the state that follows; a closed match climbs no further."""

    def take_over(self, match: str, *, agency: Oin, handler: Handler) -> None:
        """Record who handles the match at this party."""

    def mute(self, match: str, *, agency: Oin, both: bool) -> None:
        """Record that this party wants to hear nothing more; with `both` it holds for both from now on."""

    def mutes(self, index_tokens: Collection[IndexToken]) -> tuple[Mute, ...]:
        """Return the mutes that hold about these persons."""

    def end_mutes(self, mutes: Sequence[Mute]) -> None:
        """Let these parties hear again of new matches with the other party of the mute."""

    def name_coordinator(self, match: str, *, agency: Oin, named: Oin, agreed: bool) -> None:
        """Record whom this party names to lead; with `agreed` that agency leads from now on."""

    def supervised(self, agencies: Collection[Oin], *, after: str, only: str, limit: int) -> tuple[ListedState, ...]:
        """Return how the standing matches are in which one of these agencies is a party, in order of id.

        Those with an id after `after`, or just the one named `only`.
        """

    def climbing(self, *, before_on: date) -> bool:
        """Return whether a match waits whose next step came before this day; cheap, asked outside a change."""

    def take_climbing(self, *, before_on: date, limit: int) -> tuple[ClimbingMatch, ...]:
        """Take the matches whose next step came first, of those that nobody holds and whose parties are still active.

        They are held until the transaction ends, so that who reports meanwhile waits, and is not passed over after.
        """

    def climb(self, climbs: Sequence[Climb]) -> None:
        """Put matches on their next step, and record its alerts with their webhook deliveries."""


class Alerts(Protocol):
    """The inboxes."""

    def waiting(self, agency: Oin, *, limit: int) -> tuple[WaitingAlert, ...]:
        """Return this agency's unacknowledged alerts, oldest first."""

    def newest(self, agency: Oin, *, limit: int) -> tuple[WaitingAlert, ...]:
        """Return the newest of this agency's unacknowledged alerts, the oldest of them first."""

    def acknowledge(self, agency: Oin, alerts: Collection[str]) -> tuple[str, ...]:
        """Mark this agency's alerts as acknowledged; return those that are its own, acknowledged now or before."""

    def tell(self, alerts: Sequence[OwnAlert]) -> None:
        """Record alerts to agencies about registrations of their own, and their deliveries."""


class Desks(Protocol):
    """Contact desks."""

    def of(self, agency: Oin) -> tuple[OwnContactDesk, ...]:
        """Return the desks of an agency."""

    def known(self, wanted: Collection[tuple[Oin, str]]) -> frozenset[tuple[Oin, str]]:
        """Return which of these (agency, contact id) exist."""

    def put(self, agency: Oin, desk: ContactDesk) -> None:
        """Add a desk or replace the one of the same id; it counts as confirmed now."""

    def confirm(self, agency: Oin, desk: str) -> bool:
        """Record that a desk is as it should be now; False when there is none such of this agency."""

    def unconfirmed(self, registrations: Collection[str], *, before_at: datetime) -> Mapping[str, str]:
        """Return, of registrations whose desk was last confirmed before a moment, its deputy desk or an empty text."""


class Webhooks(Protocol):
    """Webhook addresses and what is due at them."""

    def of(self, agency: Oin) -> tuple[Endpoint, ...]:
        """Return the addresses of an agency."""

    def add(self, endpoint: Endpoint) -> None:
        """Add an address."""

    def remove(self, agency: Oin, endpoint: str) -> bool:
        """Remove an address and what is due at it; False when there is none such of this agency."""

    def due(
        self, *, limit: int, per_endpoint: int, besides: Collection[str] = (), not_of: Collection[Oin] = ()
    ) -> tuple[Delivery, ...]:
        """Return deliveries whose time has come, at most so many for one address: a slow one delays no other.

        None at an address that rests, at one of `besides`, or at an address of an agency in `not_of`.
        """

    def delivered(self, delivery: Delivery) -> None:
        """Remove a delivery that was made; its address has not failed since."""

    def failed(self, delivery: Delivery, *, next_try_at: datetime | None, rests_until_at: datetime) -> None:
        """Put a delivery back until `next_try_at`, or park it when that is None; its whole address rests meanwhile."""

    def replay(self) -> int:
        """Make every parked delivery due now, for the first time; return how many."""


@dataclass(frozen=True, slots=True)
class KeptRelease:
    """A release of the policies as its file was; `digest` is what its officers signed."""

    number: int
    digest: str
    content: bytes


class Policies(Protocol):
    """The releases of the policies that were ever in force: none is thrown away, because records refer to them."""

    def keep(self, release: KeptRelease) -> KeptRelease:
        """Keep a release, and return what is kept under its number: itself, or the one that came before it."""

    def newest(self) -> KeptRelease | None:
        """Return the release with the highest number that was ever in force."""

    def one(self, digest: str) -> KeptRelease | None:
        """Return the release with this digest."""


class Purges(Protocol):
    """The purge of lanes whose legal basis has ended; one is under way in a lane at a time."""

    def under_way(self, lane: str) -> Purge | None:
        """Return the purge of a lane that is not over yet."""

    def next_of(self, lane: str, *, after: str, limit: int) -> tuple[MatchJob, ...]:
        """Return the next registrations of a lane in order of id, but for those that a worker is matching now."""

    def holds(self, lane: str) -> bool:
        """Return whether a registration of this lane is left."""

    def remove(self, registrations: Sequence[str]) -> Counts:
        """Remove registrations with all that hangs on them, under the claim of their persons."""

    def advance(self, lane: str, receipt: str, gone: Counts, *, reached: str) -> None:
        """Add to what the purge took, which begins with its first chunk."""

    def close(self, receipt: str, *, statement: bytes, signature: bytes) -> None:
        """Put the signed statement on a purge that is over: its receipt."""

    def receipts(self) -> tuple[PurgeReceipt, ...]:
        """Return the receipts of all purges that are over, oldest first."""


@dataclass(frozen=True, slots=True)
class RegisteringOnRecord:
    """What is on record of a call to register or renew: its event, and its registration while that is kept.

    What no record holds any more is nothing. `refusal` is empty for a call that was granted; `silent` marks one that
    was answered as if it were, for a purpose that is always silent.
    """

    id: str
    at: datetime
    agency: Oin
    lane: str | None
    policy: str
    purpose: str
    flag: str | None
    preconditions: tuple[str, ...] | None
    rule: str | None
    refusal: str = ""
    silent: bool = False


@dataclass(frozen=True, slots=True)
class SideOnRecord:
    """One side of a meeting on record, with what it was to be told of the other."""

    agency: Oin
    purpose: str
    flag: str
    level: DisclosureLevel
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeetingOnRecord:
    """A meeting on record: a match, or one kept silent; `low` is the side whose OIN sorts first."""

    id: str
    at: datetime
    lane: str
    policy: str
    low: SideOnRecord
    high: SideOnRecord


class Decisions(Protocol):
    """What the policy decided in a period from one moment up to, not including, another: pages in order of id.

    The next page begins after the id of the last of the one before. Nothing in it tells of a person.
    """

    def logged(
        self, *, from_at: datetime, until_at: datetime, after: str, limit: int
    ) -> tuple[RegisteringOnRecord | MeetingOnRecord, ...]:
        """Return calls to register, renewals that were granted, and meetings kept silent."""

    def matched(self, *, from_at: datetime, until_at: datetime, after: str, limit: int) -> tuple[MeetingOnRecord, ...]:
        """Return meetings that became a match, whatever became of it."""


class Usefulness(Protocol):
    """What the yearly figures are made of, and those that were drawn up."""

    def followed(
        self, agencies: Collection[Oin], *, from_at: datetime, until_at: datetime, told_before_at: datetime
    ) -> tuple[FollowedMatch, ...]:
        """Return the matches made in a period to which one of these agencies is a party, each once.

        With what was told of them before a moment; not those that never were (made by a registration in error).
        """

    def drawn_up(self, event: str) -> str | None:
        """Return the figures that were drawn up in this event, or nothing."""


class Consents(Protocol):
    """The register of consents; valid is decided by the database's clock."""

    def record(self, consent: Consent, person: "Converted") -> None:
        """Record a consent; a second valid one of the same agency, purpose and person runs the change again."""

    def one(self, consent: str, *, agency: Oin) -> Consent | None:
        """Return this agency's consent; another agency's is as absent as one that never was (G24)."""

    def page(self, agency: Oin, *, after: str, limit: int) -> tuple[Consent, ...]:
        """Return this agency's consents with an id after `after`, in order of id."""

    def valid(self, index_tokens: Collection[IndexToken]) -> Mapping[Consenting, StandingConsent]:
        """Return the valid consents of these persons."""

    def hold_valid(
        self, index_tokens: Collection[IndexToken], *, holders: Collection[Oin]
    ) -> Mapping[Consenting, StandingConsent]:
        """Return the valid consents that these agencies have of these persons; none ends before this change does."""

    def hold(self, consents: Collection[str]) -> tuple[StandingConsent, ...]:
        """Hold those that nobody has ended yet: until this change is over nothing new comes to rest on them."""

    def hold_standing(self, of: Consenting) -> StandingConsent | None:
        """Hold the one that nobody has ended yet, if there is one, whether or not its end has come."""

    def end(self, consents: Sequence[str], *, status: ConsentStatus) -> None:
        """End them, and erase whose they were."""

    def resting_on(self, consents: Sequence[str]) -> tuple[str, ...]:
        """Return the registrations that rest on these consents, ended ones too."""

    def move(self, old: str, *, new: str) -> tuple[str, ...]:
        """Let what rests on one consent rest on another; return the registrations."""

    def carry_both(self, match: str) -> bool:
        """Return whether both sides of a match rest on a consent that is valid now."""

    def due_to_expire(self, *, limit: int) -> tuple[str, ...]:
        """Return those whose end has come, longest over first."""

    def kept_in(self, lane: str) -> bool:
        """Return whether any consent of this lane is kept, ended or not."""

    def forget(self, lane: str) -> int:
        """Remove every consent of a lane that no registration is left in; return how many."""


class SubjectRequests(Protocol):
    """Requests of persons about their data, and the registrations that were found for each."""

    def take(self, request: SubjectRequest) -> None:
        """Record a request; nothing is looked up."""

    def one(self, request: str, *, desk: Oin) -> SubjectRequest | None:
        """Return a request that was taken at this desk; any other is as absent as one that never was (G24)."""

    def any(self, request: str) -> SubjectRequest | None:
        """Return a request of any desk: for the house itself, and for whoever may see an item of it."""

    def page(self, desk: Oin, *, after: str, limit: int) -> tuple[SubjectRequest, ...]:
        """Return the requests of this desk with an id after `after`, in order of id."""

    def to_route(self, *, limit: int) -> tuple[SubjectRequest, ...]:
        """Return requests for which nothing was looked up yet, oldest first."""

    def to_answer(self, *, today_on: date, limit: int) -> tuple[SubjectRequest, ...]:
        """Return requests whose day has come, of which all is decided and what was erased lies in the journal."""

    def to_remind(self, *, until_on: date, limit: int) -> tuple[SubjectRequest, ...]:
        """Return pending requests that are due by a day and of which nobody was reminded."""

    def to_alarm(self, *, today_on: date, limit: int) -> tuple[SubjectRequest, ...]:
        """Return pending requests whose last day is over and of which nobody was alarmed."""

    def found(self, request: SubjectRequest) -> tuple[str, ...]:
        """Return the registrations that are held of the person in the lane: what goes on, and what is archived."""

    def route(self, request: str, items: Sequence[FoundItem]) -> None:
        """Record what was found."""

    def extend(self, request: str, *, reason: ExtensionReason, due_on: date) -> None:
        """Give a pending request its new last day."""

    def answer(self, request: str, *, today_on: date, statement: bytes, signature: bytes) -> None:
        """Record that a request is answered, and forget whose it was."""

    def reminded(self, request: str, *, today_on: date) -> None:
        """Record that everybody was reminded of a request."""

    def alarmed(self, request: str, *, today_on: date) -> None:
        """Record that the officers were alarmed of a request."""

    def item(self, item: str) -> FoundItem | None:
        """Return an item of anybody; whether the caller may see it is the flow's to say."""

    def items_of(self, request: str) -> tuple[FoundItem, ...]:
        """Return all items of a request, in order of id."""

    def items_of_agency(self, agency: Oin, *, after: str, only: str, limit: int) -> tuple[FoundItem, ...]:
        """Return items about this agency's registrations; `only` those about one of them, unless it is empty."""

    def items_of_municipality(self, municipality: str, *, after: str, only: str, limit: int) -> tuple[FoundItem, ...]:
        """Return items that this municipality decides."""

    def all_items(self, *, after: str, only: str, limit: int) -> tuple[FoundItem, ...]:
        """Return items of every municipality, for a privacy officer."""

    def binds(self, registration: str, *, besides: str = "") -> bool:
        """Return whether a request keeps a registration restricted: one not decided, or a restriction upheld."""

    def several(self, requests: Collection[str]) -> Mapping[str, SubjectRequest]:
        """Return requests of any desk by their ids."""

    def advise(self, item: str, said: AdviseOnItem) -> None:
        """Record the one advice of the registering agency."""

    def decide(self, item: str, said: DecideItem, *, by: Oin, told_at: datetime | None) -> None:
        """Record the one decision; the answer tells of it unless `told_at` is None."""

    def lines(self, request: str) -> tuple[AnswerLine, ...]:
        """Return what the answer to a request tells, in order of id."""


class ErasureJournal(Protocol):
    """What a restored backup must not undo; entries come of themselves with what ends or is forgotten (G17)."""

    def to_export(self, *, limit: int) -> tuple[JournalEntry, ...]:
        """Return entries that are nowhere but in this database."""

    def exported(self, entries: Sequence[JournalEntry]) -> None:
        """Record that entries lie durably outside of this database."""

    def count_exported(self) -> int:
        """Return how many entries must be found outside."""

    def revived(self, entries: Sequence[JournalEntry]) -> frozenset[str]:
        """Return the registrations that go on, or whose person is known, though an entry says otherwise."""


class Exclusions(Protocol):
    """Who must learn nothing of whom; the index cannot read who that is. Written under the claim of the person."""

    def record(self, exclusion: Exclusion, person: "Converted") -> None:
        """Record an exclusion."""

    def one(self, exclusion: str, *, agency: Oin) -> Exclusion | None:
        """Return an exclusion that this agency recorded or mediates; to any other it is absent (G24)."""

    def page(self, agency: Oin, *, after: str, limit: int) -> tuple[Exclusion, ...]:
        """Return the exclusions that this agency recorded or mediates with an id after `after`, in order of id."""

    def standing(self, index_tokens: Collection[IndexToken]) -> tuple[Exclusion, ...]:
        """Return the exclusions that stand about these persons."""

    def hold(self, exclusion: str) -> bool:
        """Hold an exclusion that stands until this change is over; False when it was lifted."""

    def lift(self, exclusion: str) -> tuple[str, ...]:
        """Lift an exclusion, and erase of whom and whom; return the registrations that it withheld."""

    def standing_matches(self, index_token: IndexToken) -> tuple[tuple[str, Enrolled, Enrolled], ...]:
        """Return the standing matches of a person, each with its two sides."""

    def withhold(self, pairs: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Remember who would have met an excluded agency: (exclusion, registration); return those that are new."""

    def withheld(self, exclusion: str) -> tuple[Withheld, ...]:
        """Return who would have met an excluded agency and is still active, in order."""

    def tell(self, alerts: Sequence[ExclusionAlert]) -> None:
        """Record alerts about exclusions, and their deliveries."""

    def kept_in(self, lane: str) -> bool:
        """Return whether any exclusion of this lane is kept, lifted or not."""

    def forget(self, lane: str) -> int:
        """Remove every exclusion of a lane that no registration is left in; return how many."""


class Oversights(Protocol):
    """Who holds safety oversight: one agency at a time, until its registration ends by the database's clock."""

    def holder(self, index_token: IndexToken) -> Oversight | None:
        """Return who holds it now."""

    def begin(self, oversight: Oversight) -> None:
        """Let an agency hold it that nobody holds, under the claim of the person."""

    def move(self, held: Oversight, *, to: Oversight) -> None:
        """Let another agency hold it from the very instant at which the one before it no longer does."""


class Handovers(Protocol):
    """Offers of safety oversight; one that was not answered has lapsed when its match or a registration is over."""

    def one(self, handover: str, *, agency: Oin) -> Handover | None:
        """Return a handover that this agency is a party to; to any other it is absent (G24)."""

    def page(self, agency: Oin, *, after: str, limit: int) -> tuple[Handover, ...]:
        """Return this agency's handovers with an id after `after`, in order of id."""

    def is_open(self, index_token: IndexToken) -> bool:
        """Return whether an offer about this person is open, after writing down which have lapsed."""

    def offer(self, offered: OfferedHandover) -> None:
        """Record an offer, under the claim of the person."""

    def decide(self, handover: Handover, *, state: HandoverState, reason: str | None, at: datetime) -> None:
        """Record what became of an open offer, under the claim of the person."""

    def tell(self, alerts: Sequence[HandoverAlert]) -> None:
        """Record alerts about handovers, and their deliveries."""

    def last_of(self, match: str) -> str | None:
        """Return the last handover that was offered through a match."""

    def unanswered(self, *, limit: int) -> tuple[Handover, ...]:
        """Return open offers whose deadline has passed by the database's clock and of which nobody was told so."""

    def escalate(self, handovers: Sequence[str]) -> frozenset[str]:
        """Record that both are told now; return those of which nobody was told before."""

    def last_accepted(self, index_tokens: Collection[IndexToken]) -> Mapping[tuple[Oin, IndexToken], datetime]:
        """Return when each agency last handed safety oversight of these persons over."""


class HomeBans(Protocol):
    """The clock of the home bans, which lapse with the registration that they are."""

    def add(self, bans: Sequence[tuple[str, HomeBan]]) -> None:
        """Add each ban beside its registration."""

    def of(self, registration: str) -> HomeBan | None:
        """Return the ban that a registration is, in force or not."""

    def in_force(self, match: str, *, by: Oin) -> BanInForce | None:
        """Return the ban that this party of a match registered, while it is in force by the database's clock."""


class PersonsRegistration(NamedTuple):
    """A registration about a person, and whether it goes on; if not, it is archived."""

    registration: str
    agency: Oin
    goes_on: bool


class LifeNotices(Protocol):
    """Notices of death and of moving that nobody looked at yet."""

    def add(self, notice: LifeNotice) -> None:
        """Keep a notice."""

    def waiting(self) -> bool:
        """Return whether one waits; cheap, asked outside a change."""

    def take(self, *, limit: int) -> tuple[LifeNotice, ...]:
        """Take the oldest that no other worker holds; they are held until the transaction ends."""

    def registrations_of(self, notice: LifeNotice) -> tuple[PersonsRegistration, ...]:
        """Return what stands or is archived about this person in the lane of the notice, in order of id."""

    def forget(self, notices: Sequence[str]) -> None:
        """Remove notices that were applied, with whom they were about."""


class Emergencies(Protocol):
    """Broken glass, with who confirmed it and how it was judged; changed under the claim of the person."""

    def used(self, agency: Oin, *, user: str, on: date) -> tuple[int, int]:
        """Return how often this agency, and how often this user of it, broke the glass on a day."""

    def add(self, glass: BrokenGlass) -> None:
        """Record it beside its registration, which ends at that instant; another of its number runs again."""

    def one(self, registration: str) -> Emergency | None:
        """Return broken glass of any agency, by the registration that it is."""

    def page(self, agency: Oin, *, after: str, limit: int) -> tuple[Emergency, ...]:
        """Return this agency's broken glass with an id after `after`, in order of id."""

    def confirm(self, registration: str, *, user: str, review_due_on: date, calendar: str) -> None:
        """Record that another person confirmed it."""

    def confirmed(self, registrations: Collection[str]) -> frozenset[str]:
        """Return which of these registrations are broken glass that a second person confirmed."""

    def both_open(self, match: str) -> bool:
        """Return whether both sides of a match are confirmed and go on now, by the database's clock."""

    def to_review(self, *, after: str, limit: int) -> tuple[Emergency, ...]:
        """Return what was confirmed and not judged by two, with an id after `after`, in order of id."""

    def judge(self, registration: str, *, officer: Oin, verdict: Verdict, number: int) -> None:
        """Record the first or second verdict; one that another officer gave meanwhile makes the change run again."""

    def unreviewed(self, *, before_on: date) -> bool:
        """Return whether a review is overdue of which nobody was told; cheap, asked outside a change."""

    def escalate(self, *, before_on: date, limit: int) -> tuple[Emergency, ...]:
        """Remember that the officers are alarmed about reviews due before a day; return those not alarmed of before."""


class SafetyCases(Protocol):
    """The list of accepted cases."""

    def add(self, case: SafetyCase) -> None:
        """Add a case with its participants."""

    def one(self, case: str, *, agency: Oin) -> SafetyCase | None:
        """Return a case in which this agency takes part; any other is as absent as one that never was (G24)."""

    def page(self, agency: Oin, *, after: str, limit: int) -> tuple[SafetyCase, ...]:
        """Return the cases in which this agency takes part with an id after `after`, in order of id."""

    def open_of(self, references: Collection[str]) -> tuple[SafetyCase, ...]:
        """Return the open cases with one of these references."""

    def hold_open(self, wanted: Collection[tuple[Oin, str]]) -> frozenset[tuple[Oin, str, str]]:
        """Return agency, lane and reference of the open cases in which these take part; none closes before this ends.

        `wanted` are agencies, each with a reference.
        """

    def hold(self, case: str) -> bool:
        """Hold an open case, so that nobody registers under it until this change is over; False when it is closed."""

    def close(self, case: str) -> None:
        """Close a case."""

    def resting_on(self, case: SafetyCase) -> tuple[tuple[str, bytes], ...]:
        """Return the active registrations under a case, each with its index token."""

    def kept_in(self, lane: str) -> bool:
        """Return whether any case of this lane is kept, closed or not."""

    def forget(self, lane: str) -> int:
        """Remove every case of a lane that no registration is left in; return how many."""


class View(Protocol):
    """A consistent look at the store, without changing it."""

    @property
    def registrations(self) -> Registrations:
        """The registrations."""

    @property
    def jobs(self) -> MatchJobs:
        """The match jobs."""

    @property
    def matches(self) -> Matches:
        """The matches."""

    @property
    def alerts(self) -> Alerts:
        """The inboxes."""

    @property
    def archive(self) -> Archive:
        """The archive."""

    @property
    def cool_downs(self) -> CoolDowns:
        """The withdrawals that came soon after registering."""

    @property
    def reminders(self) -> Reminders:
        """What agencies are to be reminded of."""

    @property
    def desks(self) -> Desks:
        """The contact desks."""

    @property
    def webhooks(self) -> Webhooks:
        """The webhook addresses."""

    @property
    def decisions(self) -> Decisions:
        """The decisions of the policy, as they are on record."""

    @property
    def usefulness(self) -> Usefulness:
        """What the yearly figures are made of."""

    @property
    def purges(self) -> Purges:
        """The purges of lanes."""

    @property
    def policies(self) -> Policies:
        """The releases of the policies."""

    @property
    def oversights(self) -> Oversights:
        """Who holds safety oversight."""

    @property
    def handovers(self) -> Handovers:
        """The handovers of safety oversight."""

    @property
    def consents(self) -> Consents:
        """The register of consents."""

    @property
    def requests(self) -> SubjectRequests:
        """The requests of persons about their data."""

    @property
    def journal(self) -> ErasureJournal:
        """The journal of what was erased."""

    @property
    def exclusions(self) -> Exclusions:
        """Who must learn nothing of whom."""

    @property
    def bans(self) -> HomeBans:
        """The clock of the home bans."""

    @property
    def life_notices(self) -> LifeNotices:
        """The notices of death and of moving."""

    @property
    def emergencies(self) -> Emergencies:
        """Broken glass."""

    @property
    def cases(self) -> SafetyCases:
        """The list of accepted cases."""

    def now(self) -> datetime:
        """Return the database's time, to the millisecond at least."""


class Tx(View, Protocol):
    """One transaction. What it writes becomes durable with its events, or not at all."""

    @property
    def calls(self) -> CallLedger:
        """The call ledger."""

    def claim(self, index_tokens: Collection[IndexToken]) -> None:
        """Hold these persons, and the parents that registrations of theirs name, until commit.

        It is done in key order so that batches do not deadlock (G9).

        Whoever matches or withdraws claims first; statements after the claim see all that was committed before it.
        """


class Store(Protocol):
    """The database as the flows see it."""

    def change(self, name: str, work: Callable[[Tx], Recorded[T]]) -> T:
        """Run `work` in one transaction, record its events in it, commit durably and return its result.

        The whole closure runs again when the database says so (serialization, deadlock, busy, a unique key taken in a
        race), so it must be free of other effects. A change that wrote something and names no event is an inner
        contradiction and stops the worker. `Refused` rolls back and passes through.

        Raises:
            Refused: `store_unavailable` when the database cannot be reached, nothing was done; `outcome_unknown` when
                the connection was lost during commit: ask again with the same idempotency key (G3, G4).
        """

    def view(self, name: str, work: Callable[[View], T]) -> T:
        """Run `work` on a read-only look."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A person token turned into what the index stores."""

    index_token: IndexToken
    sealed: SealedElement
    epoch: int


class Converter(Protocol):
    """The one place that holds conversion factors (protocol section 5); adapter of `keys.conversion.Converter`."""

    def convert(
        self, rows: Sequence[tuple[PersonToken, str]], *, agency: Oin, lane: str, of_nobody: Collection[str] = ()
    ) -> tuple[Converted | Refusal, ...]:
        """Convert (token, registration id) pairs, one answer each in order; a bad token spoils no other (G14).

        Registrations `of_nobody` cost the same and are refused for the same reasons, but what comes of them is of
        chance: it never equals that of any person.
        """

    def conceal(self, text: bytes, *, row: str) -> bytes:
        """Encrypt what the index keeps for one row without reading it."""

    def reveal(self, concealed: bytes, *, row: str) -> bytes:
        """Return what was concealed for this row; it opens for no other."""


@dataclass(frozen=True, slots=True)
class Agency:
    """A party of the federation: its kind decides what the policy says, its name is disclosed by rule.

    `municipality` is the one that holds its agreement; its supervisors follow the agency's matches. `shown_as` is the
    central desk that others see in its place: then `name` is that desk's (abuse case A3).
    """

    oin: Oin
    name: str
    kind: str
    municipality: str = ""
    shown_as: Oin | None = None


class Directory(Protocol):
    """Who the agencies are."""

    def agency(self, oin: Oin) -> Agency | None:
        """Return the agency, or None."""

    def may_be_told(self, oin: Oin, *, now: datetime) -> bool:
        """Return whether this is an agency with a key that counts now; whoever is not is sent nothing (G19)."""

    def supervisors(self, municipality: str) -> tuple[Oin, ...]:
        """Return the match supervisors of a municipality."""

    def agencies_of(self, municipality: str) -> tuple[Oin, ...]:
        """Return the agencies whose agreement is with a municipality."""

    def officers(self) -> tuple[Oin, ...]:
        """Return the officers of the region, who review what cannot be decided beforehand."""


@dataclass(frozen=True, slots=True)
class House:
    """Everything a flow may reach. `mint` makes a sortable id; `policies` returns the set now in force."""

    store: Store
    converter: Converter
    directory: Directory
    policies: Callable[[], PolicySet]
    mint: Callable[[str], str]

    def under_one_release(self) -> "House":
        """Return this house under the policies that are in force now, whatever is released meanwhile."""
        policies = self.policies()
        return replace(self, policies=lambda: policies)


Answers = Mapping[tuple[Oin, str, int], Answer]

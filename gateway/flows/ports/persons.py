"""What persons may ask, and what is to be known of them besides: requests, erasures, exclusions, deaths and moves."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from gateway.core.exclusion import Enrolled, Exclusion, ExclusionAlert, Withheld
from gateway.core.involvement import Oin
from gateway.core.life_notice import LifeNotice
from gateway.core.subject_request import AnswerLine, FoundItem, JournalEntry, SubjectRequest
from gateway.flows.ports.conversion import Converted
from gateway.protocol.messages.subject_requests import AdviseOnItem, DecideItem, ExtensionReason
from keys.tokens import IndexToken


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

"""The database as the flows see it: looks, transactions, and events that belong to them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from gateway.core.events import Event
from gateway.flows.ports.calls import CallLedger
from gateway.flows.ports.lanes import Consents, Emergencies, HomeBans, SafetyCases
from gateway.flows.ports.matches import Alerts, Desks, Matches, MatchJobs
from gateway.flows.ports.oversight import Handovers, Oversights
from gateway.flows.ports.persons import ErasureJournal, Exclusions, LifeNotices, SubjectRequests
from gateway.flows.ports.policies import Decisions, Policies, Purges, Usefulness
from gateway.flows.ports.registrations import Archive, CoolDowns, Registrations, Reminders
from gateway.flows.ports.webhooks import Webhooks
from keys.tokens import IndexToken

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Recorded(Generic[T]):
    """The result of a change together with its events: a change without an event cannot be expressed."""

    result: T
    events: tuple[Event, ...]


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

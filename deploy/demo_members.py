"""Holds an agency of the demo as it goes along: its client, its ears, the receipts it was given, and its tally."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeVar

from adapters import Gateway, Person, notice_given
from adapters.involvement import INVOLVED
from deploy.demo_ears import Ears, Heard
from deploy.demo_outcome import AgencyTally
from deploy.region import people
from deploy.region.agencies import RegionAgency
from gateway.protocol.messages.matches import ContactOutcome, ListedMatch, MatchState
from gateway.protocol.messages.registrations import Receipt

T = TypeVar("T")

SECONDS_TO_HEAR: Final = 30.0
_LAST_CASE: Final = 89_999
_OUTCOMES: Final = (ContactOutcome.CONTACTED, ContactOutcome.PLAN_MADE, ContactOutcome.ALREADY_IN_CONTACT)


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which terms a child is registered, where that is not as the settings say."""

    lane: str = ""
    purpose: str = ""
    flag: str = INVOLVED


AS_SET: Final = Terms()


@dataclass(slots=True)
class Member:
    """One agency: `receipts` are the registrations that were acknowledged to it, `refused` its bad rows."""

    agency: RegionAgency
    gateway: Gateway
    ears: Ears
    receipts: set[str] = field(default_factory=set)
    refused: int = 0
    contacts: int = 0
    live: int = 0

    def register(self, person: people.Person, *, on: date, terms: Terms = AS_SET) -> Receipt:
        """Register one child by hand, as somebody at the desk would; the parents were told today."""
        receipt = self.gateway.registrations.register(
            Person.from_bsn(person.person_number),
            case=self.next_case(),
            notice=notice_given(on),
            lane=terms.lane,
            purpose=terms.purpose,
            flag=terms.flag,
        )
        self.receipts.add(receipt.id)
        self.live += 1
        return receipt

    def next_case(self) -> str:
        """Return a case reference that this agency has not used."""
        return self.agency.case_reference(_LAST_CASE - self.live)

    def report(self, match: ListedMatch, outcome: ContactOutcome) -> MatchState:
        """Report what came of the contact; return the state of the match after it."""
        state = self.gateway.matches.report_contact(match, outcome=outcome).state
        self.contacts += 1
        return state

    def report_share(self, matches: Sequence[ListedMatch], one_in: int) -> None:
        """Report contact on one in so many of the matches: those whose id says so, so that both sides do."""
        for match in matches:
            lot = int.from_bytes(match.id.encode("ascii")[-4:], "big")
            if lot % one_in == 0:
                self.report(match, _OUTCOMES[lot // one_in % len(_OUTCOMES)])

    def tally(self) -> AgencyTally:
        """Compare what this agency was promised with what its own lists hold."""
        registered = {registration.id for registration in self.gateway.registrations.list()}
        matches = {match.id for match in self.gateway.matches.list()}
        heard_of = {heard.alert.match_id for heard in self.ears.heard}
        return AgencyTally(
            name=self.agency.name,
            registrations=len(registered),
            refused=self.refused,
            matches=len(matches),
            alerts=len(self.ears.heard),
            contacts=self.contacts,
            receipts_lost=len(self.receipts - registered),
            alerts_lost=len(matches - heard_of),
        )


@dataclass(frozen=True, slots=True)
class LivePair:
    """A child registered by a second agency: what each heard, and after how many seconds both had heard it."""

    receipt: Receipt
    alerts: tuple[Heard, Heard]
    seconds: float


def register_pair(
    second: Member, first: Member, person: people.Person, *, on: date, terms: Terms = AS_SET
) -> LivePair | None:
    """Let `second` register a child whom `first` has registered; None when not both hear of it in time.

    Nothing else may go on meanwhile: the next alert of `second` must be about this child, which its own look at the
    match confirms. The time counts from before the first call to a key holder.
    """
    heard_before = len(second.ears.heard)
    started = time.monotonic()
    receipt = second.register(person, on=on, terms=terms)
    own = second.ears.next_after(heard_before, seconds=SECONDS_TO_HEAR)
    other = None if own is None else first.ears.wait_for(own.alert.match_id, seconds=SECONDS_TO_HEAR)
    if own is None or other is None:
        return None
    if second.gateway.matches.show(own.alert, purpose=terms.purpose).registration_id != receipt.id:
        return None
    return LivePair(receipt, (own, other), max(own.at, other.at) - started)


def known_by_one(region: people.Region, members: Sequence[Member]) -> list[tuple[people.Person, Member]]:
    """Return the children, but for the one of the story, whom exactly one agency knows, with that agency."""
    by_slug = {member.agency.slug: member for member in members}
    known: dict[int, list[str]] = {}
    for involvement in region.involvements:
        known.setdefault(involvement.person_index, []).append(involvement.agency_slug)
    return [(region.people[index], by_slug[slugs[0]]) for index, slugs in known.items() if index and len(slugs) == 1]


def at_once(members: Sequence[Member], work: Callable[[Member], T]) -> list[T]:
    """Let all agencies do something at the same time; return the results in their order, or raise the first error."""
    with ThreadPoolExecutor(len(members), thread_name_prefix="agency") as threads:
        return list(threads.map(work, members))

"""What single lanes keep besides: consents, bans, cases, emergencies."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol

from gateway.core.consent import Consent, Consenting, StandingConsent
from gateway.core.emergency import BrokenGlass, Emergency
from gateway.core.home_ban import BanInForce, HomeBan
from gateway.core.involvement import Oin
from gateway.core.safety_case import SafetyCase
from gateway.flows.ports.conversion import Converted
from gateway.protocol.messages.consents import ConsentStatus
from gateway.protocol.messages.emergencies import Verdict
from keys.tokens import IndexToken


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


class HomeBans(Protocol):
    """The clock of the home bans, which lapse with the registration that they are."""

    def add(self, bans: Sequence[tuple[str, HomeBan]]) -> None:
        """Add each ban beside its registration."""

    def of(self, registration: str) -> HomeBan | None:
        """Return the ban that a registration is, in force or not."""

    def in_force(self, match: str, *, by: Oin) -> BanInForce | None:
        """Return the ban that this party of a match registered, while it is in force by the database's clock."""


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

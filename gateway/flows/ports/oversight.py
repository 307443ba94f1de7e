"""Who holds safety oversight, and how it is handed over."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from gateway.core.handover import Handover, HandoverAlert, OfferedHandover, Oversight
from gateway.core.involvement import Oin
from gateway.protocol.messages.oversight import HandoverState
from keys.tokens import IndexToken


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

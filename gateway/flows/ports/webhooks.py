"""Where alerts are brought, and what came of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gateway.core.involvement import Oin
from gateway.flows.ports.matches import WaitingAlert


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

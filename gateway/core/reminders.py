"""What an agency is told about registrations of its own: which one, and why; nothing of anybody else."""

from dataclasses import dataclass
from datetime import date, timedelta

from gateway.core.involvement import RENEWAL_NOTICE_DAYS, Oin
from gateway.protocol.messages.alerts import AlertKind


@dataclass(frozen=True, slots=True)
class OwnAlert:
    """An alert to an agency about a registration of its own."""

    id: str
    agency: Oin
    registration: str
    kind: AlertKind


def ends_soon_until(today_on: date) -> date:
    """Return the last end of a term of which the agency is reminded today: two weeks ahead, as receipts say."""
    return today_on + timedelta(days=RENEWAL_NOTICE_DAYS)

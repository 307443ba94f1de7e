"""Hear alerts: the unacknowledged ones of one agency, shown until it acknowledges them (G13)."""

from typing import Any

from gateway.core.events import Event, EventKind
from gateway.core.involvement import Oin
from gateway.flows.admission import admit_read, change_once, event_of
from gateway.flows.ports.house import House
from gateway.flows.ports.matches import WaitingAlert
from gateway.flows.ports.store import Tx
from gateway.protocol.messages.alerts import AcknowledgeAlerts, AcknowledgedAlerts
from gateway.protocol.messages.base import Message
from keys.signing import Signed

INBOX_PAGE = 100


def begin_hearing(call: Signed[Any], house: House) -> Oin:
    """Let an agency in to its inbox once per signed call and return whose it is; `waiting` may then be asked often."""
    admit_read(call, house, "hear")
    return Oin(call.caller.oin)


def waiting(agency: Oin, house: House, *, limit: int = INBOX_PAGE) -> tuple[tuple[WaitingAlert, ...], bool]:
    """Return the oldest unacknowledged alerts of this agency, and whether more wait behind them."""
    rows = house.store.view("inbox", lambda view: view.alerts.waiting(agency, limit=limit + 1))
    return rows[:limit], len(rows) > limit


def newest(agency: Oin, house: House) -> tuple[WaitingAlert, ...]:
    """Return the newest unacknowledged alerts of this agency, a page of them, in the order in which they came."""
    return house.store.view("inbox", lambda view: view.alerts.newest(agency, limit=INBOX_PAGE))


def acknowledge(call: Signed[AcknowledgeAlerts], house: House) -> bytes:
    """Mark alerts as taken, return `AcknowledgedAlerts`; another agency's are as unknown as those that never were."""
    asked = call.message.alerts

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        own = frozenset(tx.alerts.acknowledge(call.caller.oin, asked))
        taken = tuple(alert for alert in asked if alert in own)
        unknown = tuple(alert for alert in asked if alert not in own)
        event = event_of(call, house, EventKind.ALERTS_ACKNOWLEDGED, alerts=taken)
        return AcknowledgedAlerts(acknowledged=taken, unknown=unknown), (event,)

    return change_once(call, house, "acknowledge", act)

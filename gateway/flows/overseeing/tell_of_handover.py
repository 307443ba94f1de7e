"""Tell the agencies of a handover that something came of it: an alert in the transaction of that step."""

from collections.abc import Iterable

from gateway.core.handover import Handover, HandoverAlert
from gateway.core.involvement import Oin
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.protocol.messages.alerts import AlertKind


def tell(tx: Tx, handover: Handover, kind: AlertKind, recipients: Iterable[Oin], house: House) -> tuple[str, ...]:
    """Alert these of its two agencies; return the ids of the alerts."""
    alerts = [HandoverAlert(house.mint("alt"), handover.match, handover.id, who, kind) for who in recipients]
    tx.handovers.tell(alerts)
    return tuple(alert.id for alert in alerts)

"""Ask for more about everybody registered without a person number, whether or not anybody else is like them."""

from collections.abc import Sequence

from gateway.core.events import GATEWAY, Event, EventKind
from gateway.core.involvement import Registration
from gateway.core.reminders import OwnAlert
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.identities import Identity


def ask_who(tx: Tx, registrations: Sequence[Registration], house: House) -> tuple[Event, ...]:
    """Alert the agencies of those set aside; nothing is looked up, so it cannot hint at anybody (domain rule 17)."""
    aside = [one for one in registrations if one.identity is Identity.POSSIBLE]
    if not aside:
        return ()
    kind = AlertKind.IDENTITY_ASKED
    alerts = [OwnAlert(house.mint("alt"), one.agency, one.id, kind) for one in aside]
    tx.alerts.tell(alerts)
    fields = {
        "kind": kind.value,
        "registrations": tuple(one.id for one in aside),
        "alerts": tuple(alert.id for alert in alerts),
    }
    return (Event(house.mint("evt"), EventKind.REMINDED, GATEWAY, fields),)

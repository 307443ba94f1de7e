"""Keep an agency's contact desks: who may be called after a match."""

from typing import Any

from gateway.core.events import Event, EventKind
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import admit_read, change_once, event_of
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.contacts import ContactDesk, ContactDesks
from keys.signing import Signed


def put_desk(call: Signed[ContactDesk], house: House) -> bytes:
    """Add or replace one of the caller's desks; its deputy must be another desk that exists. Returns the desk."""
    desk = call.message

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        deputy = (call.caller.oin, desk.deputy_id or desk.id)
        if desk.deputy_id is not None and (desk.deputy_id == desk.id or deputy not in tx.desks.known({deputy})):
            raise Refused(Refusal.CONTACT_UNKNOWN)
        tx.desks.put(call.caller.oin, desk)
        return desk, (event_of(call, house, EventKind.DESK_CHANGED, contact=desk.id),)

    return change_once(call, house, "put desk", act)


def confirm_desk(call: Signed[Any], house: House, desk: str) -> bytes:
    """Say that a desk is still as it stands here, for another 90 days; return it.

    Raises:
        Refused: not found (or another agency's, which looks the same).
    """

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        if not tx.desks.confirm(call.caller.oin, desk):
            raise Refused(Refusal.NOT_FOUND)
        (confirmed,) = (own for own in tx.desks.of(call.caller.oin) if own.id == desk)
        return confirmed, (event_of(call, house, EventKind.DESK_CONFIRMED, contact=desk),)

    return change_once(call, house, "confirm desk", act)


def list_desks(call: Signed[Any], house: House) -> ContactDesks:
    """Return the caller's own desks."""
    admit_read(call, house, "list desks")
    return ContactDesks(contacts=house.store.view("list desks", lambda view: view.desks.of(call.caller.oin)))

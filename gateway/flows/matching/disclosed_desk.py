"""Which desk of an agency others are shown: the one it registered with, or of a shelter only its central desk (A3)."""

from gateway.flows.ports.directory import Agency
from gateway.flows.ports.store import View
from gateway.protocol.messages.contacts import ContactDesk


def disclosed_desk(agency: Agency, contact_id: str, view: View) -> ContactDesk | None:
    """Return the desk to call; behind an alias the first of the central desk, whichever its own is called."""
    if agency.shown_as is not None:
        return next((desk.disclosed for desk in view.desks.of(agency.shown_as)), None)
    return next((desk.disclosed for desk in view.desks.of(agency.oin) if desk.id == contact_id), None)

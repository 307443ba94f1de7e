"""Show an agency its own registrations; nobody else's can be reached from here."""

from typing import Any

from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import admit_read
from gateway.flows.overseeing.show_clocks import shown_besides
from gateway.flows.ports.house import House
from gateway.flows.ports.store import View
from gateway.flows.registering.renew import own_view
from gateway.protocol.messages.registrations import OwnRegistration, OwnRegistrations
from keys.signing import Signed

PAGE = 100


def own_registrations(call: Signed[Any], house: House, *, after: str, limit: int = PAGE) -> OwnRegistrations:
    """Return a page of the caller's registrations in order of id."""
    admit_read(call, house, "list registrations")
    rows = house.store.view(
        "list registrations", lambda view: view.registrations.page(call.caller.oin, after=after, limit=limit + 1)
    )
    return OwnRegistrations(
        registrations=tuple(own_view(row) for row in rows[:limit]),
        next=rows[limit - 1].id if len(rows) > limit else None,
    )


def own_registration(call: Signed[Any], house: House, registration: str) -> OwnRegistration:
    """Return one of the caller's registrations; another agency's does not exist for it (G24)."""
    admit_read(call, house, "show registration")

    def look(view: View) -> OwnRegistration | None:
        row = view.registrations.one(registration, agency=call.caller.oin)
        return None if row is None else own_view(row).model_copy(update=shown_besides(row, view))

    shown = house.store.view("show registration", look)
    if shown is None:
        raise Refused(Refusal.NOT_FOUND)
    return shown

"""Show Veilig Thuis its statutory clocks with a registration of its own: from its report, or from its handover."""

from gateway.core.handover import runs_as_monitoring
from gateway.core.involvement import Registration
from gateway.core.statutory_clocks import clocks_of
from gateway.flows.ports import View
from gateway.protocol.messages import Clock


def clocks_shown(registration: Registration, view: View) -> tuple[Clock, ...] | None:
    """Return the clocks of a registration, nothing where it has none."""
    from_at = registration.registered_at
    if runs_as_monitoring(registration):
        person = registration.index_token
        from_at = view.handovers.last_accepted({person}).get((registration.agency, person))
    found = () if from_at is None else clocks_of(registration, from_at=from_at)
    return tuple(Clock(name=one.name, due_on=one.due_on, calendar=one.calendar) for one in found) or None

"""Show Veilig Thuis, with its own registration, which statutory clocks run and whether it monitored at the time."""

from datetime import datetime
from typing import Any

from gateway.core.handover import LANE, is_re_report, runs_as_monitoring
from gateway.core.involvement import Registration
from gateway.core.statutory_clocks import CLOCKS, clocks_of
from gateway.flows.ports.store import View
from gateway.protocol.messages.registrations import Clock


def shown_besides(registration: Registration, view: View) -> dict[str, Any]:
    """Return what is shown besides the registration itself: nothing for any but those of Veilig Thuis."""
    if registration.lane != LANE or registration.flag not in CLOCKS:
        return {}
    person = registration.index_token
    accepted_at = view.handovers.last_accepted({person}).get((registration.agency, person))
    return {
        "clocks": _clocks(registration, accepted_at),
        "re_report": True if is_re_report(registration, accepted_at) else None,
    }


def _clocks(registration: Registration, accepted_at: datetime | None) -> tuple[Clock, ...] | None:
    """Count from the report, or from the handover that monitoring follows."""
    from_at = accepted_at if runs_as_monitoring(registration) else registration.registered_at
    found = () if from_at is None else clocks_of(registration, from_at=from_at)
    return tuple(Clock(name=one.name, due_on=one.due_on, calendar=one.calendar) for one in found) or None

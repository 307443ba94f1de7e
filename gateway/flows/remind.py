"""Remind agencies of their own registrations: a notice that was put off until today, a term that is about to end."""

from collections.abc import Sequence
from datetime import date

from gateway.core.events import GATEWAY, Event, EventKind, Value
from gateway.core.involvement import AMSTERDAM, Oin
from gateway.core.reminders import OwnAlert
from gateway.flows.ports import House, Recorded, Tx, View
from gateway.protocol.messages import AlertKind

REMIND_AT_ONCE = 200

Due = Sequence[tuple[str, Oin]]


def remind(house: House, *, limit: int = REMIND_AT_ONCE) -> int:
    """Give up to `limit` reminders of each kind, each once for its day of review or end of term; return how many.

    A worker that was down gives them when it is back: what is due is read from the registrations, not from a clock of
    its own, so nothing is skipped and nothing doubled.
    """
    if not any(house.store.view("reminders", lambda view: _due(view, limit=1)).values()):
        return 0

    def work(tx: Tx) -> Recorded[int]:
        due = {kind: found for kind, found in _due(tx, limit=limit).items() if found}
        events = tuple(_remind(tx, kind, found, house) for kind, found in due.items())
        return Recorded(sum(map(len, due.values())), events)

    return house.store.change("remind", work)


def _due(view: View, *, limit: int) -> dict[AlertKind, Due]:
    today_on: date = view.now().astimezone(AMSTERDAM).date()
    return {
        AlertKind.NOTICE_DUE: view.reminders.notices(today_on=today_on, limit=limit),
        AlertKind.RENEWAL_DUE: view.reminders.renewals(today_on=today_on, limit=limit),
    }


def _remind(tx: Tx, kind: AlertKind, due: Due, house: House) -> Event:
    alerts = tuple(OwnAlert(house.mint("alt"), agency, registration, kind) for registration, agency in due)
    tx.alerts.tell(alerts)
    tx.reminders.done([alert.registration for alert in alerts], kind)
    fields: dict[str, Value] = {
        "kind": kind.value,
        "registrations": tuple(alert.registration for alert in alerts),
        "alerts": tuple(alert.id for alert in alerts),
    }
    return Event(house.mint("evt"), EventKind.REMINDED, GATEWAY, fields)

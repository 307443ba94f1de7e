"""Remind agencies of their own registrations: a notice that was put off until today, a term that is about to end."""

from datetime import date
from typing import Final

from gateway.core.events import GATEWAY, Event, EventKind, Value
from gateway.core.involvement import AMSTERDAM
from gateway.core.reminders import OwnAlert
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx, View
from gateway.protocol.messages.alerts import AlertKind

REMIND_AT_ONCE: Final = 200
_KINDS: Final = (AlertKind.NOTICE_DUE, AlertKind.RENEWAL_DUE)


def remind(house: House, *, limit: int = REMIND_AT_ONCE) -> int:
    """Give up to `limit` reminders of each kind, each once for its day of review or end of term; return how many.

    A worker that was down gives them when it is back: what is due is read from the registrations, not from a clock of
    its own, so nothing is skipped and nothing doubled.
    """
    if not house.store.view("reminders", _due):
        return 0

    def work(tx: Tx) -> Recorded[int]:
        told = {kind: _remind(tx, kind, house, limit) for kind in _KINDS}
        events = tuple(_event(kind, alerts, house) for kind, alerts in told.items() if alerts)
        if not events:  # another worker was faster
            return Recorded(0, (Event(house.mint("evt"), EventKind.REMINDED, GATEWAY, {"alerts": ()}),))
        return Recorded(sum(map(len, told.values())), events)

    return house.store.change("remind", work)


def _due(view: View) -> bool:
    today_on = _today_on(view)
    return any(view.reminders.due(kind, today_on=today_on) for kind in _KINDS)


def _today_on(view: View) -> date:
    return view.now().astimezone(AMSTERDAM).date()


def _remind(tx: Tx, kind: AlertKind, house: House, limit: int) -> tuple[OwnAlert, ...]:
    due = tx.reminders.take(kind, today_on=_today_on(tx), limit=limit)
    alerts = tuple(OwnAlert(house.mint("alt"), agency, registration, kind) for registration, agency in due)
    if alerts:
        tx.alerts.tell(alerts)
    return alerts


def _event(kind: AlertKind, alerts: tuple[OwnAlert, ...], house: House) -> Event:
    fields: dict[str, Value] = {
        "kind": kind.value,
        "registrations": tuple(alert.registration for alert in alerts),
        "alerts": tuple(alert.id for alert in alerts),
    }
    return Event(house.mint("evt"), EventKind.REMINDED, GATEWAY, fields)

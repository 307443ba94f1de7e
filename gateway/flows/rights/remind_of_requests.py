"""Remind of requests whose last day is near: whoever has to advise on or decide what was found, each once."""

from functools import partial

from gateway.core.deadlines import local_date
from gateway.core.events import GATEWAY, Event, EventKind, Value
from gateway.core.reminders import OwnAlert
from gateway.core.subject_request import FoundItem, remind_until
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx
from gateway.flows.rights.route_requests import desks_of
from gateway.protocol.messages.alerts import AlertKind

REMIND_AT_ONCE = 50


def remind_of_requests(house: House, *, limit: int = REMIND_AT_ONCE) -> int:
    """Remind of up to `limit` requests, each in a transaction of its own; return how many."""
    until_on = remind_until(local_date(house.store.view("now", lambda view: view.now())))
    near = house.store.view("requests", lambda view: view.requests.to_remind(until_on=until_on, limit=limit))
    return sum(house.store.change("remind of request", partial(_remind, one.id, house)) for one in near)


def _remind(request: str, house: House, tx: Tx) -> Recorded[int]:
    today_on = local_date(tx.now())
    near = {one.id for one in tx.requests.to_remind(until_on=remind_until(today_on), limit=REMIND_AT_ONCE)}
    if request not in near:  # another worker was faster
        return Recorded(0, ())
    tx.requests.reminded(request, today_on=today_on)
    open_items = [item for item in tx.requests.items_of(request) if item.decision is None]
    alerts = tuple(alert for item in open_items for alert in _alerts(item, house))
    if alerts:
        tx.alerts.tell(alerts)
    fields: dict[str, Value] = {"request": request, "alerts": tuple(alert.id for alert in alerts)}
    return Recorded(1, (Event(house.mint("evt"), EventKind.REQUEST_REMINDED, GATEWAY, fields),))


def _alerts(item: FoundItem, house: House) -> tuple[OwnAlert, ...]:
    waited_for = (*desks_of(item.municipality, house), *(() if item.advice else (item.agency,)))
    return tuple(OwnAlert(house.mint("alt"), who, item.registration, AlertKind.REQUEST_DUE) for who in waited_for)

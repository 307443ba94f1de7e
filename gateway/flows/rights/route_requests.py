"""Route requests: find what is held of each person, restrict what may not be used meanwhile, and ask who must answer.

1. The person is claimed, and what is due about it is matched first: whoever was acknowledged before gets its match.
2. What goes on in the lane, and what its archive keeps, becomes an item; an objection, a rectification or a restriction
   takes it out of matching in the same transaction (GDPR, article 18).
3. The agency that registered is asked for advice. The desks of the municipality that holds its agreement are asked for
   a decision; without such a desk, that which took the request.
"""

from functools import partial

from gateway.core.events import GATEWAY, Event, EventKind
from gateway.core.involvement import Oin, Registration
from gateway.core.reminders import OwnAlert
from gateway.core.subject_request import DESK_KIND, RESTRICTS, FoundItem, SubjectRequest
from gateway.flows.matching.match import match_jobs
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.registrations import RegistrationStatus

ROUTE_AT_ONCE = 50


def route_requests(house: House, *, limit: int = ROUTE_AT_ONCE) -> int:
    """Route up to `limit` requests, each in a transaction of its own; return how many."""
    waiting = house.store.view("requests", lambda view: view.requests.to_route(limit=limit))
    return sum(house.store.change("route request", partial(_route, request.id, house)) for request in waiting)


def desks_of(municipality: str, house: House) -> tuple[Oin, ...]:
    """Return the desks of a municipality at which requests are decided."""
    agencies = (house.directory.agency(oin) for oin in house.directory.agencies_of(municipality))
    return tuple(one.oin for one in agencies if one is not None and one.kind == DESK_KIND)


def _route(request: str, house: House, tx: Tx) -> Recorded[int]:
    asked = tx.requests.any(request)
    if asked is None or asked.id not in {one.id for one in tx.requests.to_route(limit=ROUTE_AT_ONCE)}:
        return Recorded(0, ())
    tx.claim({asked.index_token})
    made = match_jobs(tx, tx.jobs.of_persons({asked.index_token}), house)
    items = tuple(_item(tx, one, asked, house) for one in tx.registrations.several(tx.requests.found(asked)))
    tx.requests.route(asked.id, items)
    alerts = tuple(alert for item in items for alert in _alerts(item, house))
    if alerts:
        tx.alerts.tell(alerts)
    fields = {"items": tuple(item.id for item in items), "alerts": tuple(alert.id for alert in alerts)}
    event = Event(house.mint("evt"), EventKind.REQUEST_ROUTED, GATEWAY, {"request": asked.id, **fields})
    return Recorded(1, (*made, event))


def _item(tx: Tx, found: Registration, asked: SubjectRequest, house: House) -> FoundItem:
    restricts = asked.right in RESTRICTS and found.status is RegistrationStatus.ACTIVE
    if restricts:
        tx.registrations.restrict(found.id)
    bound = restricts or (asked.right in RESTRICTS and tx.requests.binds(found.id))
    return FoundItem(
        id=house.mint("sri"),
        request=asked.id,
        registration=found.id,
        agency=found.agency,
        municipality=_municipality(found.agency, asked, house),
        restricted_at=tx.now() if bound else None,
    )


def _municipality(registering: Oin, asked: SubjectRequest, house: House) -> str:
    agency, desk = house.directory.agency(registering), house.directory.agency(asked.desk)
    if agency is not None and desks_of(agency.municipality, house):
        return agency.municipality
    return "" if desk is None else desk.municipality


def _alerts(item: FoundItem, house: House) -> tuple[OwnAlert, ...]:
    advice = OwnAlert(house.mint("alt"), item.agency, item.registration, AlertKind.ADVICE_ASKED)
    desks = desks_of(item.municipality, house)
    return (
        advice,
        *(OwnAlert(house.mint("alt"), desk, item.registration, AlertKind.DECISION_ASKED) for desk in desks),
    )

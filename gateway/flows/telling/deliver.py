"""Deliver alerts to webhook addresses: at least once, each by itself, with capped back-off for fourteen days (G11)."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from gateway.core.events import Event, EventKind, Value
from gateway.core.involvement import Oin
from gateway.flows.matching.match import GATEWAY
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx, View
from gateway.flows.ports.webhooks import Delivery, Undelivered

KEEP_TRYING = timedelta(days=14)
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=6)
LONGEST_REST = timedelta(minutes=15)  # of a whole address: new alerts are tried there no later than this
DUE_AT_ONCE = 64
DUE_PER_ENDPOINT = 8


Send = Callable[[Delivery], Undelivered | None]


def due(house: House, *, besides: Collection[str] = (), not_of: Collection[Oin] = ()) -> tuple[Delivery, ...]:
    """Return what is due now, at most a few for one address, and none at these addresses or of these agencies."""

    def look(view: View) -> tuple[Delivery, ...]:
        return view.webhooks.due(limit=DUE_AT_ONCE, per_endpoint=DUE_PER_ENDPOINT, besides=besides, not_of=not_of)

    return house.store.view("due", look)


def deliver(delivery: Delivery, house: House, *, send: Send, jitter: Callable[[], float]) -> Undelivered | None:
    """Send one delivery, record what came of it, and return the fault if there was one.

    A crash between the two sends it again: the receiver knows it by its `webhook-id`, the alert's id.
    `jitter` returns a number in [0.5, 1.5).

    Nothing is sent for an agency that left the trust list or whose keys are revoked, though it was due before (G19).
    It is looked at again as after any failure, so that an agency with a new key loses nothing.
    """
    now = house.store.view("now", lambda view: view.now())
    told = house.directory.may_be_told(delivery.endpoint.agency, now=now)
    fault = send(delivery) if told else Undelivered.NOT_TRUSTED

    def work(tx: Tx) -> Recorded[Undelivered | None]:
        if fault is None:
            tx.webhooks.delivered(delivery)
            return Recorded(None, (_event(delivery, house, EventKind.WEBHOOK_DELIVERED),))
        now, chance = tx.now(), jitter()
        next_try_at = _next_try(delivery, now=now, jitter=chance)
        rest = _pause(delivery.endpoint.failures, longest=LONGEST_REST) * chance
        tx.webhooks.failed(delivery, next_try_at=next_try_at, rests_until_at=now + rest)
        parked = next_try_at is None
        return Recorded(fault, (_event(delivery, house, EventKind.WEBHOOK_FAILED, parked=parked, cause=fault.value),))

    return house.store.change("deliver", work)


def _next_try(delivery: Delivery, *, now: datetime, jitter: float) -> datetime | None:
    if now - delivery.first_due_at > KEEP_TRYING:
        return None
    return now + _pause(delivery.attempts, longest=LONGEST_PAUSE) * jitter


def _pause(failures: int, *, longest: timedelta) -> timedelta:
    doublings: int = 2 ** min(failures, 20)
    return min(longest, FIRST_PAUSE * doublings)


def _event(delivery: Delivery, house: House, kind: EventKind, **more: str | bool) -> Event:
    fields: dict[str, Value] = {
        "endpoint": delivery.endpoint.id,
        "alert": delivery.alert.id,
        "attempts": delivery.attempts + 1,
    }
    return Event(house.mint("evt"), kind, GATEWAY, {**fields, **more})

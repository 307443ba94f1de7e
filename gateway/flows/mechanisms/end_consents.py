"""End consents: the person withdrew one, or its day has come; in one transaction all that rests on it is erased.

Nothing is matched first and nothing is archived: the registrations, their matches with both alerts, and the tokens go
together. Consents are held before jobs, and jobs before persons, as whoever registers and whoever matches does: what is
accepted at the same moment is either seen here and erased, or finds no consent any more.
"""

from collections.abc import Sequence
from typing import Any

from gateway.core.consent import StandingConsent
from gateway.core.events import Event, EventKind
from gateway.core.involvement import Ending
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import change_once, event_of
from gateway.flows.matching.match import GATEWAY
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.consents import ConsentStatus, ConsentWithdrawn
from gateway.protocol.messages.registrations import RegistrationStatus
from keys.signing import Signed

EXPIRE_AT_ONCE = 200


def withdraw_consent(call: Signed[Any], house: House, consent: str) -> bytes:
    """End a consent of the caller and erase what rests on it; return the JSON of `ConsentWithdrawn`.

    Raises:
        Refused: not found (or another agency's, which looks the same), or ended before.
    """

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        if tx.consents.one(consent, agency=call.caller.oin) is None:
            raise Refused(Refusal.NOT_FOUND)
        held = tx.consents.hold((consent,))
        if not held:
            raise Refused(Refusal.CONSENT_ENDED)
        erased = erase(tx, held, status=ConsentStatus.WITHDRAWN)
        event = event_of(call, house, EventKind.CONSENT_ENDED, consent=consent, registrations=erased)
        status = ConsentStatus.WITHDRAWN
        return ConsentWithdrawn(id=consent, status=status, registrations=erased, event=event.id), (event,)

    return change_once(call, house, "withdraw consent", act)


def expire_consents(house: House, *, limit: int = EXPIRE_AT_ONCE) -> int:
    """End up to `limit` consents that are over by the database's clock, as if withdrawn; return how many."""
    if not house.store.view("expiring consents", lambda view: view.consents.due_to_expire(limit=1)):
        return 0

    def work(tx: Tx) -> Recorded[int]:
        held = tx.consents.hold(tx.consents.due_to_expire(limit=limit))
        if not held:
            return Recorded(0, ())
        erased = erase(tx, held, status=ConsentStatus.EXPIRED)
        ids = tuple(one.id for one in held)
        event = Event(
            house.mint("evt"), EventKind.CONSENTS_EXPIRED, GATEWAY, {"consents": ids, "registrations": erased}
        )
        return Recorded(len(held), (event,))

    return house.store.change("expire consents", work)


def erase(tx: Tx, held: Sequence[StandingConsent], *, status: ConsentStatus) -> tuple[str, ...]:
    """Erase what rests on consents that are held, and whose they were; return the registrations that are gone."""
    ids = [one.id for one in held]
    resting = tx.consents.resting_on(ids)
    tx.jobs.hold(resting)
    tx.claim({one.of.index_token for one in held})
    if resting:
        tx.registrations.end(
            resting, status=RegistrationStatus.WITHDRAWN, reason="consent_ended", ending=Ending.ENDED
        )  # before they go: what else the agency has of the person is matched anew
        tx.purges.remove(resting)
    tx.consents.end(ids, status=status)
    return resting

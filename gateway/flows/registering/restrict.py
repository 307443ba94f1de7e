"""Restrict a registration while an objection is pending, and lift that again (domain rule 11; GDPR, article 18).

A restricted registration is kept and matches nobody. As with a withdrawal, what is due about its person is matched
first: whoever was acknowledged before gets its match, and once this is acknowledged there is none any more (G15).
"""

from dataclasses import dataclass

from gateway.core.events import Event, EventKind
from gateway.core.involvement import Registration
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import change_once, event_of
from gateway.flows.matching.match import match_jobs
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.flows.registering.due import due_about
from gateway.flows.registering.renew import own_view
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.registrations import LiftRestriction, RegistrationStatus, RestrictRegistration
from keys.labels import Oin
from keys.signing import Signed


@dataclass(frozen=True, slots=True)
class Restriction:
    """Which registration to restrict, and why."""

    registration: str
    asked: RestrictRegistration


@dataclass(frozen=True, slots=True)
class Lifting:
    """Which registration to let match again."""

    registration: str
    asked: LiftRestriction


def restrict(call: Signed[Restriction], house: House) -> bytes:
    """Take an active registration out of matching and end its matches; return the JSON of `OwnRegistration`.

    Raises:
        Refused: not found (or another agency's, which looks the same), or not active.
    """
    wanted = call.message

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        found = _claimed(tx, wanted.registration, call.caller.oin)
        made = match_jobs(tx, due_about(tx, found), house)
        if _own(tx, found.id, call.caller.oin).status is not RegistrationStatus.ACTIVE:
            raise Refused(Refusal.NOT_ACTIVE)
        tx.registrations.restrict(found.id)
        reason = wanted.asked.reason.value
        event = event_of(call, house, EventKind.RESTRICTED, registration=found.id, reason=reason)
        return own_view(_own(tx, found.id, call.caller.oin)), (*made, event)

    return change_once(call, house, "restrict", act)


def lift(call: Signed[Lifting], house: House) -> bytes:
    """Let a restricted registration match again, as if it were new; return the JSON of `OwnRegistration`.

    Raises:
        Refused: not found, not restricted, or restricted for a request of the person.
    """
    wanted = call.message

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        found = _claimed(tx, wanted.registration, call.caller.oin)
        if found.status is not RegistrationStatus.RESTRICTED:
            raise Refused(Refusal.NOT_RESTRICTED)
        if tx.requests.binds(found.id):
            raise Refused(Refusal.RESTRICTION_BINDS)
        tx.registrations.lift(found.id)
        tx.jobs.queue((found.id,))
        event = event_of(call, house, EventKind.RESTRICTION_LIFTED, registration=found.id)
        return own_view(_own(tx, found.id, call.caller.oin)), (event,)

    return change_once(call, house, "lift restriction", act)


def _claimed(tx: Tx, registration: str, agency: Oin) -> Registration:
    """Return a registration as it stands under the claim of its person."""
    tx.claim({_own(tx, registration, agency).index_token})
    return _own(tx, registration, agency)


def _own(tx: Tx, registration: str, agency: Oin) -> Registration:
    found = tx.registrations.one(registration, agency=agency)
    if found is None:
        raise Refused(Refusal.NOT_FOUND)
    return found

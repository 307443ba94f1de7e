"""Withdraw a registration: first let what is due about this person be matched, then end it, in one transaction.

Whoever was acknowledged before this call was made gets the match that is due (G9); once this call is acknowledged the
registration never matches again (G15). Both follow from claiming the person first. The rest depends on the reason
(domain rule 10): what was registered in error, objected to or erased is forgotten at once, with its case reference;
what is over because the risk is gone is archived as long as the card says. The other party hears of no reason.
"""

from dataclasses import dataclass
from datetime import datetime

from gateway.core.archive import may_be_archived
from gateway.core.cool_down import is_hasty
from gateway.core.events import AlarmReason, Event, EventKind
from gateway.core.involvement import AMSTERDAM, Registration, ending_of_matches
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import change_once, event_of
from gateway.flows.matching.match import match_jobs
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.flows.registering.due import due_about
from gateway.flows.registering.put_away import put_away
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.registrations import RegistrationStatus, Withdrawn, WithdrawRegistration
from keys.signing import Signed

_GOES_ON = {RegistrationStatus.ACTIVE, RegistrationStatus.RESTRICTED}


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Which registration to withdraw, and why."""

    registration: str
    asked: WithdrawRegistration


def withdraw(call: Signed[Withdrawal], house: House) -> bytes:
    """End a registration and its matches for a reason; return the JSON of `Withdrawn`.

    One that is archived can still be withdrawn for a reason that lets nothing be kept: then the archive forgets it.

    Raises:
        Refused: not found (or another agency's, which looks the same), or no longer active.
    """
    wanted = call.message

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        registration = tx.registrations.one(wanted.registration, agency=call.caller.oin)
        if registration is None:
            raise Refused(Refusal.NOT_FOUND)
        tx.claim({registration.index_token})
        made = match_jobs(tx, due_about(tx, registration), house)
        current = tx.registrations.one(wanted.registration, agency=call.caller.oin)  # again: now under the claim
        if current is None or not _can_end(current, wanted.asked):
            raise Refused(Refusal.NOT_ACTIVE)
        now = tx.now()
        archived = _end(tx, current, wanted.asked, house, now)
        reason = wanted.asked.reason.value
        event = event_of(
            call, house, EventKind.WITHDRAWN, registration=current.id, reason=reason, archived=bool(archived)
        )
        answer = Withdrawn(id=current.id, status=RegistrationStatus.WITHDRAWN, event=event.id)
        return answer, (*made, event, *_alarm(tx, current, event, call, house, now=now))

    return change_once(call, house, "withdraw", act)


def _can_end(registration: Registration, asked: WithdrawRegistration) -> bool:
    return registration.status in _GOES_ON or (registration.archived and not may_be_archived(asked.reason))


def _end(tx: Tx, registration: Registration, asked: WithdrawRegistration, house: House, now: datetime) -> bool:
    """End it, archive or forget it; return whether it is archived."""
    ids, reason = (registration.id,), asked.reason
    tx.registrations.end(ids, status=RegistrationStatus.WITHDRAWN, reason=reason, ending=ending_of_matches(reason))
    if may_be_archived(reason):
        return bool(put_away(tx, [(registration, now.astimezone(AMSTERDAM).date())], house))
    tx.archive.forget(ids, cases=True)
    return False


def _alarm(
    tx: Tx, gone: Registration, event: Event, call: Signed[Withdrawal], house: House, *, now: datetime
) -> tuple[Event, ...]:
    """Tell the officers when somebody registered, met another and withdrew within the cool-down."""
    if gone.archived or not is_hasty(gone.registered_at, now=now) or not tx.cool_downs.has_met(gone.id):
        return ()
    reason = AlarmReason.REGISTER_MATCH_WITHDRAW.value
    return (event_of(call, house, EventKind.ALARM_RAISED, reason=reason, event=event.id),)

"""Withdraw a registration: first let what is due about this person be matched, then end it, in one transaction.

Whoever was acknowledged before this call was made gets the match that is due (G9); once this call is acknowledged the
registration never matches again (G15). Both follow from claiming the person first.
"""

from dataclasses import dataclass

from gateway.core.events import Event, EventKind
from gateway.core.involvement import ending_of_matches
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import change_once, event_of
from gateway.flows.match import match_jobs
from gateway.flows.ports import House, Tx
from gateway.protocol.messages import Message, RegistrationStatus, Withdrawn, WithdrawRegistration
from keys.signing import Signed


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Which registration to withdraw, and why."""

    registration: str
    asked: WithdrawRegistration


def withdraw(call: Signed[Withdrawal], house: House) -> bytes:
    """End a registration and its matches for a reason; return the JSON of `Withdrawn`.

    Raises:
        Refused: not found (or another agency's, which looks the same), or no longer active.
    """
    wanted = call.message

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        registration = tx.registrations.one(wanted.registration, agency=call.caller.oin)
        if registration is None:
            raise Refused(Refusal.NOT_FOUND)
        tx.claim({registration.index_token})
        made = match_jobs(tx, tx.jobs.of_persons({registration.index_token}), house)
        current = tx.registrations.one(wanted.registration, agency=call.caller.oin)  # again: now under the claim
        if current is None or current.status is not RegistrationStatus.ACTIVE:
            raise Refused(Refusal.NOT_ACTIVE)
        reason = wanted.asked.reason
        tx.registrations.end(
            (registration.id,), status=RegistrationStatus.WITHDRAWN, reason=reason, ending=ending_of_matches(reason)
        )
        event = event_of(call, house, EventKind.WITHDRAWN, registration=registration.id, reason=reason.value)
        answer = Withdrawn(id=registration.id, status=RegistrationStatus.WITHDRAWN, event=event.id)
        return answer, (*made, event)

    return change_once(call, house, "withdraw", act)

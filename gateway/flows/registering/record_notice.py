"""Record that the person was told of a registration, or that this is put off anew (domain rule 7)."""

from dataclasses import dataclass
from datetime import date

from gateway.core.events import Event, EventKind
from gateway.core.notices import checked_notice, further_deferral
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import change_once, event_of
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx
from gateway.flows.registering.renew import own_view
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.notices import SubjectNotice
from gateway.protocol.messages.registrations import RegistrationStatus
from keys.signing import Signed

_GOES_ON = {RegistrationStatus.ACTIVE, RegistrationStatus.RESTRICTED}


@dataclass(frozen=True, slots=True)
class Notice:
    """Of which registration the person was told, or is not yet."""

    registration: str
    asked: SubjectNotice


def record_notice(call: Signed[Notice], house: House, *, today_on: date) -> bytes:
    """Put a notice on a registration that goes on; return the JSON of `OwnRegistration`.

    Raises:
        Refused: not found, over, or a notice that is incomplete or put off for longer than the lane's card allows.
    """
    wanted = call.message

    def act(tx: Tx) -> tuple[Message, tuple[Event, ...]]:
        registration = tx.registrations.one(wanted.registration, agency=call.caller.oin)
        if registration is None:
            raise Refused(Refusal.NOT_FOUND)
        if registration.status not in _GOES_ON:
            raise Refused(Refusal.NOT_ACTIVE)
        at_most = further_deferral(house.policies().lane(registration.lane))
        checked_notice(wanted.asked, today_on=today_on, at_most=at_most)
        tx.registrations.record_notice(registration.id, wanted.asked)
        noticed = tx.registrations.one(registration.id, agency=call.caller.oin)
        if noticed is None:
            raise AssertionError("a registration vanished while it was written")
        status = wanted.asked.status.value
        event = event_of(call, house, EventKind.NOTICE_RECORDED, registration=registration.id, status=status)
        return own_view(noticed), (event,)

    return change_once(call, house, "record notice", act)

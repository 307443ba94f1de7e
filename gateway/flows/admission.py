"""Let a signed call in once: its nonce is new, under one idempotency key there is one effect and one answer.

A call that is refused has its event too, and its nonce is spent: it cannot be sent again once things stand otherwise.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from gateway.core.events import AlarmReason, Event, EventKind, Value
from gateway.core.refusals import Refusal, Refused
from gateway.flows.ports.calls import Answer, CallSlip
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx
from gateway.protocol.messages.base import Message
from keys.signing import Signed

T = TypeVar("T")

SINGLE: Final = 0  # the row under which the answer to a single call is kept
Said = Callable[[Tx], Mapping[str, Value]]  # what the event of a refusal tells besides which call and why
_NOT_DECIDED: Final = frozenset({Refusal.STORE_UNAVAILABLE, Refusal.OUTCOME_UNKNOWN})  # the store's, not the flow's


def _nothing(tx: Tx) -> Mapping[str, Value]:
    del tx
    return {}


def change_once(
    call: Signed[Any],
    house: House,
    name: str,
    act: Callable[[Tx], tuple[Message, tuple[Event, ...]]],
    *,
    said: Said = _nothing,
) -> bytes:
    """Run `act` in one transaction with the call's nonce, key and events; return the answer's JSON bytes.

    A repeated call with the same key and body (its reply got lost) gets the first answer again, byte for byte, and
    changes nothing.

    Raises:
        Refused: replayed nonce, key used with another body, or whatever `act` refuses.
    """
    slip = slip_of(call)

    def work(tx: Tx) -> Recorded[bytes]:
        admit_one(tx, slip)
        for kept in tx.calls.answers((slip,)):
            if kept.body_digest != slip.body_digest:
                raise Refused(Refusal.IDEMPOTENCY_KEY_REUSED)
            return Recorded(kept.body, (admitted_event(call, house, name),))
        message, events = act(tx)
        body = json_of(message)
        tx.calls.keep((Answer(slip.agency, slip.idempotency_key, SINGLE, slip.body_digest, body),))
        return Recorded(body, events)

    return change_or_refuse(call, house, name, work, said=said)


def admit_read(call: Signed[Any], house: House, name: str) -> None:
    """Record that this call was let in to read: its nonce, and who reads for what purpose."""

    def work(tx: Tx) -> Recorded[None]:
        admit_one(tx, slip_of(call))
        return Recorded(None, (admitted_event(call, house, name),))

    change_or_refuse(call, house, name, work)


def change_or_refuse(
    call: Signed[Any], house: House, name: str, work: Callable[[Tx], Recorded[T]], *, said: Said = _nothing
) -> T:
    """Run `work` in one transaction; when it refuses, undo all of it and record nonce and refusal in one of their own.

    A crash between the two leaves a call that had no effect and no answer. Raises what `work` refuses, or that this
    could not be recorded: a refusal that leaves no trace is not told (G28).
    """
    try:
        return house.store.change(name, work)
    except Refused as refused:
        if refused.refusal in _NOT_DECIDED:
            raise
        refusal = refused

    def remember(tx: Tx) -> Recorded[None]:
        tx.calls.admit((slip_of(call),))  # spent already when this is a replay
        event = event_of(call, house, EventKind.CALL_REFUSED, verb=name, refusal=refusal.refusal.value, **said(tx))
        return Recorded(None, (event, *_alarms(call, house, event)))

    house.store.change(f"refuse to {name}", remember)
    raise refusal


def admit_one(tx: Tx, slip: CallSlip) -> None:
    """Record the nonce of one call, or refuse it as a replay (G21)."""
    if tx.calls.admit((slip,)) != (True,):
        raise Refused(Refusal.SIGNATURE_REPLAYED)


def slip_of(call: Signed[Any]) -> CallSlip:
    """Return what a call leaves in the ledger."""
    return CallSlip(
        agency=call.caller.oin,
        key_id=call.key_id,
        nonce=call.nonce,
        expires_at=call.expires_at,
        idempotency_key=call.idempotency_key,
        body_digest=call.call_digest,
    )


def event_of(call: Signed[Any], house: House, kind: EventKind, **fields: Value) -> Event:
    """Return an event of this caller, with purpose, role and case reference from the signed part (G25)."""
    signed = {"purpose": call.purpose, "user_role": call.user_role, "case_reference": call.case_reference}
    return Event(id=house.mint("evt"), kind=kind, actor=call.caller.oin, fields={**signed, **fields})


def admitted_event(call: Signed[Any], house: House, verb: str) -> Event:
    """Return the event of a call that was let in and changed nothing."""
    return event_of(call, house, EventKind.CALL_ADMITTED, verb=verb)


def alarm_of_silence(call: Signed[Any], house: House, event: Event, *, purpose: str) -> Event:
    """Return the alarm to the officers because somebody asked for this silent purpose, in the call of this event."""
    case = {"purpose": purpose, "case_reference": event.fields["case_reference"]}
    reason = AlarmReason.SILENT_PURPOSE.value
    return event_of(call, house, EventKind.ALARM_RAISED, **case, reason=reason, event=event.id)


def _alarms(call: Signed[Any], house: House, refused: Event) -> tuple[Event, ...]:
    """Return the alarm if a refused call is for a silent purpose: by its signed part, its body, or what it is about."""
    named = (call.purpose, getattr(call.message, "purpose", ""), str(refused.fields["purpose"]))
    silent = next((purpose for purpose in named if house.policies().is_silent(purpose)), None)
    return () if silent is None else (alarm_of_silence(call, house, refused, purpose=silent),)


def json_of(message: Message) -> bytes:
    """Return a message as it goes over the wire."""
    return message.model_dump_json(by_alias=True, exclude_none=True).encode()

"""Say what the policy would answer to a registration, without looking anything up."""

from datetime import date

from gateway.core.events import Event
from gateway.core.policy.answers import Asking
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import admit_one, admitted_event, alarm_of_silence, change_or_refuse, slip_of
from gateway.flows.deciding.refusal_of_policy import bases_in_words, leave_of
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Recorded, Tx
from gateway.protocol.messages.policy import CheckPolicy, Explanation, PolicyChecked
from keys.signing import Signed

_VERB = "check policy"


def check_policy(call: Signed[CheckPolicy], house: House, *, today_on: date) -> PolicyChecked | Refused:
    """Return by which rule, on which basis and why the caller's own kind of agency may, or why it may not.

    A purpose that is always silent is answered as its registration would be, as one of the lane's own; whoever asks for
    one alarms the officers, as by registering. Raises Refused when no policies are in force.
    """
    house = house.under_one_release()
    asked, policies = call.message, house.policies()
    _admit(call, house)
    asking = Asking(call.caller.kind, asked.purpose, asked.flag)
    try:
        leave = leave_of(asking, policies, lane=asked.lane, preconditions=asked.preconditions, on=today_on)
    except Refused as refused:
        if refused.refusal is Refusal.NO_POLICIES:
            raise
        return refused
    permitted = leave.permitted
    return PolicyChecked(
        permitted=True,
        rule=permitted.rule,
        legal_basis=bases_in_words(permitted.basis, policies.lane(asked.lane)),
        valid_until_at_most=permitted.latest_valid_until_on,
        why=Explanation(nl=permitted.explanation_nl, en=permitted.explanation_en),
    )


def _admit(call: Signed[CheckPolicy], house: House) -> None:
    def work(tx: Tx) -> Recorded[None]:
        admit_one(tx, slip_of(call))
        return Recorded(None, _events(call, house))

    change_or_refuse(call, house, _VERB, work)


def _events(call: Signed[CheckPolicy], house: House) -> tuple[Event, ...]:
    """Return the event of the call, and the alarm if it asks about a silent purpose, or for one."""
    admitted, policies = admitted_event(call, house, _VERB), house.policies()
    silent = next((one for one in (call.message.purpose, call.purpose) if policies.is_silent(one)), None)
    return (admitted,) if silent is None else (admitted, alarm_of_silence(call, house, admitted, purpose=silent))

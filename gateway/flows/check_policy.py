"""Say what the policy would answer to a registration, without looking anything up."""

from datetime import date

from gateway.core.policy import Denied
from gateway.flows.admission import admit_read
from gateway.flows.ports import House
from gateway.protocol.messages import CheckPolicy, Explanation, PolicyChecked
from keys.signing import Signed


def check_policy(call: Signed[CheckPolicy], house: House, *, today_on: date) -> PolicyChecked:
    """Return verdict, rule, basis and explanation for the caller's own kind of agency."""
    admit_read(call, house, "check policy")
    asked = call.message
    answer = house.policies().may_register(
        lane=asked.lane,
        agency_kind=call.caller.kind,
        purpose=asked.purpose,
        flag=asked.flag,
        preconditions=frozenset(asked.preconditions),
        on=today_on,
    )
    if isinstance(answer, Denied):
        why = Explanation(nl=answer.explanation_nl, en=answer.explanation_en)
        return PolicyChecked(permitted=False, code=answer.code.value, rule=answer.rule, why=why)
    return PolicyChecked(
        permitted=True,
        rule=answer.rule,
        legal_basis=answer.basis,
        valid_until_at_most=answer.latest_valid_until_on,
        why=Explanation(nl=answer.explanation_nl, en=answer.explanation_en),
    )

"""Say what the policy would answer to a registration, without looking anything up."""

from datetime import date

from gateway.core.policy import Denied
from gateway.core.refusals import Refused
from gateway.flows.admission import admit_read
from gateway.flows.ports import House
from gateway.flows.refusal_of_policy import bases_in_words, refused_by_policy
from gateway.protocol.messages import CheckPolicy, Explanation, PolicyChecked
from keys.signing import Signed


def check_policy(call: Signed[CheckPolicy], house: House, *, today_on: date) -> PolicyChecked | Refused:
    """Return by which rule, on which basis and why the caller's own kind of agency may, or why it may not.

    It says openly that a purpose is silent: that depends on the card alone.
    """
    admit_read(call, house, "check policy")
    asked, policies = call.message, house.policies()
    policy = policies.lane(asked.lane)
    answer = policies.may_register(
        lane=asked.lane,
        agency_kind=call.caller.kind,
        purpose=asked.purpose,
        flag=asked.flag,
        preconditions=frozenset(asked.preconditions),
        on=today_on,
    )
    if isinstance(answer, Denied):
        return refused_by_policy(answer, policy)
    return PolicyChecked(
        permitted=True,
        rule=answer.rule,
        legal_basis=bases_in_words(answer.basis, policy),
        valid_until_at_most=answer.latest_valid_until_on,
        why=Explanation(nl=answer.explanation_nl, en=answer.explanation_en),
    )

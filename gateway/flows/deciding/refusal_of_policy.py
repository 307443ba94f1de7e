"""What the caller meets of the policy's answer: leave, a refusal that explains itself, or what only looks like leave.

A purpose that is always silent is answered as if it were permitted (`Leave.silent`), and nobody is registered by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from gateway.core.events import Value
from gateway.core.policy import Denial, Denied, LanePolicy, Permitted, PolicySet, Registering
from gateway.core.policy.answers import Asking
from gateway.core.refusals import Refusal, Refused
from gateway.protocol.messages.registrations import RegisterInvolvement

_REFUSALS: Final[Mapping[Denial, Refusal]] = MappingProxyType(
    {
        Denial.UNKNOWN_LANE: Refusal.LANE_UNKNOWN,
        Denial.LANE_NOT_BUILT: Refusal.LANE_NOT_BUILT,
        Denial.AGENCY_KIND_NOT_ADMITTED: Refusal.AGENCY_NOT_ADMITTED,
        Denial.PURPOSE_NOT_ADMITTED: Refusal.PURPOSE_NOT_ADMITTED,
        Denial.PURPOSE_SILENT: Refusal.PURPOSE_NOT_ADMITTED,  # nobody hears it: `leave_of` answers as for another
        Denial.FLAG_NOT_ADMITTED: Refusal.FLAG_NOT_ADMITTED,
        Denial.PRECONDITION_MISSING: Refusal.PRECONDITION_MISSING,
        Denial.BASIS_NOT_IN_FORCE: Refusal.BASIS_NOT_IN_FORCE,
        Denial.POLICY_EXPIRED: Refusal.POLICY_EXPIRED,
    }
)


@dataclass(frozen=True, slots=True)
class Leave:
    """Under which conditions a registration is taken; `silent`: as one of nobody, which the caller cannot tell.

    `attested` are the preconditions that the card has a word for: an event repeats no text of a caller.
    """

    permitted: Permitted
    attested: tuple[str, ...]
    silent: bool


def leave_of(asked: Asking, policies: PolicySet, *, lane: str, preconditions: tuple[str, ...] = (), on: date) -> Leave:
    """Return the leave to register what is asked; for a silent purpose, what one of the lane's own would be given.

    Whoever could not register for any purpose of the lane, under this flag and on this day, is refused alike for a
    silent one: what differs would give the silence away.

    Raises:
        Refused: the policy denies it, or there are no policies at all.
    """
    refuse_without(policies)
    policy, attested = policies.lane(lane), frozenset(preconditions)
    answer = _answer(asked, policies, lane, attested, on)
    if isinstance(answer, Permitted):
        return Leave(answer, _known(preconditions, policy), silent=False)
    if answer.code is not Denial.PURPOSE_SILENT or policy is None:
        raise refused_by_policy(answer, policy)
    others = [_answer(asked._replace(purpose=purpose), policies, lane, attested, on) for purpose in _purposes(policy)]
    permitted = next((other for other in others if isinstance(other, Permitted)), None)
    if permitted is None:
        raise refused_by_policy(next(other for other in others if isinstance(other, Denied)), policy)
    return Leave(permitted, (), silent=True)


def refuse_without(policies: PolicySet) -> None:
    """Refuse when no policies are in force: that is the house's to mend, and no lane's refusal."""
    if not policies.policies:
        raise Refused(Refusal.NO_POLICIES)


def _answer(asked: Asking, policies: PolicySet, lane: str, attested: frozenset[str], on: date) -> Registering:
    kind, purpose, flag = asked
    return policies.may_register(lane=lane, agency_kind=kind, purpose=purpose, flag=flag, preconditions=attested, on=on)


def _purposes(policy: LanePolicy) -> tuple[str, ...]:
    return tuple(dict.fromkeys(purpose for rule in policy.card.registration_rules for purpose in rule.purposes))


def refused_by_policy(denied: Denied, policy: LanePolicy | None) -> Refused:
    """Return the refusal for a denial: rule, basis and what would be allowed, and nothing that was looked up."""
    return Refused(
        _REFUSALS[denied.code],
        rule=denied.rule or "",
        legal_basis=bases_in_words(denied.basis, policy),
        allowed=denied.allowed,
        why_nl=denied.explanation_nl,
        why_en=denied.explanation_en,
    )


def bases_in_words(names: tuple[str, ...], policy: LanePolicy | None) -> tuple[str, ...]:
    """Return each basis of a policy as `name: law article`."""
    bases = () if policy is None else tuple(policy.bases[name] for name in names)
    return tuple(f"{basis.name}: {basis.law} {basis.article}" for basis in bases)


def in_words_of_policy(asked: RegisterInvolvement | Refused, policies: PolicySet) -> dict[str, Value]:
    """Return lane, flag and preconditions as far as the cards have such words: an event repeats no text of a caller."""
    policy = None if isinstance(asked, Refused) else policies.lane(asked.lane)
    if isinstance(asked, Refused):
        return {}
    return words_of_policy(policy, flag=asked.flag, preconditions=asked.preconditions)


def words_of_policy(policy: LanePolicy | None, *, flag: str, preconditions: tuple[str, ...]) -> dict[str, Value]:
    """Return the lane of a card with those of the flag and preconditions for which it has words."""
    if policy is None:
        return {}
    known = {"flag": flag} if flag in policy.card.flags else {}
    return {"lane": policy.lane, "preconditions": _known(preconditions, policy), **known}


def _known(preconditions: tuple[str, ...], policy: LanePolicy | None) -> tuple[str, ...]:
    if not preconditions or policy is None:
        return ()
    known = {fact for rule in policy.card.registration_rules for fact in rule.preconditions}
    return tuple(fact for fact in preconditions if fact in known)

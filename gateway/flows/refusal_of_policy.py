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
from gateway.core.policy.answers import DENIALS
from gateway.core.refusals import Refusal, Refused
from gateway.protocol.messages import RegisterInvolvement

_REFUSALS: Final[Mapping[Denial, Refusal]] = MappingProxyType(
    {
        Denial.UNKNOWN_LANE: Refusal.LANE_UNKNOWN,
        Denial.LANE_NOT_BUILT: Refusal.LANE_NOT_BUILT,
        Denial.AGENCY_KIND_NOT_ADMITTED: Refusal.AGENCY_NOT_ADMITTED,
        Denial.PURPOSE_NOT_ADMITTED: Refusal.PURPOSE_NOT_ADMITTED,
        Denial.PURPOSE_SILENT: Refusal.PURPOSE_NOT_ADMITTED,  # what a policy check says; a registration never hears it
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


def leave_of(answer: Registering, policy: LanePolicy | None, *, preconditions: tuple[str, ...] = (), on: date) -> Leave:
    """Return the leave that an answer gives.

    Raises:
        Refused: the policy denies it, or a silent purpose is named in a lane that no article of law carries any more.
    """
    if isinstance(answer, Permitted):
        return Leave(answer, _known(preconditions, policy), silent=False)
    if answer.code is not Denial.PURPOSE_SILENT or policy is None:
        raise refused_by_policy(answer, policy)
    if not policy.has_basis(on):  # such a lane is being purged (domain rule 21), and takes nothing of anybody
        raise refused_by_policy(DENIALS[Denial.BASIS_NOT_IN_FORCE], policy)
    return Leave(_as_if_permitted(policy, on), (), silent=True)


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
    if isinstance(asked, Refused) or policy is None:
        return {}
    flag = {"flag": asked.flag} if asked.flag in policy.card.flags else {}
    return {"lane": policy.lane, "preconditions": _known(asked.preconditions, policy), **flag}


def _known(preconditions: tuple[str, ...], policy: LanePolicy | None) -> tuple[str, ...]:
    if not preconditions or policy is None:
        return ()
    known = {fact for rule in policy.card.registration_rules for fact in rule.preconditions}
    return tuple(fact for fact in preconditions if fact in known)


def _as_if_permitted(policy: LanePolicy, on: date) -> Permitted:
    """Take the lane's own terms, which no rule shortens: only the end of the last basis does."""
    terms, ends = policy.card.terms, [basis.valid_until_on for basis in policy.card.bases]
    latest = min([terms.maximum.after(on), *_last(ends)])
    said = DENIALS[Denial.PURPOSE_SILENT]
    return Permitted(
        policy=policy.digest,
        rule="",
        basis=(),
        latest_valid_until_on=latest,
        default_valid_until_on=min(terms.default.after(on), latest),
        explanation_nl=said.explanation_nl,
        explanation_en=said.explanation_en,
    )


def _last(ends: list[date | None]) -> list[date]:
    known = [end for end in ends if end is not None]
    return [max(known)] if len(known) == len(ends) else []

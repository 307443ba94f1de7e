"""Turn the policy's denial into the refusal that the caller sees, with the policy's own explanation."""

from gateway.core.policy import Denial, Denied
from gateway.core.refusals import Refusal, Refused

_REFUSALS = {
    Denial.UNKNOWN_LANE: Refusal.LANE_UNKNOWN,
    Denial.LANE_NOT_BUILT: Refusal.LANE_NOT_BUILT,
    Denial.AGENCY_KIND_NOT_ADMITTED: Refusal.AGENCY_NOT_ADMITTED,
    Denial.PURPOSE_NOT_ADMITTED: Refusal.PURPOSE_NOT_ADMITTED,
    Denial.PURPOSE_SILENT: Refusal.PURPOSE_NOT_ADMITTED,
    Denial.FLAG_NOT_ADMITTED: Refusal.FLAG_NOT_ADMITTED,
    Denial.PRECONDITION_MISSING: Refusal.PRECONDITION_MISSING,
    Denial.BASIS_NOT_IN_FORCE: Refusal.BASIS_NOT_IN_FORCE,
    Denial.POLICY_EXPIRED: Refusal.POLICY_EXPIRED,
}


def refused_by_policy(denied: Denied) -> Refused:
    """Return the refusal for a denial; it names rule and reason and depends on nothing that was looked up."""
    return Refused(
        _REFUSALS[denied.code], rule=denied.rule or "", why_nl=denied.explanation_nl, why_en=denied.explanation_en
    )

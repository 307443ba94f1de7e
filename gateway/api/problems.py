"""The one table from refusals to problems, and how a problem is written (RFC 9457)."""

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic.alias_generators import to_camel

from gateway.core.refusals import Fact, Refusal, Refused
from gateway.protocol.messages.policy import Explanation, PolicyChecked
from gateway.protocol.messages.registrations import RefusedRow
from gateway.protocol.problems import PROBLEMS, Problem

CONTENT_TYPE: Final = "application/problem+json"
LANGUAGES: Final = ("nl", "en")

_CODES: Final[Mapping[Refusal, str]] = MappingProxyType(
    {
        Refusal.SIGNATURE_MISSING: "signature-missing",
        Refusal.SIGNATURE_MALFORMED: "signature-malformed",
        Refusal.SIGNATURE_INCOMPLETE: "signature-incomplete",
        Refusal.SIGNATURE_INVALID: "signature-invalid",
        Refusal.SIGNATURE_CLOCK: "signature-clock",
        Refusal.SIGNATURE_REPLAYED: "signature-replayed",
        Refusal.KEY_UNKNOWN: "signature-key-unknown",
        Refusal.KEY_EXPIRED: "signature-key-expired",
        Refusal.KEY_REVOKED: "signature-key-revoked",
        Refusal.DIGEST_WRONG: "signature-digest-wrong",
        Refusal.BODY_TOO_LARGE: "request-too-large",
        Refusal.BODY_MALFORMED: "request-malformed",
        Refusal.BODY_TOO_DEEP: "request-too-deep",
        Refusal.MEMBER_INVALID: "request-member-invalid",
        Refusal.PERSON_NUMBER: "request-person-number",
        Refusal.HEADER_MISSING: "request-header-missing",
        Refusal.PURPOSE_DIFFERS: "request-purpose-differs",
        Refusal.CONTENT_TYPE: "request-content-type",
        Refusal.IDEMPOTENCY_KEY_MISSING: "request-idempotency-key-missing",
        Refusal.TOO_MANY_ROWS: "request-too-many-rows",
        Refusal.ADDRESS_NOT_ALLOWED: "request-address-not-allowed",
        Refusal.METHOD_NOT_ALLOWED: "request-method-not-allowed",
        Refusal.OUTCOME_NEEDS_REASON: "request-outcome-needs-reason",
        Refusal.TOKEN_KEY_UNKNOWN: "request-token-key-unknown",
        Refusal.TOKEN_OTHER_AGENCY: "request-token-other-agency",
        Refusal.TOKEN_OTHER_LANE: "request-token-other-lane",
        Refusal.TOKEN_INVALID: "request-token-invalid",
        Refusal.LANE_UNKNOWN: "policy-lane-unknown",
        Refusal.LANE_NOT_BUILT: "policy-lane-not-built",
        Refusal.AGENCY_NOT_ADMITTED: "policy-agency-not-admitted",
        Refusal.PURPOSE_NOT_ADMITTED: "policy-purpose-not-admitted",
        Refusal.FLAG_NOT_ADMITTED: "policy-flag-not-admitted",
        Refusal.PRECONDITION_MISSING: "policy-precondition-missing",
        Refusal.BASIS_NOT_IN_FORCE: "policy-basis-not-in-force",
        Refusal.POLICY_EXPIRED: "policy-expired",
        Refusal.NO_POLICIES: "upstream-no-policies",
        Refusal.POLICIES_ENDED: "upstream-policies-ended",
        Refusal.TERM_TOO_LONG: "policy-term-too-long",
        Refusal.TERM_PAST: "policy-term-past",
        Refusal.NOTICE_INCOMPLETE: "policy-notice-incomplete",
        Refusal.NOTICE_PUT_OFF_TOO_LONG: "policy-notice-put-off-too-long",
        Refusal.BAN_UNDATED: "policy-ban-undated",
        Refusal.PARENTS_INVALID: "request-parents-invalid",
        Refusal.PARENTS_NOT_ADMITTED: "policy-parents-not-admitted",
        Refusal.BAN_TERM: "policy-ban-term",
        Refusal.EMERGENCY_GLASS: "policy-emergency-glass",
        Refusal.EMERGENCY_HOURS: "policy-emergency-hours",
        Refusal.EMERGENCY_SAME_PERSON: "policy-emergency-same-person",
        Refusal.EMERGENCY_CONFIRMED: "state-emergency-confirmed",
        Refusal.EMERGENCY_REVIEWED: "state-emergency-reviewed",
        Refusal.EMERGENCY_QUOTA: "limit-emergency-quota",
        Refusal.CASE_MISSING: "policy-case-missing",
        Refusal.CASE_PARTICIPANT: "policy-case-participant",
        Refusal.CASE_NOT_KEPT: "policy-case-not-kept",
        Refusal.CASE_NOT_YOURS: "state-case-not-yours",
        Refusal.CASE_IS_CLOSED: "state-case-closed",
        Refusal.CONSENT_MISSING: "policy-consent-missing",
        Refusal.CONSENT_SCOPE: "policy-consent-scope",
        Refusal.CONSENT_NOT_KEPT: "policy-consent-not-kept",
        Refusal.CONSENT_ENDED: "state-consent-ended",
        Refusal.DESK_NOT_ADMITTED: "policy-desk-not-admitted",
        Refusal.REQUEST_ASKERS: "policy-request-askers",
        Refusal.RESTRICTION_BINDS: "state-restriction-binds",
        Refusal.REQUEST_NOT_READY: "state-request-not-ready",
        Refusal.REQUEST_NOT_EXTENDABLE: "state-request-not-extendable",
        Refusal.ITEM_DECIDED: "state-item-decided",
        Refusal.ADVICE_GIVEN: "state-advice-given",
        Refusal.ADVICE_AWAITED: "state-advice-awaited",
        Refusal.EXCLUSION_MEDIATOR: "policy-exclusion-mediator",
        Refusal.EXCLUSION_IS_LIFTED: "state-exclusion-lifted",
        Refusal.NOT_FOUND: "state-not-found",
        Refusal.IDEMPOTENCY_KEY_REUSED: "state-idempotency-key-reused",
        Refusal.CONTACT_UNKNOWN: "state-contact-unknown",
        Refusal.NOT_ACTIVE: "state-not-active",
        Refusal.NOT_RESTRICTED: "state-not-restricted",
        Refusal.IDENTITY_SETTLED: "state-identity-settled",
        Refusal.MATCH_ENDED: "state-match-ended",
        Refusal.ROLE_NOT_ADMITTED: "policy-role-not-admitted",
        Refusal.YEAR_NOT_OVER: "state-year-not-over",
        Refusal.MUTE_NEEDS_CONTACT: "state-mute-needs-contact",
        Refusal.TOO_MANY_WEBHOOKS: "state-too-many-webhooks",
        Refusal.OVERSIGHT_NEEDS_REPORT: "state-oversight-needs-report",
        Refusal.OVERSIGHT_HELD: "state-oversight-held",
        Refusal.OVERSIGHT_NOT_YOURS: "state-oversight-not-yours",
        Refusal.HANDOVER_NOT_ADMITTED: "policy-handover-not-admitted",
        Refusal.HANDOVER_OPEN: "state-handover-open",
        Refusal.HANDOVER_CLOSED: "state-handover-closed",
        Refusal.HANDOVER_OTHER_SIDE: "state-handover-other-side",
        Refusal.HANDOVER_CONDITIONS_DIFFER: "state-handover-conditions-differ",
        Refusal.MONITORING_WITHOUT_HANDOVER: "policy-monitoring-without-handover",
        Refusal.OVERLOADED: "limit-overloaded",
        Refusal.STORE_UNAVAILABLE: "upstream-store-unavailable",
        Refusal.OUTCOME_UNKNOWN: "upstream-outcome-unknown",
        Refusal.INTERNAL: "upstream-internal",
    }
)
_OF_A_ROW: Final = frozenset({"rule", "legalBasis", "allowed", "why"})
_CHOICE: Final = re.compile(
    r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]{1,20})?\s*(?:;\s*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?\s*"
)
_CHOICES: Final = 10  # languages looked at in one header


def problem_of(refusal: Refusal) -> Problem:
    """Return the problem that a refusal is told as."""
    return PROBLEMS[_CODES[refusal]]


def language_of(accept_language: str) -> str:
    """Return "nl" or "en" by an Accept-Language header (RFC 9110, section 12.5.4); Dutch when it names neither."""
    wanted = {"nl": 0.0, "en": 0.0}
    for choice in accept_language.split(",")[:_CHOICES]:
        if (found := _CHOICE.fullmatch(choice)) and found[1].lower() in wanted:
            wanted[found[1].lower()] = float(found[2] or 1)
    return "en" if wanted["en"] > wanted["nl"] else "nl"


def detail_of(refused: Refused, language: str) -> str:
    """Return the title with the facts of this occurrence; facts never hold a value that was sent."""
    title = problem_of(refused.refusal).title(language)
    told = _facts(refused, language)
    why = told.pop("why", "")
    facts = ", ".join(f"{name}: {_in_words(value)}" for name, value in told.items())
    return " ".join(part for part in (f"{title[:-1]} ({facts})." if facts else title, str(why)) if part)


def _in_words(value: Fact) -> str:
    return " | ".join(value) if isinstance(value, tuple) else str(value)


def _facts(refused: Refused, language: str) -> dict[str, Fact]:
    """Return the facts as members: `why_nl` and `why_en` become one `why`, an empty fact none."""
    said = {
        name.removesuffix(f"_{language}"): value
        for name, value in refused.facts.items()
        if not name.endswith(("_nl", "_en")) or name.endswith(f"_{language}")
    }
    return {to_camel(name): value for name, value in said.items() if value not in ("", ())}


def problem_json(refused: Refused, *, language: str, public_url: str, correlation_id: str) -> bytes:
    """Write a refusal as problem+json."""
    problem = problem_of(refused.refusal)
    members: dict[str, Fact] = {
        "type": f"{public_url}/v1/problems/{problem.code}",
        "title": problem.title(language),
        "status": problem.status,
        "detail": detail_of(refused, language),
        "code": problem.code,
        "fix": problem.fix(language),
        "correlationId": correlation_id,
    }
    return json.dumps(_facts(refused, language) | members, ensure_ascii=False, separators=(",", ":")).encode()


def refused_row(refused: Refused, language: str) -> RefusedRow:
    """Write why one row of a batch was refused, with what mends it."""
    problem = problem_of(refused.refusal)
    detail = f"{detail_of(refused, language)} {problem.fix(language)}"
    said: dict[str, Any] = {name: value for name, value in _facts(refused, language).items() if name in _OF_A_ROW}
    return RefusedRow(code=problem.code, title=problem.title(language), detail=detail, **said)


def refused_check(refused: Refused) -> PolicyChecked:
    """Write what a policy check would refuse, by the code that a registration would be refused with."""
    facts: Mapping[str, Any] = refused.facts
    return PolicyChecked(
        permitted=False,
        code=problem_of(refused.refusal).code,
        rule=facts["rule"] or None,
        legal_basis=facts["legal_basis"],
        allowed=facts["allowed"],
        why=Explanation(nl=facts["why_nl"], en=facts["why_en"]),
    )

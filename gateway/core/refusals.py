"""The closed list of reasons for which a call, or one row of a batch, is refused."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Refusal(StrEnum):
    """One reason. `gateway/api/problems.py` gives each its HTTP problem; a test holds the two lists together."""

    # who calls
    SIGNATURE_MISSING = "signature_missing"
    SIGNATURE_MALFORMED = "signature_malformed"
    SIGNATURE_INCOMPLETE = "signature_incomplete"
    SIGNATURE_INVALID = "signature_invalid"
    SIGNATURE_CLOCK = "signature_clock"
    SIGNATURE_REPLAYED = "signature_replayed"
    KEY_UNKNOWN = "key_unknown"
    KEY_EXPIRED = "key_expired"
    KEY_REVOKED = "key_revoked"
    DIGEST_WRONG = "digest_wrong"
    # what was sent
    BODY_TOO_LARGE = "body_too_large"
    BODY_MALFORMED = "body_malformed"
    BODY_TOO_DEEP = "body_too_deep"
    MEMBER_INVALID = "member_invalid"
    PERSON_NUMBER = "person_number"
    PARENTS_INVALID = "parents_invalid"
    HEADER_MISSING = "header_missing"
    PURPOSE_DIFFERS = "purpose_differs"
    CONTENT_TYPE = "content_type"
    IDEMPOTENCY_KEY_MISSING = "idempotency_key_missing"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    TOO_MANY_ROWS = "too_many_rows"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    # what the policy says
    LANE_UNKNOWN = "lane_unknown"
    LANE_NOT_BUILT = "lane_not_built"
    AGENCY_NOT_ADMITTED = "agency_not_admitted"
    PURPOSE_NOT_ADMITTED = "purpose_not_admitted"
    FLAG_NOT_ADMITTED = "flag_not_admitted"
    PRECONDITION_MISSING = "precondition_missing"
    BASIS_NOT_IN_FORCE = "basis_not_in_force"
    POLICY_EXPIRED = "policy_expired"
    NO_POLICIES = "no_policies"
    POLICIES_ENDED = "policies_ended"
    TERM_TOO_LONG = "term_too_long"
    TERM_PAST = "term_past"
    NOTICE_INCOMPLETE = "notice_incomplete"
    NOTICE_PUT_OFF_TOO_LONG = "notice_put_off_too_long"
    PARENTS_NOT_ADMITTED = "parents_not_admitted"
    BAN_UNDATED = "ban_undated"
    BAN_TERM = "ban_term"
    EMERGENCY_GLASS = "emergency_glass"
    EMERGENCY_HOURS = "emergency_hours"
    EMERGENCY_SAME_PERSON = "emergency_same_person"
    CASE_MISSING = "case_missing"
    CASE_PARTICIPANT = "case_participant"
    CASE_NOT_KEPT = "case_not_kept"
    CONSENT_MISSING = "consent_missing"
    CONSENT_SCOPE = "consent_scope"
    CONSENT_NOT_KEPT = "consent_not_kept"
    DESK_NOT_ADMITTED = "desk_not_admitted"
    REQUEST_ASKERS = "request_askers"
    EXCLUSION_MEDIATOR = "exclusion_mediator"
    # whose token
    TOKEN_KEY_UNKNOWN = "token_key_unknown"
    TOKEN_OTHER_AGENCY = "token_other_agency"
    TOKEN_OTHER_LANE = "token_other_lane"
    TOKEN_INVALID = "token_invalid"
    # where things stand
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONTACT_UNKNOWN = "contact_unknown"
    NOT_ACTIVE = "not_active"
    NOT_RESTRICTED = "not_restricted"
    IDENTITY_SETTLED = "identity_settled"
    MATCH_ENDED = "match_ended"
    ROLE_NOT_ADMITTED = "role_not_admitted"
    YEAR_NOT_OVER = "year_not_over"
    MUTE_NEEDS_CONTACT = "mute_needs_contact"
    EMERGENCY_CONFIRMED = "emergency_confirmed"
    EMERGENCY_REVIEWED = "emergency_reviewed"
    CASE_NOT_YOURS = "case_not_yours"
    CASE_IS_CLOSED = "case_is_closed"
    CONSENT_ENDED = "consent_ended"
    EXCLUSION_IS_LIFTED = "exclusion_is_lifted"
    TOO_MANY_WEBHOOKS = "too_many_webhooks"
    OUTCOME_NEEDS_REASON = "outcome_needs_reason"
    # requests of persons
    RESTRICTION_BINDS = "restriction_binds"
    REQUEST_NOT_READY = "request_not_ready"
    REQUEST_NOT_EXTENDABLE = "request_not_extendable"
    ITEM_DECIDED = "item_decided"
    ADVICE_GIVEN = "advice_given"
    ADVICE_AWAITED = "advice_awaited"
    # safety oversight
    OVERSIGHT_NEEDS_REPORT = "oversight_needs_report"
    OVERSIGHT_HELD = "oversight_held"
    OVERSIGHT_NOT_YOURS = "oversight_not_yours"
    HANDOVER_NOT_ADMITTED = "handover_not_admitted"
    HANDOVER_OPEN = "handover_open"
    HANDOVER_CLOSED = "handover_closed"
    HANDOVER_OTHER_SIDE = "handover_other_side"
    HANDOVER_CONDITIONS_DIFFER = "handover_conditions_differ"
    MONITORING_WITHOUT_HANDOVER = "monitoring_without_handover"
    # not now
    EMERGENCY_QUOTA = "emergency_quota"
    OVERLOADED = "overloaded"
    STORE_UNAVAILABLE = "store_unavailable"
    OUTCOME_UNKNOWN = "outcome_unknown"
    INTERNAL = "internal"


Fact = str | int | tuple[str, ...]


class Refused(Exception):
    """A refusal on its way to the caller, with the facts that its problem may name (never a value that was sent)."""

    def __init__(self, refusal: Refusal, /, **facts: Fact) -> None:
        """Refuse with a reason and the facts that help the caller mend it."""
        super().__init__(refusal.value)
        self.refusal = refusal
        self.facts: Mapping[str, Fact] = MappingProxyType(facts)

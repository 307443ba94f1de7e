"""The closed list of events that the gateway records, each with the fields that it may carry."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class EventKind(StrEnum):
    """What happened. No event carries a token, a person number, a name or a match's persons (guarantee G35)."""

    REGISTERED = "registered"
    RENEWED = "renewed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    RESTRICTED = "restricted"
    RESTRICTION_LIFTED = "restriction_lifted"
    IDENTITY_RESOLVED = "identity_resolved"
    NOTICE_RECORDED = "notice_recorded"
    REMINDED = "reminded"
    HINT_GIVEN = "hint_given"
    HINTS_VIEWED = "hints_viewed"
    ARCHIVE_PURGED = "archive_purged"
    SILENT_PURPOSE = "silent_purpose"
    ALARM_RAISED = "alarm_raised"
    CALL_ADMITTED = "call_admitted"
    CALL_REFUSED = "call_refused"
    MATCHES_SOUGHT = "matches_sought"
    MATCH_OPENED = "match_opened"
    MATCH_WITHHELD = "match_withheld"
    SILENCE_ENDED = "silence_ended"
    SILENCE_KEPT = "silence_kept"
    MATCH_VIEWED = "match_viewed"
    MATCH_ESCALATED = "match_escalated"
    MATCH_TAKEN_OVER = "match_taken_over"
    MATCH_MUTED = "match_muted"
    MUTE_ENDED = "mute_ended"
    COORDINATOR_NAMED = "coordinator_named"
    DESK_CONFIRMED = "desk_confirmed"
    JOB_FAILED = "job_failed"
    ALERTS_ACKNOWLEDGED = "alerts_acknowledged"
    CONTACT_REPORTED = "contact_reported"
    DESK_CHANGED = "desk_changed"
    WEBHOOK_CHANGED = "webhook_changed"
    WEBHOOK_DELIVERED = "webhook_delivered"
    WEBHOOK_FAILED = "webhook_failed"
    PARKED_REPLAYED = "parked_replayed"
    USEFULNESS_DRAWN_UP = "usefulness_drawn_up"
    POLICY_LOADED = "policy_loaded"
    POLICY_REFUSED = "policy_refused"
    LEDGER_TRIMMED = "ledger_trimmed"
    LANE_PURGED = "lane_purged"
    PURGE_SIGNED = "purge_signed"
    REQUEST_TAKEN = "request_taken"
    REQUEST_ROUTED = "request_routed"
    REQUEST_EXTENDED = "request_extended"
    REQUEST_REMINDED = "request_reminded"
    REQUEST_ANSWERED = "request_answered"
    ADVICE_GIVEN = "advice_given"
    ITEM_DECIDED = "item_decided"
    ERASURES_EXPORTED = "erasures_exported"
    ERASURES_REPLAYED = "erasures_replayed"
    OVERSIGHT_BEGUN = "oversight_begun"
    HANDOVER_OFFERED = "handover_offered"
    HANDOVER_ACCEPTED = "handover_accepted"
    HANDOVER_REFUSED = "handover_refused"
    HANDOVER_WITHDRAWN = "handover_withdrawn"
    HANDOVER_ESCALATED = "handover_escalated"
    CONSENT_RECORDED = "consent_recorded"
    CONSENT_ENDED = "consent_ended"
    CONSENTS_EXPIRED = "consents_expired"
    CONSENTS_PURGED = "consents_purged"
    LIFE_NOTICE_TAKEN = "life_notice_taken"
    LIFE_NOTICES_APPLIED = "life_notices_applied"
    GLASS_BROKEN = "glass_broken"
    GLASS_HELD_BACK = "glass_held_back"
    GLASS_CONFIRMED = "glass_confirmed"
    EMERGENCY_JUDGED = "emergency_judged"
    EMERGENCY_ESCALATED = "emergency_escalated"
    EXCLUSION_RECORDED = "exclusion_recorded"
    EXCLUSION_VIEWED = "exclusion_viewed"
    EXCLUSION_LIFTED = "exclusion_lifted"
    EXCLUSIONS_PURGED = "exclusions_purged"
    PAIR_SHIELDED = "pair_shielded"
    CASE_OPENED = "case_opened"
    CASE_CLOSED = "case_closed"
    CASES_PURGED = "cases_purged"
    MATCH_NOT_CARRIED = "match_not_carried"


class AlarmReason(StrEnum):
    """The closed list of reasons for which the officers are alarmed: a label of the figures, so it names nobody."""

    SILENT_PURPOSE = "silent_purpose"
    REGISTER_MATCH_WITHDRAW = "register_match_withdraw"
    REQUEST_OVERDUE = "request_overdue"
    EMERGENCY_QUOTA = "emergency_quota"
    EMERGENCY_UNREVIEWED = "emergency_unreviewed"
    EMERGENCY_NOT_JUSTIFIED = "emergency_not_justified"


#: The actor of what nobody asked for: the clocks, the worker.
GATEWAY: Final = "gateway"

_CALL = {"purpose", "user_role", "case_reference"}
PURGED = ("registrations", "jobs", "matches", "alerts", "deliveries")

FIELDS: Mapping[EventKind, frozenset[str]] = MappingProxyType(
    {
        EventKind.REGISTERED: frozenset(_CALL | {"registration", "lane", "policy", "rule", "preconditions", "epoch"}),
        EventKind.RENEWED: frozenset(_CALL | {"registration", "valid_until", "policy", "rule", "preconditions"}),
        EventKind.WITHDRAWN: frozenset(_CALL | {"registration", "reason", "archived"}),
        EventKind.EXPIRED: frozenset({"registrations", "archived"}),
        EventKind.RESTRICTED: frozenset(_CALL | {"registration", "reason"}),
        EventKind.RESTRICTION_LIFTED: frozenset(_CALL | {"registration"}),
        EventKind.IDENTITY_RESOLVED: frozenset(_CALL | {"registration", "identity", "epoch", "set_aside"}),
        EventKind.NOTICE_RECORDED: frozenset(_CALL | {"registration", "status"}),
        EventKind.REMINDED: frozenset({"kind", "registrations", "alerts"}),
        EventKind.HINT_GIVEN: frozenset({"lane", "policy", "level", "rules", "alert"}),
        EventKind.HINTS_VIEWED: frozenset(_CALL | {"registration", "hints"}),
        EventKind.ARCHIVE_PURGED: frozenset({"registrations"}),
        EventKind.SILENT_PURPOSE: frozenset(_CALL | {"registration", "lane", "policy", "epoch", "valid_until"}),
        EventKind.ALARM_RAISED: frozenset(_CALL | {"reason", "event"}),
        EventKind.CALL_ADMITTED: frozenset(_CALL | {"verb"}),
        EventKind.CALL_REFUSED: frozenset(_CALL | {"verb", "refusal", "row", "lane", "flag", "preconditions"}),
        EventKind.MATCHES_SOUGHT: frozenset({"jobs", "matches"}),
        EventKind.MATCH_OPENED: frozenset({"match", "kind", "lane", "policy", "levels", "rules", "alerts"}),
        EventKind.MATCH_WITHHELD: frozenset(
            {"kind", "lane", "policy", "agencies", "purposes", "flags", "levels", "rules"}
        ),
        EventKind.SILENCE_ENDED: frozenset({"meetings"}),
        EventKind.SILENCE_KEPT: frozenset({"lane", "policy", "meetings"}),
        EventKind.MATCH_VIEWED: frozenset(_CALL | {"match", "level"}),
        EventKind.MATCH_TAKEN_OVER: frozenset(_CALL | {"match"}),
        EventKind.MATCH_MUTED: frozenset(_CALL | {"match", "both"}),
        EventKind.MUTE_ENDED: frozenset({"match", "agency"}),
        EventKind.COORDINATOR_NAMED: frozenset(_CALL | {"match", "named", "agreed"}),
        EventKind.DESK_CONFIRMED: frozenset(_CALL | {"contact"}),
        EventKind.MATCH_ESCALATED: frozenset({"match", "lane", "step", "due_on", "raised_on", "alerts"}),
        EventKind.JOB_FAILED: frozenset({"registration", "attempts", "parked"}),
        EventKind.ALERTS_ACKNOWLEDGED: frozenset(_CALL | {"alerts"}),
        EventKind.CONTACT_REPORTED: frozenset(_CALL | {"match", "outcome", "state"}),
        EventKind.DESK_CHANGED: frozenset(_CALL | {"contact"}),
        EventKind.WEBHOOK_CHANGED: frozenset(_CALL | {"endpoint", "change"}),
        EventKind.WEBHOOK_DELIVERED: frozenset({"endpoint", "alert", "attempts"}),
        EventKind.WEBHOOK_FAILED: frozenset({"endpoint", "alert", "attempts", "parked", "cause"}),
        EventKind.PARKED_REPLAYED: frozenset({"jobs", "deliveries"}),
        EventKind.USEFULNESS_DRAWN_UP: frozenset({"year", "municipality", "figures"}),
        EventKind.POLICY_LOADED: frozenset({"digest", "lanes", "number", "assurance"}),
        EventKind.POLICY_REFUSED: frozenset({"file", "faults"}),
        EventKind.LEDGER_TRIMMED: frozenset({"nonces", "answers"}),
        EventKind.LANE_PURGED: frozenset({"lane", "receipt", *PURGED}),
        EventKind.PURGE_SIGNED: frozenset({"lane", "receipt", *PURGED}),
        EventKind.REQUEST_TAKEN: frozenset(_CALL | {"request", "lane", "right", "age_class"}),
        EventKind.REQUEST_ROUTED: frozenset({"request", "items", "alerts"}),
        EventKind.REQUEST_EXTENDED: frozenset(_CALL | {"request", "reason", "due_on"}),
        EventKind.REQUEST_REMINDED: frozenset({"request", "alerts"}),
        EventKind.REQUEST_ANSWERED: frozenset({"request", "receipt"}),
        EventKind.ADVICE_GIVEN: frozenset(_CALL | {"item", "advice", "reason"}),
        EventKind.ITEM_DECIDED: frozenset(_CALL | {"item", "registration", "decision", "reason", "alerts"}),
        EventKind.ERASURES_EXPORTED: frozenset({"registrations"}),
        EventKind.ERASURES_REPLAYED: frozenset({"registrations"}),
        EventKind.OVERSIGHT_BEGUN: frozenset(_CALL | {"oversight", "registration"}),
        EventKind.HANDOVER_OFFERED: frozenset(_CALL | {"handover", "match", "conditions", "alerts"}),
        EventKind.HANDOVER_ACCEPTED: frozenset(_CALL | {"handover", "oversight", "conditions", "alerts"}),
        EventKind.HANDOVER_REFUSED: frozenset(_CALL | {"handover", "reason", "alerts"}),
        EventKind.HANDOVER_WITHDRAWN: frozenset(_CALL | {"handover", "reason", "alerts"}),
        EventKind.HANDOVER_ESCALATED: frozenset({"handover", "due", "alerts"}),
        EventKind.CONSENT_RECORDED: frozenset(_CALL | {"consent", "lane", "policy", "valid_until", "replaced"}),
        EventKind.CONSENT_ENDED: frozenset(_CALL | {"consent", "registrations"}),
        EventKind.CONSENTS_EXPIRED: frozenset({"consents", "registrations"}),
        EventKind.CONSENTS_PURGED: frozenset({"lane", "consents"}),
        EventKind.LIFE_NOTICE_TAKEN: frozenset(_CALL | {"notice", "lane", "happened"}),
        EventKind.LIFE_NOTICES_APPLIED: frozenset({"notice", "lane", "happened", "policy", "registrations", "alerts"}),
        EventKind.GLASS_BROKEN: frozenset(_CALL | {"registration", "lane", "reason", "user", "ends_at"}),
        EventKind.GLASS_HELD_BACK: frozenset(_CALL | {"user"}),
        EventKind.GLASS_CONFIRMED: frozenset(_CALL | {"registration", "policy", "rule", "user", "due_on", "alerts"}),
        EventKind.EMERGENCY_JUDGED: frozenset(_CALL | {"registration", "verdict", "verdicts", "closed"}),
        EventKind.EMERGENCY_ESCALATED: frozenset({"registration", "due_on", "alerts"}),
        # Neither names whom it excludes, nor a pair: the log must not be the map that the index is not (A10).
        EventKind.EXCLUSION_RECORDED: frozenset(_CALL | {"exclusion", "lane", "policy", "reach", "mediator", "alert"}),
        EventKind.EXCLUSION_VIEWED: frozenset(_CALL | {"exclusion", "role"}),
        EventKind.EXCLUSION_LIFTED: frozenset(_CALL | {"exclusion", "role", "alert"}),
        EventKind.EXCLUSIONS_PURGED: frozenset({"lane", "exclusions"}),
        EventKind.PAIR_SHIELDED: frozenset({"lane", "policy", "exclusions", "alerts"}),
        EventKind.CASE_OPENED: frozenset(_CALL | {"case", "lane", "policy"}),
        EventKind.CASE_CLOSED: frozenset(_CALL | {"case", "registrations"}),
        EventKind.CASES_PURGED: frozenset({"lane", "cases"}),
        EventKind.MATCH_NOT_CARRIED: frozenset({"lane", "policy", "agencies"}),
    }
)

Value = str | int | bool | None | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, recorded in the transaction of its change; the store adds the database's time.

    `id` is `evt_` and a ULID, minted by the caller because receipts name their event.
    `actor` is an agency's OIN, or `gateway`.
    """

    id: str
    kind: EventKind
    actor: str
    fields: Mapping[str, Value]

    def __post_init__(self) -> None:
        """Refuse a field that the catalogue does not allow for this kind: a slip here is a leak."""
        if unexpected := self.fields.keys() - FIELDS[self.kind]:
            raise ValueError(f"event {self.kind} may not carry {sorted(unexpected)}")

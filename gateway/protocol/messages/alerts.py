"""What an agency is told, and that it heard."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from gateway.protocol.messages.base import AlertId, Message


class CloudEvent(Message):
    """A thin event in the NL GOV profile for CloudEvents: it says where to look, never what or whom it is about."""

    model_config = ConfigDict(alias_generator=str.lower, populate_by_name=True, extra="forbid", frozen=True)

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataref: str
    subject: str | None = Field(default=None, description="Own contact desk that it is for; absent: the intake.")


class AlertKind(StrEnum):
    """Why an agency or a supervisor is alerted.

    About a match: it was made (by a parent in common, or Veilig Thuis may be told that it is a re-report, or came while
    monitoring runs), it went up a step of the ladder, or safety oversight is handed over through it. About a
    registration of one's own: somebody was involved before, a notice that was put off is to be looked at again, a term
    is about to end, the person died (so it has ended) or moved (so another municipality may be the one to look at).
    Of whoever was registered without a person number: more is asked.
    About a request of its subject: an advice or a decision is asked, its term is about to end, it is to be registered
    anew. In an emergency: both are needed at one person now, officers are to review it, nobody did so in time.
    About an exclusion that one mediates or recorded: something is to be looked at.
    """

    MATCH = "match"
    DEPUTY = "deputy"
    COORDINATOR = "coordinator"
    SUPERVISOR = "supervisor"
    ARCHIVE_HINT = "archive_hint"
    NOTICE_DUE = "notice_due"
    RENEWAL_DUE = "renewal_due"
    IDENTITY_ASKED = "identity_asked"
    ADVICE_ASKED = "advice_asked"
    DECISION_ASKED = "decision_asked"
    REQUEST_DUE = "request_due"
    RECTIFICATION_ASKED = "rectification_asked"
    EXCLUSION = "exclusion"
    HANDOVER_OFFERED = "handover_offered"
    HANDOVER_ACCEPTED = "handover_accepted"
    HANDOVER_REFUSED = "handover_refused"
    HANDOVER_WITHDRAWN = "handover_withdrawn"
    HANDOVER_UNANSWERED = "handover_unanswered"
    RE_REPORT = "re_report"
    DURING_MONITORING = "during_monitoring"
    PARENT_MATCH = "parent_match"
    PERSON_DIED = "person_died"
    PERSON_MOVED = "person_moved"
    EMERGENCY = "emergency"
    REVIEW_DUE = "review_due"
    EMERGENCY_UNREVIEWED = "emergency_unreviewed"


class Inbox(Message):
    """Alerts not yet acknowledged by this agency, oldest first; never a cursor, so none can be skipped (G13)."""

    alerts: tuple[CloudEvent, ...]
    more: bool = Field(description="Whether others wait behind these; acknowledge and ask again.")


class AcknowledgeAlerts(Message):
    """We have these alerts; do not show them in the inbox again."""

    alerts: Annotated[tuple[AlertId, ...], Field(min_length=1, max_length=1000)]


class AcknowledgedAlerts(Message):
    """Those acknowledged now or before, and those that are not this agency's or do not exist."""

    acknowledged: tuple[AlertId, ...]
    unknown: tuple[AlertId, ...]

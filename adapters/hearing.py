"""Decides how an agency hears of matches and answers them: the plans behind all but `registrations`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from adapters.agency import Agency
from adapters.errors import Fact, SeinhuisError, problem_named
from adapters.identifiers import identifier
from adapters.involvement import contact_id, member_refused
from adapters.signed_call import Question, ask, ask_raw, change
from adapters.transport import Plan
from gateway.protocol.messages.alerts import AcknowledgeAlerts, AcknowledgedAlerts, CloudEvent, Inbox
from gateway.protocol.messages.contacts import ContactDesk, ContactDesks, OwnContactDesk
from gateway.protocol.messages.matches import (
    ContactOutcome,
    ContactReported,
    ListedMatch,
    Matches,
    MatchView,
    ReportContact,
)
from gateway.protocol.messages.policy import CheckPolicy, PolicyChecked, WhoAmI
from gateway.protocol.messages.webhooks import AddWebhook, WebhookEndpoint, WebhookEndpoints

LONGEST_WAIT_S: Final = 20


@dataclass(frozen=True, slots=True)
class Alert:
    """Somebody else is involved with one of our persons: look at the match. It says nothing more, by design.

    By its kind it may be about a registration of our own instead: who was involved before (`archive_hints`), a notice
    that was put off until today, a term that is about to end. Or about an exclusion that we mediate or recorded. Then
    there is no match. `desk` is the desk of ours that it is for, empty for the intake.
    """

    id: str
    kind: str
    match_id: str
    at: datetime
    registration_id: str = ""
    desk: str = ""
    exclusion_id: str = ""

    @classmethod
    def of(cls, event: CloudEvent) -> "Alert":
        """Read an event of the inbox or the stream."""
        about = re.split("[/=]", event.dataref.rstrip("/"))[-1]
        if about.startswith("reg_"):
            return cls(event.id, event.type, "", event.time, about)
        if about.startswith("exc_"):
            return cls(event.id, event.type, "", event.time, exclusion_id=about)
        return cls(event.id, event.type, about, event.time, desk=event.subject or "")


def pending(agency: Agency, *, limit: int = 100) -> Plan[tuple[Alert, ...]]:
    """Return alerts that were not acknowledged yet, oldest first; call again after acknowledging."""
    return (yield from wait(agency, 0, limit=limit))


def wait(agency: Agency, seconds: int = LONGEST_WAIT_S, *, limit: int = 100) -> Plan[tuple[Alert, ...]]:
    """Return alerts that were not acknowledged yet, and wait up to 20 seconds for one when there is none."""
    inbox = yield from ask(agency, Question("GET", f"/alerts?waitSeconds={seconds}&limit={limit}"), Inbox)
    return tuple(map(Alert.of, inbox.alerts))


def acknowledge(agency: Agency, *alerts: Alert | str) -> Plan[AcknowledgedAlerts]:
    """Say that these alerts (or ids) are in our own records now: they leave the inbox. Up to 1,000 in one call."""
    ids = tuple(alert if isinstance(alert, str) else alert.id for alert in alerts)
    try:
        message = AcknowledgeAlerts(alerts=ids)
    except ValidationError as invalid:
        raise member_refused(invalid) from None
    return (yield from ask(agency, change("/alert-acknowledgements", message), AcknowledgedAlerts))


def show_match(
    agency: Agency, match: ListedMatch | Alert | str, *, case: str = "", purpose: str = ""
) -> Plan[MatchView]:
    """Return a match as this agency may see it, with what the rule discloses of the other.

    `case` is the reference under which one looks, and which the gateway records. Without it, it is that of the own
    registration: an alert does not tell which, so the agency's own list is asked first. `purpose` is that of the own
    registration, and defaults to the one of the settings.
    """
    agency = agency.for_purpose(purpose)
    match_id = identifier(match_id_of(match))
    case = case or (yield from case_of(agency, match))
    return (yield from ask(agency, Question("GET", f"/matches/{match_id}", case=case), MatchView))


def list_matches(agency: Agency) -> Plan[tuple[ListedMatch, ...]]:
    """Return all matches of this agency, in order of id; nothing of the other is in it, `show` one to see that."""
    everything: list[ListedMatch] = []
    page = yield from ask(agency, Question("GET", "/matches"), Matches)
    everything += page.matches
    while page.next:
        page = yield from ask(agency, Question("GET", f"/matches?after={identifier(page.next)}"), Matches)
        everything += page.matches
    return tuple(everything)


def report_contact(
    agency: Agency,
    match: ListedMatch | Alert | str,
    *,
    outcome: ContactOutcome | str,
    reason: str | None = None,
    case: str = "",
    idempotency_key: str = "",
) -> Plan[ContactReported]:
    """Report what came of the contact (domain rule 14); `reason` goes with the outcome `none`."""
    match_id = identifier(match_id_of(match))
    try:
        message = ReportContact.model_validate({"outcome": outcome, "reason": reason})
    except ValidationError as invalid:
        raise member_refused(invalid) from None
    case = case or (yield from case_of(agency, match))
    question = change(f"/matches/{match_id}/contact-reports", message, case=case, idempotency_key=idempotency_key)
    return (yield from ask(agency, question, ContactReported))


def put_contact(
    agency: Agency,
    desk_id: str,
    *,
    name: str,
    phone: str,
    email: str,
    deputy: str | None = None,
    conflict: bool = False,
) -> Plan[ContactDesk]:
    """Say who may be called: a desk, not a person. Another call with the same id replaces it.

    A `conflict` desk hears what must pass by the ordinary desks, because somebody involved works there.
    """
    members: dict[str, object] = {"id": contact_id(desk_id), "name": name, "phone": phone, "email": email}
    try:
        desk = ContactDesk.model_validate(
            members | ({"deputyId": contact_id(deputy)} if deputy else {}) | ({"kind": "conflict"} if conflict else {})
        )
    except ValidationError as invalid:
        raise member_refused(invalid) from None
    return (yield from ask(agency, change(f"/contacts/{identifier(desk.id)}", desk, method="PUT"), ContactDesk))


def confirm_contact(agency: Agency, desk_id: str) -> Plan[OwnContactDesk]:
    """Say that a desk is still right, for another 90 days."""
    path = f"/contacts/{identifier(contact_id(desk_id))}/confirmations"
    return (yield from ask(agency, change(path), OwnContactDesk))


def list_contacts(agency: Agency) -> Plan[tuple[OwnContactDesk, ...]]:
    """Return the desks of this agency, each with the day before which it is to be confirmed again."""
    desks = yield from ask(agency, Question("GET", "/contacts"), ContactDesks)
    return desks.contacts


def add_webhook(agency: Agency, url: str) -> Plan[WebhookEndpoint]:
    """Have the gateway call an address when an alert waits."""
    try:
        message = AddWebhook(url=url)
    except ValidationError as invalid:
        raise member_refused(invalid) from None
    return (yield from ask(agency, change("/webhook-endpoints", message), WebhookEndpoint))


def list_webhooks(agency: Agency) -> Plan[tuple[WebhookEndpoint, ...]]:
    """Return the addresses that the gateway calls for this agency."""
    endpoints = yield from ask(agency, Question("GET", "/webhook-endpoints"), WebhookEndpoints)
    return endpoints.endpoints


def remove_webhook(agency: Agency, endpoint: WebhookEndpoint | str) -> Plan[None]:
    """Have the gateway call an address no more."""
    endpoint_id = identifier(endpoint if isinstance(endpoint, str) else endpoint.id)
    yield from ask_raw(agency, change(f"/webhook-endpoints/{endpoint_id}", method="DELETE"))


def check_policy(
    agency: Agency, *, lane: str = "", purpose: str = "", flag: str = "involved", preconditions: Sequence[str] = ()
) -> Plan[PolicyChecked]:
    """Ask whether the policy would let this agency register, and why; nothing is looked up or kept."""
    try:
        message = CheckPolicy(
            lane=lane or agency.lane,
            purpose=purpose or agency.purpose,
            flag=flag,
            preconditions=tuple(preconditions),
        )
    except ValidationError as invalid:
        raise member_refused(invalid) from None
    return (yield from ask(agency, change("/policy-checks", message), PolicyChecked))


def refused_by(checked: PolicyChecked, language: str) -> SeinhuisError:
    """Return the refusal that a registration would meet, for a check that says it is not permitted."""
    why = checked.why.en if language == "en" else checked.why.nl
    facts: dict[str, Fact] = {"rule": checked.rule or "", "legalBasis": checked.legal_basis, "allowed": checked.allowed}
    said = {name: fact for name, fact in facts.items() if fact} | {"why": why}
    return problem_named(checked.code or "policy-lane-unknown", facts=said, detail=why)


def whoami(agency: Agency) -> Plan[WhoAmI]:
    """Ask how the gateway knows this agency."""
    return (yield from ask(agency, Question("GET", "/whoami"), WhoAmI))


def case_of(agency: Agency, match: ListedMatch | Alert | str) -> Plan[str]:
    """Return our own case reference of a match, or once that was erased our registration in its place.

    Raises NotFound when we are no party to it.
    """
    if isinstance(match, ListedMatch):
        return match.case_reference or match.registration_id
    found = yield from ask(agency, Question("GET", f"/matches?id={identifier(match_id_of(match))}"), Matches)
    case = next((listed.case_reference or listed.registration_id for listed in found.matches), None)
    if case is None:
        raise problem_named("state-not-found")
    return case


def match_id_of(match: ListedMatch | Alert | str) -> str:
    """Return the id of a match."""
    match match:
        case ListedMatch():
            return match.id
        case Alert():
            return match.match_id
        case _:
            return match


def alert_in_stream(data: str) -> Alert:
    """Read the data of one event of the stream; raises IntegrityError when it is not an event."""
    try:
        return Alert.of(CloudEvent.model_validate_json(data))
    except ValidationError:
        raise problem_named("integrity-answer", facts={"expected": "CloudEvent"}) from None

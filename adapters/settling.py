"""Decides how parties settle who does what after a match, and how a supervisor sees whether they made contact."""

from dataclasses import replace

from pydantic import ValidationError

from adapters.agency import Agency
from adapters.hearing import Alert, case_of, match_id_of
from adapters.identifiers import identifier
from adapters.involvement import member_refused
from adapters.signed_call import Question, ask, change
from adapters.transport import Plan
from gateway.protocol.messages.matches import (
    CoordinatorNamed,
    Handler,
    ListedMatch,
    Muted,
    NameCoordinator,
    Side,
    SupervisedMatch,
    SupervisedMatches,
    TakenOver,
)


def take_over(
    agency: Agency,
    match: ListedMatch | Alert | str,
    *,
    role: Handler | str,
    case: str = "",
    idempotency_key: str = "",
) -> Plan[TakenOver]:
    """Take a match over from an absent colleague, as `deputy` or `coordinator`; the gateway records who."""
    match_id = identifier(match_id_of(match))
    case = case or (yield from case_of(agency, match))
    question = change(f"/matches/{match_id}/takeovers", case=case, idempotency_key=idempotency_key)
    return (yield from ask(replace(agency, user_role=str(role)), question, TakenOver))


def mute(agency: Agency, match: ListedMatch | Alert | str, *, case: str = "", idempotency_key: str = "") -> Plan[Muted]:
    """Ask to hear no more of this person with this party; it holds once both asked, until a third agency appears."""
    match_id = identifier(match_id_of(match))
    case = case or (yield from case_of(agency, match))
    question = change(f"/matches/{match_id}/mutes", case=case, idempotency_key=idempotency_key)
    return (yield from ask(agency, question, Muted))


def name_coordinator(
    agency: Agency,
    match: ListedMatch | Alert | str,
    *,
    coordinator: Side | str,
    case: str = "",
    idempotency_key: str = "",
) -> Plan[CoordinatorNamed]:
    """Name who leads, `own` or `other`: a proposal, or the acceptance of what the other named."""
    match_id = identifier(match_id_of(match))
    try:
        message = NameCoordinator.model_validate({"coordinator": coordinator})
    except ValidationError as invalid:
        raise member_refused(invalid) from None
    case = case or (yield from case_of(agency, match))
    question = change(f"/matches/{match_id}/case-coordinators", message, case=case, idempotency_key=idempotency_key)
    return (yield from ask(agency, question, CoordinatorNamed))


def list_supervised(agency: Agency) -> Plan[tuple[SupervisedMatch, ...]]:
    """Return the standing matches of the municipality whose match supervisor this is: whether contact was made."""
    everything: list[SupervisedMatch] = []
    page = yield from ask(agency, Question("GET", "/supervised-matches"), SupervisedMatches)
    everything += page.matches
    while page.next:
        question = Question("GET", f"/supervised-matches?after={identifier(page.next)}")
        page = yield from ask(agency, question, SupervisedMatches)
        everything += page.matches
    return tuple(everything)

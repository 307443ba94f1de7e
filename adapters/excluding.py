"""Decides how an agency says who must learn nothing of a person, and how that ends: plans of `gateway.exclusions`."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from pydantic import ValidationError

from adapters.agency import Agency
from adapters.errors import problem_named
from adapters.identifiers import holds_person_number, identifier
from adapters.identity import Person
from adapters.involvement import NO_TOKEN, contact_id, member_refused
from adapters.person_token import derive_tokens
from adapters.signed_call import Question, ask, change
from adapters.transport import Plan
from gateway.protocol.messages.exclusions import (
    Excluded,
    ExclusionLifted,
    ExclusionRecorded,
    Exclusions,
    ExclusionView,
    RecordExclusion,
)

_PAGE: Final = 100


def record_exclusion(
    agency: Agency,
    person: Person,
    *,
    case: str,
    excluded: Sequence[str] = (),
    at_conflict_desk: Sequence[str] = (),
    mediator: str,
    lane: str = "",
    contact: str = "",
    idempotency_key: str = "",
) -> Plan[ExclusionRecorded]:
    """Say who must learn nothing of a person in a lane, and thereby attest that the person's safety asks for it.

    Each of `excluded` is the OIN of an agency, or an OIN and a desk (`OIN/intake`) for only that unit of it; those in
    `at_conflict_desk` may hear, but at their conflict desk alone, and nothing while they have none. `mediator`
    is the OIN of the agency that hears when one of them would have met somebody. Record it before you register.
    """
    if holds_person_number(case):
        raise problem_named("request-person-number", facts={"member": "caseReference"})
    try:
        message = RecordExclusion(
            token=NO_TOKEN,
            lane=lane or agency.lane,
            purpose=agency.purpose,
            case_reference=case,
            contact_id=contact_id(contact or agency.contact),
            attested=True,
            excluded=(
                *map(_excluded, excluded),
                *(_excluded(one).model_copy(update={"conflict_desk": True}) for one in at_conflict_desk),
            ),
            mediator=mediator,
        )
    except ValidationError as invalid:
        raise member_refused(invalid) from None
    derived = yield from derive_tokens(agency, agency.circle(message.lane), (person,))
    whole = message.model_copy(update={"token": derived.tokens[0].encode()})
    question = change("/exclusions", whole, case=case, idempotency_key=idempotency_key)
    return (yield from ask(agency, question, ExclusionRecorded))


def lift_exclusion(
    agency: Agency, exclusion: ExclusionView | ExclusionRecorded | str, *, case: str, idempotency_key: str = ""
) -> Plan[ExclusionLifted]:
    """Lift an exclusion that this agency recorded or mediates: what it withheld is matched anew."""
    id_ = exclusion if isinstance(exclusion, str) else exclusion.id
    path = f"/exclusions/{identifier(id_)}/liftings"
    return (yield from ask(agency, change(path, case=case, idempotency_key=idempotency_key), ExclusionLifted))


def show_exclusion(agency: Agency, exclusion: str, *, case: str = "") -> Plan[ExclusionView]:
    """Return one exclusion; without a case, the exclusion itself is the reference looked under."""
    question = Question("GET", f"/exclusions/{identifier(exclusion)}", case=case or exclusion)
    return (yield from ask(agency, question, ExclusionView))


def list_exclusions(agency: Agency) -> Plan[tuple[ExclusionView, ...]]:
    """Return all exclusions that this agency recorded or mediates."""
    everything: list[ExclusionView] = []
    page = yield from _page(agency, "")
    everything += page.exclusions
    while page.next:
        page = yield from _page(agency, page.next)
        everything += page.exclusions
    return tuple(everything)


def _excluded(text: str) -> Excluded:
    oin, _, unit = text.partition("/")
    return Excluded(agency=oin, contact_id=contact_id(unit) if unit else None)


def _page(agency: Agency, after: str) -> Plan[Exclusions]:
    query = urlencode({"after": after, "limit": _PAGE} if after else {"limit": _PAGE})
    return (yield from ask(agency, Question("GET", f"/exclusions?{query}"), Exclusions))

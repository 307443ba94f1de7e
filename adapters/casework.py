"""Decides how an agency keeps the accepted cases in which it takes part: the plans behind `gateway.cases`."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from urllib.parse import urlencode

from pydantic import ValidationError

from adapters.agency import Agency
from adapters.errors import problem_named
from adapters.identifiers import holds_person_number, identifier
from adapters.involvement import member_refused
from adapters.signed_call import Question, ask, change
from adapters.transport import Plan
from gateway.protocol.messages.safety_cases import CaseClosed, CaseOpened, CaseView, OpenCase, SafetyCases

_PAGE: Final = 100


def open_case(
    agency: Agency,
    reference: str,
    *,
    participants: Sequence[str],
    accepted_on: date,
    coordinator: str = "",
    lane: str = "",
    purpose: str = "",
    idempotency_key: str = "",
) -> Plan[CaseOpened]:
    """Put an accepted case on the list, under the reference that all participants will register under.

    `participants` are their OINs; this agency is one of them by itself, and leads unless `coordinator` says who does.
    """
    agency = agency.for_purpose(purpose)
    if holds_person_number(reference):
        raise problem_named("request-person-number", facts={"member": "caseReference"})
    try:
        message = OpenCase(
            lane=lane or agency.lane,
            purpose=agency.purpose,
            case_reference=reference,
            attested=True,
            participants=tuple(participants),
            coordinator=coordinator or None,
            accepted_on=accepted_on,
        )
    except ValidationError as invalid:
        raise member_refused(invalid) from None
    return (
        yield from ask(agency, change("/cases", message, case=reference, idempotency_key=idempotency_key), CaseOpened)
    )


def close_case(agency: Agency, case: CaseView | CaseOpened | str, *, idempotency_key: str = "") -> Plan[CaseClosed]:
    """Close a case that this agency opened or leads; all that was registered under it ends."""
    id_ = identifier(case if isinstance(case, str) else case.id)
    question = change(f"/cases/{id_}/closures", case=id_, idempotency_key=idempotency_key)
    return (yield from ask(agency, question, CaseClosed))


def show_case(agency: Agency, case: str) -> Plan[CaseView]:
    """Return one case in which this agency takes part."""
    return (yield from ask(agency, Question("GET", f"/cases/{identifier(case)}", case=case), CaseView))


def list_cases(agency: Agency) -> Plan[tuple[CaseView, ...]]:
    """Return all cases in which this agency takes part."""
    everything: list[CaseView] = []
    page = yield from _page(agency, "")
    everything += page.cases
    while page.next:
        page = yield from _page(agency, page.next)
        everything += page.cases
    return tuple(everything)


def _page(agency: Agency, after: str) -> Plan[SafetyCases]:
    query = urlencode({"after": after, "limit": _PAGE} if after else {"limit": _PAGE})
    return (yield from ask(agency, Question("GET", f"/cases?{query}"), SafetyCases))

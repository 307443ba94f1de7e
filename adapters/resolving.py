"""Decides how an agency says whom a registration without a person number is about, once an official looked."""

from adapters.agency import Agency
from adapters.errors import problem_named
from adapters.identifiers import identifier
from adapters.identity import Person
from adapters.person_token import derive_tokens
from adapters.signed_call import ask, change
from adapters.transport import Plan
from adapters.unnumbered import Unnumbered
from gateway.protocol.messages.identities import Finding, ResolveIdentity
from gateway.protocol.messages.registrations import OwnRegistration


def resolve_identity(
    agency: Agency,
    registration: str,
    person: Person | Unnumbered,
    *,
    case: str,
    finding: Finding | str = "",
    lane: str = "",
    idempotency_key: str = "",
) -> Plan[OwnRegistration]:
    """Attest what was found: `confirmed` (one person, no twin or namesake known), or `identity_ambiguous`.

    For a person with a number nothing else can be found than that: `finding` is `exact`, whatever was found before.
    """
    found = _finding(person, finding)
    derived = yield from derive_tokens(agency, agency.circle(lane or agency.lane), (person,))
    message = ResolveIdentity(token=derived.tokens[0].encode(), finding=found, attested=True)
    path = f"/registrations/{identifier(registration)}/identities"
    return (yield from ask(agency, change(path, message, case=case, idempotency_key=idempotency_key), OwnRegistration))


def _finding(person: Person | Unnumbered, finding: Finding | str) -> Finding:
    """Return what was found; raises RequestRefused when it does not go with how the person is known."""
    numbered = isinstance(person, Person)
    try:
        found = Finding(finding or (Finding.EXACT if numbered else ""))
    except ValueError:
        raise problem_named("request-member-invalid", facts={"member": "finding"}) from None
    if numbered is not (found is Finding.EXACT):
        raise problem_named("request-member-invalid", facts={"member": "finding"})
    return found

"""Decides how an agency keeps a registration in order: its notice, a restriction, and what the archive told of it."""

from pydantic import ValidationError

from adapters.agency import Agency
from adapters.identifiers import identifier
from adapters.involvement import member_refused
from adapters.signed_call import Question, ask, change
from adapters.transport import Plan
from gateway.protocol.messages.archive import ArchiveHint, ArchiveHints
from gateway.protocol.messages.base import Message
from gateway.protocol.messages.notices import SubjectNotice
from gateway.protocol.messages.registrations import (
    LiftRestriction,
    OwnRegistration,
    RestrictionReason,
    RestrictRegistration,
)


def record_notice(
    agency: Agency, registration: str, *, case: str, notice: SubjectNotice, idempotency_key: str = ""
) -> Plan[OwnRegistration]:
    """Say that the person was told, or why that is put off and until when (domain rule 7)."""
    return (
        yield from _change(agency, registration, "subject-notices", notice, case=case, idempotency_key=idempotency_key)
    )


def restrict(
    agency: Agency, registration: str, *, case: str, reason: RestrictionReason | str, idempotency_key: str = ""
) -> Plan[OwnRegistration]:
    """Take a registration out of matching while an objection is pending; once this returns it matches nobody."""
    try:
        message = RestrictRegistration.model_validate({"reason": reason})
    except ValidationError as invalid:
        raise member_refused(invalid) from None
    return (
        yield from _change(agency, registration, "restrictions", message, case=case, idempotency_key=idempotency_key)
    )


def lift_restriction(
    agency: Agency, registration: str, *, case: str, idempotency_key: str = ""
) -> Plan[OwnRegistration]:
    """Attest that it was decided that the registration stands; it matches again."""
    message = LiftRestriction(attested=True)
    return (
        yield from _change(
            agency, registration, "restriction-liftings", message, case=case, idempotency_key=idempotency_key
        )
    )


def archive_hints(
    agency: Agency, registration: str, *, case: str = "", purpose: str = ""
) -> Plan[tuple[ArchiveHint, ...]]:
    """Return who was involved before, as the archive told it when we registered; it tells each thing once.

    Without a case, the registration itself is the reference looked under. `purpose` is that of the registration, and
    defaults to the one of the settings.
    """
    agency = agency.for_purpose(purpose)
    question = Question("GET", f"/archive-hints/{identifier(registration)}", case=case or registration)
    told = yield from ask(agency, question, ArchiveHints)
    return told.hints


def _change(
    agency: Agency, registration: str, verb: str, message: Message, *, case: str, idempotency_key: str
) -> Plan[OwnRegistration]:
    path = f"/registrations/{identifier(registration)}/{verb}"
    return (yield from ask(agency, change(path, message, case=case, idempotency_key=idempotency_key), OwnRegistration))

"""Writes down in one line what stands beside registrations in a test of the store: consents, cases, exclusions."""

from datetime import UTC, date, datetime

from gateway.core.consent import Consent, Scope
from gateway.core.emergency import BrokenGlass
from gateway.core.exclusion import Exclusion, Target, text_of
from gateway.core.involvement import Oin, Registration
from gateway.core.safety_case import SafetyCase
from gateway.flows.ports.conversion import Converted
from gateway.protocol.messages.emergencies import EmergencyReason
from gateway.protocol.messages.exclusions import ExclusionReach
from keys.tokens import SEALED_BYTES, IndexToken, SealedElement
from tests.support.records import CARE, LATER_ON, POLICE, SCHOOL, mint, person, registration


def consent_of(agency: Oin = CARE, *, until_on: date = LATER_ON, purpose: str = "adult-coordination") -> Consent:
    """Return a consent that an agency recorded, toward local teams and the school."""
    return Consent(
        id=mint("cns"),
        agency=agency,
        lane="adult",
        purpose=purpose,
        case_reference="Z-1",
        scope=Scope(("local_team",), (SCHOOL,)),
        given_on=date(2026, 1, 2),
        valid_until_on=until_on,
    )


def converted(token: IndexToken) -> Converted:
    """Return a person as the converter gives it."""
    return Converted(token, SealedElement(b"s" * SEALED_BYTES), 1)


def exclusion_of(agency: Oin, mediator: Oin, token: IndexToken) -> Exclusion:
    """Return an exclusion of the police, which an agency recorded about a person."""
    concealed = text_of({Target(POLICE)})
    return Exclusion(mint("exc"), agency, "youth", "Z-1", "cnt_intake", mediator, ExclusionReach.OWN, token, concealed)


def case_of(*participants: Oin, reference: str = "ZVH-1", lane: str = "safety_house") -> SafetyCase:
    """Return an accepted case that the first of these opened and the last leads."""
    return SafetyCase(
        id=mint("cas"),
        lane=lane,
        reference=reference,
        opened_by=participants[0],
        participants=tuple(sorted(set(participants))),
        coordinator=participants[-1],
        accepted_on=date(2026, 3, 4),
    )


def glass_of(
    agency: Oin,
    *,
    number: int = 1,
    token: IndexToken | None = None,
    ends_at: datetime = datetime(2099, 1, 2, tzinfo=UTC),
) -> tuple[Registration, BrokenGlass]:
    """Return a registration in the lane of emergencies, about nobody else's person, and the glass broken for it."""
    token = person(mint("person")) if token is None else token
    one = registration(agency, token, lane="emergency")
    reason = EmergencyReason.THREAT_TO_LIFE
    return one, BrokenGlass(one.id, agency, reason, "u-1", "N-1", ends_at, date(2026, 1, 2), number)

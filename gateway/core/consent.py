"""What a person consented to: by whom it was recorded, for which purpose, toward whom, and until when."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from gateway.core.fingerprint import fingerprint
from gateway.core.involvement import Oin
from gateway.core.policy import LanePolicy
from gateway.core.refusals import Refusal, Refused
from gateway.protocol.messages.consents import ConsentStatus
from keys.tokens import IndexToken

#: The part of the house by which a lane lives on consent (`vergt`).
CONSENT_REGISTER: Final = "consent_register"


@dataclass(frozen=True, slots=True)
class Scope:
    """Toward whom the person consented: kinds of agency, in code names, and agencies by name."""

    kinds: tuple[str, ...]
    agencies: tuple[Oin, ...] = ()

    def covers(self, agency: Oin, kind: str) -> bool:
        """Whether an agency of this kind may hear of the involvement."""
        return agency in self.agencies or kind in self.kinds


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent as the agency that recorded it sees it; whose it is stays in the index, and goes when it ends."""

    id: str
    agency: Oin
    lane: str
    purpose: str
    case_reference: str
    scope: Scope
    given_on: date
    valid_until_on: date
    status: ConsentStatus = ConsentStatus.VALID
    recorded_at: datetime | None = None  # the database's time, known once it is stored


@dataclass(frozen=True, slots=True)
class Consenting:
    """What a consent is looked up by: of one agency, lane, purpose and person one is valid at a time."""

    agency: Oin
    lane: str
    purpose: str
    index_token: IndexToken


@dataclass(frozen=True, slots=True)
class StandingConsent:
    """A consent that nobody has ended yet, with what it carries; `over` once its end has come."""

    id: str
    of: Consenting
    scope: Scope
    over: bool = False


def lives_on_consent(policy: LanePolicy | None) -> bool:
    """Whether nothing may be in this lane without a consent that is valid."""
    return policy is not None and CONSENT_REGISTER in policy.card.mechanisms


def kept_by(of: Consenting, policy: LanePolicy | None, *, case_reference: str) -> Consenting:
    """Return by what a consent is kept and found: by its person, and for an always silent purpose by its reference.

    For such a purpose nothing is kept of a person, and yet what rests on a consent must be answered as for another.
    """
    if policy is None or of.purpose not in policy.card.silent_purposes:
        return of
    said = (of.agency, of.lane, of.purpose, case_reference)
    nobody = fingerprint(*(part.encode() for part in said))
    return replace(of, index_token=IndexToken(bytes.fromhex(nobody)))


def checked_scope(scope: Scope, policy: LanePolicy, *, kinds_of_agencies: tuple[str, ...]) -> None:
    """Accept a scope that names somebody, and nobody who can never be in the lane.

    Raises:
        Refused: `consent_scope`, with the kinds of agency that can be named.
    """
    admitted = policy.card.registering_kinds
    named = (*scope.kinds, *kinds_of_agencies)
    if not named or not set(named) <= set(admitted):
        raise Refused(Refusal.CONSENT_SCOPE, allowed=admitted)

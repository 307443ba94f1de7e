"""What a registration stands on in a lane that relies on a part of the house: a consent, a dated ban, an open case.

It depends on nothing but the caller's own, and in a lane that relies on nothing no statement is made for it. What is
registered for a purpose that is always silent is asked for the same footing: taken without one it would be told apart.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Self

from gateway.core.consent import Consenting, StandingConsent, kept_by, lives_on_consent
from gateway.core.home_ban import HomeBan, counts_bans, says_ban
from gateway.core.involvement import Oin, Registration
from gateway.core.refusals import Refusal, Refused
from gateway.core.safety_case import lives_on_cases
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx


@dataclass(frozen=True, slots=True)
class Footing:
    """What the agencies of one commit group have recorded for the registrations that are about to be written."""

    house: House
    consents: Mapping[Consenting, StandingConsent]
    cases: frozenset[tuple[Oin, str, str]]  # agency, lane and reference

    @classmethod
    def of(cls, tx: Tx, registrations: Collection[Registration], house: House) -> Self:
        """Look up, and hold until commit, what these registrations may stand on: none of it ends before they are in."""
        return cls(house, _consents(tx, registrations, house), _cases(tx, registrations, house))

    def under(self, registration: Registration, *, ban: HomeBan | None) -> Registration:
        """Return the registration on its footing.

        Raises:
            Refused: there is no valid consent of this agency, person and purpose; it is a ban without its dates; or the
                agency takes part in no open case under this reference.
        """
        if counts_bans(self.house.policies().lane(registration.lane)) and says_ban(registration) and ban is None:
            raise Refused(Refusal.BAN_UNDATED)
        case = (registration.agency, registration.lane, registration.case_reference)
        if _needs_case(registration, self.house) and case not in self.cases:
            raise Refused(Refusal.CASE_MISSING)
        if not _needs_consent(registration, self.house):
            return registration
        consent = self.consents.get(consenting(registration, self.house))
        if consent is None:
            raise Refused(Refusal.CONSENT_MISSING)
        return replace(registration, consent=consent.id)


def consenting(registration: Registration, house: House) -> Consenting:
    """Return by what the consent that a registration rests on is found."""
    person = (registration.purpose, registration.index_token)
    of = Consenting(registration.agency, registration.lane, *person)
    return kept_by(of, house.policies().lane(registration.lane), case_reference=registration.case_reference)


def _consents(tx: Tx, registrations: Collection[Registration], house: House) -> Mapping[Consenting, StandingConsent]:
    resting = [one for one in registrations if _needs_consent(one, house)]
    if not resting:
        return {}
    persons = {consenting(one, house).index_token for one in resting}
    return tx.consents.hold_valid(persons, holders={one.agency for one in resting})


def _cases(tx: Tx, registrations: Collection[Registration], house: House) -> frozenset[tuple[Oin, str, str]]:
    wanted = {(one.agency, one.case_reference) for one in registrations if _needs_case(one, house)}
    return tx.cases.hold_open(wanted) if wanted else frozenset()


def _needs_case(registration: Registration, house: House) -> bool:
    return lives_on_cases(house.policies().lane(registration.lane))


def _needs_consent(registration: Registration, house: House) -> bool:
    return lives_on_consent(house.policies().lane(registration.lane))

"""What a registration must stand on in a lane that relies on a part of the house: a consent, or a dated ban.

It depends on nothing but the caller's own, and in a lane that relies on nothing no statement is made for it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Self

from gateway.core.consent import Consenting, StandingConsent, lives_on_consent
from gateway.core.home_ban import HomeBan, counts_bans, says_ban
from gateway.core.involvement import Registration
from gateway.core.refusals import Refusal, Refused
from gateway.flows.ports import House, Tx


@dataclass(frozen=True, slots=True)
class Footing:
    """What the agencies of one commit group have recorded for the registrations that are about to be written."""

    house: House
    consents: Mapping[Consenting, StandingConsent]

    @classmethod
    def of(cls, tx: Tx, registrations: Collection[Registration], house: House) -> Self:
        """Look up, and hold until commit, what these registrations may stand on: none of it ends before they are in."""
        resting = [one for one in registrations if _needs_consent(one, house)]
        if not resting:
            return cls(house, {})
        persons, holders = {one.index_token for one in resting}, {one.agency for one in resting}
        return cls(house, tx.consents.hold_valid(persons, holders=holders))

    def under(self, registration: Registration, *, ban: HomeBan | None) -> Registration:
        """Return the registration on its footing.

        Raises:
            Refused: there is no valid consent of this agency, person and purpose; or it is a ban without its dates.
        """
        if counts_bans(self.house.policies().lane(registration.lane)) and says_ban(registration) and ban is None:
            raise Refused(Refusal.BAN_UNDATED)
        if not _needs_consent(registration, self.house):
            return registration
        person = (registration.purpose, registration.index_token)
        consent = self.consents.get(Consenting(registration.agency, registration.lane, *person))
        if consent is None:
            raise Refused(Refusal.CONSENT_MISSING)
        return replace(registration, consent=consent.id)


def _needs_consent(registration: Registration, house: House) -> bool:
    return lives_on_consent(house.policies().lane(registration.lane))

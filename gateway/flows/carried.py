"""Which meetings the mechanisms of their lane carry: where a lane lives on consent, only those that both sides' cover.

Asked under the claim of the persons, by the database's clock (G8); a lane that relies on nothing costs no statement.
"""

from collections.abc import Collection, Mapping

from gateway.core.consent import Consenting, StandingConsent, lives_on_consent
from gateway.core.matching import Meeting, Side
from gateway.flows.ports import House, Tx


def carried(tx: Tx, meetings: Collection[Meeting], house: House) -> frozenset[Meeting]:
    """Return the meetings of which both sides may hear as far as consent goes."""
    asked = frozenset(found for found in meetings if lives_on_consent(house.policies().lane(found.lane)))
    if not asked:
        return frozenset(meetings)
    consents = tx.consents.valid({found.index_token for found in asked})
    return frozenset(found for found in meetings if found not in asked or _both_consented(found, consents, house))


def _both_consented(found: Meeting, consents: Mapping[Consenting, StandingConsent], house: House) -> bool:
    sides = ((found.low, found.high), (found.high, found.low))
    return all(_consented(found, own, other, consents, house) for own, other in sides)


def _consented(
    found: Meeting, own: Side, other: Side, consents: Mapping[Consenting, StandingConsent], house: House
) -> bool:
    consent = consents.get(Consenting(own.agency, found.lane, own.purpose, found.index_token))
    agency = house.directory.agency(other.agency)
    return consent is not None and consent.scope.covers(other.agency, "" if agency is None else agency.kind)

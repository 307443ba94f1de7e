"""Which meetings the mechanisms of their lane carry: covered by both consents, in one case, or confirmed emergencies.

Asked under the claim of the persons, by the database's clock (G8); a lane that relies on nothing costs no statement.
"""

from collections.abc import Collection, Mapping

from gateway.core.consent import Consenting, StandingConsent, lives_on_consent
from gateway.core.emergency import lives_on_glass
from gateway.core.matching import Meeting, Side
from gateway.core.safety_case import in_one_case, lives_on_cases
from gateway.flows.ports.house import House
from gateway.flows.ports.store import Tx


def carried(tx: Tx, meetings: Collection[Meeting], house: House) -> frozenset[Meeting]:
    """Return the meetings of which both sides may hear as far as consent, an accepted case or broken glass goes."""
    left_out = _without_consent(tx, meetings, house) | _without_case(tx, meetings, house)
    return frozenset(meetings) - left_out - _unconfirmed(tx, meetings, house)


def _without_consent(tx: Tx, meetings: Collection[Meeting], house: House) -> frozenset[Meeting]:
    asked = [found for found in meetings if lives_on_consent(house.policies().lane(found.lane))]
    if not asked:
        return frozenset()
    consents = tx.consents.valid({found.index_token for found in asked})
    return frozenset(found for found in asked if not _both_consented(found, consents, house))


def _without_case(tx: Tx, meetings: Collection[Meeting], house: House) -> frozenset[Meeting]:
    asked = [found for found in meetings if lives_on_cases(house.policies().lane(found.lane))]
    if not asked:
        return frozenset()
    cases = tx.cases.open_of({found.low.case_reference for found in asked})
    return frozenset(found for found in asked if not in_one_case(found, cases))


def _unconfirmed(tx: Tx, meetings: Collection[Meeting], house: House) -> frozenset[Meeting]:
    """Return the emergencies that one person alone asks for, on either side; nobody is told of those (G26)."""
    asked = [found for found in meetings if lives_on_glass(house.policies().lane(found.lane))]
    if not asked:
        return frozenset()
    sides = {found: {found.low.registration, found.high.registration} for found in asked}
    confirmed = tx.emergencies.confirmed(frozenset().union(*sides.values()))
    return frozenset(found for found, registrations in sides.items() if not registrations <= confirmed)


def _both_consented(found: Meeting, consents: Mapping[Consenting, StandingConsent], house: House) -> bool:
    sides = ((found.low, found.high), (found.high, found.low))
    return all(_consented(found, own, other, consents, house) for own, other in sides)


def _consented(
    found: Meeting, own: Side, other: Side, consents: Mapping[Consenting, StandingConsent], house: House
) -> bool:
    consent = consents.get(Consenting(own.agency, found.lane, own.purpose, found.index_token))
    agency = house.directory.agency(other.agency)
    return consent is not None and consent.scope.covers(other.agency, "" if agency is None else agency.kind)

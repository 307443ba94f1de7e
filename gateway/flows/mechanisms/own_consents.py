"""Show an agency the consents that it recorded; nobody else's can be reached from here."""

from typing import Any

from gateway.core.consent import Consent
from gateway.core.refusals import Refusal, Refused
from gateway.flows.admission import admit_read
from gateway.flows.ports.house import House
from gateway.protocol.messages.consents import OwnConsent, OwnConsents
from keys.signing import Signed

PAGE = 100


def own_consents(call: Signed[Any], house: House, *, after: str, limit: int = PAGE) -> OwnConsents:
    """Return a page of the caller's consents in order of id."""
    admit_read(call, house, "list consents")
    rows = house.store.view(
        "list consents", lambda view: view.consents.page(call.caller.oin, after=after, limit=limit + 1)
    )
    return OwnConsents(
        consents=tuple(_own_view(row) for row in rows[:limit]),
        next=rows[limit - 1].id if len(rows) > limit else None,
    )


def own_consent(call: Signed[Any], house: House, consent: str) -> OwnConsent:
    """Return one of the caller's consents; another agency's does not exist for it (G24)."""
    admit_read(call, house, "show consent")
    row = house.store.view("show consent", lambda view: view.consents.one(consent, agency=call.caller.oin))
    if row is None:
        raise Refused(Refusal.NOT_FOUND)
    return _own_view(row)


def _own_view(consent: Consent) -> OwnConsent:
    if consent.recorded_at is None:
        raise AssertionError("a stored consent has its time")
    return OwnConsent(
        id=consent.id,
        lane=consent.lane,
        purpose=consent.purpose,
        case_reference=consent.case_reference,
        kinds=consent.scope.kinds,
        agencies=consent.scope.agencies,
        given_on=consent.given_on,
        valid_until=consent.valid_until_on,
        status=consent.status,
        recorded_at=consent.recorded_at,
    )

"""Deliveries that were due to an agency before it lost the region's trust (G19)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.flows.ports.webhooks import Delivery, Undelivered
from gateway.flows.telling.deliver import deliver, due
from keys.trust import TrustList
from tests.support.gateways import Neighborhood

Lose = Callable[[TrustList, str], TrustList]


def _revoked(trust: TrustList, oin: str) -> TrustList:
    party = trust.party(oin)
    assert party is not None
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return trust.with_party(replace(party, keys=tuple(replace(key, revoked_at=at) for key in party.keys)))


def _left(trust: TrustList, oin: str) -> TrustList:
    return replace(trust, parties=tuple(party for party in trust.parties if party.oin != oin))


@pytest.mark.parametrize("lose", [_revoked, _left])
def test_an_agency_that_lost_its_trust_is_sent_nothing(here: Neighborhood, lose: Lose) -> None:
    """What waited for it waits on; when it is trusted again, nothing is lost."""
    agency = here.caller(0)
    agency.call("POST", "/v1/webhook-endpoints", {"url": "https://hooks.example/"})
    for number in (0, 1):
        here.caller(number).register(0)
    here.match()
    before = here.trust.current
    here.trust.current = lose(before, agency.agency.oin)
    sent: list[str] = []

    def send(delivery: Delivery) -> Undelivered | None:
        sent.append(delivery.alert.id)
        return None

    (waiting,) = due(here.house)
    assert Undelivered.NOT_TRUSTED is deliver(waiting, here.house, send=send, jitter=lambda: 0.0)
    assert [] == sent

    here.trust.current = before
    (again,) = due(here.house)
    assert deliver(again, here.house, send=send, jitter=lambda: 0.0) is None
    assert [waiting.alert.id] == sent

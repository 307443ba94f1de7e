"""An agency has a few webhook addresses at most: each is told of each alert (G11)."""

from tests.support.gateways import Neighborhood


def test_one_address_too_many_is_refused(here: Neighborhood) -> None:
    """Others are not counted with it, and who removes one may add one."""
    one, other = here.caller(0), here.caller(1)
    added = [one.call("POST", "/v1/webhook-endpoints", {"url": f"https://hooks.example/{n}"}) for n in range(6)]
    assert [201] * 5 + [409] == [answer.status_code for answer in added]
    assert "state-too-many-webhooks" == added[-1].json()["code"]
    assert 5 == added[-1].json()["most"]
    assert 201 == other.call("POST", "/v1/webhook-endpoints", {"url": "https://hooks.example/"}).status_code

    assert 204 == one.call("DELETE", f"/v1/webhook-endpoints/{added[0].json()['id']}").status_code
    assert 201 == one.call("POST", "/v1/webhook-endpoints", {"url": "https://hooks.example/"}).status_code

"""G38: in whatever spelling, an address inside is not one that the gateway calls."""

import pytest

from tests.support.door import Door

INSIDE = (
    "http://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.0.0.1./",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://gateway.localhost/",
    "https://0.0.0.0/",
    "https://0/",
    "https://10.0.0.5/",
    "https://172.16.0.1/",
    "https://172.31.255.254/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://192.0.0.170/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "https://198.51.100.7/",
    "https://203.0.113.9/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::10.0.0.1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/",
    "https://[fd12:3456:789a::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[2001:db8::1]/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://１２７.0.0.1/",
    "https://user@127.0.0.1/",
    "https://agency.example@127.0.0.1/",
    "https://127.0.0.1:443/",
    "https://127.0.0.1#@agency.example/",
    "https://127.0.0.1\\@agency.example/",
)
ODD = (
    "ftp://agency.example/",
    "file:///etc/passwd",
    "gopher://agency.example/",
    "https:///hooks",
    "https://",
    "//agency.example/",
    "https://agency.example:99999/",
    "https://agency.example:22/\r\nHost: inside",
    "javascript:alert(1)",
)


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_refused(door: Door, address: str) -> None:
    """At the moment it is given, before anything is stored; the answer does not repeat it."""
    police = door.visitor("police")
    refused = door.send(police.signs("POST", "/webhook-endpoints", {"url": address}))
    assert 400 == refused.status_code
    codes = {"address-not-allowed", "member-invalid", "malformed", "person-number"}  # some look like a person number
    assert refused.json()["code"].removeprefix("request-") in codes
    assert address not in refused.text
    assert [] == door.send(police.signs("GET", "/webhook-endpoints")).json()["endpoints"]


@pytest.mark.parametrize("address", ODD)
def test_what_is_no_web_address_is_refused(door: Door, address: str) -> None:
    """Another scheme, no host, no such port."""
    refused = door.send(door.visitor("police").signs("POST", "/webhook-endpoints", {"url": address}))
    assert 400 == refused.status_code

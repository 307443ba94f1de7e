"""Which addresses a webhook may reach: every spelling of an inner address is refused (G38)."""

import threading
from ipaddress import ip_network

import pytest

from gateway.peers.addresses import LOOKUPS_AT_ONCE, Addresses, AddressRefused, Lookups

PUBLIC = "93.184.216.34"
INNER = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 - nobody binds to it here
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.1.2.3",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:7f00:1::",
    "fc00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
]


def addresses(*found: str) -> Addresses:
    """Return addresses as they are when every name resolves to these."""
    return Addresses(resolve=lambda _host, _port: found)


@pytest.mark.parametrize("address", INNER)
def test_an_inner_address_is_refused(address: str) -> None:
    """Whatever a name is called, what it resolves to counts."""
    assert not addresses(address).allowed("https://hooks.example/in")


@pytest.mark.parametrize("address", [PUBLIC, "2a00:1450:4001::1", f"::ffff:{PUBLIC}"])
def test_a_public_address_is_allowed(address: str) -> None:
    """Over https."""
    assert addresses(address).allowed("https://hooks.example/in?x=1")


def test_one_inner_address_among_many_is_enough() -> None:
    """Every address that a name has is checked, not the first."""
    assert not addresses(PUBLIC, "10.0.0.1").allowed("https://hooks.example/")
    assert not addresses().allowed("https://hooks.example/")


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "ftp://hooks.example/",
        "https://user@hooks.example/",
        "https://user:word@hooks.example/",
        "https://hooks.example/#part",
        "https://hooks.example:99999/",
        "https:///nothing",
        "https://hooks.example\\@inside.example/",
        "https://hooks\u3002example/",
    ],
)
def test_an_address_in_another_form_is_refused(url: str) -> None:
    """Only https, without a user, a fragment or anything that two readers could read differently."""
    assert not addresses(PUBLIC).allowed(url)


def test_a_network_named_by_the_operator_is_allowed() -> None:
    """A demonstration on one machine sends to loopback over plain http, because its settings say so."""
    loopback = Addresses((ip_network("127.0.0.0/8"),), resolve=lambda host, _: (host,))

    assert loopback.allowed("http://127.0.0.1:8080/hook")
    assert not loopback.allowed("http://10.0.0.1/hook")


def test_a_name_that_cannot_be_resolved_is_refused() -> None:
    """Nobody is called at a name that nobody knows."""

    def nobody(_host: str, _port: int) -> tuple[str, ...]:
        raise OSError

    assert not Addresses(resolve=nobody).allowed("https://hooks.example/")


def test_the_checked_address_is_the_one_that_is_connected_to() -> None:
    """A name is resolved once: a second answer, an inner one, is never asked for."""
    answers = iter([(PUBLIC,), ("127.0.0.1",)])
    once = Addresses(resolve=lambda _host, _port: next(answers))

    target = once.target("https://hooks.example/")

    assert (PUBLIC, "hooks.example") == (str(target.address), target.host)
    with pytest.raises(AddressRefused):
        once.target("https://hooks.example/")


def test_a_name_that_no_name_can_be_is_refused() -> None:
    """A label of more than 63 characters is nobody's, and no fault of ours."""
    assert not Addresses().allowed(f"https://{'a' * 70}.localhost/")
    assert not addresses("not an address").allowed("https://hooks.example/")


def test_a_name_whose_servers_never_answer_is_left() -> None:
    """Within the deadline it is as good as unknown; other names are looked up meanwhile (G37, G38)."""
    let_go = threading.Event()

    def slow(host: str, _port: int) -> tuple[str, ...]:
        if host == "silent.example":
            let_go.wait(20)
        return (PUBLIC,)

    within = Addresses(resolve=Lookups(slow, seconds=0.05))

    assert not within.allowed("https://silent.example/")
    assert Addresses(resolve=Lookups(slow)).allowed("https://hooks.example/")
    let_go.set()


def test_lookups_that_never_end_do_not_add_up() -> None:
    """When too many names are without an answer, none is looked up any more until one of them has one."""
    let_go, looked = threading.Event(), threading.Semaphore(0)

    def slow(_host: str, _port: int) -> tuple[str, ...]:
        looked.release()
        let_go.wait(20)
        return (PUBLIC,)

    within = Addresses(resolve=Lookups(slow, seconds=0.001))

    assert not any(within.allowed("https://silent.example/") for _ in range(LOOKUPS_AT_ONCE + 3))
    assert LOOKUPS_AT_ONCE == sum(looked.acquire(timeout=1) for _ in range(LOOKUPS_AT_ONCE))
    assert not looked.acquire(blocking=False)
    let_go.set()

"""Tests talk to this machine only; here that guard is seen refusing."""

import socket

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 443), ("2001:db8::1", 443, 0, 0)])
def test_a_connection_to_another_machine_is_refused(address: tuple[object, ...]) -> None:
    """A test that would reach another machine fails loudly, whatever the code under test does with errors."""
    family = socket.AF_INET if len(address) == 2 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_STREAM) as endpoint, pytest.raises(AssertionError):
        endpoint.connect(address)


def test_a_name_of_another_machine_is_not_looked_up() -> None:
    """Asking who somebody is already leaves the machine."""
    with pytest.raises(AssertionError):
        socket.getaddrinfo("gateway.example", 443)


def test_this_machine_may_be_called() -> None:
    """Loopback by number and by name is where the parts of a test find each other."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(("localhost", server.getsockname()[1])) as caller:
            expected = caller.getsockname()
        connection, actual = server.accept()
        connection.close()

    assert expected == actual

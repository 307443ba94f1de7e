"""Decides which addresses a webhook may reach: a name is resolved once, and all it resolves to must be public (G38)."""

import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

LOOKUP_SECONDS: Final = 5.0
LOOKUPS_AT_ONCE: Final = 64

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]

_PORTS: Final = {"https": 443, "http": 80}
_UNICAST: Final = IPv6Network("2000::/3")  # all that is handed out for the internet (RFC 4291, section 2.4)


class AddressRefused(Exception):
    """A webhook address that may not be called."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: where to connect, and what to call it there."""

    scheme: str
    host: str
    port: int
    address: Address


def resolve(host: str, port: int) -> Sequence[str]:
    """Return every address of a name, as the operating system knows it; raises OSError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # a label longer than any name has
        raise OSError from None
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class Lookups:
    """Resolves names within a deadline: whoever runs a name's servers can leave us without an answer for ever.

    A lookup cannot be broken off. One that takes too long goes on in a thread of its own, of which there are only so
    many; nobody waits for it any more.
    """

    def __init__(self, resolve: Resolve = resolve, *, seconds: float = LOOKUP_SECONDS) -> None:
        """Resolve like this."""
        self._resolve = resolve
        self._seconds = seconds
        self._places = threading.BoundedSemaphore(LOOKUPS_AT_ONCE)

    def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return every address of a name; raises OSError when it is unknown, or not known in time."""
        if not self._places.acquire(blocking=False):
            raise OSError
        found: list[Sequence[str]] = []
        looking = threading.Thread(target=self._look, args=(host, port, found), daemon=True)
        looking.start()
        looking.join(self._seconds)
        if not found:
            raise OSError
        return found[0]

    def _look(self, host: str, port: int, found: list[Sequence[str]]) -> None:
        try:
            found.append(self._resolve(host, port))
        except OSError:
            return  # nothing found says it
        finally:
            self._places.release()


class Addresses:
    """Which addresses may be called: public ones over https, and the networks that the operator named besides."""

    def __init__(self, networks: Sequence[Network] = (), *, resolve: Resolve = resolve) -> None:
        """Allow these networks besides the public ones; in them plain http is allowed too."""
        self._networks = tuple(networks)
        self._resolve = resolve

    def allowed(self, url: str) -> bool:
        """Return whether a webhook may be sent there now."""
        try:
            self.target(url)
        except (AddressRefused, OSError):
            return False
        return True

    def target(self, url: str) -> Target:
        """Resolve the address once and return where to connect.

        Raises:
            AddressRefused: not an address for webhooks, or one of the addresses behind the name is not allowed.
            OSError: the name cannot be resolved.
        """
        scheme, host, port = _parts(url)
        found = [_address(text) for text in self._resolve(host, port)]
        if not found or not all(self._may(address, scheme) for address in found):
            raise AddressRefused
        return Target(scheme, host, port, found[0])

    def _may(self, address: Address, scheme: str) -> bool:
        if any(address in network for network in self._networks):
            return True
        return scheme == "https" and _is_public(address)


def _parts(url: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused from None
    known = parts.scheme in _PORTS and parts.hostname and parts.username is None and not parts.fragment
    if not known or not parts.hostname or not url.isascii() or any(mark in url for mark in "\\ \t\r\n"):
        raise AddressRefused
    return parts.scheme, parts.hostname, port or _PORTS[parts.scheme]


def _address(text: str) -> Address:
    if "%" in text:  # a zone: an address that means something on this machine's links only
        raise AddressRefused
    try:
        return ip_address(text)
    except ValueError:
        raise AddressRefused from None


def _is_public(address: Address) -> bool:
    """Whether an address is reached through the internet, and only so.

    IPv6 addresses that carry an IPv4 address through a gateway (6to4, Teredo, NAT64) are not: who knows where to.
    """
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_public(address.ipv4_mapped)
        if address not in _UNICAST or address.sixtofour is not None or address.teredo is not None:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)

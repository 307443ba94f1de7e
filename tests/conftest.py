"""Holds what is true for every test: how hard hypothesis tries, and that nothing leaves this machine."""

import ipaddress
import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

_SUPPORT = Path(__file__).parent / "support"

# A file `tests/support/*_fixtures.py` offers its fixtures to every test.
pytest_plugins = [f"tests.support.{path.stem}" for path in sorted(_SUPPORT.glob("*_fixtures.py"))]

# No deadline: a test that measures time on a shared machine fails for somebody else's reason.
# No complaint about slowness either: pytest-timeout ends what hangs.
settings.register_profile(
    "quick", max_examples=40, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


class LeftTheMachineError(AssertionError):
    """A test tried to reach another machine: not an OSError, so that nobody takes it for an outage and retries."""


def _is_here(host: object) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _stay_on_this_machine(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse connections and name look-ups beyond loopback; paths of unix sockets are on this machine by nature."""
    match event, arguments:
        case "socket.connect" | "socket.sendto", (_, (host, _, *_)) if not _is_here(host):
            raise LeftTheMachineError(event)
        case "socket.getaddrinfo", (host, *_) if not _is_here(host):
            raise LeftTheMachineError(event)
        case _:
            pass


sys.addaudithook(_stay_on_this_machine)

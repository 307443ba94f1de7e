"""Decides what lives where in a local federation: a folder for each party, and a port for each that listens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.homes import Home
from deploy.processes import free_port
from deploy.region.agencies import RegionAgency
from deploy.residents import OFFICERS, new_agency, new_gateway, new_holder, new_officer
from deploy.settings_files import url_of


@dataclass(frozen=True, slots=True)
class Layout:
    """What lives where, and at which ports."""

    directory: Path
    holders: tuple[Home, ...]
    gateway: Home
    agencies: Mapping[str, Home]
    officers: tuple[Home, ...]
    holder_ports: tuple[int, ...]
    gateway_ports: tuple[int, ...]


def lay_out(directory: Path, *, holders: int, gateways: int, agencies: Sequence[RegionAgency]) -> Layout:
    """Make the home of everybody, with fresh keys; raises StartFailed when no port is free."""
    ports = _ports(holders + gateways)
    holder_ports, gateway_ports = ports[:holders], ports[holders:]
    return Layout(
        directory=directory,
        holders=tuple(
            new_holder(directory / f"holder-{index}", index=index, url=url_of(port))
            for index, port in enumerate(holder_ports, start=1)
        ),
        gateway=new_gateway(directory / "gateway", url=url_of(gateway_ports[0])),
        agencies={agency.slug: new_agency(directory / agency.slug, agency) for agency in agencies},
        officers=tuple(new_officer(directory / f"officer-{number}", number) for number in range(1, 1 + OFFICERS)),
        holder_ports=holder_ports,
        gateway_ports=gateway_ports,
    )


def _ports(count: int) -> tuple[int, ...]:
    found: set[int] = set()
    while len(found) < count:
        found.add(free_port())
    return tuple(found)

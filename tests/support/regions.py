"""Regions for scenarios: the federation of `deploy.local` as processes, and the same one inside this process."""

import contextlib
import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx2
from sqlalchemy import text

from adapters.client import Gateway
from adapters.holder_circle import Lie
from adapters.settings import Settings as AgencySettings
from deploy.homes import TRUST_FILE
from deploy.local import Federation
from deploy.region.agencies import AGENCIES
from deploy.settings_files import LANE
from gateway import app
from gateway.flows.matching.match import match_waiting
from gateway.flows.ports.house import House
from gateway.peers.holders import onboard
from gateway.settings import Settings as GatewaySettings
from gateway.store import migrate, open_store, reconcile
from keys.holder.api import HolderApi
from keys.holder.holder import Holder
from keys.holder.identity import signing_key
from keys.holder.settings import Settings as HolderSettings
from keys.signing import SigningKey
from tests.support.rooms import Rooms
from tests.support.scene import Office, Wire

CHILDCARE: Final = replace(
    AGENCIES[0], slug="childcare", name="Kinderopvang Voorbeeld", kind="childcare", oin="00000000990000000707"
)
WHO: Final = (*AGENCIES, CHILDCARE)
_SLUGS: Final = {agency.kind: agency.slug for agency in WHO}
_SECONDS_TO_SETTLE: Final = 30.0


class RegionOfProcesses:
    """Key holders, gateway and worker, each a process of its own; calls go over loopback."""

    def __init__(self, federation: Federation) -> None:
        """Work in a federation that runs."""
        self._federation = federation
        self._offices: dict[str, Office] = {}
        self.store = open_store(GatewaySettings.load(federation.gateway_config).database)

    def office(self, kind: str) -> Office:
        """Return the agency of a kind."""
        if kind not in self._offices:
            self._offices[kind] = self._open_office(kind)
        return self._offices[kind]

    def transport(self) -> httpx2.BaseTransport:
        """Return what carries an agency's calls."""
        return httpx2.HTTPTransport()

    def settle(self) -> None:
        """Wait until the worker has matched everything."""
        until = time.monotonic() + _SECONDS_TO_SETTLE
        while self.store.view("waiting", lambda view: view.jobs.waiting()):
            assert time.monotonic() < until, "the worker does not get done"
            time.sleep(0.005)

    def end_term(self, registration: str) -> None:
        """Let the term of a registration be over: the only thing here that reaches into the database."""
        with self.store.database.engines.writer.begin() as connection:
            connection.execute(text("UPDATE registrations SET ends_at = 1 WHERE id = :id"), {"id": registration})

    def sound(self) -> bool:
        """Whether the reconciler finds nothing to repair."""
        return reconcile(self.store).sound

    def holder_place(self, index: int) -> str:
        """Return the `host:port` of a key holder."""
        return urlsplit(self.office("police").agency.trust().holders()[index - 1].url).netloc

    def holder_key(self, index: int) -> SigningKey:
        """Return the key with which a key holder signs its answers."""
        home = self._federation._layout.holders[index - 1]  # noqa: SLF001  # only a test opens another's keystore
        return signing_key(home.keystore())

    def stop_holder(self, index: int) -> None:
        """Kill a key holder."""
        self._federation.kill(f"holder-{index}")

    def start_holder(self, index: int) -> None:
        """Start it again."""
        self._federation.restart(f"holder-{index}")

    def close(self) -> None:
        """Close the offices and the store."""
        for office in self._offices.values():
            office.gateway.close()
        self.store.close()

    def _open_office(self, kind: str) -> Office:
        lies: list[Lie] = []
        settings = AgencySettings.load(self._federation.client_config(_SLUGS[kind]))
        agency = settings.agency(on_lie=lies.append)
        wire = Wire(self.transport())
        return Office(kind, Gateway(agency, transport=wire), agency, wire, lies)


class FederationHere(Federation):
    """The same federation with the same keys and settings files, its applications in rooms of this process."""

    lanes: tuple[str, ...] = (LANE,)
    rooms: Rooms
    house: House
    said: io.StringIO

    def open_holder(self, index: int) -> None:
        """Open a key holder from what lies on its disk."""
        home = self._layout.holders[index - 1]
        holder = Holder.open(HolderSettings.load(home.folder / "holder.toml"))
        self.rooms.open(urlsplit(holder.public_url).netloc, HolderApi(holder))

    def _bring_up(self, database: str, workers: int) -> None:
        del workers
        layout, self.rooms, self.said = self._layout, Rooms({}), io.StringIO()
        for index in range(1, 1 + len(layout.holders)):
            self.open_holder(index)
        migrate(database)
        trust_file = layout.gateway.folder / TRUST_FILE
        onboard(trust_file, layout.gateway.keystore(), lanes=self.lanes, transport=self.rooms)
        for home in (*layout.holders, *layout.agencies.values()):
            home.believe(layout.gateway.trust)
        with contextlib.redirect_stderr(self.said):
            parts = app.open_parts(GatewaySettings.load(self.gateway_config))
        self.house = parts.house
        self.rooms.open(urlsplit(self.gateway_urls[0]).netloc, app.gateway(parts))
        for agency in self.agencies:
            name = agency.contact_name
            settings = AgencySettings.load(self.client_config(agency.slug))
            with Gateway(settings.agency(), transport=self.rooms) as client:
                client.contacts.put(settings.contact, name=name, phone=agency.contact_phone, email=agency.contact_email)

    def stop(self) -> None:
        """Close everything."""
        self.rooms.close_all()
        super().stop()


class RegionHere(RegionOfProcesses):
    """Everything in this process; the worker works when it is told to."""

    def __init__(self, federation: FederationHere) -> None:
        """Work in a federation of this process."""
        super().__init__(federation)
        self._here = federation

    def transport(self) -> httpx2.BaseTransport:
        """Return the way to the rooms."""
        return self._here.rooms

    def settle(self) -> None:
        """Do the worker's work."""
        while match_waiting(self._here.house).jobs:
            pass

    def stop_holder(self, index: int) -> None:
        """Shut a key holder's room."""
        self._here.rooms.shut(self.holder_place(index))

    def start_holder(self, index: int) -> None:
        """Open it again."""
        self._here.open_holder(index)


@contextmanager
def region_here(directory: Path) -> Iterator[RegionHere]:
    """Open a region inside this process."""
    with FederationHere.start(directory, agencies=WHO) as federation, contextlib.closing(RegionHere(federation)) as it:
        yield it


@contextmanager
def region_of_processes(directory: Path) -> Iterator[RegionOfProcesses]:
    """Start a region of processes."""
    with (
        Federation.start(directory, agencies=WHO) as federation,
        contextlib.closing(RegionOfProcesses(federation)) as it,
    ):
        yield it

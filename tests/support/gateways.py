"""Holds a gateway in this process, reached as the network reaches it: an ASGI application and real signatures.

The store, policies, signatures and conversion are real; the key holders are one honest party in memory.
"""

import asyncio
import io
import json
import secrets
import threading
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_network
from typing import Any, Self, TypeVar

import httpx2
import structlog

from gateway import ids
from gateway.api.front import Front, Rings
from gateway.api.openapi import document_json
from gateway.app import Gateway
from gateway.commit_group import CommitGroup
from gateway.flows.matching.match import match_waiting
from gateway.flows.ports.house import House
from gateway.flows.registering.register import record
from gateway.peers.addresses import Addresses
from gateway.peers.converter import NeighborConverter
from gateway.peers.directory import TrustedAgencies
from gateway.policies.in_force import Releases
from gateway.store import SqlStore
from gateway.telemetry import Log
from gateway.wake import Wake
from keys.conversion import Converter
from keys.labels import KeyLabel
from keys.parties import Role
from keys.signing import RawCall, sign_call
from keys.tokens import PersonToken
from keys.trust import TrustList
from tests.support.federation import DATA_KEY, INDEX, PEPPER, Federation, person_numbers
from tests.support.parties import Member, member
from tests.support.releases import Released

URL = "https://gateway.example"
PURPOSE = "youth-coordination"
LANE = "youth"
DESK = "cnt_intake"
KINDS = ("police", "school", "veilig_thuis", "local_team", "mental_health", "youth_protection")
PEOPLE = person_numbers(200)

T = TypeVar("T")


class Loop:
    """An event loop in a thread of its own, so that tests can be plain functions and several calls run at once."""

    def __init__(self) -> None:
        """Start it."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run one coroutine to its end."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    def close(self) -> None:
        """Stop it."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@dataclass
class TrustInForce:
    """A trust list that a test may exchange while the gateway runs."""

    current: TrustList

    def key(self, key_id: str) -> Any:
        """Look a key up in the list that is in force now."""
        return self.current.key(key_id)


@dataclass(frozen=True)
class Caller:
    """An agency as it calls: signs what it sends, and makes its own tokens."""

    agency: Member
    neighborhood: "Neighborhood"
    instance: int = 0

    @property
    def label(self) -> KeyLabel:
        """The label of this agency's key."""
        return KeyLabel("agency", self.agency.oin, LANE, 1)

    def token(self, person: int = 0) -> PersonToken:
        """Return this agency's token for a person."""
        return self.neighborhood.federation.tokens(self.label, [PEOPLE[person]])[0]

    def involvement(self, person: int = 0, **changes: object) -> dict[str, object]:
        """Return the JSON of a registration that the policy permits."""
        asked: dict[str, object] = {
            "token": self.token(person).encode(),
            "lane": LANE,
            "flag": "involved",
            "purpose": PURPOSE,
            "caseReference": "Z-2027-12",
            "contactId": DESK,
            "attested": True,
            "subjectNotice": {"status": "given", "on": datetime.now(UTC).date().isoformat()},
        }
        return {**asked, **changes}

    def sign(
        self,
        method: str,
        path: str,
        content: bytes = b"",
        *,
        headers: Mapping[str, str | None] | None = None,
        late: timedelta = timedelta(),
        nonce: str | None = None,
    ) -> RawCall:
        """Return a signed call with the usual headers; a header given as None is left out."""
        usual: dict[str, str | None] = {
            "purpose": PURPOSE,
            "user-role": "intake",
            "case-reference": "Z-2027-12",
            "idempotency-key": None if method == "GET" else secrets.token_urlsafe(18),
            "content-type": "application/json" if content else None,
        }
        given = {name: value for name, value in {**usual, **(headers or {})}.items() if value is not None}
        raw = RawCall(method, URL + path, tuple(given.items()), content)
        at = datetime.now(UTC) + late
        return sign_call(raw, self.agency.key, created_at=at, nonce=nonce or secrets.token_urlsafe(18))

    def call(self, method: str, path: str, message: object = None, **signing: Any) -> httpx2.Response:
        """Send a signed call; a message that is not bytes is sent as JSON."""
        content = message if isinstance(message, bytes) else b"" if message is None else json.dumps(message).encode()
        return self.neighborhood.send(self.sign(method, path, content, **signing), instance=self.instance)

    def register(self, person: int = 0, **signing: Any) -> httpx2.Response:
        """Register a person."""
        return self.call("POST", "/v1/registrations", self.involvement(person), **signing)

    def open_desk(self) -> httpx2.Response:
        """Record the desk that registrations name."""
        desk = {"id": DESK, "name": "Intake", "phone": "010-0000000", "email": "intake@agency.example"}
        return self.call("PUT", f"/v1/contacts/{DESK}", desk)

    def at(self, instance: int) -> "Caller":
        """Return the same agency, calling another instance of the gateway."""
        return Caller(self.agency, self.neighborhood, instance)


@dataclass
class Neighborhood:
    """Agencies and a gateway, in one or more instances over one store."""

    agencies: tuple[Member, ...]
    gateway: Member
    store: SqlStore
    trust: TrustInForce
    federation: Federation
    house: House
    instances: tuple[Gateway, ...]
    loop: Loop
    said: io.StringIO
    broken: list[str] = field(default_factory=list)
    _clients: list[httpx2.AsyncClient] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Start every instance, and open a desk at each agency."""
        for instance in self.instances:
            instance.start()
            transport = httpx2.ASGITransport(app=instance)
            self._clients.append(httpx2.AsyncClient(transport=transport, base_url=URL))
        for number in range(len(self.agencies)):
            assert self.caller(number).open_desk().status_code == httpx2.codes.OK
        return self

    def __exit__(self, *_: object) -> None:
        """Stop every instance."""
        for client in self._clients:
            self.loop.run(client.aclose())
        for instance in self.instances:
            instance.stop()
        self.loop.close()

    def caller(self, number: int = 0) -> Caller:
        """Return an agency, by its number from 0."""
        return Caller(self.agencies[number], self)

    def send(self, call: RawCall, *, instance: int = 0) -> httpx2.Response:
        """Send a call as it is."""
        return self.loop.run(self.sending(call, instance=instance))

    async def sending(self, call: RawCall, *, instance: int = 0) -> httpx2.Response:
        """Send a call as it is, within the loop."""
        return await self._clients[instance].request(
            call.method, call.target_uri, headers=list(call.headers), content=call.body
        )

    def get(self, path: str, **headers: str) -> httpx2.Response:
        """Ask without a signature."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.loop.run(self._clients[0].get(path, headers=names))

    def send_all(self, calls: list[RawCall]) -> list[httpx2.Response]:
        """Send calls at the same moment."""

        async def together() -> list[httpx2.Response]:
            return await asyncio.gather(*map(self.sending, calls))

        return self.loop.run(together())

    def match(self) -> int:
        """Do what the worker does: match everything that waits; return how many matches were made."""
        made = 0
        while (sought := match_waiting(self.house)).jobs:
            made += sought.matches
        return made


def _names(host: str, _: int) -> tuple[str, ...]:
    """Resolve the few names of this neighborhood: no test asks a name server."""
    return {"hooks.example": ("93.184.216.34",), "inside.example": ("10.0.0.1",)}.get(host, (host,))


def log_to(said: io.StringIO) -> Log:
    """Return a log that writes JSON lines where a test can read them."""
    log: Log = structlog.wrap_logger(
        structlog.PrintLogger(said),
        processors=[structlog.processors.add_log_level, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(0),
    )
    return log


@contextmanager
def neighborhood(
    store: SqlStore,
    *,
    agencies: int = 2,
    instances: int = 1,
    releases: Releases | None = None,
) -> Iterator[Neighborhood]:
    """Run a gateway over a store; without `releases` it obeys the house's own policies."""
    members = tuple(member(1 + i, Role.AGENCY, kind=KINDS[i % len(KINDS)]) for i in range(agencies))
    own = member(900, Role.GATEWAY)
    trust = TrustInForce(TrustList(tuple(one.party for one in (*members, own))))
    federation = Federation(1, 1)
    labels = [KeyLabel("agency", one.oin, LANE, 1) for one in members]
    factors = [federation.factor(label) for label in labels]
    releases = releases or Released()
    house = House(
        store=store,
        converter=NeighborConverter(Converter(factors, {(INDEX.lane, INDEX.epoch): PEPPER}, DATA_KEY)),
        directory=TrustedAgencies(trust),
        policies=lambda: releases.in_force.policies,
        mint=ids.mint,
    )
    said, broken = io.StringIO(), list[str]()
    with ExitStack() as stack:
        made = tuple(_instance(house, releases, trust, own, said=said, broken=broken) for _ in range(instances))
        yield stack.enter_context(
            Neighborhood(members, own, store, trust, federation, house, made, Loop(), said, broken),
        )


def _instance(
    house: House, releases: Releases, trust: TrustInForce, own: Member, *, said: io.StringIO, broken: list[str]
) -> Gateway:
    assert isinstance(house.store, SqlStore)
    wake = Wake(house.store.bell())
    front = Front(
        house=house,
        group=CommitGroup(partial(record, house=house), log=log_to(said), on_contradiction=lambda: None),
        trust=trust,
        signing_key=own.key,
        public_url=URL,
        oin=own.oin,
        allowed=Addresses((ip_network("127.0.0.0/8"),), resolve=_names).allowed,
        rings=Rings(wake),
        in_force=lambda: releases.in_force,
        log=log_to(said),
        document=document_json(URL),
        broken=lambda: broken.append("stopped"),
    )
    return Gateway(front, wake, releases, close=lambda: None)

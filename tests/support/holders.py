"""Holds key holders for tests: real ones in this process behind their ASGI application, and real ones as processes."""

import asyncio
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx2

from deploy.processes import Part, Processes, free_port
from keys import oprf, sharing
from keys.custody import CHEAP, Keystore
from keys.evaluations import TOKEN_EVALUATIONS, EvaluateTokens, TokenEvaluations
from keys.group import Element
from keys.holder.api import HolderApi
from keys.holder.ceremony import Participant, conduct
from keys.holder.holder import Holder
from keys.holder.identity import new_identity, public_party
from keys.holder.settings import Settings
from keys.labels import KeyLabel, bsn_input
from keys.manifest import Manifest
from keys.onboarding import HolderUnavailable, make_manifest
from keys.parties import Oin
from keys.signing import Headers, RawCall, SigningKey, sign_call, verify_response
from keys.strict_json import FILE, parse
from keys.tokens import PersonToken
from keys.trust import Party, TrustList
from keys.wire import LabelMessage, Message
from tests.support.parties import LONG_AGO, NOW, Member, Region, oin, region

PASSPHRASE = b"correct horse battery staple"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came."""

    status: int
    headers: Headers
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body as an object."""
        return cast("dict[str, Any]", parse(self.body, FILE))

    @property
    def code(self) -> str:
        """The code of a problem, or "" for another answer."""
        return str(self.json.get("code", "")) if self.status != 200 else ""

    def header(self, name: str) -> str:
        """Return a header, "" when it is not there."""
        return dict(self.headers).get(name, "")


def signed_post(party: Party, path: str, message: Message | bytes, key: SigningKey, at: datetime) -> RawCall:
    """Return a signed POST with a fresh nonce."""
    body = message if isinstance(message, bytes) else message.to_json()
    call = RawCall("POST", party.url + path, (("content-type", "application/json"),), body)
    return sign_call(call, key, created_at=at, nonce=secrets.token_urlsafe(16))


@dataclass(frozen=True, slots=True)
class HolderHome:
    """Where one holder lives on disk."""

    folder: Path
    index: int
    keystore: Keystore

    @property
    def settings_file(self) -> Path:
        """Its settings."""
        return self.folder / "holder.toml"

    @property
    def trust_file(self) -> Path:
        """Its own registry of parties."""
        return self.folder / "trust.json"


def _furnish(folder: Path, people: Region, ports: Mapping[int, int], quota: int) -> tuple[list[HolderHome], TrustList]:
    """Make the homes of all holders, with seeds from a real ceremony; return them and the registry all begin with."""
    n, t = len(ports), people.threshold
    homes, parties = [], []
    for index, port in ports.items():
        home = HolderHome(folder / f"holder-{index}", index, _keystore(folder / f"holder-{index}"))
        url = f"http://127.0.0.1:{port}"
        parties.append(
            public_party(
                home.keystore,
                oin=oin(100 + index),
                name=f"holder {index}",
                index=index,
                url=url,
                valid_from_at=LONG_AGO,
            )
        )
        settings = f"""
            oin = "{oin(100 + index)}"
            index = {index}
            threshold = {t}
            holders = {n}
            public_url = "{url}"
            port = {port}
            keystore = "keystore"
            passphrase_file = "passphrase"
            trust_list = "trust.json"
            log = "log.sqlite"
            [quota]
            tokens_per_day = {quota}
        """
        home.settings_file.write_text(settings, encoding="utf-8")
        homes.append(home)
    trust = TrustList((*(one.party for one in people.agencies), people.gateway.party, *parties), threshold=t)
    ceremony_id = secrets.token_bytes(16)
    conduct([Participant(home.keystore, home.index, t, n, ceremony_id, trust) for home in homes])
    for home in homes:
        trust.save(home.trust_file)
    return homes, trust


def _keystore(folder: Path) -> Keystore:
    folder.mkdir(parents=True)
    (folder / "passphrase").write_bytes(PASSPHRASE + b"\n")
    (folder / "passphrase").chmod(0o600)
    keystore = Keystore.create(folder / "keystore", PASSPHRASE, cost=CHEAP)
    new_identity(keystore)
    return keystore


class HoldersBase:
    """What tests do with holders, however they run: bring labels into use, evaluate, ask anything."""

    def __init__(self, people: Region, homes: list[HolderHome], trust: TrustList) -> None:
        """Take the parties and where the holders live."""
        self.people = people
        self.homes = homes
        self.trust = trust

    @property
    def now(self) -> datetime:
        """The time in this world."""
        raise NotImplementedError

    def send(self, holder: Party, call: RawCall) -> Reply:
        """Send a call as it is."""
        raise NotImplementedError

    def holder(self, index: int) -> Party:
        """Return a holder by its number."""
        return self.trust.holders()[index - 1]

    def post(self, index: int, path: str, message: Message | bytes, *, by: Member) -> Reply:
        """Send one signed call to one holder; the answer's signature is verified when it has one."""
        call = signed_post(self.holder(index), path, message, by.key, self.now)
        reply = self.send(self.holder(index), call)
        if reply.header("signature"):
            verify_response(
                reply.status,
                reply.headers,
                reply.body,
                request_signature=dict(call.headers)["signature"],
                signer=self.holder(index).oin,
                trust=self.trust,
                now=self.now,
            )
        return reply

    def ask(self, holder: Party, path: str, message: Message) -> bytes:
        """Ask as the gateway does: the `Ask` of `keys.onboarding`."""
        reply = self.post(holder.holder_index or 0, path, message, by=self.people.gateway)
        if reply.status != 200:
            raise HolderUnavailable(reply.code)
        assert reply.header("signature"), "an answer that nobody signed"
        return reply.body

    def learn(self, label: KeyLabel) -> Manifest:
        """Bring a label into use, and put its manifest on the trust list of this world."""
        manifest = make_manifest(label, trust=self.trust, ask=self.ask)
        self.trust = self.trust.with_manifest(manifest)
        return manifest

    def evaluate(self, index: int, label: KeyLabel, elements: list[Element], *, by: Member) -> Reply:
        """Ask one holder to evaluate elements."""
        message = EvaluateTokens(label=LabelMessage.of(label), elements=tuple(elements))
        return self.post(index, TOKEN_EVALUATIONS, message, by=by)

    def tokens(
        self, label: KeyLabel, bsns: list[str], *, by: Member, holders: tuple[int, ...] = ()
    ) -> list[PersonToken]:
        """Return the tokens that an agency makes with these holders (the first t when none are named)."""
        manifest = self.trust.manifest(label)
        assert manifest is not None, "learn the label first"
        indices = holders or tuple(range(1, manifest.threshold + 1))
        blinds, elements = oprf.blind([bsn_input(bsn) for bsn in bsns])
        evaluated = []
        for index in indices:
            reply = self.evaluate(index, label, elements, by=by)
            assert reply.status == 200, reply.code
            answer = TokenEvaluations.model_validate(reply.json)
            given = [Element(one) for one in answer.elements]
            sharing.accept_evaluation(
                holder=index,
                pinned=manifest.holder_public_keys,
                elements=elements,
                evaluated=given,
                proof=answer.proof,
            )
            evaluated.append(given)
        return [PersonToken(manifest.key_id, one) for one in sharing.combine(indices, evaluated, blinds)]


class HoldersHere(HoldersBase):
    """Real holders in this process behind their ASGI application; time stands still until it is set."""

    def __init__(self, people: Region, homes: list[HolderHome], trust: TrustList) -> None:
        """Open all holders."""
        super().__init__(people, homes, trust)
        self.clock = NOW
        self.running: dict[int, Holder] = {}
        self.apps: dict[int, HolderApi] = {}
        for home in homes:
            self.restart(home.index)

    @property
    def now(self) -> datetime:
        """The time to which this world is set."""
        return self.clock

    def restart(self, index: int) -> None:
        """Open a holder again from what lies on its disk."""
        self.close(index)
        holder = Holder.open(Settings.load(self.homes[index - 1].settings_file))
        self.running[index] = replace(holder, clock=lambda: self.clock)
        self.apps[index] = HolderApi(self.running[index])

    def close(self, index: int) -> None:
        """Close a holder."""
        with suppress(KeyError):
            self.running.pop(index).log.close()

    def send(self, holder: Party, call: RawCall) -> Reply:
        """Send a call through the application."""
        return asyncio.run(_through(self.apps[holder.holder_index or 0], call))


async def _through(app: HolderApi, call: RawCall) -> Reply:
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport) as client:
        return _reply(await client.request(call.method, call.target_uri, headers=list(call.headers), content=call.body))


def _reply(response: httpx2.Response) -> Reply:
    headers = tuple((name.lower(), value) for name, value in response.headers.multi_items())
    return Reply(response.status_code, headers, response.content)


@contextmanager
def holders_here(folder: Path, *, t: int = 2, n: int = 3, quota: int = 100_000) -> Iterator[HoldersHere]:
    """Run n real holders in this process, with two agencies and a gateway that they know."""
    people = region(agencies=2, holders=0, threshold=t)
    homes, trust = _furnish(folder, people, {i: 9000 + i for i in range(1, n + 1)}, quota)
    circle = HoldersHere(people, homes, trust)
    try:
        yield circle
    finally:
        for index in tuple(circle.running):
            circle.close(index)


class RunningHolders(HoldersBase):
    """Real holders as processes on loopback ports."""

    def __init__(self, people: Region, homes: list[HolderHome], trust: TrustList, processes: Processes) -> None:
        """Take what runs."""
        super().__init__(people, homes, trust)
        self.processes = processes

    @property
    def now(self) -> datetime:
        """The time outside."""
        return datetime.now(UTC)

    def send(self, holder: Party, call: RawCall) -> Reply:
        """Send a call over the network; raises httpx2.TransportError when nobody answers."""
        with httpx2.Client(timeout=10, trust_env=False) as client:
            return _reply(client.request(call.method, call.target_uri, headers=list(call.headers), content=call.body))

    def ask(self, holder: Party, path: str, message: Message) -> bytes:
        """Ask as the gateway does."""
        try:
            return super().ask(holder, path, message)
        except httpx2.TransportError:
            raise HolderUnavailable("unreachable") from None

    def stop(self, index: int) -> None:
        """End a holder with SIGKILL."""
        self.processes.kill(f"holder-{index}")

    def start(self, index: int) -> None:
        """Start a holder again that was ended, and wait until it is ready."""
        self.processes.restart(f"holder-{index}")


@contextmanager
def running_holders(
    t: int = 2, n: int = 3, *, quota: int = 100_000, people: Region | None = None
) -> Iterator[RunningHolders]:
    """Run n real holders as processes on free loopback ports, ready to serve; all are stopped at the end."""
    people = people or region(agencies=2, holders=0, threshold=t)
    with tempfile.TemporaryDirectory(prefix="holders-") as name:
        ports = {index: free_port() for index in range(1, n + 1)}
        homes, trust = _furnish(Path(name), people, ports, quota)
        with Processes(Path(name) / "logs") as processes:
            parts = (
                Part(f"holder-{home.index}", ("-m", "keys.holder", str(home.settings_file)), ports[home.index])
                for home in homes
            )
            processes.start(*parts)
            yield RunningHolders(people, homes, trust, processes)


def agency_label(member: Member, *, lane: str = "youth", epoch: int = 1) -> KeyLabel:
    """Return the label of an agency's key."""
    return KeyLabel("agency", Oin(member.oin), lane, epoch)


def index_label(*, lane: str = "youth", epoch: int = 1) -> KeyLabel:
    """Return the label of a lane's index key."""
    return KeyLabel("index", "", lane, epoch)

"""Puts the house together: settings, keys, store, policies and peers become one gateway or one worker."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from gateway import ids
from gateway.api.edge import Edge
from gateway.api.exchange import Receive, Scope, Send
from gateway.api.front import Front, Rings
from gateway.api.openapi import document_json
from gateway.commit_group import CommitGroup
from gateway.flows.ports.house import House
from gateway.flows.registering.register import record
from gateway.flows.rights.erasures import replay_erasures
from gateway.peers.addresses import Addresses, Lookups
from gateway.peers.converter import SIGNING, converter_of
from gateway.peers.directory import TrustedAgencies
from gateway.peers.erasure_file import ErasureFile
from gateway.peers.webhooks import Webhooks
from gateway.policies.following import PolicyReleases
from gateway.policies.in_force import Releases
from gateway.settings import Settings
from gateway.store import SqlStore, open_store
from gateway.telemetry import Figures, Log, ServerLog, open_log
from gateway.wake import Wake
from gateway.worker import Worker
from keys.custody import Keystore, passphrase_from
from keys.purge_receipts import sign_purge
from keys.signing import SigningKey
from keys.trust import TrustFile

#: Where the cards lie from which releases are made: beside the packages, in a checkout and in an installed wheel.
POLICIES: Final = Path(__file__).parents[1] / "policies"


@dataclass(frozen=True, slots=True)
class Parts:
    """What a gateway and a worker are both made of. `broken` is called when the house contradicts itself (G42).

    `releases` says which policies are in force, and follows their folder once it is started.
    """

    settings: Settings
    store: SqlStore
    trust: TrustFile
    signing_key: SigningKey
    house: House
    releases: Releases
    addresses: Addresses
    log: Log
    broken: Callable[[], None]


def open_parts(settings: Settings, *, broken: Callable[[], None] | None = None) -> Parts:
    """Open keystore, trust list, store and policies, and record which release of them is in force.

    What was erased since the database was backed up is erased again first: nobody is served before that (G17).

    Raises:
        JournalIncomplete, JournalRejected: the erasure journal is not whole.
        KeystoreRefused, TrustRejected, UnsafeStore, Refused, OSError: what cannot be used, and why.
    """
    broken = broken or _end_this_process
    log = open_log(settings.log_level)
    ServerLog(log).install()
    keystore = Keystore.open(settings.keystore, passphrase_from(settings.passphrase_file))
    trust = TrustFile(settings.trust_file)
    store = open_store(settings.database)
    replay_erasures(store, ErasureFile(settings.journal).read, mint=ids.mint)
    releases = PolicyReleases(
        folder=settings.policies,
        trust=trust,
        store=store,
        log=log,
        mint=ids.mint,
        broken=broken,
        demo=settings.demo,
    )
    house = House(
        store=store,
        converter=converter_of(keystore),
        directory=TrustedAgencies(trust),
        policies=releases.policies,
        mint=ids.mint,
    )
    return Parts(
        settings=settings,
        store=store,
        trust=trust,
        signing_key=SigningKey.from_seed(keystore.get(SIGNING)),
        house=house,
        releases=releases,
        addresses=Addresses(settings.webhook_networks, resolve=Lookups()),
        log=log,
        broken=broken,
    )


def _end_this_process() -> None:
    """Stop as when asked to: what was accepted is answered first. Whoever started us starts a new one (G42)."""
    os.kill(os.getpid(), signal.SIGTERM)


class Gateway:
    """The ASGI application: the edge, and what lives and dies with it."""

    def __init__(self, front: Front, wake: Wake, releases: Releases, close: Callable[[], None]) -> None:
        """Serve this front; `close` lets go of the rest when the server stops."""
        self.front = front
        self._wake = wake
        self._releases = releases
        self._close = close
        self._edge = Edge(front)

    def start(self) -> None:
        """Start the writer, listen to the bell, and follow the policies."""
        self.front.group.start()
        self._wake.start()
        self._releases.start()

    def stop(self) -> None:
        """Write what waits, finish what runs, let go."""
        self._releases.close()
        self._wake.close()
        self.front.group.close()
        self.front.threads.close()
        self.front.looks.close()
        self._close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call, or live through the server's start and stop."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self._edge(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.stop()
        await send({"type": "lifespan.shutdown.complete"})


def gateway(parts: Parts) -> Gateway:
    """Return the gateway made of these parts."""
    settings, wake, figures = parts.settings, Wake(parts.store.bell()), Figures()
    group = CommitGroup(partial(record, house=parts.house), log=parts.log, on_contradiction=parts.broken)
    figures.watch(lambda: group.waiting)
    parts.store.tell(figures.recorded)
    front = Front(
        house=parts.house,
        group=group,
        trust=parts.trust,
        signing_key=parts.signing_key,
        public_url=settings.public_url,
        oin=settings.oin,
        allowed=parts.addresses.allowed,
        rings=Rings(wake),
        in_force=lambda: parts.releases.in_force,
        log=parts.log,
        document=document_json(settings.public_url),
        broken=parts.broken,
        figures=figures,
    )
    if settings.metrics_port:
        figures.serve(settings.metrics_port)
    return Gateway(front, wake, parts.releases, parts.store.close)


def from_environment() -> Gateway:
    """Return the gateway whose settings file SEINHUIS_GATEWAY_CONFIG names: how each of several processes starts."""
    return gateway(open_parts(Settings.load()))


def worker(parts: Parts, wake: Wake) -> Worker:
    """Return the worker made of these parts."""
    webhooks = Webhooks(parts.addresses, parts.signing_key, oin=parts.settings.oin)
    return Worker(
        parts.house,
        wake,
        webhooks.send,
        sign=partial(sign_purge, key=parts.signing_key),
        append=ErasureFile(parts.settings.journal).append,
        log=parts.log,
        broken=parts.broken,
    )

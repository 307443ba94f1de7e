"""Serves a gateway that forgets everything at once, for one figure only: what a registration costs without a store.

`python -m load_tests.storeless SETTINGS` is the gateway's own composition with a double in place of its transactions:
signature, policy, conversion, commit group, receipt and log line are the real ones.
"""

import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar, cast

import uvicorn

from gateway import app
from gateway.core.involvement import Oin, Registration
from gateway.flows.ports.calls import Answer, CallSlip
from gateway.flows.ports.store import Recorded, Store, Tx, View
from gateway.settings import Settings

T = TypeVar("T")


class _ForgetfulCalls:
    def admit(self, slips: Sequence[CallSlip]) -> tuple[bool, ...]:
        return (True,) * len(slips)

    def answers(self, _: Collection[CallSlip]) -> tuple[Answer, ...]:
        return ()

    def keep(self, answers: Sequence[Answer]) -> None:
        pass


class _ForgetfulRegistrations:
    def add(self, registrations: Sequence[Registration]) -> None:
        pass


class _EveryDesk:
    def known(self, wanted: Collection[tuple[Oin, str]]) -> frozenset[tuple[Oin, str]]:
        return frozenset(wanted)


class _ForgetfulTx:
    """As much of a transaction as a registration asks for."""

    calls = _ForgetfulCalls()
    registrations = _ForgetfulRegistrations()
    desks = _EveryDesk()

    def now(self) -> datetime:
        return datetime.now(UTC)


class _NoStore:
    """Runs every change and keeps nothing."""

    def change(self, _: str, work: Callable[[Tx], Recorded[T]]) -> T:
        return work(cast("Tx", _ForgetfulTx())).result

    def view(self, _: str, work: Callable[[View], T]) -> T:
        return work(cast("View", _ForgetfulTx()))


def main() -> None:
    """Serve until asked to stop, with the server's settings of `gateway.__main__`."""
    settings = Settings.load(Path(sys.argv[1]))
    parts = app.open_parts(settings)
    forgetful = replace(parts, house=replace(parts.house, store=cast("Store", _NoStore())))
    uvicorn.run(
        app.gateway(forgetful),
        host=settings.listen_host,
        port=settings.listen_port,
        http="httptools",
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )


if __name__ == "__main__":
    main()

"""Key holders as real processes: one may die without anybody losing a token, and nothing it counted is forgotten."""

import contextlib
import json
import socket
import subprocess
import sys
import time

import httpx2
import pytest

from keys import oprf
from keys.labels import bsn_input
from keys.onboarding import open_factor
from tests.support.federation import person_numbers
from tests.support.holders import agency_label, index_label, running_holders


@pytest.mark.timeout(180)
def test_two_of_three_processes_serve() -> None:
    """Three holders on loopback: keys, tokens, a factor; one killed and started again keeps its log and its quota."""
    [bsn] = person_numbers(1)
    with running_holders(2, 3, quota=6) as holders:
        school = holders.people.agencies[0]
        label = agency_label(school)
        holders.learn(label)
        holders.learn(index_label())
        [token] = holders.tokens(label, [bsn], by=school, holders=(1, 2))
        factor = open_factor(
            label, index_label(), trust=holders.trust, converter=holders.people.gateway.sealing, ask=holders.ask
        )

        holders.stop(1)
        with pytest.raises(httpx2.TransportError):
            holders.tokens(label, [bsn], by=school, holders=(1, 2))
        [other] = holders.tokens(label, [bsn], by=school, holders=(2, 3))
        holders.start(1)
        _, elements = oprf.blind([bsn_input(bsn)] * 4)
        over = holders.evaluate(1, label, elements, by=school)
        within = holders.evaluate(1, label, elements[:3], by=school)

    assert token.encode() == other.encode()
    assert factor.key_id == token.key_id
    assert ("limit-quota-exhausted", 200) == (over.code, within.status)


def test_a_holder_says_when_it_is_ready_and_when_its_port_is_taken() -> None:
    """Its log is JSON lines; a second process on the same port names the port and ends with 2."""
    with running_holders(1, 1) as holders:
        [running] = holders.processes.running
        second = subprocess.run(
            [sys.executable, *running.part.arguments], capture_output=True, text=True, timeout=60, check=False
        )
        lines = [json.loads(line) for line in running.said().splitlines()]

    assert ["holder ready"] == [line["event"] for line in lines]
    expected = f"key holder: port {running.part.port} on 127.0.0.1 is in use by another process\n"
    assert (2, expected) == (second.returncode, second.stderr)


@pytest.mark.timeout(90)
def test_who_says_nothing_or_says_it_slowly_is_cut_off() -> None:
    """More silent connections than a holder takes, none with a key: they end within seconds, and callers are served."""
    with running_holders(1, 1) as holders, contextlib.ExitStack() as lines:
        port = holders.processes.running[0].part.port
        silent = [lines.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30)) for _ in range(520)]
        silent[0].sendall(b"POST /v1/token-evaluations HTTP/1.1\r\nHost: x\r\nX: ")
        crowded = _status(port)
        patience = time.monotonic() + 30
        while _status(port) != 200 and time.monotonic() < patience:
            time.sleep(0.5)

        said = silent[0].recv(4096)
        served = _status(port)

    assert (503, 200) == (crowded, served)
    assert said.startswith(b"HTTP/1.1 400 ")


def _status(port: int) -> int:
    """Return what the holder says about its health."""
    with httpx2.Client(timeout=10, trust_env=False) as client:
        return client.get(f"http://127.0.0.1:{port}/v1/health/ready").status_code

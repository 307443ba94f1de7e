"""Sending webhooks: signed as Standard Webhooks says, to receivers that may do anything (G38)."""

import json
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from gateway.core.involvement import Oin
from gateway.flows.ports.matches import WaitingAlert
from gateway.flows.ports.webhooks import Delivery, Endpoint, Undelivered
from gateway.peers.addresses import Addresses
from gateway.peers.webhooks import Webhooks
from keys.signing import SigningKey, verify_webhook
from tests.support.receivers import Answer, answering, dripping, endless, receiver, silent

KEY = SigningKey.generate()
OIN = "00000000990000000900"
AT = datetime(2027, 4, 20, 2, 10, tzinfo=UTC)
LOOPBACK = Addresses((ip_network("127.0.0.0/8"),))
SCHEMA = Path(__file__).parents[3] / "vectors" / "cloudevents" / "nlgov_cloudevent.schema.json"


def delivery(url: str) -> Delivery:
    """Return an alert that is due at an address."""
    alert = WaitingAlert("alt_" + "0" * 26, "mat_" + "1" * 26, AT)
    return Delivery(Endpoint("whe_" + "2" * 26, Oin(OIN), url), alert, 0, AT)


def send(answer: Answer, *, deadline_seconds: float = 5.0) -> Undelivered | None:
    """Send to a receiver that answers like this."""
    with receiver(answer) as there:
        webhooks = Webhooks(LOOPBACK, KEY, oin=OIN, deadline_seconds=deadline_seconds)
        return webhooks.send(delivery(there.url))


def test_a_delivery_is_signed_and_thin() -> None:
    """The receiver can verify it, and learns where to look and nothing else."""
    with receiver(answering("HTTP/1.1 204 No Content")) as there:
        assert Webhooks(LOOPBACK, KEY, oin=OIN).send(delivery(there.url)) is None
        headers, body = there.received[0]

    verify_webhook(KEY.public, headers, body, now=datetime.now(UTC))
    jsonschema.validate(json.loads(body), json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert ("alt_" + "0" * 26, "identity") == (headers["webhook-id"], headers["accept-encoding"])
    assert {"specversion", "id", "source", "type", "time", "datacontenttype", "dataref"} == json.loads(body).keys()


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_delivery(status: int) -> None:
    """Receivers answer what they like, as long as it is a success."""
    assert send(answering(f"HTTP/1.1 {status} Fine\ncontent-length: 0")) is None


@pytest.mark.parametrize("status", [300, 400, 401, 404, 410, 429, 500, 503])
def test_anything_else_is_not(status: int) -> None:
    """A refusal is tried again later."""
    assert Undelivered.REFUSED is send(answering(f"HTTP/1.1 {status} No\ncontent-length: 0"))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    """Nobody sends us on to an address that was not checked."""
    with receiver(answering("HTTP/1.1 200 OK\ncontent-length: 0")) as elsewhere:
        answer = answering(f"HTTP/1.1 {status} Moved\nlocation: {elsewhere.url}\ncontent-length: 0")

        assert Undelivered.REFUSED is send(answer)
        assert 0 == elsewhere.connections


@pytest.mark.parametrize("answer", [dripping, silent])
def test_a_receiver_that_takes_its_time_is_left(answer: Answer) -> None:
    """The deadline holds for all of it together, not for each byte."""
    started = time.monotonic()

    fault = send(answer, deadline_seconds=0.5)

    assert Undelivered.TIMED_OUT is fault
    assert timedelta(seconds=time.monotonic() - started) < timedelta(seconds=20)


def test_an_endless_answer_is_read_for_4_kb_only() -> None:
    """A success is a success; the rest of it is nobody's business."""
    assert send(endless) is None


@pytest.mark.parametrize(
    "answer",
    [
        answering("nonsense"),
        answering("HTTP/1.1 200 OK\ncontent-length: -1"),
        answering("HTTP/1.1 200 OK\ntransfer-encoding: chunked", b"zz\r\n"),
        answering("HTTP/1.1 999999 Much"),
        lambda connection: None,
    ],
)
def test_nonsense_is_no_delivery(answer: Answer) -> None:
    """What is not HTTP does no harm."""
    assert Undelivered.UNREACHABLE is send(answer)


def test_a_compressed_answer_is_not_unpacked() -> None:
    """A bomb stays packed: its bytes are read as they are, 4 KB of them."""
    head = "HTTP/1.1 200 OK\ncontent-encoding: gzip\ncontent-length: 3"

    assert send(answering(head, b"\x1f\x8b\x08")) is None


def test_nobody_there_and_nobody_allowed() -> None:
    """A closed port is unreachable; an address that is no longer allowed is not called at all."""
    inside = Addresses(resolve=lambda _host, _port: ("10.0.0.1",))

    assert Undelivered.UNREACHABLE is Webhooks(LOOPBACK, KEY, oin=OIN).send(delivery("http://127.0.0.1:1/hook"))
    assert Undelivered.ADDRESS is Webhooks(inside, KEY, oin=OIN).send(delivery("https://hooks.example/hook"))

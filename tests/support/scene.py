"""What a scenario is told with: offices that register, hear, look and report, in a region that may be small or real."""

import base64
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

import httpx2

from adapters.agency import Agency
from adapters.client import Gateway
from adapters.hearing import Alert
from adapters.holder_circle import Lie
from adapters.identity import Person
from adapters.involvement import notice_given
from gateway.protocol.messages.contacts import ContactDesk
from gateway.protocol.messages.matches import ContactReported, MatchView
from gateway.protocol.messages.registrations import OwnRegistration, Receipt, Withdrawn
from keys import group, oprf
from keys.group import Element
from keys.signing import SigningKey, sign_response
from tests.support.federation import person_numbers

DESK = "cnt_intake"
_ENOUGH_CHILDREN = 400


class Wire(httpx2.BaseTransport):
    """The line between an agency and everybody else: remembers what came back, can be cut, and can be lied on."""

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        """Carry calls over another transport."""
        self._inner = inner
        self.cut: set[str] = set()
        self.lying: dict[str, SigningKey] = {}
        self.last_answer = httpx2.Response(500)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Carry a call, unless its host is cut off; change what a lying key holder answers."""
        place = f"{request.url.host}:{request.url.port or ''}"
        if place in self.cut:
            raise httpx2.ConnectError("cut off", request=request)
        answer = self._inner.handle_request(request)
        answer.read()
        if place in self.lying and answer.status_code == httpx2.codes.OK:
            return _lie(request, answer, self.lying[place])
        if "/token-evaluations" not in str(request.url):
            self.last_answer = answer
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def _lie(request: httpx2.Request, answer: httpx2.Response, key: SigningKey) -> httpx2.Response:
    """Answer under another key, made up for the occasion, with a proof that fits that key and no other.

    The holder signs it with its own `key`: what nobody signed is not taken for its answer at all.
    """
    asked = [Element(base64.urlsafe_b64decode(text + "=")) for text in json.loads(request.read())["elements"]]
    secret = group.random_scalar()
    evaluated, proof = oprf.evaluate_and_prove(secret, group.multiply_base(secret), asked)
    members = json.loads(answer.content)
    members["elements"] = [base64.urlsafe_b64encode(bytes(each)).decode().rstrip("=") for each in evaluated]
    members["proof"] = base64.urlsafe_b64encode(proof).decode().rstrip("=")
    body = json.dumps(members).encode()
    headers = sign_response(
        200,
        (("content-type", "application/json"),),
        body,
        request_signature=request.headers["signature"],
        key=key,
        created_at=datetime.now(UTC),
    )
    return httpx2.Response(200, headers=list(headers), content=body, request=request)


@dataclass(frozen=True)
class Office:
    """One agency at work, through the client that real agencies use."""

    kind: str
    gateway: Gateway
    agency: Agency
    wire: Wire
    lies: list[Lie]

    def registers(
        self, child: Person, case: str = "Z-1", *, until: date | None = None, idempotency_key: str = ""
    ) -> Receipt:
        """Say that we are involved with this child."""
        return self.gateway.registrations.register(
            child, case=case, notice=notice_given(today()), valid_until=until, idempotency_key=idempotency_key
        )

    def desk(self) -> ContactDesk:
        """Return the desk that others may call."""
        return next(desk.disclosed for desk in self.gateway.contacts.list() if desk.id == self.agency.contact)

    def withdraws(self, receipt: Receipt, reason: str = "risk_gone", *, case: str = "Z-1") -> Withdrawn:
        """Say that we no longer are."""
        return self.gateway.registrations.withdraw(receipt.id, case=case, reason=reason)

    def renews(self, receipt: Receipt, *, until: date, case: str = "Z-1") -> OwnRegistration:
        """Attest anew."""
        return self.gateway.registrations.renew(receipt.id, case=case, notice=notice_given(today()), valid_until=until)

    def hears(self) -> tuple[Alert, ...]:
        """Return the alerts in our inbox."""
        return self.gateway.alerts.pending()

    def sees(self, match: Alert | str) -> MatchView:
        """Look at a match."""
        return self.gateway.matches.show(match)

    def sees_what_it_hears(self) -> MatchView:
        """Look at the match of the one alert in our inbox."""
        (alert,) = self.hears()
        return self.sees(alert)

    def takes(self, *alerts: Alert) -> None:
        """Take alerts into our own records."""
        self.gateway.alerts.acknowledge(*alerts)

    def reports(self, match: MatchView | Alert, outcome: str = "contacted") -> ContactReported:
        """Report what came of the contact."""
        return self.gateway.matches.report_contact(match, outcome=outcome)

    def clears_its_inbox(self) -> None:
        """Take whatever still lies there from earlier days."""
        while alerts := self.hears():
            self.takes(*alerts)


class Region(Protocol):
    """What differs between a region in this process and one of real processes."""

    def office(self, kind: str) -> Office:
        """Return the agency of a kind."""

    def settle(self) -> None:
        """Wait until everything accepted so far has been matched."""

    def end_term(self, registration: str) -> None:
        """Let time pass until the term of a registration is over, without anything having purged it."""

    def sound(self) -> bool:
        """Whether the reconciler finds nothing to repair (G10)."""

    def holder_place(self, index: int) -> str:
        """Return the `host:port` of a key holder."""

    def holder_key(self, index: int) -> SigningKey:
        """Return the key with which a key holder signs its answers."""

    def stop_holder(self, index: int) -> None:
        """Take a key holder away."""

    def start_holder(self, index: int) -> None:
        """Bring it back."""


@dataclass
class Scene:
    """A region for the length of one scenario: its inboxes are empty, its children nobody's yet."""

    region: Region
    _children: Iterator[str]
    kinds: tuple[str, ...] = field(default=("police", "school", "veilig_thuis", "mental_health", "local_team"))

    def office(self, kind: str) -> Office:
        """Return the agency of a kind."""
        return self.region.office(kind)

    def child(self) -> Person:
        """Return a child that no agency of the region knows yet."""
        return Person.from_bsn(next(self._children))

    def settle(self) -> None:
        """Wait until everything accepted so far has been matched."""
        self.region.settle()

    def end_term(self, receipt: Receipt) -> None:
        """Let the term of a registration be over, not yet purged."""
        self.region.end_term(receipt.id)

    def sound(self) -> bool:
        """Whether the reconciler finds nothing to repair (G10)."""
        return self.region.sound()

    @contextmanager
    def without_holders(self, *indices: int) -> Iterator[None]:
        """Do without these key holders for a while."""
        for index in indices:
            self.region.stop_holder(index)
        try:
            yield
        finally:
            for index in indices:
                self.region.start_holder(index)

    @contextmanager
    def lying_holder(self, office: Office, index: int) -> Iterator[None]:
        """Let a key holder lie to one office for a while."""
        place = self.region.holder_place(index)
        office.wire.lying[place] = self.region.holder_key(index)
        try:
            yield
        finally:
            office.wire.lying.pop(place, None)


def scene_in(region: Region, children: Iterator[str]) -> Scene:
    """Return a fresh scene in a region that may have seen others before."""
    scene = Scene(region, children)
    scene.settle()
    for kind in scene.kinds:
        scene.office(kind).clears_its_inbox()
    return scene


def children() -> Iterator[str]:
    """Return person numbers that were never issued, each once."""
    return itertools.chain(person_numbers(_ENOUGH_CHILDREN))


def today() -> date:
    """Return the day in UTC: never ahead of Amsterdam's."""
    return datetime.now(UTC).date()


def shape_of(answer: httpx2.Response) -> tuple[int, tuple[tuple[str, str], ...], int]:
    """Return what an onlooker sees of an answer without reading it: status, headers but those of the moment, length."""
    of_the_moment = {"date", "signature", "signature-input", "content-digest", "location", "correlation-id"}
    headers = tuple(
        (name.lower(), str(len(value)) if name.lower() in of_the_moment else value)
        for name, value in answer.headers.multi_items()
    )
    return answer.status_code, headers, len(answer.content)


def in_days(days: int) -> date:
    """Return the day so many days from now."""
    return today() + timedelta(days=days)
